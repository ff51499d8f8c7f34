import { readdirSync, readFileSync } from "node:fs";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { demoPoolId } from "../../local/demo-tenancy.ts";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import type { ResultDocument } from "../../src/result/result-document.ts";
import { jsonSchemas } from "../../tools/json-schemas.ts";
import { configurationOf } from "../support/configuration.ts";
import { startFunction } from "../support/function-process.ts";

const root = new URL("../..", import.meta.url).pathname;
const text = (path: string) => readFileSync(`${root}/${path}`, "utf8");
const example = (name: string) => text(`examples/${name}`);
/** Code has tests of its own. */
const files = readdirSync(`${root}/examples`, { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== "README.md")
  .map(({ name }) => name);

const ajv = addFormats.default(new Ajv.default({ strict: false, allErrors: true }));
const validator = (name: string) => ajv.compile(JSON.parse(text(`schemas/${name}`)));
const isResult = validator("result.schema.json");

const instance = {
  id: "ocid1.instance.oc1.iad.anuwcljtdemoa7k2q",
  displayName: "inst-a7k2q-web",
  state: "Running",
  cpu: steady(20),
  memory: steady(40),
};
const pool = {
  id: demoPoolId,
  displayName: "web",
  compartmentId: "ocid1.compartment.oc1..aaaaaaaademo",
  freeformTags: { stage: "prod" },
  instances: [instance],
};

describe("the examples", () => {
  let emulator: OciEmulator;
  let agent: FnAgent;
  beforeAll(async () => {
    emulator = await OciEmulator.start({ tenancy: { pools: [pool] } });
    agent = await startFunction({ ...emulator.environment, POOLS: example("pools.json") });
  });
  afterAll(async () => {
    await agent.close();
    await emulator.close();
  });

  const payloads: readonly [file: string, trigger: string, pools: number][] = [
    ["request-pool.json", "direct", 1],
    ["request-configured-pool.json", "direct", 1],
    ["request-several-pools.json", "direct", 2],
    ["request-select.json", "direct", 1],
    ["event-instance-pool.json", "event", 1],
    ["event-instance.json", "event", 1],
    ["alarm.json", "alarm", 1],
    ["connector-hub.json", "connector-hub", 1],
  ];

  it.each(payloads)("gets an answer to %s", async (file, trigger, pools) => {
    const response = await agent.invoke(example(file));

    const document = response.json();
    expect(document).toMatchObject({ status: "ok", trigger });
    expect((document as ResultDocument).pools).toHaveLength(pools);
    expect(isResult(document), JSON.stringify(isResult.errors)).toBe(true);
  });

  it.each(["health", "doctor"])("gets an answer to request-%s.json", async (check) => {
    const response = await agent.invoke(example(`request-${check}.json`));

    const document = response.json();
    expect(document).toMatchObject({ status: "ok" });
    const isDocument = validator(`${check}.schema.json`);
    expect(isDocument(document), JSON.stringify(isDocument.errors)).toBe(true);
  });

  it("gets an answer to the body of resource-scheduler-resources.json", async () => {
    const [{ parameters }] = JSON.parse(example("resource-scheduler-resources.json"));
    const response = await agent.invoke(JSON.stringify(parameters[0].value));

    expect(response.json()).toMatchObject({ status: "ok", trigger: "direct" });
  });

  it("gets an answer to http-get.json", async () => {
    const { method, url } = JSON.parse(example("http-get.json"));
    const headers = {
      "Fn-Intent": "httprequest",
      "Fn-Http-Method": method,
      "Fn-Http-Request-Url": url,
    };
    const response = await agent.invoke("", { headers });

    expect(response.json()).toMatchObject({ status: "ok", trigger: "http" });
    expect(response.headers).toMatchObject({ "fn-http-status": "200" });
  });

  it.each([
    "pools.yaml",
    "pools-publish.yaml",
    "pools-select.yaml",
    "pools.json",
    "original-config.yaml",
  ])("configures by %s", (file) => {
    const { problems, pools } = configurationOf({ POOLS: example(file) });

    expect(problems).toEqual([]);
    expect(pools.filter(({ spec }) => !spec.ok)).toEqual([]);
    expect(pools.length).toBeGreaterThan(0);
  });

  it("are all run by this test", () => {
    const run = [
      ...payloads.map(([file]) => file),
      "request-health.json",
      "request-doctor.json",
      "resource-scheduler-resources.json",
      "http-get.json",
      "pools.yaml",
      "pools-publish.yaml",
      "pools-select.yaml",
      "pools.json",
      "original-config.yaml",
    ];

    expect([...run].sort()).toEqual([...files].sort());
    expect(run.filter((file) => !example("README.md").includes(file))).toEqual([]);
  });
});

describe("the JSON Schemas", () => {
  it.each(Object.entries(jsonSchemas()))(
    "are up to date: %s (else: npm run schemas)",
    (name, schema) => {
      expect(JSON.parse(text(`schemas/${name}`))).toEqual(schema);
    },
  );

  const isRequest = validator("request.schema.json");
  const isConfiguration = validator("configuration.schema.json");

  it.each(files.filter((name) => name.startsWith("request-")))("accept %s", (name) => {
    expect(isRequest(JSON.parse(example(name))), JSON.stringify(isRequest.errors)).toBe(true);
  });

  it.each([{ check: "health" }, { check: "doctor", pool: "web" }, { pool: "web" }])(
    "accept onError beside %j",
    (request) => {
      expect(isRequest({ ...request, onError: "throw" })).toBe(true);
    },
  );

  it.each(["pools.yaml", "pools-publish.yaml", "pools.json", "original-config.yaml"])(
    "accept %s",
    (name) => {
      const accepted = isConfiguration(parseYaml(example(name)));

      expect(accepted, JSON.stringify(isConfiguration.errors)).toBe(true);
    },
  );

  it.each([
    { instancePoolId: demoPoolId, windowMinuts: 5 },
    { instancePoolId: demoPoolId, windowMinutes: 0 },
    { instancePoolId: demoPoolId, source: "nagios" },
    { instancePoolId: demoPoolId, prometheus: { steal: "maybe" } },
    { pools: [] },
    { check: "surgeon" },
    { check: "health", pool: "web" },
    { check: "doctor", pools: ["web"] },
  ])("refuse the request %j", (request) => {
    expect(isRequest(request)).toBe(false);
  });

  it.each([
    { pool: [] },
    { pools: [{ window: 5 }] },
    { prometheus: { servers: { a: {} } } },
    { defaults: { instancePoolId: demoPoolId } },
    { defaults: { instance_pool_id: demoPoolId } },
    { defaults: { name: "web" } },
  ])("refuse the configuration %j", (configuration) => {
    expect(isConfiguration(configuration)).toBe(false);
  });
});
