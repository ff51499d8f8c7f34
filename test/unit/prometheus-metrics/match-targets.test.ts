import { describe, expect, it } from "vitest";
import type { PoolSpec } from "../../../src/config/pool-spec.ts";
import { collectd } from "../../../src/prometheus-metrics/exporters/collectd.ts";
import { vocabularyOf } from "../../../src/prometheus-metrics/exporters/exporters.ts";
import { Inquiry } from "../../../src/prometheus-metrics/inquiry.ts";
import { matchTargets } from "../../../src/prometheus-metrics/match-targets.ts";
import { memberNames } from "../../../src/prometheus-metrics/members.ts";
import { readMembers } from "../../../src/prometheus-metrics/readings.ts";
import type { Target } from "../../../src/prometheus-metrics/target.ts";
import { aTarget, now, type Shown } from "../../support/a-target.ts";
import { compartmentId, instanceId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const member = { id: instanceId("a"), displayName: "web-1", compartmentId, state: "RUNNING" };
const unresolved = { cpu: "unresolved_host", memory: "unresolved_host" };
const busy = (percent: number) => ({ user: 6 * percent, idle: 600 - 6 * percent });
const target = (percent: number, labels: Readonly<Record<string, string>>, more: Shown = {}) =>
  aTarget({ labels, modes: busy(percent), ...more });

/** What the one member reads of these targets. */
function match(...targets: readonly Target[]) {
  return matchBy({ label: "instance", by: "displayName" }, ...targets);
}

/** The same, found by another label. */
async function matchBy(how: PoolSpec["prometheus"]["match"], ...targets: readonly Target[]) {
  const spec = poolSpec({ prometheus: { match: how } });
  const hosts = new Map([[member.id, { addresses: ["10.0.0.1"], hostname: "web-1" }]]);
  const members = memberNames([member], spec, hosts);
  const { readings, warnings } = await readMembers({
    inquiry: new Inquiry({
      query: () => Promise.reject(new Error("asked")),
      fits: () => true,
      redact: String,
    }),
    metrics: {
      targets,
      clock: { evaluatedAt: undefined, now, extrapolates: true },
      unanswered: { cpu: false, memory: false },
      dotted: false,
    },
    matched: matchTargets(targets, members, spec, now),
    members,
    spec,
    settings: {
      seconds: 300,
      statistic: "mean",
      steal: "busy",
      samplesSeconds: 360,
      stepSeconds: 30,
      vocabulary: vocabularyOf([]),
    },
    now,
  });
  return { reading: readings.get(member.id), warnings };
}

describe("the reading of a member that has several targets", () => {
  it("is one, with a warning, when two jobs scrape the host", async () => {
    const { reading, warnings } = await match(
      target(30, { instance: "web-1:9100", job: "b" }, { used: [] }),
      target(0, { instance: "web-1:9200", job: "a" }, { modes: {}, stamp: undefined }),
    );

    // CPU by one, memory by the other.
    expect(reading).toEqual({ cpu: expect.closeTo(30), memory: 50 });
    expect(warnings).toEqual(["1 member(s) are scraped by more than one target; one was used"]);
  });

  it("is none when machines of the same name are in two domains", async () => {
    const { reading, warnings } = await match(
      target(90, { instance: "web-1.staging.example.com:9100" }),
      target(10, { instance: "web-1.prod.example.com:9100" }),
    );

    expect(reading).toEqual(unresolved);
    expect(warnings).toContain(
      "1 member(s) have a name that others have, too; match by instanceId instead",
    );
  });

  it("is one when two exporters run on the host, which count memory in their own ways", async () => {
    const labels = { instance: "web-1:9103", job: "collectd" };
    const byCollectd = (total: number) => ({
      ...target(31, labels, { total }),
      exporter: collectd,
    });
    const byNode = target(30, { instance: "web-1:9100", job: "node" }, { total: 16e9 });

    expect((await match(byNode, byCollectd(16.3e9))).reading?.cpu).toBeCloseTo(30);
    expect((await match(byNode, byCollectd(32e9))).reading).toEqual(unresolved);
  });

  it("is none when their memory, or what they measure, tells machines apart", async () => {
    const own = target(10, { instance: "web-1:9100", prometheus: "own" });
    const labels = { instance: "web-1:9100", prometheus: "other" };

    expect((await match(own, target(11, labels))).reading?.cpu).toBeCloseTo(11);
    // As far apart are scrapes of one machine whose windows differ at their ends, and not at the same moments.
    expect((await match(own, target(16, labels))).reading).toEqual(unresolved);
    const later = target(10, { ...labels, prometheus: "own" }, { age: 17 });
    expect((await match(later, target(16, labels))).reading?.cpu).toBeCloseTo(16);
    expect((await match(own, target(10, labels, { total: 32e9 }))).reading).toEqual(unresolved);
    expect((await match(own, target(90, labels))).reading).toEqual(unresolved);
    const full = Array<number>(24).fill(0.9);
    expect((await match(own, target(10, labels, { used: full }))).reading).toEqual(unresolved);
  });

  it.each([
    ["another address", { instance: "10.9.0.1:9100" }],
    ["another environment", { env: "staging" }],
  ])("is none when one has %s, unless the other has gone", async (_, differing) => {
    const labels = { name: "web-1", instance: "10.0.0.1:9100", env: "prod" };
    const other = target(2, { ...labels, ...differing });
    const byName = { label: "name", by: "displayName" } as const;
    const silent = { age: 60, stamp: undefined };

    expect((await matchBy(byName, target(2, labels, { ...silent, up: 0 }), other)).reading).toEqual(
      unresolved,
    );
    expect((await matchBy(byName, target(2, labels, silent), other)).reading?.cpu).toBeCloseTo(2);
  });

  it("is one when a member has two addresses, and none when an address is in two networks", async () => {
    const byAddress = { label: "address", by: "privateIp" } as const;
    const labels = { address: "10.0.0.1:9100", instance: "10.0.0.1:9100" };
    const second = target(30, { address: "10.0.0.1:9200", instance: "10.8.0.1:9200" });
    const inVcn = (vcn: string) => target(30, { ...labels, vcn });

    expect((await matchBy(byAddress, target(30, labels), second)).reading?.cpu).toBeCloseTo(30);
    expect((await matchBy(byAddress, inVcn("own"), inVcn("other"))).reading).toEqual(unresolved);
  });

  it.each([
    ["jobs", { job: "other", service: "b" }],
    ["replicas", { prometheus_replica: "1", prometheus: "b" }],
  ])("is one when two %s scrape a machine", async (_, differing) => {
    const labels = {
      instance: "web-1:9100",
      prometheus_replica: "0",
      prometheus: "a",
      service: "a",
    };
    const down = target(30, { ...labels, ...differing }, { age: 60, stamp: undefined, up: 0 });

    expect((await match(target(30, labels), down)).reading?.cpu).toBeCloseTo(30);
  });

  it("does not care for another exporter that is down", async () => {
    const labels = { instance: "web-1:9100" };
    const probe = { ...aTarget({ labels: { ...labels, module: "icmp" } }) };
    const down = {
      ...probe,
      cpu: undefined,
      memory: { ...probe.memory, times: [], used: [], total: undefined, totalTimes: [] },
      scrapes: { times: [], tries: [now - 20, now - 5], failed: true },
    };

    expect(await match(target(30, labels), down)).toEqual({
      reading: { cpu: expect.closeTo(30), memory: 50 },
      warnings: [],
    });
    expect((await match(down)).reading?.cpu).toBe("target_down");
  });

  it("is none, and those targets are counted, when all are somebody else's", async () => {
    const { reading, warnings } = await match(target(90, { instance: "db-1:9100" }));

    expect(reading).toEqual({ cpu: "no_data", memory: "no_data" });
    expect(warnings).toEqual(["1 selected target(s) belong to no running member"]);
  });
});
