export function keepClassNames(bundle: string): string;
