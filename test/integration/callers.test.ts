import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { type EmulatedPool, steady } from "../../local/oci-emulator/tenancy.ts";
import { logOf, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";

const databasePoolId = `${poolId}db`;
const emptyPoolId = `${poolId}empty`;
const missingPoolId = `${poolId}gone`;

const member = (unique: string, cpu: number, memory: number) => ({
  id: instanceId(unique),
  displayName: `inst-${unique}-web`,
  state: "Running",
  cpu: steady(cpu),
  memory: steady(memory),
});
const silent = { id: instanceId("e"), displayName: "inst-e-db", state: "Running" };
const pools: readonly EmulatedPool[] = [
  {
    id: poolId,
    displayName: "shown only if not configured",
    compartmentId,
    instances: [member("a", 20, 40), member("b", 80, 60)],
  },
  {
    id: databasePoolId,
    displayName: "db",
    compartmentId,
    instances: [member("d", 30, 70), silent],
  },
  { id: emptyPoolId, displayName: "empty", compartmentId, instances: [] },
];
const configured = {
  POOLS: JSON.stringify({
    defaults: { windowMinutes: 10 },
    pools: [{ name: "web", instancePoolId: poolId, statistic: "max" }],
  }),
};

/** What the function answers for the two pools that can be measured. */
const web = {
  name: "web",
  instancePoolId: poolId,
  status: "ok",
  statistic: "max",
  cpu: { average: 50, reporting: 2 },
  memory: { average: 50, reporting: 2 },
};
const database = {
  name: "db",
  instancePoolId: databasePoolId,
  status: "partial",
  statistic: "mean",
  cpu: { average: 30, reporting: 1 },
  memory: { average: 70, reporting: 1 },
};

const fixtures = new URL("../fixtures/callers/", import.meta.url);
const fixture = (name: string): string => readFileSync(new URL(name, fixtures), "utf8");
/** A body as the tables have it: itself, or the name of a fixture. */
const bodyOf = (text: string): string => (/^[a-z0-9.-]+\.json$/.test(text) ? fixture(text) : text);

/** The headers that Fn makes of a call of an HTTP trigger. */
function httpHeaders(method: string, query = ""): Readonly<Record<string, string>> {
  return {
    "Fn-Intent": "httprequest",
    "Fn-Http-Method": method,
    "Fn-Http-Request-Url": `http://fn.example.com:8080/t/local/utilization${query}`,
    "Fn-Http-H-Accept": "*/*",
    "Fn-Http-H-Host": "fn.example.com:8080",
    "Fn-Http-H-User-Agent": "curl/8.5.0",
    "Fn-Http-H-X-Request-Id": "request-1",
  };
}

/** What the function itself has logged since then; the SDK's warnings know nothing of the call. */
function linesSince(before: number, agent: FnAgent) {
  return logOf(agent)
    .slice(before)
    .filter(({ message }) => message !== "A library warns");
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

let emulator: OciEmulator;
let agent: FnAgent;
beforeAll(async () => {
  emulator = await OciEmulator.start({ tenancy: { pools } });
  agent = await startFunction({ ...emulator.environment, ...configured });
});
afterAll(async () => {
  await agent.close();
  await emulator.close();
});

const notifications = { "X-OCI-NS-MessageId": "message-1", "X-OCI-NS-TopicName": "alarms" };
const detached = { "Fn-Invoke-Type": "detached", "Content-Type": "text/plain" };
const direct = (request: unknown) => JSON.stringify(request);
const both = { status: "partial", pools: [web, database] };

describe("a caller gets the document and is named in the log", () => {
  it.each([
    ["event", "event-1", "event-pool-updated.json", {}, { pools: [web] }],
    ["event", "event-2", "event-instance-of-pool.json", {}, { pools: [web] }],
    ["event", undefined, "event-pool-minimal.json", {}, { pools: [web] }],
    ["alarm", "message-1", "alarm-1.5-grouped.json", notifications, both],
    ["alarm", "alarm-2", "alarm-1.0-pool.json", {}, { pools: [web] }],
    ["alarm", "alarm-3", "alarm-1.1-reset.json", {}, { pools: [web] }],
    ["connector-hub", undefined, "connector-hub-pools.json", {}, { pools: [web] }],
    ["direct", undefined, "resource-scheduler-pools.json", detached, both],
    ["direct", undefined, "", detached, { pools: [web] }],
    ["direct", undefined, direct({ pool: "web" }), {}, { pools: [web] }],
    ["direct", undefined, direct({ instancePoolId: databasePoolId }), {}, { pools: [database] }],
  ])("%s, correlation id %s: %s", async (trigger, correlationId, body, headers, expected) => {
    const before = agent.logLines().length;

    const response = await agent.invoke(bodyOf(body), {
      headers: headers as Record<string, string>,
    });

    const lines = linesSince(before, agent);
    expect(response.status).toBe(200);
    expect(response.headers).not.toHaveProperty("fn-http-status");
    expect(response.headers["content-type"]).toBe("application/json");
    expect(response.json()).toMatchObject({ trigger, ...expected });
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) {
      expect([line["trigger"], line["correlation_id"]]).toEqual([trigger, correlationId]);
    }
  });
});

describe("an HTTP caller gets the document with a status", () => {
  it.each([
    ["GET", "?pool=web", "", 200, { status: "ok", pools: [web] }],
    ["GET", "", "", 200, { status: "ok", pools: [web] }],
    ["GET", "?pool=web&pool=w%C3%A9b", "", 200, { status: "partial" }],
    ["GET", `?instancePoolId=${databasePoolId.toUpperCase()}`, "", 200, { pools: [database] }],
    ["HEAD", "?pool=web", "", 200, { status: "ok" }],
    ["POST", "", "resource-scheduler-pools.json", 200, both],
    ["POST", "?pool=ignored", direct({ pool: "web" }), 200, { pools: [web] }],
    ["GET", "?check=health", "", 200, { status: "ok", checks: { principal: { status: "ok" } } }],
    ["GET", "?windowMinutes=five&pool=web", "", 400, { error: { code: "INVALID_REQUEST" } }],
    ["GET", "?pool=web&statistic=max&statistic=min", "", 400, { status: "failed" }],
    ["POST", "", "{", 400, { error: { code: "INVALID_REQUEST" } }],
    ["POST", "", "event-pool-updated.json", 400, { error: { code: "INVALID_REQUEST" } }],
    ["GET", "?pool=db", "", 404, { error: { code: "POOL_NOT_FOUND" } }],
    ["POST", "", direct({ instancePoolId: missingPoolId }), 404, { status: "failed" }],
    ["GET", `?instancePoolId=${emptyPoolId}`, "", 502, { status: "failed" }],
    ["POST", "", direct({ pool: "db", onError: "throw" }), 404, { status: "failed" }],
  ])("%s %s %s: %i", async (method, query, body, httpStatus, expected) => {
    const before = agent.logLines().length;

    const response = await agent.invoke(bodyOf(body), { headers: httpHeaders(method, query) });

    expect(response.status).toBe(200);
    expect(response.headers["fn-http-status"]).toBe(String(httpStatus));
    expect(response.headers["content-type"]).toBe("application/json");
    expect(response.json()).toMatchObject({ trigger: "http", ...expected });
    for (const line of linesSince(before, agent)) {
      expect(line).toMatchObject({ trigger: "http", correlation_id: "request-1" });
    }
  });
});

describe("a pool that a message names five times", () => {
  it.each([
    ["alarm", "alarm-1.5-grouped.json"],
    ["connector-hub", "connector-hub-pools.json"],
  ])("is asked for once: %s", async (trigger, name) => {
    const message = fixture(name).replaceAll(databasePoolId, poolId);
    expect(message.split(`"instancePoolId": "${poolId}"`).length).toBeGreaterThan(5);
    emulator.clearRequests();

    const response = await agent.invoke(message);

    const operations = emulator.requests.map(({ operation }) => operation);
    expect(response.json()).toMatchObject({ trigger, status: "ok", pools: [web] });
    expect(operations.filter((operation) => operation === "SummarizeMetricsData")).toHaveLength(2);
  });
});

/** After five failures in a row the source is not asked again. */
const unavailable = expect.stringMatching(/^(SOURCE_UNAVAILABLE|CIRCUIT_OPEN)$/);

describe("a function whose metrics can't be had", () => {
  let unlucky: FnAgent;
  beforeAll(async () => {
    const monitoring = { OCI_MONITORING_ENDPOINT: `http://127.0.0.1:${await closedPort()}` };
    const environment = { ...emulator.environment, ...configured, ...monitoring };
    unlucky = await startFunction({ ...environment, ON_ERROR: "throw" });
  });
  afterAll(() => unlucky.close());

  let before = 0;
  beforeEach(() => {
    before = unlucky.logLines().length;
  });

  it.each([
    ["event", "event-pool-updated.json", "event-1"],
    ["alarm", "alarm-1.0-pool.json", "alarm-2"],
    ["alarm", "alarm-1.5-grouped.json", "alarm-5"],
    ["connector-hub", "connector-hub-pools.json", undefined],
    ["direct", "resource-scheduler-pools.json", undefined],
  ])("has %s try again later: %s", async (trigger, name, correlationId) => {
    const { pid } = unlucky;

    const response = await unlucky.invoke(fixture(name));

    expect([response.status, response.json()]).toEqual([502, { message: "function failed" }]);
    expect(unlucky.pid).toBe(pid);
    const lines = linesSince(before, unlucky);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect([line["trigger"], line["correlation_id"]]).toEqual([trigger, correlationId]);
    }
  });

  it.each([
    ["event-pool-gone.json", "POOL_NOT_FOUND"],
    ["event-instance-alone.json", "UNSUPPORTED_EVENT"],
    ["alarm-1.3-bucket.json", "UNSUPPORTED_EVENT"],
    ["connector-hub-network.json", "UNSUPPORTED_EVENT"],
  ])("answers what will never succeed, so that it isn't sent again: %s", async (name, code) => {
    const response = await unlucky.invoke(fixture(name));

    expect(response.status).toBe(200);
    expect(response.json()).toMatchObject({ status: "failed" });
    expect(response.body.toString()).toContain(`"code":"${code}"`);
  });

  it("has an HTTP caller wait, in its status and its document", async () => {
    const response = await unlucky.invoke("", { headers: httpHeaders("GET", "?pool=web") });

    expect([response.status, response.headers["fn-http-status"]]).toEqual([200, "503"]);
    expect(response.json()).toMatchObject({
      status: "failed",
      pools: [
        {
          cpu: { average: null },
          memory: { average: null },
          error: { code: unavailable, retryable: true },
        },
      ],
    });
  });

  it("tells a direct caller who wants the document", async () => {
    const response = await unlucky.invoke(direct({ pool: "web", onError: "return" }));

    expect(response.json()).toMatchObject({
      status: "failed",
      pools: [{ error: { code: unavailable, retryable: true } }],
    });
  });
});

