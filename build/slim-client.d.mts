export function keepCalledMethods(source: string, called: ReadonlySet<string>): string;
