import { isJsonObject, type JsonObject } from "../src/config/json-object.ts";

/** The rows of a table of everything below a JSON Schema: key, values, meaning. */
export function schemaRows(schema: JsonObject, path = ""): readonly (readonly string[])[] {
  const properties = schema["properties"];
  const named = isJsonObject(properties) ? Object.entries(properties) : [];
  const others = schema["additionalProperties"];
  const all =
    isJsonObject(others) && isJsonObject(others["properties"])
      ? [...named, ["<name>", others] as const]
      : named;
  return all.flatMap(([key, property]) => {
    if (!isJsonObject(property)) return [];
    const at = path === "" ? key : `${path}.${key}`;
    const [inner, suffix] = within(property);
    const row = [
      `\`${at}\``,
      valuesOf(property),
      String(notNull(property)["description"] ?? property["description"] ?? ""),
    ];
    return [row, ...schemaRows(inner, `${at}${suffix}`)];
  });
}

/** The schema of what is inside: of a list's items, or of what may also be null. */
function within(schema: JsonObject): readonly [JsonObject, string] {
  const inner = notNull(schema);
  return isJsonObject(inner["items"]) ? [inner["items"], "[]"] : [inner, ""];
}

/** Of several choices the first that is not null. */
export function notNull(schema: JsonObject): JsonObject {
  const choices = schema["anyOf"];
  if (!Array.isArray(choices)) return schema;
  return choices.filter(isJsonObject).find(({ type }) => type !== "null") ?? schema;
}

function valuesOf(schema: JsonObject): string {
  const inner = notNull(schema);
  const values = plainValuesOf(inner);
  return inner === schema ? values : `${values}, or null`;
}

function plainValuesOf(schema: JsonObject): string {
  const { type, minimum, maximum, items, format } = schema;
  const choices = schema["enum"];
  if (Array.isArray(choices)) return choices.map((choice) => `\`${choice}\``).join(", ");
  if (isJsonObject(items)) return `list of ${plainValuesOf(items)}`;
  if (format === "date-time") return "ISO instant";
  if (format === "uri") return "URL";
  const range =
    minimum === undefined ? "" : maximum === undefined ? ` ≥ ${minimum}` : ` ${minimum}–${maximum}`;
  return `${type === "string" ? "text" : type}${range}`;
}
