import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import { EmulatedPrometheus } from "../support/emulated-prometheus.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";

describe("the connections of a cold function", () => {
  it("are opened to Monitoring while the pool is described, and no more than are used", async () => {
    const member = { id: instanceId("a"), displayName: "a", state: "Running" };
    const instances = [{ ...member, cpu: steady(40), memory: steady(60) }];
    const pool = { id: poolId, displayName: "web", compartmentId, instances };
    // Long enough for the order of events not to depend on how busy this machine is.
    const emulator = await OciEmulator.start({ tenancy: { pools: [pool] }, latencyMs: 1_000 });
    const connectedAtMs: number[] = [];
    const relay = createServer((socket) => {
      connectedAtMs.push(performance.now());
      const onward = connect(Number(new URL(emulator.url).port), "127.0.0.1");
      socket.pipe(onward).pipe(socket);
    });
    relay.listen(0, "127.0.0.1");
    await once(relay, "listening");
    const { port } = relay.address() as AddressInfo;
    const agent = await startFunction({
      ...emulator.environment,
      OCI_MONITORING_ENDPOINT: `http://127.0.0.1:${port}`,
    });
    try {
      expect((await ask(agent, { instancePoolId: poolId })).status).toBe("ok");

      const described = emulator.requests.find(({ operation }) => operation === "GetInstancePool");
      expect(connectedAtMs).toHaveLength(2);
      expect(Math.max(...connectedAtMs)).toBeLessThan(described?.answeredAtMs ?? 0);
    } finally {
      await agent.close();
      relay.close();
      await emulator.close();
    }
  });
});

describe("the connections of a warm function", () => {
  it("are opened to a Prometheus server while the members are listed", async () => {
    const instances = [{ id: instanceId("a"), displayName: "web-a", state: "Running" }];
    const pool = { id: poolId, displayName: "web", compartmentId, instances };
    const emulator = await OciEmulator.start({ tenancy: { pools: [pool] }, latencyMs: 1_000 });
    const host = { labels: { instance: "web-a:9100" }, up: 1, cpu: 40, memory: 60 };
    const prometheus = await EmulatedPrometheus.start(() => [host]);
    const connectedAtMs: number[] = [];
    const sockets = new Set<Socket>();
    const relay = createServer((socket) => {
      connectedAtMs.push(performance.now());
      sockets.add(socket);
      const onward = connect(Number(new URL(prometheus.url).port), "127.0.0.1");
      // Whoever goes away while the other speaks is no fault here.
      for (const end of [socket, onward]) end.on("error", () => {});
      socket.pipe(onward).pipe(socket);
    });
    relay.listen(0, "127.0.0.1");
    await once(relay, "listening");
    const { port } = relay.address() as AddressInfo;
    const agent = await startFunction({
      ...emulator.environment,
      PROMETHEUS_URL: `http://127.0.0.1:${port}`,
    });
    try {
      const request = { instancePoolId: poolId, source: "prometheus" };
      expect((await ask(agent, request)).status).toBe("ok");
      expect(connectedAtMs).toHaveLength(2);

      // As those are that were idle, and the function has seen it: the next call needs others.
      const closed = [...sockets].map((socket) => once(socket, "close"));
      for (const socket of sockets) socket.end();
      await Promise.all(closed);
      emulator.clearRequests();
      expect((await ask(agent, request)).status).toBe("ok");

      const [list] = emulator.requests;
      expect(list?.operation).toBe("ListInstancePoolInstances");
      expect(connectedAtMs).toHaveLength(4);
      expect(Math.max(...connectedAtMs)).toBeLessThan(list?.answeredAtMs ?? 0);
    } finally {
      await agent.close();
      relay.close();
      await prometheus.close();
      await emulator.close();
    }
  });
});
