import { describe, expect, it } from "vitest";
import { completePoolSpec } from "../../../src/config/pool-spec.ts";
import type { Instance } from "../../../src/instance-manager/instance-pool.ts";
import { byDomain, narrower, plan, questionsAbout } from "../../../src/oci-metrics/plan.ts";
import {
  maximumStreams,
  partsOf,
  type Question,
  queriesOf,
} from "../../../src/oci-metrics/queries.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";

const window = { start: new Date("2026-11-23T20:35:00Z"), end: new Date("2026-11-23T20:40:00Z") };

type PoolOptions = Partial<
  Pick<Question, "compartmentId"> & Pick<Question["spec"], "windowMinutes" | "statistic">
> & { readonly size?: number };

const pool = (number: number, { size = 0, ...more }: PoolOptions = {}): Question => {
  const spec = completePoolSpec(`${poolId}${number}`, more);
  const [question] = questionsAbout(spec, [[more.compartmentId ?? compartmentId, size]]);
  if (question === undefined) throw new Error("nothing is asked");
  return question;
};
const pools = (count: number, more: PoolOptions = {}) =>
  Array.from({ length: count }, (_, number) => pool(number, more));

/** Members spread over three availability domains, and each over three fault domains. */
const members = (count: number): readonly Instance[] =>
  Array.from({ length: count }, (_, index) => ({
    id: instanceId(`n${index}`),
    displayName: `n${index}`,
    compartmentId,
    state: "RUNNING",
    availabilityDomain: `AD-${index % 3}`,
    faultDomain: `FAULT-DOMAIN-${Math.floor(index / 3) % 3}`,
  }));

const widest = (question: Question): Question =>
  question.within ? widest(question.within) : question;

/** "every pool of 100", "10", "10 of 3000 streams" and so on, for each question that is asked first. */
const planned = (all: readonly Question[], everyPool = true) =>
  [...new Set([...plan(all, () => everyPool).values()].flat().map(widest))].map(
    ({ ids, streams }) =>
      [ids.length > 10 ? "every pool of" : "", ids.length, streams > 0 ? `with ${streams}` : ""]
        .filter((text) => text !== "")
        .join(" "),
  );

describe("plan", () => {
  it.each<[string, readonly Question[], readonly string[]]>([
    ["one pool", pools(1), ["1"]],
    ["ten pools", pools(10), ["10"]],
    ["eleven pools", pools(11), ["every pool of 11"]],
    ["a thousand", pools(1_000, { size: 2 }), ["every pool of 1000 with 2000"]],
    [
      "more members than an answer has streams",
      pools(30, { size: 100 }),
      ["10 with 1000", "10 with 1000", "10 with 1000"],
    ],
    ["five large pools", pools(5, { size: 600 }), ["3 with 1800", "2 with 1200"]],
    ["one pool in several ways", [pool(1), pool(1)], ["1"]],
    ["two compartments", [pool(1), pool(2, { compartmentId: "b" })], ["1", "1"]],
    ["two windows", [pool(1), pool(2, { windowMinutes: 10 })], ["1", "1"]],
    ["two statistics", [pool(1), pool(2, { statistic: "max" })], ["1", "1"]],
    ["one larger than an answer", [pool(1, { size: 2_001 }), pool(2)], ["1"]],
    ["a long window of a pool of unknown size", [pool(1, { windowMinutes: 51 })], []],
    [
      "a long window of one that is known",
      [pool(1, { windowMinutes: 1440, size: 60 })],
      ["1 with 60"],
    ],
    [
      "a percentile of a day: no more than stay with minutes",
      pools(12, { windowMinutes: 1440, size: 40, statistic: "p95" }),
      ["5 with 200", "5 with 200", "2 with 80"],
    ],
  ])("asks about %s", (_, all, questions) => {
    expect(planned(all)).toEqual(questions);
  });

  it("asks in lists of ten where every pool was too many", () => {
    expect(planned(pools(23), false)).toEqual(["10", "10", "3"]);
  });

  it("asks in lists, and about each pool alone, where more of them are refused", () => {
    const numbers = ({ within, ids }: Question): readonly number[] => [
      ids.length,
      ...(within ? numbers(within) : []),
    ];

    const asked = [...plan(pools(12), () => true).values()].flat();
    expect(asked.map(numbers)).toEqual(
      Array.from({ length: 12 }, (_, index) => [1, index < 10 ? 10 : 2, 12]),
    );
  });
});

