import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { aliases, ignoredKeys, poolSettings } from "../src/config/pool-settings.ts";
import { sources } from "../src/config/pool-spec.ts";
import { prometheusServer } from "../src/config/prometheus-servers.ts";
import type { ErrorCode } from "../src/errors.ts";
import type { MissingReason } from "../src/result/reading.ts";
import type { ResultDocument } from "../src/result/result-document.ts";
import { triggerNames } from "../src/triggers/trigger.ts";

/** What an editor shows beside a key; a key without a text doesn't compile. */
const descriptions: Readonly<Record<keyof typeof poolSettings.entries, string>> = {
  instancePoolId: "OCID of the pool.",
  name: "What results and logs call the pool. Default: its display name.",
  source: "Where its utilization is read from. Default: oci.",
  compartmentId: "OCID of the pool's compartment. Default: asked from OCI.",
  region: "Region id or key. Default: from the OCID, else the principal's.",
  windowMinutes: "How far to look back, in minutes. Default: 5.",
  statistic: "Over time, for each instance. Default: mean.",
  minCoverage: "Below this share of running members reporting, the pool fails. Default: 0.",
  includeInstances: "Add each member's own values to the result. Default: false.",
  prometheus: "How to find the members on a Prometheus server.",
};
const entries = described(poolSettings.entries, descriptions);

/** The same entries; a description changes nothing about what they accept. */
function described<E extends v.ObjectEntries>(all: E, texts: Readonly<Record<keyof E, string>>): E {
  const withTexts = Object.entries(all).map(([key, schema]) => [
    key,
    v.pipe(schema as v.GenericSchema, v.description(texts[key] ?? "")),
  ]);
  return Object.fromEntries(withTexts) as E;
}

/** The original's keys mean the same, so an editor must not call them mistakes. */
const originalKeys = {
  ...Object.fromEntries(
    Object.entries(aliases).map(([alias, key]) => [
      alias,
      v.pipe(entries[key], v.description(`The original framework's name of ${key}.`)),
    ]),
  ),
  ...Object.fromEntries(
    [...ignoredKeys].map((key) => [
      key,
      v.optional(v.pipe(v.unknown(), v.description("Of the original framework; ignored."))),
    ]),
  ),
  prometheus_url: v.optional(
    v.pipe(v.string(), v.description("The original framework's way to name a Prometheus server.")),
  ),
};

const schemaUrl = { $schema: v.optional(v.string()) };
const onError = v.optional(
  v.pipe(
    v.picklist(["return", "throw"]),
    v.description(
      "throw makes a failed document a failed invocation. Default: ON_ERROR, or return.",
    ),
  ),
);
const { instancePoolId: _instancePoolId, name: _name, ...overrides } = entries;
const pool = v.pipe(v.string(), v.description("The name of a configured pool."));
const spec = { ...entries, ...originalKeys };
const named = { pool, ...overrides };

const request = v.union([
  v.strictObject({ ...schemaUrl, ...spec, onError }),
  v.strictObject({ ...schemaUrl, ...named, onError }),
  v.strictObject({
    ...schemaUrl,
    pools: v.pipe(
      v.array(v.union([pool, v.strictObject(named), v.strictObject(spec)])),
      v.minLength(1),
    ),
    onError,
  }),
  v.strictObject({ ...schemaUrl, check: v.literal("health") }),
]);

const configuration = v.strictObject({
  ...schemaUrl,
  defaults: v.optional(
    v.pipe(v.strictObject(spec), v.description("What a pool has that doesn't say otherwise.")),
  ),
  prometheus: v.optional(
    v.strictObject({
      servers: v.optional(
        v.pipe(
          v.record(v.string(), prometheusServer),
          v.description("The Prometheus servers that may be asked, by name."),
        ),
      ),
    }),
  ),
  pools: v.optional(v.array(v.strictObject(spec))),
});

const nullablePercent = v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(100)));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const instant = v.pipe(v.string(), v.isoTimestamp());
const status = v.picklist(["ok", "partial", "failed"]);
const statistic = v.nullable(v.picklist(["mean", "max", "min", "p50", "p90", "p95", "p99"]));
const utilization = v.strictObject({
  average: nullablePercent,
  min: nullablePercent,
  max: nullablePercent,
  p95: nullablePercent,
  reporting: count,
});
const errorInfo = v.strictObject({
  code: v.picklist<readonly ErrorCode[]>([
    "INVALID_REQUEST",
    "UNSUPPORTED_EVENT",
    "POOL_NOT_FOUND",
    "NOT_AUTHENTICATED",
    "EMPTY_POOL",
    "NO_DATA",
    "LOW_COVERAGE",
    "THROTTLED",
    "SOURCE_UNAVAILABLE",
    "CIRCUIT_OPEN",
    "DEADLINE_EXCEEDED",
    "INTERNAL",
  ]),
  message: v.string(),
  retryable: v.boolean(),
  hint: v.exactOptional(v.string()),
});
const instance = { id: v.string(), displayName: v.string() };
const missing = v.strictObject({
  ...instance,
  metrics: v.array(v.picklist(["cpu", "memory"])),
  reason: v.picklist<readonly MissingReason[]>([
    "no_data",
    "stale",
    "target_down",
    "warming_up",
    "not_a_number",
    "unresolved_host",
    "query_failed",
  ]),
});
const detail = v.strictObject({ ...instance, cpu: nullablePercent, memory: nullablePercent });
const poolResult = v.strictObject({
  name: v.string(),
  instancePoolId: v.nullable(v.string()),
  source: v.nullable(v.picklist(sources)),
  status,
  window: v.nullable(v.strictObject({ start: instant, end: instant })),
  statistic,
  cpu: utilization,
  memory: utilization,
  instances: v.nullable(
    v.strictObject({
      total: count,
      running: count,
      reporting: count,
      missing: v.array(missing),
      details: v.exactOptional(v.array(detail)),
    }),
  ),
  warnings: v.array(v.string()),
  error: v.exactOptional(errorInfo),
});

/** Doesn't compile when it is not the schema of ResultDocument. */
const result: v.GenericSchema<ResultDocument, ResultDocument> = v.strictObject({
  status,
  trigger: v.picklist(triggerNames),
  collectedAt: instant,
  durationMs: v.pipe(v.number(), v.minValue(0)),
  pools: v.array(poolResult),
  error: v.exactOptional(errorInfo),
});

/** The published JSON Schemas (draft 7, which editors know best), by file name. */
export function jsonSchemas(): Readonly<Record<string, object>> {
  return {
    "request.schema.json": jsonSchema("A request to oci-pool-utilization", request),
    "configuration.schema.json": jsonSchema("POOLS of oci-pool-utilization", configuration),
    "result.schema.json": jsonSchema("A result of oci-pool-utilization", result),
  };
}

function jsonSchema(title: string, schema: v.GenericSchema): object {
  const json = toJsonSchema(schema, {
    typeMode: "input",
    // What JSON Schema can't say (that a text is an OCID, say), only the function itself checks.
    errorMode: "ignore",
    overrideSchema: ({ valibotSchema, jsonSchema: converted }) =>
      valibotSchema.type === "object_with_rest"
        ? { ...converted, additionalProperties: false }
        : undefined,
  });
  return { title, ...json };
}
