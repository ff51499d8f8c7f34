import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";

const document = readFileSync(new URL("../../docs/logging.md", import.meta.url), "utf8");

export const exampleLine = /```json\n(.*)\n```/.exec(document)?.[1] ?? "";

/** What a table of docs/logging.md says, row by row, cell by cell. */
function rowsOf(section: string): string[][] {
  const [, text = ""] = document.split(`\n## ${section}\n`);
  const [, , ...rows] = (text.split("\n## ")[0] ?? "").match(/^\|.*\|$/gm) ?? [];
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const codesIn = (cell = "") => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
const codeIn = (cell = "") => codesIn(cell)[0] ?? "";

interface DocumentedKey {
  readonly key: string;
  readonly type: string;
  readonly on: string;
}

export const documentedKeys: readonly DocumentedKey[] = rowsOf("Keys").map(
  ([key, type = "", on = ""]) => ({ key: codeIn(key), type, on }),
);

export const documentedMessages = rowsOf("Messages").map(([message, level, keys]) => ({
  message: codeIn(message),
  level: codeIn(level),
  keys: codesIn(keys),
}));

const types: Readonly<Record<string, object>> = {
  string: { type: "string" },
  number: { type: "number" },
  boolean: { type: "boolean" },
  strings: { type: "array", items: { type: "string" } },
  "number or null": { type: ["number", "null"] },
  any: {},
  error: { $ref: "#/$defs/error" },
  errors: { type: "array", items: { $ref: "#/$defs/error" } },
};

function propertyOf(type: string): object {
  const schema = types[type];
  if (schema === undefined) throw new Error(`docs/logging.md: no type is called "${type}"`);
  return schema;
}

const errorSchema = {
  type: "object",
  required: ["name", "message"],
  additionalProperties: false,
  properties: Object.fromEntries(
    rowsOf("Errors").map(([key, type = ""]) => [codeIn(key), propertyOf(type)]),
  ),
};

function schemaOf({ level, keys }: (typeof documentedMessages)[number]): object {
  const allowed = documentedKeys.filter(
    ({ key, on }) =>
      (on !== "messages" || keys.includes(key)) && (key !== "error" || level === "ERROR"),
  );
  const required = allowed.filter(({ on }) => on.startsWith("every line")).map(({ key }) => key);
  return {
    type: "object",
    required,
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(allowed.map(({ key, type }) => [key, propertyOf(type)])),
      level: { const: level },
    },
    $defs: { error: errorSchema },
  };
}

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const validators: ReadonlyMap<string, ValidateFunction> = new Map(
  documentedMessages.map((row) => [row.message, ajv.compile(schemaOf(row))]),
);

const maximumBytes = 16_384;

/** What docs/logging.md does not say of this line; nothing, when the log keeps its contract. */
export function undocumented(line: string): readonly string[] {
  if (Buffer.byteLength(line) > maximumBytes) return [`longer than 16 KB: ${line.slice(0, 100)}…`];
  const parsed: unknown = JSON.parse(line);
  const message: unknown = Object(parsed).message;
  const validate = typeof message === "string" ? validators.get(message) : undefined;
  if (validate === undefined) return [`no such message: ${line}`];
  if (validate(parsed)) return [];
  return [`${ajv.errorsText(validate.errors)}: ${line}`];
}
