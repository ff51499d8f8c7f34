import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { callsInARow } from "../../local/oci-emulator/calls-in-a-row.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { type EmulatedPool, steady, tenancyId } from "../../local/oci-emulator/tenancy.ts";
import { examine } from "../support/doctor.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";

const [prod, team, other] = ["prod", "team", "other"].map((name) => `${compartmentId}${name}`);
if (prod === undefined || team === undefined || other === undefined) throw new Error("no OCIDs");

const pool = (name: string, where: string, cpu: number, more: Partial<EmulatedPool> = {}) => ({
  id: `${poolId}${name.toLowerCase().replace(/\W/g, "")}`,
  displayName: name,
  compartmentId: where,
  instances: ["a", "b"].map((unique) => ({
    id: instanceId(`${name.toLowerCase().replace(/\W/g, "")}${unique}`),
    displayName: `inst-${unique}-${name}`,
    state: "Running",
    cpu: steady(cpu),
    memory: steady(50),
  })),
  ...more,
});
const everyday = [
  pool("Web-1", prod, 10, {
    freeformTags: { stage: "prod" },
    definedTags: { Cost: { Center: "42" } },
  }),
  pool("web-2", prod, 20),
  pool("batch", prod, 30, { freeformTags: { stage: "prod" } }),
  pool("web-gone", prod, 40, { lifecycleState: "TERMINATED", instances: [] }),
  pool("web-going", prod, 40, { lifecycleState: "TERMINATING" }),
  pool("web-below", team, 60),
  pool("web-elsewhere", other, 70),
];
let pools: readonly EmulatedPool[] = everyday;
const compartments = [
  { id: prod },
  { id: `${compartmentId}empty`, parentId: prod },
  { id: team, parentId: `${compartmentId}empty` },
  { id: other },
];

