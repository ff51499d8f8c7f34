import { beforeAll, describe, expect, it } from "vitest";
import { type ServerKind, serverKinds } from "../support/prometheus.ts";
import { type Case, type Measurements, metrics, wholePool } from "../truth/case.ts";
import { historyCases } from "../truth/cases-history.ts";
import { memberCases } from "../truth/cases-oci.ts";
import { windowCases } from "../truth/cases-oci-windows.ts";
import { hostCases } from "../truth/cases-prometheus.ts";
import { judge, type Row, tolerance } from "../truth/judge.ts";
import { ociRows, prometheusRows, type ServerRows } from "../truth/truth-table.ts";

const titlesOf = (cases: readonly Case[], ...more: readonly string[]) =>
  [...cases.map(({ name }) => name), ...more].flatMap((name) =>
    metrics.map((metric) => [name, metric] as const),
  );

function find(rows: readonly Row[], name: string, metric: string): Row | undefined {
  return rows.find((row) => row.name === name && row.metric === metric);
}

let servers: readonly ServerRows[];
let members: readonly Row[];
// Side by side: servers that scrape take most of a minute, in which there is little to do.
beforeAll(async () => {
  [servers, members] = await Promise.all([prometheusRows(), ociRows()]);
});

describe("the truth about hosts of Prometheus", () => {
  const rowOn = (kind: ServerKind, name: string, metric: string) => {
    const { scraped = [], histories = [] } = servers.find((one) => one.kind === kind) ?? {};
    return find([...scraped, ...histories], name, metric);
  };

  describe.each(serverKinds)("on a real %s", (kind) => {
    it.each(titlesOf([...hostCases, ...historyCases], wholePool))(
      "is what the function says: %s, %s",
      (name, metric) => {
        expect(rowOn(kind, name, metric)).toMatchObject({ verdict: "right" });
      },
    );
  });

  it("is what the common formula says of a plain host, but not of a new one", () => {
    const errorOf = (name: string) => {
      const { truth, rivals } = rowOn("prometheus", name, "cpu") ?? {};
      return Math.abs(Number(rivals?.common?.[0]) - Number(truth));
    };

    expect(errorOf("plain host")).toBeLessThan(tolerance);
    expect(errorOf("new host, half a minute old")).toBeGreaterThan(20);
  });
});

describe("the truth about members that report to OCI Monitoring", () => {
  it.each(titlesOf([...memberCases, ...windowCases], wholePool))(
    "is what the function says: %s, %s",
    (name, metric) => {
      expect(find(members, name, metric)).toMatchObject({ verdict: "right" });
    },
  );

  it("is not what the original way says of silent members", () => {
    expect(find(members, "silent member", "cpu")?.rivals.original).toEqual([0]);
  });
});

describe("a verdict", () => {
  const one: Case = { name: "one", truth: { cpu: 50, memory: "stale" }, warning: "twice" };
  const measured = (
    cpu: Row["ours"],
    memory: Row["ours"],
    ...warnings: string[]
  ): Measurements => ({
    members: new Map([
      ["one", { cpu: { ours: cpu, rivals: {} }, memory: { ours: memory, rivals: {} } }],
    ]),
    warnings,
    status: "ok",
    pool: { cpu: null, memory: null },
  });
  const verdictsOf = (measurements: Measurements) =>
    judge([one], measurements).map(({ verdict }) => verdict);

  it.each([
    ["what is near and what is missing for the right reason", 52, "stale", "right", "right"],
    ["what is off", 47.9, "stale", "WRONG: off by -2.1", "right"],
    ["what is made up", 50, 0, "right", "WRONG: not missing as stale"],
    ["another reason", 50, "no_data", "right", "WRONG: not missing as stale"],
    ["what is missing", "no_data", "stale", "WRONG: missing", "right"],
    ["who is forgotten", undefined, "stale", "WRONG: not in the result", "right"],
  ] as const)("is just to %s", (_, cpu, memory, ofCpu, ofMemory) => {
    expect(verdictsOf(measured(cpu, memory, "scraped twice"))).toEqual([ofCpu, ofMemory]);
  });

  it("asks for the warning that a case must have", () => {
    expect(verdictsOf(measured(50, "stale"))).toEqual([
      'WRONG: no warning "twice"',
      'WRONG: no warning "twice"',
    ]);
  });
});
