import Ajv from "ajv";
import addFormats from "ajv-formats";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { ownExporter } from "../../../src/config/exporters.ts";
import { poolSettings } from "../../../src/config/pool-spec.ts";
import { prometheusServer } from "../../../src/config/prometheus-servers.ts";
import { jsonSchemas } from "../../../tools/json-schemas.ts";
import { configurationOf } from "../../support/configuration.ts";
import { poolId } from "../../support/ocids.ts";

const ajv = addFormats.default(new Ajv.default({ strict: false, allErrors: true }));
const isConfiguration = ajv.compile(jsonSchemas()["configuration.schema.json"] ?? {});
const pool = { instancePoolId: poolId };
const server = { url: "http://prometheus.example:9090/" };
const withServer = (change: object) => ({
  prometheus: { servers: { default: { ...server, ...change } } },
});

describe("the schema of the configuration", () => {
  it.each([
    {},
    { $schema: "x", pools: null, defaults: null, prometheus: null },
    { prometheus: { servers: null } },
    [pool],
    { pools: [{ instancePoolId: poolId.toUpperCase(), region: "IAD", name: "web" }] },
    { pools: [{ instance_pool_id: poolId, monitoring_method: "oci", cpu_threshold: 80 }] },
    { pools: [{ ...pool, prometheus_url: "http://prometheus.example:9090" }] },
    {
      pools: [
        { ...pool, publish: { namespace: "pools" }, prometheus: { match: { by: "hostname" } } },
      ],
    },
    { defaults: { minCoverage: 0.5, windowMinutes: 10, statistic: "p95" } },
    withServer({ auth: { username: "me", password: "p" }, headers: { "X-Scope-OrgID": "a" } }),
    withServer({ proxy: "http://me:p@proxy.example:3128" }),
  ])("accepts what the function accepts: %j", (document) => {
    const { problems, pools } = configurationOf({ POOLS: JSON.stringify(document) });

    expect([...problems, ...pools.flatMap(({ spec }) => (spec.ok ? [] : spec.problems))]).toEqual(
      [],
    );
    expect(isConfiguration(document), JSON.stringify(isConfiguration.errors)).toBe(true);
  });
});

describe("an example of a key", () => {
  const keys = Object.entries({
    ...poolSettings.entries,
    ...poolSettings.entries.select.wrapped.entries,
    ...poolSettings.entries.prometheus.wrapped.entries,
    ...poolSettings.entries.publish.wrapped.entries,
    ...prometheusServer.entries,
    ...ownExporter.entries,
  });
  const examples = keys.flatMap(([name, key]): [string, unknown, v.GenericSchema][] =>
    key.about?.example === undefined ? [] : [[name, key.about.example, key]],
  );

  it.each(examples)("of %s is one that the function accepts: %j", (_, example, key) => {
    expect(v.safeParse(key, example).issues).toBe(undefined);
  });
});