describe("select", () => {
  let denied: readonly string[] = [];
  let emulator: OciEmulator;
  let agent: FnAgent;
  beforeAll(async () => {
    emulator = await OciEmulator.start({
      tenancy: () => ({ pools, compartments, pageSize: pools.length > 100 ? 1_000 : 2 }),
      denied: () => denied,
    });
    agent = await startFunction(emulator.environment);
  });
  afterEach(() => {
    denied = [];
    pools = everyday;
  });
  afterAll(async () => {
    await agent.close();
    await emulator.close();
  });

  /** The names and averages of the pools that are found. */
  async function found(select: object, more: object = {}) {
    const document = await ask(agent, { select, ...more });
    return document.pools.map(({ name, cpu }) => `${name} ${cpu.average}`).sort();
  }

  it.each([
    ["a compartment", {}, ["Web-1 10", "batch 30", "web-2 20"]],
    ["a name, in any case", { displayName: "WEB-*" }, ["Web-1 10", "web-2 20"]],
    ["a whole name", { displayName: "batch" }, ["batch 30"]],
    ["a tag", { freeformTags: { stage: "prod" } }, ["Web-1 10", "batch 30"]],
    ["a defined tag", { definedTags: { cost: { center: "42" } } }, ["Web-1 10"]],
    ["name and tag", { displayName: "b*", freeformTags: { stage: "prod" } }, ["batch 30"]],
    [
      "compartments below it",
      { includeSubcompartments: true, displayName: "web*" },
      ["Web-1 10", "web-2 20", "web-below 60"],
    ],
    [
      "the tenancy",
      { compartmentId: tenancyId, includeSubcompartments: true, displayName: "web*" },
      ["Web-1 10", "web-2 20", "web-below 60", "web-elsewhere 70"],
    ],
  ])("finds the pools of %s", async (_, select, names) => {
    expect(await found({ compartmentId: prod, ...select })).toEqual(names);
  });

  it("asks for each pool's members, and for no pool by itself", async () => {
    emulator.clearRequests();

    await found({ compartmentId: prod });

    const count = (name: string) =>
      emulator.requests.filter(({ operation }) => operation === name).length;
    expect(count("GetInstancePool")).toBe(0);
    expect(count("ListInstancePools")).toBe(3);
    expect(count("ListInstancePoolInstances")).toBe(3);
    expect(count("ListCompartments")).toBe(0);
  });

  it("asks Identity for all of the tenancy at once, else level by level", async () => {
    emulator.clearRequests();
    await found({ compartmentId: tenancyId, includeSubcompartments: true });
    const ofTenancy = emulator.requests.filter(({ operation }) => operation === "ListCompartments");
    expect(
      ofTenancy.map(({ query }) => [query["compartmentId"], query["compartmentIdInSubtree"]]),
    ).toEqual([1, 2].map(() => [tenancyId, "true"]));

    emulator.clearRequests();
    await found({ compartmentId: prod, includeSubcompartments: true });
    const levels = emulator.requests.filter(({ operation }) => operation === "ListCompartments");
    expect(levels.map(({ query }) => query["compartmentId"]).sort()).toEqual(
      [prod, `${compartmentId}empty`, team].sort(),
    );
  });

  it.each([
    ["nothing matches", { displayName: "nobody-*" }, "None of 5 pool(s) matches."],
    ["a tag that nothing has", { freeformTags: { stage: "none" } }, "None of 5 pool(s) matches."],
    [
      "no pool is there",
      { compartmentId: `${compartmentId}empty` },
      "ListInstancePools shows no pool",
    ],
    ["the compartment isn't there", { compartmentId: `${compartmentId}none` }, "404"],
  ])("says so when %s, with the policy", async (_, select, message) => {
    const document = await ask(agent, { select: { compartmentId: prod, ...select } });

    expect(document).toMatchObject({
      status: "failed",
      pools: [],
      error: {
        code: "POOL_NOT_FOUND",
        message: expect.stringContaining(message),
        hint: expect.stringContaining("to read instance-pools in compartment id"),
      },
    });
  });

  it("says that more than a thousand pools are too many", async () => {
    pools = Array.from({ length: 1_001 }, (_, index) => ({
      ...pool(`n${index}`, prod, 10),
      instances: [],
    }));

    expect(await ask(agent, { select: { compartmentId: prod } })).toMatchObject({
      status: "failed",
      pools: [],
      error: { code: "INVALID_REQUEST", message: expect.stringContaining("more than 1000 pools") },
    });
  });

  it("measures what it may see, and names what it may not", async () => {
    denied = [`ListInstancePools ${team}`];

    const document = await ask(agent, {
      select: { compartmentId: prod, includeSubcompartments: true, displayName: "web*" },
    });

    expect(document).toMatchObject({ status: "partial" });
    expect(document.pools.map(({ name, error }) => [name, error?.code])).toEqual([
      ["Web-1", undefined],
      ["web-2", undefined],
      [`pools "web*" of ${prod} and those below it`, "POOL_NOT_FOUND"],
    ]);
  });

  it("says which policy the compartments below take, and measures the pools that it finds", async () => {
    denied = ["ListCompartments"];

    const document = await ask(agent, {
      select: { compartmentId: prod, includeSubcompartments: true, displayName: "batch" },
    });

    expect(document).toMatchObject({
      status: "partial",
      pools: [
        { name: "batch", status: "ok" },
        {
          error: {
            code: "POOL_NOT_FOUND",
            hint: expect.stringContaining(
              "Allow dynamic-group <group> to inspect compartments in compartment id",
            ),
          },
        },
      ],
    });
  });

  it("costs one pool's failure no other its result", async () => {
    denied = [];
    pools = everyday.map((one) => (one.displayName === "web-2" ? { ...one, instances: [] } : one));

    const document = await ask(agent, { select: { compartmentId: prod } });

    expect(document.pools.map(({ name, status, error }) => [name, status, error?.code])).toEqual([
      ["Web-1", "ok", undefined],
      ["web-2", "failed", "EMPTY_POOL"],
      ["batch", "ok", undefined],
    ]);
  });

  it("finds a pool that is moved while it is asked for", async () => {
    await ask(agent, { select: { compartmentId: prod, displayName: "batch" } });
    // Listed where it was a moment ago, and described where it is now.
    let lists = 0;
    const moving = await OciEmulator.start({
      tenancy: () => ({
        pools: everyday.map((one) =>
          one.displayName === "batch" && lists++ > 0 ? { ...one, compartmentId: other } : one,
        ),
        compartments,
      }),
    });
    const mover = await startFunction(moving.environment);
    try {
      const document = await ask(mover, { select: { compartmentId: prod, displayName: "batch" } });

      expect(document.pools[0]).toMatchObject({ name: "batch", cpu: { reporting: 2 } });
    } finally {
      await mover.close();
      await moving.close();
    }
  });

  it("walks the first of the pools in the doctor", async () => {
    const document = await examine(agent, { select: { compartmentId: prod }, windowMinutes: 7 });

    expect(document).toMatchObject({ status: "ok", pool: "Web-1" });
    const messages = document.findings.map(({ message }) => message);
    expect(messages[0]).toContain(`all pools of ${prod} are measured over 7 minute(s)`);
    expect(messages).toContain(
      "ListInstancePools: 3 pool(s) are selected; the first of them is looked at.",
    );
  });

  it("lets the doctor quote the policy, with the compartment", async () => {
    denied = ["ListInstancePools"];

    const document = await examine(agent, { select: { compartmentId: prod } });

    expect(document.status).toBe("failed");
    expect(document.findings.find(({ step }) => step === "pool")).toMatchObject({
      status: "failed",
      code: "POOL_NOT_FOUND",
      hint: expect.stringContaining(
        `Allow dynamic-group <group> to read instance-pools in compartment id ${prod}`,
      ),
    });
  });
});

describe("select in the configuration", () => {
  it("is measured, published and checked as pools of their own are", async () => {
    const emulator = await OciEmulator.start({
      tenancy: { pools: everyday, compartments },
      latencyMs: 150,
    });
    const POOLS = JSON.stringify({
      pools: [
        { name: "shop", instancePoolId: `${poolId}web2`, windowMinutes: 8 },
        { select: { compartmentId: prod }, publish: { namespace: "pool_utilization" } },
      ],
    });
    const agent = await startFunction({ ...emulator.environment, POOLS });
    try {
      const document = await ask(agent, "");

      expect(document.pools.map(({ name, cpu }) => `${name} ${cpu.average}`)).toEqual([
        "shop 20",
        "Web-1 10",
        "shop 20",
        "batch 30",
      ]);
      const posts = emulator.requests.filter(({ operation }) => operation === "PostMetricData");
      expect(JSON.stringify(posts.map(({ body }) => body))).toContain('"pool":"Web-1"');
      const row = callsInARow(emulator.requests).map(({ operation }) => operation);
      expect(row[0]).toBe("ListInstancePools");

      const health = (await agent.invoke('{"check":"health"}')).json();
      expect(health).toMatchObject({
        status: "ok",
        checks: {
          configuration: { status: "ok", pools: 2 },
          pools: [
            { name: "shop", status: "ok" },
            { name: `all pools of ${prod}`, instancePoolId: null, status: "ok" },
          ],
        },
      });
    } finally {
      await agent.close();
      await emulator.close();
    }
  });
});
