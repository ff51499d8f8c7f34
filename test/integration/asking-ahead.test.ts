import { afterEach, describe, expect, it } from "vitest";
import { callsInARow } from "../../local/oci-emulator/calls-in-a-row.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { EmulatedPrometheus } from "../support/emulated-prometheus.ts";
import { ask, logOf, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";

/** What each of the hosts in Prometheus has; the label that names the pool is the hosts' own. */
const cpu = { a: 20, b: 80 } as const;
const hosts = () =>
  (["a", "b"] as const).map((unique) => ({
    labels: { instance: `web-${unique}:9100`, pool: poolId },
    up: 1,
    cpu: cpu[unique],
    memory: 50,
  }));

const request = {
  instancePoolId: poolId,
  source: "prometheus",
  includeInstances: true,
  prometheus: { match: { label: "pool", by: "poolId" } },
};

const mine = { cpu: "load{$selector}", unit: "percent" };

/** Long enough for the order of events not to depend on how busy this machine is. */
const latencyMs = 500;

describe("a pool that a label names in Prometheus", () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  async function start() {
    const state = { members: ["a", "b"], denied: [] as string[] };
    const emulator = await OciEmulator.start({
      tenancy: () => {
        const instances = state.members.map((unique) => {
          return { id: instanceId(unique), displayName: `web-${unique}`, state: "Running" };
        });
        return { pools: [{ id: poolId, displayName: "web", compartmentId, instances }] };
      },
      denied: () => state.denied,
      latencyMs,
    });
    open.push(emulator);
    const prometheus = await EmulatedPrometheus.start(hosts);
    open.push(prometheus);
    const agent = await startFunction({
      ...emulator.environment,
      PROMETHEUS_URL: prometheus.url,
      POOLS: JSON.stringify({ prometheus: { exporters: { mine } } }),
    });
    open.push(agent);
    return { state, emulator, prometheus, agent };
  }

  it("is asked about while its members are listed, cold and warm", async () => {
    const { emulator, prometheus, agent } = await start();

    expect(await ask(agent, request)).toMatchObject({ status: "ok" });
    const cold = listOf(emulator);
    expect(prometheus.receivedAtMs).toHaveLength(2);
    expect(Math.max(...prometheus.receivedAtMs)).toBeLessThan(cold.answeredAtMs ?? 0);

    emulator.clearRequests();
    const { pools } = await ask(agent, request);
    expect(pools).toMatchObject([{ status: "ok", cpu: { average: 50, reporting: 2 } }]);
    expect(prometheus.receivedAtMs).toHaveLength(4);
    expect(Math.max(...prometheus.receivedAtMs)).toBeLessThan(listOf(emulator).answeredAtMs ?? 0);
    expect(callsInARow(emulator.requests)).toHaveLength(1);
  });

  it("is asked about while its members are listed, by an exporter of the configuration's, too", async () => {
    const { emulator, prometheus, agent } = await start();
    const own = { ...request, prometheus: { ...request.prometheus, exporter: "mine" } };

    await ask(agent, own);

    const asked = prometheus.queries.indexOf(`load{pool="${poolId}"}`);
    expect(prometheus.receivedAtMs[asked]).toBeLessThan(listOf(emulator).answeredAtMs ?? 0);
  });

  it("has no number of a member that left while it was asked about", async () => {
    const { state, prometheus, agent } = await start();
    expect((await ask(agent, request)).pools[0]?.cpu.average).toBe(50);

    state.members = ["a"];
    const { pools } = await ask(agent, request);

    expect(prometheus.queries).toHaveLength(4);
    expect(pools).toMatchObject([{ cpu: { average: 20, max: 20, reporting: 1 } }]);
    expect(pools[0]?.instances?.details?.map(({ id }) => id)).toEqual([instanceId("a")]);
  });

  it("fails with its own error where its members can't be listed, whatever Prometheus says", async () => {
    const { state, prometheus, agent } = await start();
    expect((await ask(agent, request)).status).toBe("ok");

    state.denied = ["ListInstancePoolInstances", "GetInstancePool"];
    expect((await ask(agent, request)).pools).toMatchObject([
      { error: { code: "POOL_NOT_FOUND" } },
    ]);
    expect(prometheus.queries).toHaveLength(4);
    await prometheus.close();
    expect((await ask(agent, request)).pools).toMatchObject([
      { error: { code: "POOL_NOT_FOUND" } },
    ]);

    // What the process logs of a rejection that is left alone.
    const messages = logOf(agent).map(({ message }) => message);
    expect(messages).toContain("Pool failed");
    expect(messages).not.toContain("A fault was left alone");
  });
});

function listOf({ requests }: OciEmulator) {
  const list = requests.find(({ operation }) => operation === "ListInstancePoolInstances");
  if (list === undefined) throw new Error("the members were not listed");
  return list;
}
