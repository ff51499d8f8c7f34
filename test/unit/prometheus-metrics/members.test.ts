import { describe, expect, it } from "vitest";
import type { PoolSpec } from "../../../src/config/pool-spec.ts";
import type { Instance } from "../../../src/instance-manager/instance-pool.ts";
import { vocabularyOf } from "../../../src/prometheus-metrics/exporters/exporters.ts";
import {
  identifier as identify,
  memberNames,
  poolSelectors as select,
  selectorsOf,
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
const matching = (label: string, by: PoolSpec["prometheus"]["match"]["by"]) =>
  poolSpec({ prometheus: { match: { label, by } } });

const anyLength = () => true;
const poolSelectors = (
  instances: readonly Instance[],
  spec: PoolSpec,
  fits: (selector: string) => boolean = anyLength,
) => select(memberNames(instances, spec, new Map()), spec, 250, fits);
type Labels = Readonly<Record<string, string>>;

/** Finds the member that a target is. */
const identifier = (instances: readonly Instance[], spec: PoolSpec) => (labels: Labels) =>
  identify(memberNames(instances, spec, new Map()), spec)(labels);

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

  it("adds the labels that all of a pool's series have, whatever is in them", () => {
    const matchers = { cluster: 'a"} or up{b="\\', "host.type": "línea\n" };
    const pinned = (match: object) => poolSpec({ prometheus: { matchers, ...match } });
    const rest = 'cluster="a\\"} or up{b=\\"\\\\","host.type"="línea\\n"';

    expect(poolSelectors([instance("a")], pinned({}))[0]).toMatch(/^instance=~".*",cluster=/);
    expect(
      poolSelectors([instance("a")], pinned({ match: { label: "my pool", by: "poolId" } })),
    ).toEqual([`"my pool"="${poolId}",${rest}`]);
  });

  it("needs one selector for 250 members and four for 1,000", () => {
    const members = (count: number) =>
      Array.from({ length: count }, (_, index) => instance(`${index}`, `inst-${index}-web`));

    expect(poolSelectors(members(250), poolSpec())).toHaveLength(1);
    expect(poolSelectors(members(1000), poolSpec())).toHaveLength(4);
  });

  it("splits the members until the server takes each query", () => {
    const members = Array.from({ length: 250 }, (_, index) =>
      instance(`${index}`, `${index}.${"X".repeat(200)}`),
    );
    const fits = (selector: string) =>
      Buffer.byteLength(cpuQuery(selector, 300, vocabularyOf([]))) < 5_000;

    const selectors = poolSelectors(members, poolSpec(), fits);

    expect(selectors.length).toBeGreaterThan(1);
    expect(selectors.filter((selector) => !fits(selector))).toEqual([]);
    expect(selectors.flatMap((selector) => selector.split("|"))).toHaveLength(250);
  });

  it("selects nothing, and not everything, where no member has a name", () => {
    expect(poolSelectors([instance("a")], matching("instance", "privateIp"))).toEqual([]);
  });

  it("asks for a single member even if the server takes no such query", () => {
    expect(poolSelectors([instance("a")], poolSpec(), () => false)).toHaveLength(1);
  });
});

describe("selectorsOf", () => {
  const fits = () => true;
  const targets = [
    { instance: "a:9100", pool: poolId },
    { instance: "b|c", pool: poolId },
  ];

  it("selects targets by the very values that they have", () => {
    expect(selectorsOf(targets, poolSpec(), fits)).toEqual(['instance=~"a:9100|b\\\\|c"']);
    expect(selectorsOf(targets, matching("pool", "poolId"), fits)).toEqual([
      `instance=~"a:9100|b\\\\|c",pool="${poolId}"`,
    ]);
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

    expect(identify(named, spec)({ instance: value })).toBe(expected);
    expect(select(named, spec, 250, anyLength)).toEqual([
      'instance=~"(?:10\\\\.0\\\\.0\\\\.1|\\\\[2001:db8::1\\\\]|2001:db8::1)(?::[0-9]+)?"',
    ]);
  });

  it("takes no label about somebody else for a member's own", () => {
    const find = identifier([web1, instance("c", "node")], matching("pool", "poolId"));
    const at = (more: Labels) => find({ pool: poolId, instance: "10.0.0.9:9100", ...more });

    expect(at({ job: "node" })).toBeUndefined();
    expect(at({ standby_of: "web-1" })).toBeUndefined();
    expect(at({ leader: "web-1", of: "node" })).toBeUndefined();
    expect(at({ instance: "node:9100", leader: "web-1" })?.displayName).toBe("node");
  });

  it.each([
    "nodename",
    "instance_name",
    "host.name",
    "displayName",
    "exported_instance",
    "vm",
    "OCID",
  ])("takes the label %s for one about the target itself", (label) => {
    const find = identifier([web1, instance("c", "node")], matching("pool", "poolId"));
    const at = (more: Labels) => find({ pool: poolId, instance: "10.0.0.9:9100", ...more });

    expect(at({ [label]: "web-1", standby_of: "node" })).toBe(web1);
    expect(at({ [label]: "web-9", standby_of: "node" })).toBeUndefined();
    expect(at({ [label]: "web-1", hostname: "node" })).toBeUndefined();
    expect(at({ [label]: "web-1", instance: "node" })?.displayName).toBe("node");
  });

  it("takes a display name that two members share for nobody's", () => {
    const twins = [instance("a", "web"), instance("b", "WEB")];

    expect(identifier(twins, poolSpec())({ instance: "web" })).toBeUndefined();
  });
});