/** "mean 1m 0–5", and so on. */
const parts = (...how: Parameters<typeof partsOf>) =>
  partsOf(...how).flatMap(({ aggregates, intervalMinutes, from, to }) =>
    aggregates.map((aggregate) => `${aggregate} ${intervalMinutes}m ${from}–${to}`),
  );

describe("partsOf", () => {
  it.each([
    ["mean", 5, 0, ["mean 1m 0–5"]],
    ["p95", 5, 2_000, ["mean 1m 0–5"]],
    ["mean", 50, 2_000, ["mean 1m 0–50"]],
    ["max", 1440, 69, ["max 1m 0–1440"]],
    ["mean", 1440, 70, ["mean 2m 0–1436", "count 2m 0–1436", "mean 1m 1436–1440"]],
    ["max", 1440, 2_000, ["max 29m 0–1421", "max 1m 1421–1440"]],
    ["mean", 1439, 2_000, ["mean 29m 0–1421", "count 29m 0–1421", "mean 1m 1421–1439"]],
    ["p95", 1440, 200, ["mean 1m 0–500", "mean 1m 500–1000", "mean 1m 1000–1440"]],
    ["p95", 1440, 2_000, ["mean 15m 0–750", "mean 15m 750–1425", "mean 1m 1425–1440"]],
  ] as const)(
    "asks for the %s of %i minutes of %i streams as %j",
    (statistic, windowMinutes, streams, expected) => {
      expect(parts({ statistic, windowMinutes }, streams)).toEqual(expected);
    },
  );

  it.each(["mean", "max", "p99"] as const)(
    "keeps each answer about the %s of any window within the service's limits",
    (statistic) => {
      const windows = Array.from({ length: 1440 }, (_, index) => index + 1);
      const sizes = [1, 33, 70, 209, 1_000, maximumStreams];
      const wrong = windows.flatMap((windowMinutes) =>
        sizes.filter((size) => !isSound({ statistic, windowMinutes }, size)),
      );

      expect(wrong).toEqual([]);
    },
  );
});

/** Three queries at most, 100,000 points in each, one after the other, and the newest in minutes. */
function isSound(...[view, size]: Parameters<typeof partsOf>): boolean {
  const all = partsOf(view, size);
  const [first] = all;
  const last = all.at(-1);
  return (
    first?.from === 0 &&
    last?.to === view.windowMinutes &&
    last.intervalMinutes === 1 &&
    (all.every(({ intervalMinutes }) => intervalMinutes === 1) || last.to - last.from >= 3) &&
    all.flatMap(({ aggregates }) => aggregates).length <= 3 &&
    all.every(({ from }, index) => index === 0 || from === all[index - 1]?.to) &&
    all.every(({ from, to, intervalMinutes: minutes }) => (to - from) % minutes === 0) &&
    all.every(({ from, to, intervalMinutes: minutes }) => ((to - from) / minutes) * size <= 100_000)
  );
}

describe("byDomain", () => {
  const own = pool(1);

  it("asks by availability domain, and what is of one already by fault domain", () => {
    const asked = byDomain([own, members(2_001)]);
    expect(asked.map(([{ conditions, streams }]) => [...conditions, streams])).toEqual(
      [0, 1, 2].map((domain) => [`availabilityDomain = "AD-${domain}"`, 667]),
    );

    const [first] = asked;
    const further = first ? byDomain(first) : [];
    expect(further.map(([{ conditions }]) => conditions[1])).toEqual(
      [0, 1, 2].map((domain) => `faultDomain = "FAULT-DOMAIN-${domain}"`),
    );
    expect(further.flatMap((one) => byDomain(one))).toEqual([]);
  });

  it("does not divide members of no known domain", () => {
    const unknown = members(3).map(({ availabilityDomain, ...instance }) => instance);

    expect(byDomain([own, unknown])).toEqual([]);
  });
});

