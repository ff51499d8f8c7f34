import { readFileSync } from "node:fs";
import * as v from "valibot";
import { allVariables } from "../src/config/environment.ts";
import { isJsonObject, type JsonObject } from "../src/config/json-object.ts";
import { aliases, ignoredKeys } from "../src/config/pool-entry.ts";
import { type ErrorCode, httpStatuses, isRetryable } from "../src/errors.ts";
import { codeTexts, reasonTexts } from "./descriptions.ts";
import { jsonSchema, jsonSchemas } from "./json-schemas.ts";
import { notNull, schemaRows } from "./schema-rows.ts";

const introduction = `# Reference

Every key, field and code, written by \`npm run reference\` from the code that reads and writes them.
The same as JSON Schemas: [request](../schemas/request.schema.json),
[configuration](../schemas/configuration.schema.json), [result](../schemas/result.schema.json),
[health check](../schemas/health.schema.json), [doctor](../schemas/doctor.schema.json).`;

const requestText = `A request is a pool spec; or \`pool\`, the name of a configured pool, with keys that override its own;
or \`pools\`, a list of these; or nothing, for all configured pools. Beside them there may be \`onError\`
(\`return\`, \`throw\`), which goes before \`ON_ERROR\`, and \`$schema\`, which is not read.

\`{"check": "health"}\`, beside which there may be only these two, checks the function instead. \`"check":
"doctor"\` beside one pool, named or described, walks that pool end to end; of selected pools, the first.`;

const variablesText = `Each is a configuration key of the function or its application, which Fn passes on as an environment
variable. An empty one counts as absent. OCI allows 4 KB for all of them together. Those that begin with
\`PROMETHEUS_\` are the keys of the Prometheus server called \`default\`; without \`PROMETHEUS_URL\` there is none.`;

const documentText = `What \`POOLS\` holds, or the file that \`POOLS_FILE\` names. A bare list counts as \`pools\`. Each of \`pools\`
has the keys of a pool spec, and so have \`defaults\`, but for \`instancePoolId\`, \`select\` and \`name\`.`;

const logText = `Each line of the log is a JSON object; [logging.md](logging.md) says what is logged, and when.`;

/** A table of docs/logging.md, which a test holds to the code's own list of messages and keys. */
function logTable(title: string): string {
  const page = readFileSync(new URL("../docs/logging.md", import.meta.url), "utf8");
  const [, text = ""] = page.split(`\n## ${title}\n`);
  const rows = (text.split("\n## ")[0] ?? "").match(/^\|.*\|$/gm);
  if (rows === null) throw new Error(`docs/logging.md has no table of ${title}`);
  return rows
    .join("\n")
    .replaceAll("](#", "](logging.md#")
    .replace(/\| +\|/g, "| none |");
}

/** docs/reference.md. */
export function reference(): string {
  const sections = [
    introduction,
    section("Request", requestText),
    section("Pool spec", table(["key", "values", "meaning"], poolRows())),
    section("Keys of the original framework", table(["key", "here"], originalRows())),
    section("Configuration", variablesText, table(["key", "values", "meaning"], variableRows())),
    section("Pools document", documentText, table(["key", "values", "meaning"], documentRows())),
    section("Result", table(["field", "values", "meaning"], schemaRows(schemaOf("result")))),
    section("Health check", table(["field", "values", "meaning"], healthRows())),
    section("Doctor", table(["field", "values", "meaning"], schemaRows(schemaOf("doctor")))),
    section("Reasons", table(["reason", "meaning"], Object.entries(reasonTexts).map(coded))),
    section(
      "Error codes",
      table(
        ["code", "retryable", "HTTP status", "meaning"],
        Object.entries(codeTexts).map(codeRow),
      ),
    ),
    section("Log keys", logText, logTable("Keys")),
    section("Log messages", logTable("Messages")),
  ];
  return `${sections.join("\n\n")}\n`;
}

function section(title: string, ...parts: readonly string[]): string {
  return [`## ${title}`, ...parts].join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function schemaOf(name: string): JsonObject {
  const schema = jsonSchemas()[`${name}.schema.json`];
  if (schema === undefined) throw new Error(`There is no schema of a ${name}.`);
  return schema;
}

function poolSchema(): JsonObject {
  const { properties } = notNull(schemaOf("configuration"));
  const pools = isJsonObject(properties) ? properties["pools"] : undefined;
  const pool = isJsonObject(pools) ? notNull(pools)["items"] : undefined;
  if (!isJsonObject(pool)) throw new Error("The configuration has no pools.");
  return pool;
}

const originalKeys = [...Object.keys(aliases), ...ignoredKeys, "prometheus_url"];

function poolRows(): readonly (readonly string[])[] {
  return schemaRows(poolSchema()).filter(
    ([key = ""]) => !originalKeys.includes(key.replaceAll("`", "")),
  );
}

function originalRows(): readonly (readonly string[])[] {
  return [
    ...Object.entries(aliases)
      .map(coded)
      .map(([key = "", name]) => [key, `\`${name}\``]),
    ["`region`", "`region`"],
    [
      "`prometheus_url`",
      "In the configuration, a Prometheus server; in a payload, the configured server of that origin, and of that path if it has one.",
    ],
    [[...ignoredKeys].map((key) => `\`${key}\``).join(", "), "Ignored with a warning."],
  ];
}

function variableRows(): readonly (readonly string[])[] {
  const variables = allVariables();
  const rows = schemaRows(jsonSchema("", v.strictObject(variables)));
  return rows.map(([name = "", values = "", meaning = ""]) => {
    const words = variables[name.replaceAll("`", "")]?.about?.values;
    const type = values === "object" ? "JSON object" : values;
    return [name, words ?? type, meaning.replace(/ Required\.$/, "")];
  });
}

function documentRows(): readonly (readonly string[])[] {
  return schemaRows(notNull(schemaOf("configuration"))).filter(
    ([key = ""]) => !/^`(?:\$schema|defaults\.|pools\[\])/.test(key),
  );
}

/** An error has the same fields everywhere; the section of the result has them. */
function healthRows(): readonly (readonly string[])[] {
  return schemaRows(schemaOf("health")).filter(([field = ""]) => !field.includes(".error."));
}

function coded([code, text]: readonly [string, string]): readonly string[] {
  return [`\`${code}\``, text];
}

function codeRow([code, text]: readonly [string, string]): readonly string[] {
  const known = code as ErrorCode;
  const retryable = isRetryable(known) ? "yes" : "no";
  return [`\`${code}\``, retryable, String(httpStatuses[known]), text];
}
