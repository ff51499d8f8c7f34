import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import { EmulatedPrometheus } from "../support/emulated-prometheus.ts";
import { ask, logOf, startFunction } from "../support/function-process.ts";
import { documentedMessages, undocumented } from "../support/log-contract.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { createTemporaryDirectory } from "../support/temporary-directory.ts";

const instances = [
  {
    id: instanceId("a"),
    displayName: "a",
    state: "Running",
    cpu: steady(20),
    memory: steady(40),
  },
];
const pools = [
  { id: poolId, displayName: "web", compartmentId, instances },
  { id: `${poolId}empty`, displayName: "empty", compartmentId, instances: [] },
];
const gone = `${poolId}gone`;

const good = { instancePoolId: poolId };
const alarm = {
  dedupeKey: "the-alarm",
  alarmMetaData: [{ dimensions: [{ instancePoolId: poolId }] }],
};
/** What a careless library might do in the function's process. */
const strayFaults = `
setInterval(() => Promise.reject(new Error("a rejection nobody handles")), 50);
setInterval(() => { throw new Error("an exception nobody handles"); }, 50);
setInterval(() => console.warn("x".repeat(970), "Authorization: Bearer s3cret-and-long"), 50);
`;
const published = (namespace: string) => ({ ...good, publish: { namespace } });
const requests: readonly unknown[] = [
  ...[
    good,
    alarm,
    { check: "health" },
    { check: "doctor", ...good },
    "not JSON",
    { pool: "web" },
    { pools: [5, good] },
  ],
  ...[{ instancePoolId: gone }, { instancePoolId: gone, onError: "throw" }],
  ...[{ instancePoolId: `${poolId}empty` }, { ...good, source: "prometheus" }],
  { ...good, name: "é漢😀\u2028\n".repeat(1_000), password: "s3cret", token: { a: "s3cret" } },
  ...["taken", "partly_taken", "refused"].map(published),
  { pools: Array.from({ length: 80 }, (_, index) => ({ instancePoolId: `${gone}${index}` })) },
];

describe("the log of the function", () => {
  let emulator: OciEmulator;
  let prometheus: EmulatedPrometheus;
  let agent: FnAgent | undefined;
  beforeAll(async () => {
    emulator = await OciEmulator.start({
      tenancy: { pools },
      refuseMetric: ({ namespace, name }) =>
        namespace === "refused" || (namespace === "partly_taken" && name === "CpuUtilization")
          ? "not this one"
          : undefined,
    });
    const host = { labels: { instance: "a:9100" }, up: 1, cpu: 20, memory: 40 };
    const isMemory = () => prometheus.queries.at(-1)?.startsWith("{") ?? false;
    const fault = { status: 422, body: "too many samples" };
    prometheus = await EmulatedPrometheus.start(
      () => [host],
      () => (isMemory() ? fault : undefined),
    );
  });
  afterEach(() => agent?.close());
  afterAll(async () => {
    await emulator.close();
    await prometheus.close();
  });

  async function start(environment: Readonly<Record<string, string>>, nodePath?: string) {
    const variables = { ...emulator.environment, PROMETHEUS_URL: prometheus.url, ...environment };
    agent = await startFunction(variables, nodePath);
    return agent;
  }

  const invoke = (fn: FnAgent, request: unknown) =>
    fn.invoke(typeof request === "string" ? request : JSON.stringify(request));

  it("has no line that docs/logging.md does not know, and every message that it knows", async () => {
    const messages = new Set<unknown>();
    const directory = await createTemporaryDirectory();
    const faults = join(directory.path, "faults.cjs");
    await writeFile(faults, strayFaults);
    const unreachable = { PROMETHEUS_URL: "http://127.0.0.1:1" };
    for (const more of [
      { LOG_LEVEL: "DEBUG", ...unreachable },
      { LOG_LEVEL: "DEBUG", NODE_OPTIONS: `--require ${faults}` },
      { LOG_LEVEL: "ERROR" },
      { FUNCTION_METRICS_NAMESPACE: "refused" },
    ]) {
      const fn = await start({ LOG_EVENT: "true", ...more });
      const { pid } = fn;
      for (const request of requests) await invoke(fn, request);

      expect(fn.pid).toBe(pid);
      expect(fn.logLines().flatMap(undocumented)).toEqual([]);
      expect(fn.logLines().join("\n")).not.toContain("s3cret");
      for (const { message } of logOf(fn)) messages.add(message);
      await fn.close();
    }
    await directory.remove();

    expect([...messages].sort()).toEqual(documentedMessages.map(({ message }) => message).sort());
  });

  it("keeps its contract when it is sampled, and says so on every line of a call", async () => {
    const fn = await start({ LOG_LEVEL: "ERROR", LOG_SAMPLE_RATE: "1" });

    await ask(fn, good);

    expect(fn.logLines().flatMap(undocumented)).toEqual([]);
    // Newer versions of Node warn of what the SDK uses.
    const lines = logOf(fn).filter(
      (line) => "function_request_id" in line && line["message"] !== "A library warns",
    );
    expect(lines.map(({ level, sampling_rate }) => `${level} ${sampling_rate}`)).toEqual([
      "DEBUG 1",
      "INFO 1",
      "INFO 1",
    ]);
  });

  it("has no line of a library's own, whatever a key DEBUG would have it write", async () => {
    const proxy = "http://me:s3cret@127.0.0.1:1";
    const fn = await start({ DEBUG: "*", PROMETHEUS_PROXY: proxy });

    await ask(fn, { ...good, source: "prometheus" });

    expect(fn.logLines().flatMap(undocumented)).toEqual([]);
    expect(fn.logLines().join("\n")).not.toContain("s3cret");
  });

  it("shows what led to an error, and only then", async () => {
    const fn = await start({ LOG_LEVEL: "WARN" });

    await ask(fn, good);
    expect(fn.logLines()).toEqual([]);
    await ask(fn, { instancePoolId: gone });

    // What the SDK says in between is the SDK's affair.
    expect(logOf(fn).filter(({ message }) => message !== "A library warns")).toMatchObject([
      { level: "DEBUG", message: "Measuring pool", instance_pool_id: gone, cold_start: false },
      { level: "ERROR", message: "Pool failed", error: { code: "POOL_NOT_FOUND" } },
    ]);
  });

  it("has the caller's own id of a call", async () => {
    const fn = await start({ LOG_LEVEL: "INFO" });

    await invoke(fn, alarm);
    await ask(fn, good, { headers: { "opc-request-id": "the-request" } });

    const ids = logOf(fn).map(({ correlation_id }) => correlation_id);
    expect([...new Set(ids)]).toEqual(["the-alarm", "the-request"]);
  });

  it.each([
    ["that nobody reads any more", "exec > >(exec 0<&-; true)"],
    ["on a full disk", "exec > /dev/full"],
  ])("costs no answer with a stdout %s", async (_, redirection) => {
    const directory = await createTemporaryDirectory();
    const nodePath = join(directory.path, "node");
    await writeFile(nodePath, `#!/bin/bash\n${redirection}\nexec "${process.execPath}" "$@"\n`);
    await chmod(nodePath, 0o755);
    const fn = await start({ LOG_LEVEL: "DEBUG", LOG_EVENT: "true" }, nodePath);
    const { pid } = fn;

    for (const request of requests) await invoke(fn, request);

    expect((await ask(fn, good)).status).toBe("ok");
    expect(fn.pid).toBe(pid);
    expect(fn.logLines()).toEqual([]);
    await directory.remove();
  });
});
