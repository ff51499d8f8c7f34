import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, type TestContext } from "vitest";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import { endToEnd, FaultProxy } from "../support/fault-proxy.ts";
import { blackHole } from "../support/faults.ts";
import { ask } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";

const bundle = new URL("../../dist/func.cjs", import.meta.url).pathname;

const member = { id: instanceId("a"), displayName: "a", state: "Running" };
const instances = [{ ...member, cpu: steady(20), memory: steady(40) }];
/** Enough for a first call on a busy machine. */
const timeoutMs = 8_000;
const pools = ["", "slow", "other"].map((suffix) => ({
  id: `${poolId}${suffix}`,
  displayName: `web${suffix}`,
  compartmentId,
  instances,
}));

// Each waits for a deadline.
describe.concurrent("an invocation whose time is short", () => {
  /** What is started later is ended earlier. */
  async function start(
    { onTestFinished: atEnd }: TestContext,
    variables: Readonly<Record<string, string>> = {},
    slow: "core" | "monitoring" = "core",
  ) {
    const emulator = await OciEmulator.start({ tenancy: { pools } });
    atEnd(() => emulator.close());
    const proxy = await FaultProxy.start({ upstream: emulator.url });
    atEnd(() => proxy.close());
    const environment = { ...emulator.environment, [endpoints[slow]]: proxy.url, ...variables };
    const agent = await FnAgent.start({ bundle, environment, timeoutMs });
    atEnd(() => agent.close());
    return { agent, proxy, emulator };
  }
  const endpoints = { core: "OCI_CORE_ENDPOINT", monitoring: "OCI_MONITORING_ENDPOINT" } as const;
  const request = { pools: pools.map(({ id }) => ({ instancePoolId: id, compartmentId })) };

  it("answers in time what it has, and says of the slow pool that it was too slow", async (test) => {
    const { agent, proxy } = await start(test);
    const { pid } = agent;
    proxy.inject(blackHole, { where: ({ url = "" }) => url.includes(`${poolId}slow`) });

    const document = await ask(agent, request);

    expect(document.status).toBe("partial");
    expect(document.pools.map(({ status, error }) => error?.code ?? status)).toEqual([
      "ok",
      "DEADLINE_EXCEEDED",
      "ok",
    ]);
    expect(agent.pid).toBe(pid);
  });

  it("answers with the metric that is there, when the other does not come", async (test) => {
    const { agent, proxy } = await start(test, {}, "monitoring");
    proxy.inject({
      respond: async ({ response, forward }) => {
        const { status, headers, body } = await forward();
        if (body.includes("MemoryUtilization")) return;
        response.writeHead(status, endToEnd(headers, body.length));
        response.end(body);
      },
    });

    const { pools: measured } = await ask(agent, { instancePoolId: poolId, compartmentId });

    expect(measured[0]).toMatchObject({
      status: "partial",
      cpu: { average: 20, reporting: 1 },
      memory: { average: null },
      instances: { missing: [{ metrics: ["memory"], reason: "query_failed" }] },
      warnings: [expect.any(String)],
    });
  });

  it("answers in time when nobody takes its metrics and spans, either", async (test) => {
    const silent = await FaultProxy.start({ upstream: "http://127.0.0.1:1" });
    test.onTestFinished(() => silent.close());
    silent.inject(blackHole);
    const { agent, proxy } = await start(test, {
      OCI_MONITORING_INGESTION_ENDPOINT: silent.url,
      FUNCTION_METRICS_NAMESPACE: "functions",
      OCI_TRACING_ENABLED: "1",
      OCI_TRACE_COLLECTOR_URL: `${silent.url}/spans`,
    });
    proxy.inject(blackHole, { where: ({ url = "" }) => url.includes(`${poolId}slow`) });
    const publish = { namespace: "pools" };
    const published = { pools: request.pools.map((pool) => ({ ...pool, publish })) };
    const headers = {
      "X-B3-TraceId": "463ac35c9f6413ad48485a3953bb6124",
      "X-B3-SpanId": "a2fb4a1d1a96d312",
      "X-B3-Sampled": "1",
    };

    for (let call = 0; call < 2; call++) {
      const document = await ask(agent, published, { headers });

      expect(document.pools.map(({ cpu }) => cpu.average)).toEqual([20, null, 20]);
      expect(document.pools[0]?.warnings).toEqual([expect.stringMatching(/^not published: /)]);
    }
  });

  it("leaves nothing of it behind for the next", async (test) => {
    const { agent, proxy } = await start(test);
    proxy.inject(blackHole, { where: ({ url = "" }) => url.includes(`${poolId}slow`) });
    await ask(agent, request);
    proxy.clear();

    const document = await ask(agent, request);

    expect(document.status).toBe("ok");
    expect(document.pools.map(({ cpu }) => cpu.average)).toEqual([20, 20, 20]);
  });

  it("ends with its answer what that did not wait for, even if it is frozen then", async (test) => {
    const { agent, proxy } = await start(test);
    const givenUp = new Promise((resolve) => {
      proxy.inject({
        respond: async ({ request: { url = "", socket }, response, forward }) => {
          if (url.includes("/instances?")) return void socket.once("close", resolve);
          const { status, headers, body } = await forward();
          response.writeHead(status, endToEnd(headers, body.length));
          response.end(body);
        },
      });
    });

    const document = await ask(agent, { instancePoolId: `${poolId}gone`, compartmentId });
    agent.freeze();
    await delay(timeoutMs);
    agent.thaw();

    expect(document.pools[0]?.error?.code).toBe("POOL_NOT_FOUND");
    await givenUp;
  });

  it("tells the caller of an event to come again", async (test) => {
    const { agent, proxy } = await start(test);
    proxy.inject(blackHole);
    const event = {
      eventType: "com.oraclecloud.computemanagement.updateinstancepool.end",
      data: { resourceId: poolId },
    };

    expect((await agent.invoke(JSON.stringify(event))).status).toBe(502);
    expect(agent.running).toBe(true);
  });
});

describe("an invocation that has its answer", () => {
  it("makes no more calls for it", async () => {
    const running = { state: "Running", cpu: steady(20), memory: steady(40) };
    const large = Array.from({ length: 8_000 }, (_, index) => ({
      ...running,
      id: instanceId(`n${index}`),
      displayName: `n${index}`,
    }));
    const displayName = "web";
    const emulator = await OciEmulator.start({
      tenancy: {
        pools: [
          { id: poolId, displayName, compartmentId, instances: large },
          { id: `${poolId}other`, displayName, compartmentId, instances },
        ],
      },
      denied: () => ["GetInstancePool"],
      latencyMs: 200,
    });
    const agent = await FnAgent.start({ bundle, environment: emulator.environment });
    try {
      const nameless = await ask(agent, { instancePoolId: poolId, compartmentId });
      const other = { instancePoolId: `${poolId}other`, compartmentId, name: "other" };
      // Each takes a list and a query, one after the other.
      for (let call = 0; call < 3; call++) expect((await ask(agent, other)).status).toBe("ok");

      const listed = emulator.requests.filter(
        ({ operation, path }) =>
          operation === "ListInstancePoolInstances" && path.includes(`${poolId}/`),
      );
      expect(nameless.pools[0]?.error?.code).toBe("POOL_NOT_FOUND");
      expect(listed.length).toBeLessThanOrEqual(2);
    } finally {
      await agent.close();
      await emulator.close();
    }
  });
});
