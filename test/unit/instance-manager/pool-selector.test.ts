import { describe, expect, it } from "vitest";
import { readPoolsRequest } from "../../../src/config/request.ts";
import {
  InvalidRequestError,
  SourceUnavailableError,
  type UtilizationError,
} from "../../../src/errors.ts";
import { PoolSelector } from "../../../src/instance-manager/pool-selector.ts";
import type { PoolSummary } from "../../../src/oci/answers.ts";
import { configurationOf } from "../../support/configuration.ts";
import { inPages } from "../../support/in-pages.ts";
import { anInvocation } from "../../support/invocation.ts";
import { compartmentId, poolId } from "../../support/ocids.ts";

const tenancyId = "ocid1.tenancy.oc1..aaaaaaaatesttenancy";

/** Each compartment has so many pools; those below the tenancy are these compartments. */
function selectorOf(
  counts: Readonly<Record<string, number>>,
  down: readonly string[] = [],
  error: UtilizationError = new SourceUnavailableError("down"),
) {
  const learned: PoolSummary[] = [];
  const connected: string[] = [];
  const compute = {
    getInstancePool: async () => ({ compartmentId }),
    listInstancePools: async function* ({ compartmentId: where }: { compartmentId: string }) {
      if (down.includes(where)) throw error;
      yield Array.from({ length: counts[where] ?? 0 }, (_, index) => ({
        id: `${poolId}${where.slice(-1)}${index}`,
        compartmentId: where,
        displayName: `pool ${index}`,
        lifecycleState: "RUNNING",
        freeformTags: {},
        definedTags: {},
      }));
    },
    listInstancePoolInstances: () => inPages<never>(),
  };
  const identity = {
    listCompartments: () => inPages(Object.keys(counts).map((id) => ({ id }))),
  };
  const monitoring = { connect: () => void connected.push("Monitoring") };
  const selector = new PoolSelector({
    callsFor: async () => ({ compute, identity, monitoring }),
    asksMonitoring: ({ source }) => source === "oci",
    learn: (pool) => void learned.push(pool),
  });
  const resolve = (body: object) =>
    selector.resolve(readPoolsRequest(body, configurationOf({})), anInvocation());
  return { resolve, learned, connected };
}

const select = (of: string, more: object = {}) => ({ select: { compartmentId: of, ...more } });
const [one, two] = [`${compartmentId}1`, `${compartmentId}2`];

describe("PoolSelector", () => {
  it("tells what it learned of the pools, and has Monitoring connected meanwhile", async () => {
    const { resolve, learned, connected } = selectorOf({ [one]: 2 });

    const { pools, selections } = await resolve(select(one));

    expect(pools).toMatchObject([
      { spec: { instancePoolId: `${poolId}10` } },
      { spec: { instancePoolId: `${poolId}11` } },
    ]);
    expect(selections).toEqual([]);
    expect(learned.map(({ displayName }) => displayName)).toEqual(["pool 0", "pool 1"]);
    expect(connected).toEqual(["Monitoring"]);
  });

  it("measures a pool once that is selected twice in the same way", async () => {
    const { resolve } = selectorOf({ [one]: 2 });

    const same = await resolve({ pools: [select(one), select(one, { displayName: "*1" })] });
    const other = await resolve({ pools: [select(one), { ...select(one), windowMinutes: 9 }] });

    expect(same.pools).toHaveLength(2);
    expect(other.pools).toHaveLength(4);
  });

  it("takes no more than 1,000 pools in all; a selection that is too much fails alone", async () => {
    const { resolve } = selectorOf({ [one]: 600, [two]: 401 });

    const { pools } = await resolve({ pools: [select(one), select(two)] });

    expect(pools).toHaveLength(601);
    expect(pools.at(-1)).toMatchObject({
      label: `all pools of ${two}`,
      error: { code: "INVALID_REQUEST" },
    });
  });

  it("counts all compartments together", async () => {
    const { resolve } = selectorOf({ [one]: 600, [two]: 401 });

    await expect(
      resolve(select(tenancyId, { includeSubcompartments: true })),
    ).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it.each([
    ["can't be asked", new SourceUnavailableError("down")],
    ["refuses a page", new InvalidRequestError("400 InvalidParameter: page")],
  ])("keeps what it finds when another compartment %s", async (_, error) => {
    const { resolve } = selectorOf({ [one]: 1, [two]: 1 }, [two], error);

    const { pools } = await resolve(select(tenancyId, { includeSubcompartments: true }));

    expect(pools.map((pool) => ("error" in pool ? pool.error.code : "found"))).toEqual([
      "found",
      error.code,
    ]);
  });

  it("throws the failure, where there is nothing else", async () => {
    const { resolve } = selectorOf({ [one]: 1 }, [one]);

    await expect(resolve(select(one))).rejects.toMatchObject({ code: "SOURCE_UNAVAILABLE" });
    await expect(resolve(select(two))).rejects.toMatchObject({
      code: "POOL_NOT_FOUND",
      message: expect.stringContaining("ListInstancePools shows no pool there."),
    });
  });
});
