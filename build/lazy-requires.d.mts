export function loadLazily(
  source: string,
  resolveName?: (specifier: string | undefined, name: string) => string | undefined,
): string;
