import type { PoolSelection } from "../config/pool-selection.ts";
import type { PoolSummary } from "../oci/answers.ts";

/** A pool, as far as a selection looks at it. */
type SelectablePool = Omit<PoolSummary, "id" | "compartmentId" | "size">;

/** Whether a pool of the compartment is meant. One that is gone, or about to go, is no pool any more. */
export function isSelected(pool: SelectablePool, selection: PoolSelection): boolean {
  const { displayName, freeformTags = {}, definedTags = {} } = selection;
  if (/^TERMINAT(ED|ING)$/i.test(pool.lifecycleState)) return false;
  if (displayName !== undefined && !matches(displayName, pool.displayName ?? "")) return false;
  const isFree = Object.entries(freeformTags).every(
    ([key, value]) => Object.hasOwn(pool.freeformTags, key) && pool.freeformTags[key] === value,
  );
  return isFree && hasDefinedTags(pool.definedTags, definedTags);
}

/** OCI compares the names of tag namespaces and of defined tags without case, and their values with it. */
function hasDefinedTags(
  actual: SelectablePool["definedTags"],
  wanted: NonNullable<PoolSelection["definedTags"]>,
): boolean {
  const namespaces = lowerCased(actual);
  return Object.entries(wanted).every(([namespace, values]) => {
    const found = lowerCased(namespaces.get(namespace.toLowerCase()) ?? {});
    return Object.entries(values).every(([key, value]) => {
      const own = found.get(key.toLowerCase());
      return own !== undefined && String(own) === String(value);
    });
  });
}

function lowerCased<T>(record: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]));
}

/** `*` stands for any text; without a regular expression, so that no pattern takes for ever. */
function matches(pattern: string, name: string): boolean {
  const text = name.toLowerCase();
  const [head = "", ...parts] = pattern.toLowerCase().split("*");
  const tail = parts.pop();
  if (tail === undefined) return text === head;
  if (!text.startsWith(head)) return false;
  let position = head.length;
  for (const part of parts) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return text.length - tail.length >= position && text.endsWith(tail);
}
