/** Which series belong to the pool: the inside of a PromQL selector's braces. */
export type Selector = string;

/** A selector of those series only that have these labels, too. */
export function pinned(selector: Selector, matchers: Readonly<Record<string, string>>): Selector {
  return [selector, ...Object.entries(matchers).map(([name, value]) => equals(name, value))].join();
}

/** `label="value"`. */
export function equals(label: string, value: string): Selector {
  return `${labelIn(label)}=${quote(value)}`;
}

/** `label=~"a|b"`: one of the values, to the letter. */
export function oneOf(label: string, values: readonly string[]): Selector {
  return `${labelIn(label)}=~${quote(values.map(escapeRegex).join("|"))}`;
}

/** One of the hosts in upper or lower case, with or without a domain and a port behind its name. */
export function oneOfHosts(label: string, hosts: readonly string[]): Selector {
  return `${labelIn(label)}=~${quote(`(?i:${alternatives(hosts)})(?:\\.[^:]+)?(?::[0-9]+)?`)}`;
}

/** One of the addresses, with or without a port, and IPv6 with or without brackets. */
export function oneOfAddresses(label: string, addresses: readonly string[]): Selector {
  const spellings = addresses.flatMap((ip) => (ip.includes(":") ? [`[${ip}]`, ip] : [ip]));
  return `${labelIn(label)}=~${quote(`(?:${spellings.map(escapeRegex).join("|")})(?::[0-9]+)?`)}`;
}

/** What the names share is written once: the members of a pool are named after it. */
function alternatives(names: readonly string[]): string {
  const [first = "", ...others] = names;
  if (others.length === 0) return escapeRegex(first);
  const shortest = Math.min(...names.map((name) => name.length));
  const start = sharedLength(names, shortest, (name, index) => name[index]);
  const end = sharedLength(names, shortest - start, (name, index) => name.at(-1 - index));
  const middles = names.map((name) => escapeRegex(name.slice(start, name.length - end)));
  const [prefix, suffix] = [first.slice(0, start), first.slice(first.length - end)];
  return `${escapeRegex(prefix)}(?:${middles.join("|")})${escapeRegex(suffix)}`;
}

/** How many characters all names have in common; ASCII only, so that no character is cut in two. */
function sharedLength(
  names: readonly string[],
  most: number,
  at: (name: string, index: number) => string | undefined,
): number {
  let length = 0;
  for (; length < most; length++) {
    const character = at(names[0] ?? "", length) ?? "";
    const shared = character <= "~" && names.every((name) => at(name, length) === character);
    if (!shared) break;
  }
  return length;
}

/**
 * A name comes from whoever named the machine, so it could hold anything. Prometheus takes U+FFFD, and
 * half a character that is sent as one, for broken UTF-8: "parse error: invalid UTF-8 rune".
 */
export function quote(value: string): string {
  const escaped = value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n");
  return `"${escaped.replace(/[\ufffd\p{Surrogate}]/gu, "\\ufffd")}"`;
}

/** A label's name as it stands in a selector: since Prometheus 3 it may be any text, in quotes. */
export function labelIn(name: string): string {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : quote(name);
}

/** Only RE2's metacharacters: an unescaped literal keeps Prometheus' fast path for alternatives. */
function escapeRegex(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
