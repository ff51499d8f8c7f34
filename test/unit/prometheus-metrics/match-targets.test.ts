import { describe, expect, it } from "vitest";
import { matchTargets } from "../../../src/prometheus-metrics/match-targets.ts";
import { memberNames } from "../../../src/prometheus-metrics/members.ts";
import type { Target } from "../../../src/prometheus-metrics/target.ts";
import { compartmentId, instanceId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const member = { id: instanceId("a"), displayName: "web-1", compartmentId, state: "RUNNING" };
const target = (cpu: Target["cpu"], labels: Readonly<Record<string, string>>): Target => ({
  labels,
  cpu,
  memory: 50,
  totalMemory: 16e9,
});

/** What the one member reads of these targets. */
function match(...targets: readonly Target[]) {
  const metrics = {
    targets,
    evaluatedAt: undefined,
    warnings: [],
    failures: [],
    unanswered: { cpu: false, memory: false },
  };
  const spec = poolSpec();
  const matched = matchTargets(metrics, memberNames([member], spec, new Map()), spec);
  return { reading: matched.readings.get(member.id), warnings: matched.warnings };
}

describe("matchTargets", () => {
  it("takes a host that two jobs scrape for one reading, with a warning", () => {
    const { reading, warnings } = match(
      target("no_data", { instance: "web-1:9100", job: "a" }),
      target(30, { instance: "web-1:9200", job: "b" }),
    );

    expect(reading).toMatchObject({ cpu: 30 });
    expect(warnings).toEqual(["1 member(s) are scraped by more than one target; one was used"]);
  });

  it("takes no machine of the same name in another domain for the member", () => {
    const { reading, warnings } = match(
      target(90, { instance: "web-1.staging.example.com:9100" }),
      target(10, { instance: "web-1.prod.example.com:9100" }),
    );

    expect(reading).toEqual({ cpu: "unresolved_host", memory: "unresolved_host" });
    expect(warnings).toContain(
      "1 member(s) have a name that others have, too; match by instanceId instead",
    );
  });

  it("takes no machine of the very same name for the member, if its memory tells them apart", () => {
    const own = target(10, { instance: "web-1:9100", cluster: "own" });
    const other = target(90, { instance: "web-1:9100", cluster: "other" });

    expect(match(own, { ...other, totalMemory: 32e9 }).reading).toEqual({
      cpu: "unresolved_host",
      memory: "unresolved_host",
    });
    expect(match(own, { ...other, totalMemory: 32e9, memory: "stale" }).reading?.cpu).toBe(10);
    expect(match(own, { ...other, cpu: 11 }).reading?.cpu).toBe(11);
  });

  it("counts the targets that are nobody's", () => {
    const { reading, warnings } = match(target(90, { instance: "db-1:9100" }));

    expect(reading).toEqual({ cpu: "no_data", memory: "no_data" });
    expect(warnings).toEqual(["1 selected target(s) belong to no running member"]);
  });
});
