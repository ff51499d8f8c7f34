import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";

const instances = Array.from({ length: 2100 }, (_, index) => ({
  id: instanceId(`n${index}`),
  displayName: `inst-n${index}-web`,
  state: "Running",
  cpu: steady(index % 100),
  memory: steady(50),
}));

describe("a pool of 2,100 members", () => {
  let emulator: OciEmulator;
  let agent: FnAgent;
  beforeAll(async () => {
    const pool = { id: poolId, displayName: "web", compartmentId, instances };
    emulator = await OciEmulator.start({ tenancy: { pools: [pool] } });
    agent = await startFunction(emulator.environment);
  });
  afterAll(async () => {
    await agent.close();
    await emulator.close();
  });

  const operations = (name: string) =>
    emulator.requests.filter(({ operation }) => operation === name);

  it("is asked for by availability domain, as one answer holds 2,000 streams", async () => {
    const { pools } = await ask(agent, { instancePoolId: poolId });

    expect(pools[0]).toMatchObject({
      status: "ok",
      cpu: { average: 49.5, reporting: 2100 },
      memory: { average: 50, reporting: 2100 },
    });
    expect(operations("SummarizeMetricsData")).toHaveLength(2 * 3);
    expect(operations("ListInstancePoolInstances")).toHaveLength(3);
    expect(emulator.requests.filter(({ status }) => status !== 200)).toEqual([]);
  });

  it("refuses a window whose points no answer can hold", async () => {
    const { pools } = await ask(agent, { instancePoolId: poolId, windowMinutes: 1439 });

    expect(pools[0]?.error).toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringMatching(/^windowMinutes: OCI Monitoring can't answer 1439 minutes/),
      hint: expect.stringContaining("whole hours"),
    });
  });

  it("answers for a whole day", async () => {
    const { pools } = await ask(agent, { instancePoolId: poolId, windowMinutes: 1440 });

    expect(pools[0]).toMatchObject({ status: "ok", cpu: { average: 49.5 } });
  });
});
