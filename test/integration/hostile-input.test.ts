import { randomFillSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import { type Answer, InvocationFailedError } from "../../src/delivery.ts";
import { createHandler } from "../../src/handler.ts";
import type { Call } from "../../src/triggers/trigger.ts";
import { bodies, headers, json, knownKeys } from "../fixtures/hostile-arbitraries.ts";
import { forEachSource } from "../support/collectors.ts";
import { configurationOf } from "../support/configuration.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { silentLogger } from "../support/logger.ts";
import { noServices } from "../support/no-services.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { noIngestion } from "../support/publishing.ts";
import { SteadyCollector } from "../support/steady-collector.ts";

const now = () => new Date("2026-11-23T20:40:00Z");

/** Every pool has one member at 40 % CPU, and none reports its memory. */
const collector = new SteadyCollector({ cpu: 40, memory: "no_data" });
function handlerOf(variables: Readonly<Record<string, string>>) {
  return createHandler({
    configuration: () => configurationOf(variables),
    collectors: forEachSource(collector),
    ...noServices,
    publishing: noIngestion,
    report: async () => {},
    endpoints: () => [],
    now,
  });
}

const unconfigured = handlerOf({});
const configured = handlerOf({
  PROMETHEUS_URL: "http://10.0.0.5:9090",
  POOLS: JSON.stringify({
    defaults: { windowMinutes: 15 },
    pools: [
      { name: "web", instancePoolId: poolId, source: "prometheus" },
      { name: "broken", instancePoolId: `${poolId}db`, windowMinutes: 0 },
    ],
  }),
});
const throwing = handlerOf({ ON_ERROR: "throw", POOLS: `[{"instancePoolId":"${poolId}"}]` });
const misconfigured = handlerOf({ POOLS: "[" });

function callWith(given: Readonly<Record<string, string | undefined>>): Call {
  const values = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  return { header: (name) => values.get(name.toLowerCase()) };
}

/** The message of a failed invocation, which FnAgent's callers see no more of. */
async function answerOf(answer: Promise<Answer>): Promise<Answer | string> {
  return answer.catch((error: unknown) => {
    if (error instanceof InvocationFailedError) return error.message;
    throw error;
  });
}

const triggers = ["direct", "event", "alarm", "connector-hub", "http"];
const httpStatuses = [200, 400, 404, 405, 502, 503, 504];

/** Whatever was asked, this holds for a document. */
function expectSoundDocument(text: string): void {
  const document: unknown = JSON.parse(text);
  expect(document).toMatchObject({
    status: expect.stringMatching(/^(ok|partial|failed)$/),
    trigger: expect.toBeOneOf(triggers),
    collectedAt: expect.stringMatching(/Z$/),
  });
  expect(text).not.toContain('"code":"INTERNAL"');
}

describe("the handler", () => {
  it("answers whatever it is sent, and never with INTERNAL", async () => {
    const anyHandler = fc.constantFrom(unconfigured, configured, throwing, misconfigured);
    const property = fc.asyncProperty(anyHandler, bodies, headers, async (handler, body, given) => {
      const answer = await answerOf(handler(body, callWith(given), silentLogger));

      if (typeof answer === "string") {
        expect(answer).not.toContain("INTERNAL");
        return;
      }
      const { document, httpStatus } = answer;
      expectSoundDocument(JSON.stringify(document));
      if (document.trigger === "http") expect(httpStatuses).toContain(httpStatus);
      else expect(httpStatus).toBeUndefined();
    });

    await fc.assert(property, { numRuns: 3_000 });
    expect({}).not.toHaveProperty("server");
  });

  it("keeps its word whatever is in a spec that is otherwise right", async () => {
    const settings = fc.tuple(fc.constantFrom(...knownKeys), json);
    const property = fc.asyncProperty(fc.array(settings, { maxLength: 3 }), async (entries) => {
      const extra = entries.map(([key, value]) => `,${JSON.stringify(key)}:${value}`).join("");
      const body = Buffer.from(`{"instancePoolId":"${poolId}"${extra}}`);
      const answer = await answerOf(unconfigured(body, callWith({}), silentLogger));

      if (typeof answer === "string") return;
      const { document } = answer;
      expectSoundDocument(JSON.stringify(document));
      // Memory was never reported, so whatever was asked, it has no number.
      if ("pools" in document) {
        for (const { memory } of document.pools) expect(memory.average).toBeNull();
      }
    });

    await fc.assert(property, { numRuns: 2_000 });
  });
});

const busy = (index: number) => ({
  id: `${poolId}n${index}`,
  displayName: `pool-${index}`,
  compartmentId,
  instances: [
    {
      id: instanceId(`n${index}`),
      displayName: `inst-${index}`,
      state: "Running",
      cpu: steady(index),
      memory: steady(50),
    },
  ],
});
const emulatedPools = Array.from({ length: 97 }, (_, index) => busy(index));

describe("the function process", () => {
  let emulator: OciEmulator;
  let agent: FnAgent;
  let pid: number | undefined;
  beforeAll(async () => {
    emulator = await OciEmulator.start({ tenancy: { pools: emulatedPools } });
    // Whoever switches on the event's log is sent the same bodies.
    const log = { LOG_LEVEL: "INFO", LOG_EVENT: "true" };
    agent = await startFunction({ ...emulator.environment, ...log });
  });
  afterAll(async () => {
    await agent.close();
    await emulator.close();
  });
  beforeEach(() => {
    pid = agent.pid;
  });
  afterEach(() => {
    expect(agent.pid).toBe(pid);
  });

  it("outlives arbitrary bytes and headers", async () => {
    const property = fc.asyncProperty(bodies, headers, async (body, given) => {
      const response = await agent.invoke(body, { headers: given as Record<string, string> });

      expect(response.status).toBeOneOf([200, 502]);
      if (response.status === 200) expectSoundDocument(response.body.toString());
      else expect(response.json()).toEqual({ message: "function failed" });
      expect(agent.pid).toBe(pid);
    });

    await fc.assert(property, { numRuns: 60 });
  });

  it("keeps text beyond ASCII whole, wherever its bytes are cut", async () => {
    const name = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });
    const chunkSize = fc.integer({ min: 1, max: 16 });
    const property = fc.asyncProperty(name, chunkSize, async (text, size) => {
      const named = { instancePoolId: `${poolId}n1`, name: text };

      const document = await ask(agent, { pools: [named, text] }, { chunkSize: size });

      expect(document.pools.map((pool) => pool.name)).toEqual([text, text]);
    });

    await fc.assert(property, { numRuns: 25 });
  });

  it("keeps text beyond ASCII whole over many sockets' chunks", async () => {
    const names = Array.from({ length: 500 }, (_, index) => `${"é漢😀".repeat(50)}${index}`);

    const document = await ask(agent, { pools: names }, { chunkSize: 65_521 });

    expect(document.pools.map(({ name }) => name)).toEqual(names);
  });

  // 194 queries at ten a second.
  it("answers for 97 pools when three of a hundred are wrong", { timeout: 120_000 }, async () => {
    const specs: unknown[] = emulatedPools.map(({ id }) => ({ instancePoolId: id }));
    specs.splice(10, 0, { instancePoolId: `${poolId}gone` });
    specs.splice(50, 0, { instancePoolId: "web" });
    specs.splice(99, 0, { instancePoolId: `${poolId}n96`, windowMinutes: "5" });

    const document = await ask(agent, { pools: specs });

    const failed = document.pools.flatMap(({ error }, index) =>
      error === undefined ? [] : [`${index} ${error.code}`],
    );
    const measured = document.pools.filter(({ status }) => status === "ok");
    expect(document.status).toBe("partial");
    expect(failed).toEqual(["10 POOL_NOT_FOUND", "50 INVALID_REQUEST", "99 INVALID_REQUEST"]);
    expect(measured.map(({ cpu }) => cpu.average)).toEqual(emulatedPools.map((_, index) => index));
  });

  /** OCI's limit is 6 MB; each of these is just below it. */
  const megabytes = (count: number) => count * 1_000_000;
  const fill = (start: string, unit: string, end: string) => {
    const room = megabytes(6) - start.length - end.length;
    return start + unit.repeat(Math.floor(room / Buffer.byteLength(unit))) + end;
  };
  const nested = (start: string, end: string, times: number) =>
    `${start.repeat(times)}1${end.repeat(times)}`;
  const unknownKeys = (count = 400_000) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));
  const poolsWithKeys = (count: number) => Array(1_000).fill(unknownKeys(count));
  const poolNames = (count: number) => ({
    pools: Array.from({ length: count }, (_, index) => `p${index}`),
  });
  const post = { "Fn-Http-Method": "POST" };

  it.each([
    ["nested arrays", () => nested("[", "]", megabytes(2.9)), {}],
    ["nested arrays, never closed", () => "[".repeat(megabytes(6)), {}],
    ["nested objects", () => nested('{"a":', "}", megabytes(0.95)), {}],
    ["as many nested arrays as are parsed", () => nested("[", "]", 199_000), {}],
    ["as many nested objects as are parsed", () => nested('{"a":', "}", 199_000), {}],
    ["as many unknown keys as are parsed", () => JSON.stringify(unknownKeys(199_000)), {}],
    [
      "as many keys beside an onError",
      () => JSON.stringify({ ...unknownKeys(199_000), onError: 1 }),
      {},
    ],
    [
      "as many keys beside a check",
      () => JSON.stringify({ ...unknownKeys(199_000), check: "health" }),
      {},
    ],
    [
      "as many keys beside a pool's name",
      () => JSON.stringify({ pools: [{ ...unknownKeys(199_000), pool: "web" }] }),
      {},
    ],
    ["unknown keys in each pool", () => JSON.stringify({ pools: poolsWithKeys(45) }), {}],
    ["a nested setting", () => nested('{"prometheus":', "}", 350_000), {}],
    ["a nested OCID", () => `{"instancePoolId":${nested("[", "]", megabytes(2.9))}}`, {}],
    ["a huge string", () => fill('"', "x", '"'), {}],
    ["a huge number", () => fill("", "9", ""), {}],
    ["a huge OCID", () => fill('{"instancePoolId":"ocid1.instancepool.oc1.', "a", '"}'), {}],
    ["a huge pool name", () => fill('{"pool":"', "漢", '"}'), {}],
    ["a huge unknown key", () => fill('{"', "k", '":1}'), {}],
    ["many unknown keys", () => JSON.stringify(unknownKeys()), {}],
    ["many keys beside pools", () => JSON.stringify({ ...unknownKeys(), pools: [] }), {}],
    ["a huge event type", () => fill('{"data":{},"eventType":"', "x", '"}'), {}],
    ["a huge alarm", () => `{"alarmMetaData":[${"{},".repeat(megabytes(1.9))}{}]}`, {}],
    ["a huge query", () => fill('{"alarmMetaData":[{"query":"', "ocid1.instancepool.", '"}]}'), {}],
    ["a huge batch", () => `[${'{"dimensions":{}},'.repeat(330_000)}1]`, {}],
    ["100,000 pools", () => JSON.stringify(poolNames(100_000)), {}],
    ["150,000 pools over HTTP", () => JSON.stringify(poolNames(150_000)), post],
    ["more than Fn takes", () => `[${" ".repeat(megabytes(7))}]`, {}],
    ["random bytes", () => randomFillSync(Buffer.alloc(megabytes(6))), {}],
    ["zero bytes", () => Buffer.alloc(megabytes(6)), {}],
    ["a form", () => fill("pool=", "a&", ""), post],
  ])("answers %s", async (_, body, given) => {
    const response = await agent.invoke(body(), { headers: given });

    expect(response.status).toBe(200);
    expectSoundDocument(response.body.toString());
  });

  it.each([
    ["a long query", `?${"pool=a&".repeat(2_000)}`],
    ["a query of many keys", `?${Array.from({ length: 2_000 }, (_, i) => `k${i}`).join("&")}`],
    ["a query that is deep", `?${"a.".repeat(3_000)}b=1`],
    ["a query that is as deep as headers allow", `?${".".repeat(15_000)}`],
    ["a query of nothing but signs", `?${"%&=.".repeat(3_500)}`],
  ])("answers %s", async (_, url) => {
    const get = { "Fn-Http-Method": "GET", "Fn-Http-Request-Url": url };

    const response = await agent.invoke("", { headers: get });

    expect(response.headers["fn-http-status"]).toBeOneOf(["400", "404"]);
    expectSoundDocument(response.body.toString());
  });

  it.each([
    ["an alarm's key", () => fill('{"alarmMetaData":[],"dedupeKey":"', "x", '"}')],
    ["an event's id", () => fill('{"eventType":"x","data":{},"eventID":"', "x", '"}')],
    ["a pool's name", () => fill('{"pools":["', "x", '"]}')],
  ])("neither logs nor repeats megabytes of %s", async (_, body) => {
    const callId = randomUUID();

    const response = await agent.invoke(body(), { callId });

    const lines = agent.logLines().filter((line) => line.includes(callId));
    expectSoundDocument(response.body.toString());
    expect(lines.length).toBeGreaterThan(0);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(100_000);
    expect(response.body.length).toBeLessThan(100_000);
  });
});