/** What a payload is to be answered with. */
interface Payload {
  readonly name: string;
  readonly body: string;
  readonly expected: object;
}

const unsupported = (trigger: string) => ({
  trigger,
  status: "failed",
  pools: [],
  error: { code: "UNSUPPORTED_EVENT", retryable: false },
});
const invalid = { status: "failed", error: { code: "INVALID_REQUEST", retryable: false } };
const failedPool = (code: string) => ({ status: "failed", pools: [{ error: { code } }] });
const unknownCheck = {
  trigger: "direct",
  ...invalid,
  error: { code: "INVALID_REQUEST", message: 'check: expected "health" or "doctor"' },
};

const fixtureAnswers: Readonly<Record<string, object>> = {
  "alarm-1.0-no-pool.json": unsupported("alarm"),
  "alarm-1.0-pool.json": { trigger: "alarm", status: "ok", pools: [web] },
  "alarm-1.1-reset.json": { trigger: "alarm", status: "ok", pools: [web] },
  "alarm-1.3-bucket.json": unsupported("alarm"),
  "alarm-1.5-grouped.json": { trigger: "alarm", ...both },
  "alarm-1.5-split-upper-case.json": { trigger: "alarm", status: "ok", pools: [web] },
  "connector-hub-network.json": unsupported("connector-hub"),
  "connector-hub-pools.json": { trigger: "connector-hub", status: "ok", pools: [web] },
  "event-bucket-created.json": unsupported("event"),
  "event-instance-alone.json": unsupported("event"),
  "event-instance-of-pool.json": { trigger: "event", status: "ok", pools: [web] },
  "event-pool-gone.json": { trigger: "event", ...failedPool("POOL_NOT_FOUND") },
  "event-pool-minimal.json": { trigger: "event", status: "ok", pools: [web] },
  "event-pool-updated.json": { trigger: "event", status: "ok", pools: [web] },
  "resource-scheduler-another-check.json": unknownCheck,
  "resource-scheduler-pools.json": { trigger: "direct", ...both },
};

