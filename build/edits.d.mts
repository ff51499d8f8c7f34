export function editPackage(source: string, path: string): string;