describe("a Prometheus server that answers whatever it likes", () => {
  const answerOf = (rows: string, more = "") =>
    `{"status":"success",${more}"data":{"resultType":"matrix","result":[${rows}]}}`;
  const repeat = (row: (index: number) => string, times: number) =>
    Array.from({ length: times }, (_, index) => row(index)).join();
  const points = repeat((index) => `[${1_795_872_000 + index}.5,"${index}123456"]`, 60);
  const gauge = (index: number) =>
    `{"__name__":"node_memory_MemTotal_bytes","instance":"h${index}"}`;

  // Each is some KB of gzip.
  it.each([
    [
      "points",
      () => answerOf(`{"metric":{},"values":[${repeat(() => '[1795872788,"1"]', 330_000)}]}`),
    ],
    ["hosts", () => answerOf(repeat((i) => `{"metric":${gauge(i)},"values":[${points}]}`, 4_000))],
    ["text beyond ASCII", () => answerOf("", `"warnings":["${"漢".repeat(5_200_000)}"],`)],
    ["text", () => answerOf("", `"warnings":["${"x".repeat(15_900_000)}"],`)],
    ["brackets", () => answerOf("[".repeat(990_000))],
    ["rows", () => answerOf(repeat(() => '{"metric":{}}', 490_000))],
    ["white space", () => " ".repeat(100_000_000)],
  ])("has no way to end the process with too many %s", { timeout: 120_000 }, async (_, text) => {
    const body = gzipSync(text(), { level: 1 });
    const server = createServer((incoming, response) => {
      incoming.resume();
      response.writeHead(200, { "content-encoding": "gzip" }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const emulator = await OciEmulator.start({ tenancy: { pools: [busy(0)] } });
    const agent = await startFunction({
      ...emulator.environment,
      PROMETHEUS_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    });
    const { pid } = agent;
    const pool = { instancePoolId: busy(0).id, source: "prometheus" };
    const pools = Array.from({ length: 16 }, (_unused, index) => ({
      ...pool,
      windowMinutes: 5 + index,
    }));

    const document = await ask(agent, { pools });

    expect(document.pools).toHaveLength(16);
    expect(agent.pid).toBe(pid);
    await agent.close();
    await emulator.close();
    server.closeAllConnections();
    server.close();
  });
});

describe("as many pools as a request has room for", () => {
  it("cost the function neither its life nor its caller the answer", async () => {
    const bundle = new URL("../../dist/func.cjs", import.meta.url).pathname;
    const agent = await FnAgent.start({ bundle, timeoutMs: 60_000 });
    try {
      const { pid } = agent;

      const response = await agent.invoke(`{"pools":[${"0,".repeat(2_900_000)}0]}`);

      expect(response.status).toBe(200);
      expectSoundDocument(response.body.toString());
      expect(agent.pid).toBe(pid);
    } finally {
      await agent.close();
    }
  });
});