/** Messages of real systems, which live beside the project; without them there are the fixtures. */
const samples = new URL("../../../shared/samples/", import.meta.url);
const sampleAnswers: Readonly<Record<string, object>> = {
  "alarm-bucket-no-instance-v1.3.json": unsupported("alarm"),
  "alarm-cpu-ok-to-firing-v1.0-compact.json": unsupported("alarm"),
  "alarm-docs-raw-grouped-v1.5-repaired.json": unsupported("alarm"),
  "alarm-memory-ok-to-firing-v1.0.json": unsupported("alarm"),
  "connector-hub-metric-object.json": unsupported("connector-hub"),
  "event-launchinstance-end-real.json": unsupported("event"),
  "event-objectstorage-createbucket-real.json": unsupported("event"),
  // Its OCID is masked, so it is no OCID.
  "event-updateinstancepool-begin-minimal.json": {
    trigger: "event",
    ...failedPool("INVALID_REQUEST"),
  },
  "resource-scheduler-resources-with-body.json": unknownCheck,
  // Not messages to a function, but what a person may send by mistake.
  "summarize-metrics-oracle-mcp-mock.json": unsupported("connector-hub"),
  "summarize-metrics-predicate-recorded-a.json": unsupported("connector-hub"),
};

/** A sample as the function gets it: two of them are part of a message, or around one. */
function messageOf(name: string, text: string): string {
  if (name.startsWith("connector-hub-metric-object")) return `[${text}]`;
  if (!name.startsWith("resource-scheduler")) return text;
  const [resource] = JSON.parse(text);
  return JSON.stringify(resource.parameters[0].value);
}

