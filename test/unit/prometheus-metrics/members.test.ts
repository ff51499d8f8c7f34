import { describe, expect, it } from "vitest";
import type { PoolSpec } from "../../../src/config/pool-spec.ts";
import type { Instance } from "../../../src/instance-manager/instance-pool.ts";
import {
  identifier as identify,
  memberNames,
  poolSelectors as select,
} from "../../../src/prometheus-metrics/members.ts";
import { cpuQuery } from "../../../src/prometheus-metrics/queries.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const instance = (unique: string, displayName = `inst-${unique}-web`): Instance => ({
  id: instanceId(unique),
  displayName,
  compartmentId,
  state: "RUNNING",
});
const matching = (label: string, by: "displayName" | "instanceId" | "poolId") =>
  poolSpec({ prometheus: { match: { label, by } } });

const poolSelectors = (instances: readonly Instance[], spec: PoolSpec) =>
  select(memberNames(instances, spec, new Map()), spec);
type Labels = Readonly<Record<string, string>>;

/** Finds the member that a target is, among others. */
const identifier =
  (instances: readonly Instance[], spec: PoolSpec, others: readonly Labels[] = []) =>
  (labels: Labels) =>
    identify(memberNames(instances, spec, new Map()), spec, [labels, ...others])(labels);

describe("poolSelectors", () => {
  it("selects a pool by its label with one equality", () => {
    expect(poolSelectors([instance("a")], matching("pool", "poolId"))).toEqual([
      `pool="${poolId}"`,
    ]);
  });

  it("selects members by their OCID to the letter", () => {
    const [selector] = poolSelectors([instance("a")], matching("id", "instanceId"));

    expect(selector).toBe(`id=~"${instanceId("a").replaceAll(".", "\\\\.")}"`);
  });

  it("needs one selector for 250 members and four for 1,000", () => {
    const members = (count: number) =>
      Array.from({ length: count }, (_, index) => instance(`${index}`, `inst-${index}-web`));

    expect(poolSelectors(members(250), poolSpec())).toHaveLength(1);
    expect(poolSelectors(members(1000), poolSpec())).toHaveLength(4);
  });

  it.each(["mean", "p95"] as const)("keeps every query for a %s under 12 KB", (statistic) => {
    const members = Array.from({ length: 250 }, (_, index) =>
      instance(`${index}`, `${index}.${"X".repeat(200)}`),
    );
    const settings = { windowMinutes: 5, hosts: 250, statistic, steal: "busy" } as const;

    for (const selector of poolSelectors(members, poolSpec({ statistic }))) {
      expect(Buffer.byteLength(cpuQuery(selector, settings))).toBeLessThan(12_000);
    }
  });
});

describe("identifier", () => {
  const web1 = instance("a", "Web-1");
  const dotted = instance("b", "web-1.prod");
  const members = [web1, dotted];

  it.each([
    ["Web-1", web1],
    ["web-1", web1],
    ["web-1:9100", web1],
    ["web-1.example.com:9100", web1],
    ["web-1.prod:9100", dotted],
    ["web-1.prod.example.com", dotted],
    ["web-11", undefined],
    ["1", undefined],
    ["", undefined],
  ])("finds the member of the host %s", (value, expected) => {
    expect(identifier(members, poolSpec())({ instance: value })).toBe(expected);
  });

  it("finds a member by any label when the label names the pool", () => {
    const find = identifier(members, matching("pool", "poolId"));

    expect(find({ pool: poolId, instance: "10.0.0.1:9100", id: web1.id.toUpperCase() })).toBe(web1);
    expect(find({ pool: poolId, instance: "10.0.0.1:9100", nodename: "web-1" })).toBe(web1);
    expect(find({ pool: poolId, instance: "10.0.0.1:9100" })).toBeUndefined();
  });

  it.each([
    ["10.0.0.1:9100", web1],
    ["10.0.0.1", web1],
    ["[2001:db8::1]:9100", web1],
    ["2001:DB8:0:0::1", web1],
    ["10.0.0.10:9100", undefined],
    ["10.0.0.1.example.com", undefined],
    ["[2001:db8::2]:9100", undefined],
  ])("finds the member of the address %s", (value, expected) => {
    const spec = poolSpec({ prometheus: { match: { label: "instance", by: "privateIp" } } });
    const hosts = new Map([
      [web1.id, { addresses: ["10.0.0.1", "2001:db8::1"], hostname: "web-1" }],
    ]);
    const named = memberNames(members, spec, hosts);

    expect(identify(named, spec, [])({ instance: value })).toBe(expected);
    expect(select(named, spec)).toEqual([
      'instance=~"(?:10\\\\.0\\\\.0\\\\.1|\\\\[2001:db8::1\\\\]|2001:db8::1)(?::[0-9]+)?"',
    ]);
  });

  it("takes no label about somebody else for a member's own", () => {
    const find = identifier([web1, instance("c", "node")], matching("pool", "poolId"));

    expect(find({ pool: poolId, job: "node", instance: "10.0.0.9:9100" })).toBeUndefined();
    expect(find({ pool: poolId, instance: "node:9100", leader: "web-1" })?.displayName).toBe(
      "node",
    );
    expect(
      find({ pool: poolId, instance: "10.0.0.9", leader: "web-1", of: "node" }),
    ).toBeUndefined();
  });

  it("takes the label that names the most members, and nobody who has another name there", () => {
    const named = (name: string) => ({ pool: poolId, instance: "10.0.0.9", nodename: name });
    const follower = { ...named("node"), leader: "web-1" };
    const stranger = { ...named("web-9"), leader: "web-1" };
    const members = [web1, instance("c", "node")];
    const find = identifier(members, matching("pool", "poolId"), [
      named("web-1"),
      follower,
      stranger,
    ]);

    expect(find(named("web-1"))).toBe(web1);
    expect(find(follower)?.displayName).toBe("node");
    expect(find(stranger)).toBeUndefined();
  });

  it("takes a display name that two members share for nobody's", () => {
    const twins = [instance("a", "web"), instance("b", "WEB")];

    expect(identifier(twins, poolSpec())({ instance: "web" })).toBeUndefined();
  });
});
