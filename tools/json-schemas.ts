import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { type Doc, doc } from "../src/config/doc.ts";
import { ownExporter } from "../src/config/exporters.ts";
import type { JsonObject } from "../src/config/json-object.ts";
import { key } from "../src/config/keys.ts";
import { aliases, identityKeys, ignoredKeys } from "../src/config/pool-entry.ts";
import { poolSettings } from "../src/config/pool-spec.ts";
import { documentKeys, sharedKeys } from "../src/config/pools-document.ts";
import { prometheusServer } from "../src/config/prometheus-servers.ts";
import { besideKeys } from "../src/config/request.ts";
import { doctor, health } from "./check-schemas.ts";
import { type Described, describeKey } from "./described.ts";
import { result } from "./result-schema.ts";

const { entries } = poolSettings;

/** The original's keys mean the same, so an editor must not call them mistakes. */
const originalKeys = {
  ...Object.fromEntries(
    Object.entries(aliases).map(([alias, name]) => [
      alias,
      key(entries[name].wrapped, doc(`The original framework's name of ${name}.`)),
    ]),
  ),
  ...Object.fromEntries(
    [...ignoredKeys].map((name) => [
      name,
      key(v.unknown(), doc("Of the original framework; ignored.")),
    ]),
  ),
  prometheus_url: key(v.string(), doc("The original framework's way to name a Prometheus server.")),
};

const { instancePoolId: _instancePoolId, name: _name, select: _select, ...overrides } = entries;
const pool = v.pipe(v.string(), v.description("The name of a configured pool."));
const spec = { ...entries, ...originalKeys };
const shared = Object.fromEntries(
  Object.entries(spec).filter(([name]) => !identityKeys.some((identity) => identity === name)),
);
const named = { pool, ...overrides };

const request = v.union([
  v.strictObject({ ...besideKeys, ...spec }),
  v.strictObject({ ...besideKeys, ...named }),
  v.strictObject({
    ...besideKeys,
    pools: v.pipe(
      v.array(v.union([pool, v.strictObject(named), v.strictObject(spec)])),
      v.minLength(1),
    ),
  }),
  v.strictObject({ ...besideKeys, check: v.literal("health") }),
  v.strictObject({ ...besideKeys, check: v.literal("doctor"), ...named }),
  v.strictObject({ ...besideKeys, check: v.literal("doctor"), ...spec }),
]);

const configuredPools = v.array(v.strictObject(spec));
/** In YAML, a key whose lines below are all commented out is null. */
const section = (schema: v.GenericSchema, about: Doc | undefined) => key(v.nullable(schema), about);

const configuration = v.union([
  v.strictObject({
    $schema: besideKeys.$schema,
    defaults: section(v.strictObject(shared), documentKeys.defaults.about),
    prometheus: section(
      v.strictObject({
        servers: section(
          v.record(v.string(), v.pipe(prometheusServer, v.description("One server."))),
          sharedKeys.servers.about,
        ),
        exporters: section(
          v.record(v.string(), v.pipe(ownExporter, v.description("One exporter."))),
          sharedKeys.exporters.about,
        ),
      }),
      documentKeys.prometheus.about,
    ),
    pools: section(configuredPools, documentKeys.pools.about),
  }),
  // A bare list of pools is what the original accepted, too.
  configuredPools,
]);

/** The published JSON Schemas (draft 7, which editors know best), by file name. */
export function jsonSchemas(): Readonly<Record<string, JsonObject>> {
  return {
    "request.schema.json": jsonSchema("A request to oci-pool-utilization", request),
    "configuration.schema.json": jsonSchema("POOLS of oci-pool-utilization", configuration),
    "result.schema.json": jsonSchema("A result of oci-pool-utilization", result),
    "health.schema.json": jsonSchema("A health check of oci-pool-utilization", health),
    "doctor.schema.json": jsonSchema("What the doctor of oci-pool-utilization found", doctor),
  };
}

/** One of them. */
export function jsonSchema(title: string, schema: v.GenericSchema): JsonObject {
  const json = toJsonSchema(schema, {
    typeMode: "input",
    // What JSON Schema can't say (that a text is an OCID, say), only the function itself checks.
    errorMode: "ignore",
    overrideSchema: ({ valibotSchema, jsonSchema: converted }) => {
      if (!("entries" in valibotSchema)) return undefined;
      const { properties = {} } = converted;
      const described = Object.entries(valibotSchema.entries as v.ObjectEntries).map(
        ([name, entry]) => [name, Object.assign({}, properties[name], annotations(entry))],
      );
      const known = Object.fromEntries(described);
      return { ...converted, properties: known, additionalProperties: false };
    },
  });
  return { title, ...json };
}

/** What an editor shows of a key or a field. */
function annotations(entry: object) {
  if (!("about" in entry)) return {};
  const { about, otherwise } = entry as Described;
  return {
    description: describeKey(entry as Described),
    ...(otherwise === undefined ? {} : { default: otherwise }),
    ...(about.example === undefined ? {} : { examples: [about.example] }),
  };
}