function payloadsOf(
  directory: URL,
  answers: Readonly<Record<string, object>>,
  message: (name: string, text: string) => string,
): readonly Payload[] {
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => name.endsWith(".json"));
  return names.map((name) => ({
    name,
    body: message(name, readFileSync(new URL(name, directory), "utf8")),
    expected: answers[name] ?? { trigger: "direct", ...invalid },
  }));
}

const fixturePayloads = payloadsOf(fixtures, fixtureAnswers, (_, text) => text);
const samplePayloads = payloadsOf(samples, sampleAnswers, messageOf);

describe("a message of OCI", () => {
  it("has an answer in the table, when it is a fixture", () => {
    expect(fixturePayloads.map(({ name }) => name).sort()).toEqual(Object.keys(fixtureAnswers));
  });

  it.each([...fixturePayloads, ...samplePayloads])("is answered: $name", async (payload) => {
    const response = await agent.invoke(payload.body);

    expect(response.status).toBe(200);
    expect(response.json()).toMatchObject(payload.expected);
  });

  const aboutMachines = [...fixturePayloads, ...samplePayloads].filter(({ body }) =>
    /"Default"|ocid1\.instancepool\.[^"]*\.{3}/.test(body),
  );
  it.each(aboutMachines)("is about a pool when its machines are in one: $name", async (payload) => {
    const inPool = payload.body.replace(
      /"Default"|"ocid1\.instancepool\.[^"]*\.{3}"/g,
      `"${poolId}"`,
    );

    const response = await agent.invoke(inPool);

    expect(response.json()).toMatchObject({
      pools: expect.arrayContaining([expect.objectContaining({ name: "web", status: "ok" })]),
    });
  });
});
