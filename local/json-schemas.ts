import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { aliases, identityKeys, ignoredKeys, poolSettings } from "../src/config/pool-settings.ts";
import { completePoolSpec } from "../src/config/pool-spec.ts";
import { strictObject } from "../src/config/problems.ts";
import { prometheusServer as server } from "../src/config/prometheus-servers.ts";
import { doctor, health } from "./check-schemas.ts";
import { described } from "./described.ts";
import {
  authTexts,
  matchTexts,
  poolTexts,
  prometheusTexts,
  publishTexts,
  serverTexts,
} from "./descriptions.ts";
import { result } from "./result-schema.ts";

/** The texts with the defaults that the function really applies. */
function withDefaults<T extends Readonly<Record<string, string>>>(texts: T, defaults: object): T {
  const all = Object.entries(texts).map(([key, text]) => {
    const value: unknown = Reflect.get(defaults, key);
    if (value === undefined || value === "" || key === "prometheus") return [key, text];
    return [key, `${text} Default: ${typeof value === "string" ? value : JSON.stringify(value)}.`];
  });
  return Object.fromEntries(all) as T;
}

const defaults = completePoolSpec("");
const { prometheus, publish } = poolSettings.entries;
const { match } = prometheus.wrapped.entries;
const entries = described(
  {
    ...poolSettings.entries,
    prometheus: v.optional(
      strictObject(
        described(
          {
            ...prometheus.wrapped.entries,
            match: v.optional(strictObject(described(match.wrapped.entries, matchTexts))),
          },
          withDefaults(prometheusTexts, defaults.prometheus),
        ),
      ),
    ),
    publish: v.optional(strictObject(described(publish.wrapped.entries, publishTexts))),
  },
  withDefaults(poolTexts, defaults),
);
const prometheusServer = v.pipe(
  strictObject(
    described(
      {
        ...server.entries,
        auth: v.optional(strictObject(described(server.entries.auth.wrapped.entries, authTexts))),
      },
      serverTexts,
    ),
  ),
  v.description("One server."),
);

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
const shared = Object.fromEntries(
  Object.entries(spec).filter(([key]) => !identityKeys.some((identity) => identity === key)),
);
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
  v.strictObject({ ...schemaUrl, check: v.literal("health"), onError }),
  v.strictObject({ ...schemaUrl, check: v.literal("doctor"), ...named, onError }),
  v.strictObject({ ...schemaUrl, check: v.literal("doctor"), ...spec, onError }),
]);

const configuration = v.strictObject({
  ...schemaUrl,
  defaults: v.optional(
    v.pipe(v.strictObject(shared), v.description("What a pool has that doesn't say otherwise.")),
  ),
  prometheus: v.optional(
    v.pipe(
      v.strictObject({
        servers: v.optional(
          v.pipe(
            v.record(v.string(), prometheusServer),
            v.description("The Prometheus servers that may be asked, by name."),
          ),
        ),
      }),
      v.description("What the pools measured there share."),
    ),
  ),
  pools: v.optional(
    v.pipe(
      v.array(v.strictObject(spec)),
      v.description("What an empty request measures, and what names stand for."),
    ),
  ),
});

/** The published JSON Schemas (draft 7, which editors know best), by file name. */
export function jsonSchemas(): Readonly<Record<string, object>> {
  return {
    "request.schema.json": jsonSchema("A request to oci-pool-utilization", request),
    "configuration.schema.json": jsonSchema("POOLS of oci-pool-utilization", configuration),
    "result.schema.json": jsonSchema("A result of oci-pool-utilization", result),
    "health.schema.json": jsonSchema("A health check of oci-pool-utilization", health),
    "doctor.schema.json": jsonSchema("What the doctor of oci-pool-utilization found", doctor),
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
