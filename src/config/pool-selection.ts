import * as v from "valibot";
import { doc } from "./doc.ts";
import { key, requiredKey } from "./keys.ts";
import { compartmentOcid, shortText } from "./values.ts";

const maximumTags = 64;
const tags = <S extends v.GenericSchema<string | number | boolean>>(value: S) =>
  v.pipe(v.record(v.string(), value), v.maxEntries(maximumTags, `at most ${maximumTags} tags`));

/** Which pools are meant, by what they are. */
export const poolSelection = v.object({
  compartmentId: requiredKey(compartmentOcid, doc("OCID of the compartment, or of the tenancy.")),
  includeSubcompartments: key(v.boolean(), doc("Those of the compartments below it, too."), false),
  displayName: key(
    shortText,
    doc("Of the pool, without case; * stands for any text. Default: any.", { example: "web-*" }),
  ),
  freeformTags: key(
    tags(v.string()),
    doc("Tags that the pool has, with their values. Default: any.", { example: { team: "web" } }),
  ),
  definedTags: key(
    v.pipe(
      v.record(v.string(), tags(v.union([v.string(), v.number(), v.boolean()]))),
      v.maxEntries(maximumTags, `at most ${maximumTags} tag namespaces`),
    ),
    doc("The same by namespace. Default: any.", { example: { Operations: { CostCenter: 42 } } }),
  ),
});

/** Which pools are meant: all of a compartment whose name and tags match. */
export type PoolSelection = Readonly<v.InferOutput<typeof poolSelection>>;

/** What a person calls the pools that are meant. */
export function labelOf({
  compartmentId,
  displayName,
  includeSubcompartments,
}: PoolSelection): string {
  const pools = displayName === undefined ? "all pools" : `pools "${displayName}"`;
  return `${pools} of ${compartmentId}${includeSubcompartments ? " and those below it" : ""}`;
}
