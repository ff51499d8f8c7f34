import { describe, expect, it } from "vitest";
import { readPoolsRequest } from "../../../src/config/request.ts";
import { configurationOf } from "../../support/configuration.ts";
import { compartmentId, poolId } from "../../support/ocids.ts";

const configuration = configurationOf({
  POOLS: JSON.stringify({ pools: [{ name: "web", instancePoolId: poolId }] }),
});
const noServer =
  'prometheus.server: no Prometheus server "nope"; none is configured: set PROMETHEUS_URL';
const noWindow = "windowMinutes: must be 1–1440, got 0";
const wrong = { windowMinutes: 0, source: "prometheus", prometheus: { server: "nope" } };

/** What the caller is told, of a pool or of the whole request. */
function told(request: object): string {
  try {
    const { pools } = readPoolsRequest(request as never, configuration);
    return pools.map((pool) => ("error" in pool ? pool.error.message : "ok")).join(" | ");
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("all problems of a request are told at once", () => {
  it.each([
    [{ instancePoolId: poolId, ...wrong }, `${noWindow}; ${noServer}`],
    [{ pool: "web", ...wrong }, `${noWindow}; ${noServer}`],
    [wrong, `${noWindow}; instancePoolId: is missing; ${noServer}`],
    [
      { source: "prometheus" },
      `instancePoolId: is missing; ${noServer.replace("nope", "default")}`,
    ],
    [
      { instancePoolId: "x", prometheus: { server: "nope", steel: "idle" } },
      `instancePoolId: not the OCID of an instance pool, got "x"; prometheus.steel: unknown key; did you mean steal?; ${noServer}`,
    ],
    [
      { select: { compartmentId }, windowMinutes: 0, prometheus: { server: "nope" } },
      `${noWindow}; ${noServer}`,
    ],
    [
      { pools: [{ instancePoolId: poolId, ...wrong }, "web"] },
      `pools[0].${noWindow}; pools[0].${noServer} | ok`,
    ],
  ])("%j", (request, expected) => {
    expect(told(request)).toBe(expected);
  });

  it("and so are those of a configured pool", () => {
    const { pools } = configurationOf({
      POOLS: JSON.stringify({ pools: [{ instancePoolId: poolId, ...wrong }] }),
    });
    const [problems] = pools.map(({ spec }) => (spec.ok ? [] : spec.problems));

    expect(problems?.map(({ path }) => path)).toEqual([
      "POOLS: pools[0].windowMinutes",
      "POOLS: pools[0].prometheus.server",
    ]);
  });
});