describe("narrower", () => {
  const asked = (all: readonly Question[], count: number) => {
    const [[question] = []] = plan(all, () => true).values();
    if (question === undefined) throw new Error("nothing is asked");
    return narrower([question, members(count)]).map(([{ dimension, ids, conditions }, own]) => {
      const who = dimension === "resourceId" ? "members" : conditions.join();
      return `${ids.length} ${who} ${own.length}`.trim();
    });
  };

  it.each<[string, readonly Question[], number, readonly string[]]>([
    [
      "a pool of a list that may be too much: its domains",
      pools(11),
      501,
      [...[0, 1, 2].map((domain) => `1 availabilityDomain = "AD-${domain}" 167`)],
    ],
    [
      "a pool of a size that may be too much: its domains",
      pools(1),
      1_500,
      [0, 1, 2].map((domain) => `1 availabilityDomain = "AD-${domain}" 500`),
    ],
    [
      "a pool of another size, over a day: with its true one",
      pools(1, { windowMinutes: 1440, size: 60 }),
      80,
      ["1  80"],
    ],
    [
      "a pool of a day, that may have had many others: its members",
      pools(1, { windowMinutes: 1440, size: 12 }),
      12,
      ["10 members 10", "2 members 2"],
    ],
    [
      "more members of two hours: their domains",
      pools(1, { windowMinutes: 120, size: 60 }),
      60,
      [0, 1, 2].map((domain) => `1 availabilityDomain = "AD-${domain}" 20`),
    ],
    ["a small pool of minutes: nothing", pools(1), 100, []],
  ])("asks, instead of %s", (_, all, count, expected) => {
    expect(asked(all, count)).toEqual(expected);
  });
});

describe("queriesOf", () => {
  const queries = (all: readonly Question[]) => {
    const [[question] = []] = plan(all, () => true).values();
    if (question === undefined) throw new Error("nothing is asked");
    return queriesOf(widest(question), window).flatMap((part) => part.queries);
  };

  it("asks about a pool in whole minutes, with a resolution", () => {
    expect(queries([pool(1)])).toEqual([
      {
        compartmentId,
        namespace: "oci_computeagent",
        query: `CpuUtilization[1m]{instancePoolId = "${poolId}1"}.groupBy(resourceId).mean()`,
        startTime: window.start,
        endTime: window.end,
        resolution: "1m",
      },
    ]);
  });

  it("asks about some pools by their OCIDs, and about every pool by a pattern", () => {
    expect(queries(pools(2, { statistic: "max" })).map(({ query }) => query)).toEqual([
      `CpuUtilization[1m]{instancePoolId =~ "${poolId}0|${poolId}1"}.groupBy(resourceId).max()`,
    ]);
    expect(queries(pools(11)).map(({ query }) => query)).toEqual([
      'CpuUtilization[1m]{instancePoolId =~ "ocid1.instancepool.*"}.groupBy(instancePoolId, resourceId).mean()',
    ]);
  });

  it("asks for the parts of a long window one after the other", () => {
    const asked = queries([pool(1, { windowMinutes: 1440, size: 70 })]);

    expect(asked.map(({ query }) => query.replace(/{.*}\.groupBy\(resourceId\)/, ""))).toEqual([
      "CpuUtilization[2m].mean()",
      "CpuUtilization[2m].count()",
      "CpuUtilization[1m].mean()",
    ]);
    expect(asked.map(({ resolution }) => resolution)).toEqual(["2m", "2m", "1m"]);
    const [older, , newest] = asked;
    expect(older?.endTime).toEqual(newest?.startTime);
  });
});
