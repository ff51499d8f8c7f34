import { describe, expect, it } from "vitest";
import { readPoolsRequest } from "../../../src/config/request.ts";
import { isSelected } from "../../../src/instance-manager/is-selected.ts";
import { configurationOf } from "../../support/configuration.ts";
import { compartmentId, poolId } from "../../support/ocids.ts";

const pool = {
  displayName: "web-Blue-1",
  lifecycleState: "RUNNING",
  freeformTags: { team: "Web", stage: "prod" },
  definedTags: { Cost: { Center: "42", Shared: "true" } },
};

describe("a selection", () => {
  it.each<
    [
      Parameters<typeof isSelected>[1] extends infer S ? Omit<S & object, "compartmentId"> : never,
      boolean,
    ]
  >([
    [{}, true],
    [{ displayName: "web-blue-1" }, true],
    [{ displayName: "WEB-*" }, true],
    [{ displayName: "*blue*" }, true],
    [{ displayName: "*" }, true],
    [{ displayName: "web-*-*1" }, true],
    [{ displayName: "w*b-*e-1" }, true],
    [{ displayName: "web" }, false],
    [{ displayName: "*web-*web*" }, false],
    [{ displayName: "web-blue-1*1" }, false],
    [{ displayName: "web.blue-1" }, false],
    [{ freeformTags: { team: "Web" } }, true],
    [{ freeformTags: { team: "Web", stage: "prod" } }, true],
    [{ freeformTags: { team: "web" } }, false],
    [{ freeformTags: { team: "Web", stage: "test" } }, false],
    [{ freeformTags: { toString: "Web" } }, false],
    [{ definedTags: { cost: { center: "42" } } }, true],
    [{ definedTags: { cost: { center: 42, shared: true } } }, true],
    [{ definedTags: { cost: { center: "43" } } }, false],
    [{ definedTags: { other: { center: "42" } } }, false],
    [{ definedTags: { cost: { owner: "undefined" } } }, false],
    [{ definedTags: { cost: { toString: "42" } } }, false],
    [{ displayName: "web*", freeformTags: { team: "ops" } }, false],
  ])("of %j finds the pool: %s", (more, found) => {
    expect(isSelected(pool, { compartmentId, ...more })).toBe(found);
  });

  it.each(["TERMINATED", "TERMINATING", "Terminated"])(
    "finds no pool that is %s",
    (lifecycleState) => {
      expect(isSelected({ ...pool, lifecycleState }, { compartmentId })).toBe(false);
    },
  );

  it.each(["STOPPED", "SCALING", "PROVISIONING"])("finds a pool that is %s", (lifecycleState) => {
    expect(isSelected({ ...pool, lifecycleState }, { compartmentId })).toBe(true);
  });

  it("takes no time over a pattern that is made to take long", () => {
    const displayName = `${"*a".repeat(120)}b`;

    expect(
      isSelected({ ...pool, displayName: "a".repeat(255) }, { compartmentId, displayName }),
    ).toBe(false);
  });
});

const read = (body: unknown, pools?: unknown) =>
  readPoolsRequest(
    body,
    configurationOf(pools === undefined ? {} : { POOLS: JSON.stringify(pools) }),
  );
const select = { compartmentId };
const specOf = (request: ReturnType<typeof read>, id = poolId) => {
  const found = request.selections[0]?.poolOf(id);
  if (found === undefined || "error" in found) throw new Error("no pool");
  return found;
};

describe("a request with select", () => {
  it("asks for each of the pools with its other keys", () => {
    const { spec } = specOf(read({ select, windowMinutes: 10, statistic: "max" }));

    expect(spec).toMatchObject({
      instancePoolId: poolId,
      name: undefined,
      windowMinutes: 10,
      statistic: "max",
    });
  });

  it("goes by the defaults, but not by their compartment, which may be another", () => {
    const defaults = { windowMinutes: 7, compartmentId: `${compartmentId}other` };
    const { spec } = specOf(read({ select }, { defaults }));

    expect(spec).toMatchObject({ windowMinutes: 7, compartmentId: undefined });
  });

  it("keeps what is configured for one of the pools", () => {
    const pools = [{ name: "web", instancePoolId: poolId, minCoverage: 0.5 }];

    expect(specOf(read({ select }, { pools })).spec).toMatchObject({
      name: "web",
      minCoverage: 0.5,
    });
    expect(specOf(read({ select }, { pools }), `${poolId}other`).spec.minCoverage).toBe(0);
  });

  it("may stand among others, and in the configuration", () => {
    const asked = read({ pools: [{ select }, { instancePoolId: poolId }] });
    expect([asked.pools.length, asked.selections.length]).toEqual([1, 1]);

    const pools = [{ select: { ...select, displayName: "web-*" }, windowMinutes: 9 }];
    const configured = read(undefined, { pools });
    expect(configured.selections[0]?.label).toBe(`pools "web-*" of ${compartmentId}`);
    expect(specOf(configured).spec.windowMinutes).toBe(9);
  });

  it.each([
    [{ name: "web" }, "name: is of one pool, and select finds several; keep one"],
    [
      { instancePoolId: poolId },
      "instancePoolId: is of one pool, and select finds several; keep one",
    ],
    [{ compartmentId }, "compartmentId: is of one pool, and select finds several; keep one"],
    [{ select: {} }, "select.compartmentId: is missing"],
    [{ select: { compartmentId: poolId } }, "select.compartmentId: not the OCID of a compartment"],
    [
      { select: { compartmentId, display_name: "x" } },
      "select.display_name: unknown key; did you mean displayName?",
    ],
    [
      { select: { compartmentId, freeformTags: { a: 1 } } },
      "select.freeformTags.a: expected string",
    ],
    [{ select: { compartmentId, displayName: "" } }, "select.displayName: must not be empty"],
    [{ source: "prometheus" }, 'prometheus.server: no Prometheus server "default"'],
    [{ windowMinutes: 0 }, "windowMinutes: must be 1–1440"],
  ])("refuses %j beside it", (more, message) => {
    expect(() => read({ select, ...more })).toThrow(message);
  });

  it("says all that is wrong with it at once", () => {
    expect(() => read({ select: { compartmentId: "x" }, name: "web", windowMinutes: 0 })).toThrow(
      /select\.compartmentId: .*; windowMinutes: .*; name: /,
    );
  });

  it("stands neither beside a pool's name nor in the defaults", () => {
    const pools = [{ name: "web", instancePoolId: poolId }];
    expect(() => read({ pool: "web", select }, { pools })).toThrow(
      "select: can't be given together with pool",
    );
    expect(() => read({ instancePoolId: poolId }, { defaults: { select } })).toThrow(
      "select: finds pools; move it to pools",
    );
  });
});
