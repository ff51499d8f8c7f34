import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import type { ResultDocument } from "../../src/result/result-document.ts";
import { nodeOptions } from "../../tools/package/contents.ts";
import { nodeExecutable } from "../support/node-release.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { smallContainerMb } from "../support/small-container.ts";
import { createTemporaryDirectory } from "../support/temporary-directory.ts";

const mostBytes = 6_000_000;

const members = Array.from({ length: 500 }, (_, index) => ({
  id: instanceId(`n${index}`),
  displayName: `inst-${index}-web`,
  state: "Running",
  cpu: steady(index % 100),
  memory: steady(50),
}));
const pool = { id: poolId, displayName: "web", compartmentId, instances: members };
const small = { ...pool, id: `${poolId}small`, instances: members.slice(0, 2) };
const days = Array.from({ length: 20 }, (_, index) => ({
  ...pool,
  id: `${poolId}day${index}`,
  instances: members.slice(0, 69).map((member) => ({ ...member, id: `${member.id}d${index}` })),
}));
const configured = Array.from({ length: 1_000 }, (_, index) => ({
  name: `configured-${index}-`.padEnd(255, "x"),
  instancePoolId: `${poolId}${index}`,
}));

const majors = [22, 24] as const;
/** Long enough for a busy machine. */
const timeoutMs = 120_000;
vi.setConfig({ testTimeout: 2 * timeoutMs });

describe.concurrent.each(majors)("in a container of 114 MB, on Node %i, the function", (major) => {
  let emulator: OciEmulator;
  let agent: FnAgent;
  let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;
  let pids: readonly number[];

  beforeAll(async () => {
    emulator = await OciEmulator.start({ tenancy: { pools: [pool, small, ...days] } });
    directory = await createTemporaryDirectory();
    const poolsFile = join(directory.path, "pools.json");
    writeFileSync(poolsFile, JSON.stringify({ pools: configured }));
    agent = await FnAgent.start({
      bundle: new URL("../../dist/func.cjs", import.meta.url).pathname,
      nodePath: await nodeExecutable(major),
      environment: { ...emulator.environment, POOLS_FILE: poolsFile, NODE_OPTIONS: nodeOptions },
      memoryMb: smallContainerMb,
      timeoutMs,
    });
    pids = agent.pids;
  });
  afterAll(async () => {
    await agent.close();
    await emulator.close();
    await directory.remove();
  });

  /** The answer of a process that lives on. */
  async function answer(body: unknown): Promise<ResultDocument> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await agent.invoke(text);
    expect(response.status, response.body.toString().slice(0, 500)).toBe(200);
    expect(response.body.length).toBeLessThan(mostBytes);
    expect(agent.pids).toEqual(pids);
    return response.json() as ResultDocument;
  }

  const operations = () => emulator.requests.map(({ operation }) => operation);

  it.sequential("lists a pool once for a thousand views of it, and asks as often as they are different", async () => {
    const pools = Array.from({ length: 1_000 }, (_, index) => ({
      instancePoolId: poolId,
      name: `view ${index}`,
      includeInstances: true,
      statistic: index % 2 === 0 ? "mean" : "max",
    }));
    emulator.clearRequests();

    const document = await answer({ pools });

    expect(document.pools.map(({ name, status }) => [name, status])).toEqual(
      pools.map(({ name }) => [name, "ok"]),
    );
    expect(new Set(document.pools.map(({ cpu }) => cpu.average))).toEqual(new Set([49.5]));
    expect(operations().filter((one) => one === "ListInstancePoolInstances")).toHaveLength(1);
    // Two metrics, in two statistics.
    expect(operations().filter((one) => one === "SummarizeMetricsData")).toHaveLength(4);
  });

  it.sequential("does not ask a thousand different questions about a pool, and says what to change", async () => {
    const pools = Array.from({ length: 1_000 }, (_, index) => ({
      instancePoolId: small.id,
      windowMinutes: index + 1,
    }));
    emulator.clearRequests();

    const document = await answer({ pools });

    const refused = document.pools.filter(({ error }) => error?.code === "INVALID_REQUEST");
    expect(refused.length).toBeGreaterThanOrEqual(850);
    expect(refused[0]?.error).toMatchObject({
      message: expect.stringContaining("over 300 queries of OCI Monitoring"),
      hint: expect.stringContaining("fewer different windows"),
    });
    expect(document.pools.some(({ status }) => status === "ok")).toBe(true);
    const queries = operations().filter((one) => one === "SummarizeMetricsData");
    expect(queries.length).toBeLessThanOrEqual(300);
  });

  it.sequential("reads a day of twenty pools, whose points would not fit into its memory together", async () => {
    const pools = days.map(({ id }) => ({ instancePoolId: id, windowMinutes: 1_440 }));

    const document = await answer({ pools });

    expect(document.pools.map(({ status }) => status)).toEqual(pools.map(() => "ok"));
  });

  it.sequential("refuses a thousand names where a thousand pools are configured", async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `${index}`);

    const { pools } = await answer({ pools: names });

    expect(pools.map(({ error }) => error?.code)).toEqual(names.map(() => "POOL_NOT_FOUND"));
    expect(pools[0]?.error?.hint).toMatch(/^Configured are configured-0-x+, and 999 more\.$/);
  });

  it.sequential("lists problems of thousands of keys", async () => {
    const keys = Array.from({ length: 45 }, (_, index) => [`${"漢".repeat(19)}${index}`, 1]);
    const pools = Array.from({ length: 1_000 }, () => Object.fromEntries(keys));

    const document = await answer({ pools });

    expect(document.pools).toHaveLength(1_000);
    expect(document.pools[999]?.error?.message).toMatch(/; and \d+ more$/);
  });

  it.sequential("outlives bodies of 6 MB after all of that", async () => {
    const keys = Array.from({ length: 199_000 }, (_, index) => `"${index}${"x".repeat(18)}":1`);
    const bodies = [
      `"${"漢".repeat(1_990_000)}"`,
      `[${"[],".repeat(1_990_000)}1]`,
      "[".repeat(5_990_000),
      `{${keys.join()}}`,
      `{"pools":[{"pool":"web",${keys.join()}}],"onError":1}`,
    ];

    for (const body of [...bodies, ...bodies, ...bodies]) await answer(body);
  });
});
