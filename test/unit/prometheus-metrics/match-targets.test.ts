import { describe, expect, it } from "vitest";
import type { PoolSpec } from "../../../src/config/pool-spec.ts";
import { matchTargets } from "../../../src/prometheus-metrics/match-targets.ts";
import { memberNames } from "../../../src/prometheus-metrics/members.ts";
import type { Target } from "../../../src/prometheus-metrics/target.ts";
import { compartmentId, instanceId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const member = { id: instanceId("a"), displayName: "web-1", compartmentId, state: "RUNNING" };
const unresolved = { cpu: "unresolved_host", memory: "unresolved_host" };
const target = (cpu: Target["cpu"], labels: Readonly<Record<string, string>>): Target => ({
  labels,
  cpu,
  memory: 50,
  totalMemory: 16e9,
});

/** What the one member reads of these targets. */
function match(...targets: readonly Target[]) {
  return matchBy({ label: "instance", by: "displayName" }, ...targets);
}

/** The same, found by another label. */
function matchBy(how: PoolSpec["prometheus"]["match"], ...targets: readonly Target[]) {
  const metrics = {
    targets,
    evaluatedAt: undefined,
    warnings: [],
    failures: [],
    unanswered: { cpu: false, memory: false },
  };
  const spec = poolSpec({ prometheus: { match: how } });
  const hosts = new Map([[member.id, { addresses: ["10.0.0.1"], hostname: "web-1" }]]);
  const matched = matchTargets(metrics, memberNames([member], spec, hosts), spec);
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

    expect(reading).toEqual(unresolved);
    expect(warnings).toContain(
      "1 member(s) have a name that others have, too; match by instanceId instead",
    );
  });

  it("takes no machine of the very same name for the member, if its memory tells them apart", () => {
    const own = target(10, { instance: "web-1:9100", cluster: "own" });
    const other = target(90, { instance: "web-1:9100", cluster: "other" });

    expect(match(own, { ...other, totalMemory: 32e9 }).reading).toEqual(unresolved);
  });

  it.each([
    ["another address", { instance: "10.9.0.1:9100" }],
    ["another environment", { env: "staging" }],
  ])("takes no machine of the very same name for the member that has %s", (_, differing) => {
    const own = target("target_down", { name: "web-1", instance: "10.0.0.1:9100", env: "prod" });
    const other = target(2, { ...own.labels, ...differing });
    const byName = { label: "name", by: "displayName" } as const;

    expect(matchBy(byName, own, other).reading).toEqual(unresolved);
    // What has gone is no rival.
    expect(matchBy(byName, { ...own, cpu: "stale", memory: "stale" }, other).reading?.cpu).toBe(2);
  });

  it("takes a member's two addresses for one member, and not one address in two networks", () => {
    const byAddress = { label: "address", by: "privateIp" } as const;
    const first = target(30, { address: "10.0.0.1:9100", instance: "10.0.0.1:9100" });
    const second = target(30, { address: "10.0.0.1:9200", instance: "10.8.0.1:9200" });
    const elsewhere = target(90, { ...first.labels, vcn: "other" });

    expect(matchBy(byAddress, first, second).reading?.cpu).toBe(30);
    expect(
      matchBy(byAddress, { ...first, labels: { ...first.labels, vcn: "own" } }, elsewhere).reading,
    ).toEqual(unresolved);
  });

  it.each([
    ["jobs", { job: "other", service: "b" }],
    ["replicas", { prometheus_replica: "1", prometheus: "b" }],
  ])("takes two %s that scrape a machine for one machine", (_, differing) => {
    const labels = {
      instance: "web-1:9100",
      prometheus_replica: "0",
      prometheus: "a",
      service: "a",
    };

    const { reading } = match(
      target(30, labels),
      target("target_down", { ...labels, ...differing }),
    );

    expect(reading?.cpu).toBe(30);
  });

  it("counts the targets that are nobody's", () => {
    const { reading, warnings } = match(target(90, { instance: "db-1:9100" }));

    expect(reading).toEqual({ cpu: "no_data", memory: "no_data" });
    expect(warnings).toEqual(["1 selected target(s) belong to no running member"]);
  });
});
