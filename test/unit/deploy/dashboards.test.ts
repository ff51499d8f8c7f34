import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../../..", import.meta.url).pathname;
const text = (path: string) => readFileSync(`${root}/${path}`, "utf8");
const grafana = JSON.parse(text("deploy/dashboards/grafana.json"));
const oci = JSON.parse(text("deploy/dashboards/oci-console.json"));

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** What a metric is called in the source that posts it. */
const published = ["CpuUtilization", "MemoryUtilization", "ReportingInstances", "RunningInstances"];
const own = ["DurationMs", "Calls", "Retries", "Bytes", "Coverage", "OpenCircuits"];

const overlaps = (one: Place, other: Place) =>
  one.x < other.x + other.w &&
  other.x < one.x + one.w &&
  one.y < other.y + other.h &&
  other.y < one.y + one.h;

function expectNoOverlap(places: readonly Place[]): void {
  const pairs = places.flatMap((one, index) =>
    places.slice(index + 1).map((other) => [one, other] as const),
  );
  expect(pairs.filter(([one, other]) => overlaps(one, other))).toEqual([]);
}

describe("the dashboards", () => {
  it("know the metrics by the names that the function posts", () => {
    const sources = [
      text("src/publishing/pool-metrics.ts"),
      text("src/telemetry/function-metrics.ts"),
    ];

    for (const [source, names] of [[sources[0], published] as const, [sources[1], own] as const]) {
      for (const name of names) expect(source).toMatch(new RegExp(`\\b${name}: `));
    }
  });

  it("ask, in Grafana, for each metric in its own namespace and compartment", () => {
    const targets = grafana.panels.flatMap((panel: { targets: object[] }) => panel.targets);
    const asked = targets.map((target: Record<string, string>) => {
      const [, name = ""] = /^(\w+)\[1m\]\.\w+\(\)$/.exec(target["queryTextRaw"] ?? "") ?? [];
      expect(target["queryText"]).toBe(target["queryTextRaw"]);
      const expected = published.includes(name)
        ? ["$namespace", "$compartment"]
        : ["$function_namespace", "$function_compartment"];
      expect([target["namespace"], target["compartment"]]).toEqual(expected);
      return name;
    });

    expect(asked.filter((name: string) => ![...published, ...own].includes(name))).toEqual([]);
    expect(asked).toEqual(expect.arrayContaining(published));
  });

  it("use, in Grafana, only variables that it asks for", () => {
    const declared = grafana.templating.list.map(({ name }: { name: string }) => name);
    const used = [...JSON.stringify(grafana.panels).matchAll(/\$\{?(\w+)\}?/g)].map(
      ([, name]) => name,
    );

    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((name) => !declared.includes(name))).toEqual([]);
  });

  it("ask, in the Console, for each metric in its own namespace", () => {
    const asked = oci.widgets.map(({ data }: { data: { api: { variables: object[] } } }) => {
      const [{ query, namespace }] = data.api.variables as Record<string, { value: string }>[] as [
        Record<"query" | "namespace", { value: string }>,
      ];
      const [, name = ""] = /^(\w+)\[\$\{interval\}\]\.\w+\(\)$/.exec(query.value) ?? [];
      expect(namespace.value).toBe(
        published.includes(name) ? "pool_utilization" : "pool_utilization_function",
      );
      return name;
    });

    expect(asked).toEqual(expect.arrayContaining(published));
    expect(asked.filter((name: string) => ![...published, ...own].includes(name))).toEqual([]);
  });

  it("have a place for each panel, and an identity", () => {
    expectNoOverlap(grafana.panels.map(({ gridPos }: { gridPos: Place }) => gridPos));
    expectNoOverlap(
      oci.widgets.map(
        ({ layout: { left, top, width, height } }: { layout: Record<string, number> }) => ({
          x: left,
          y: top,
          w: width,
          h: height,
        }),
      ),
    );
    for (const { list } of [{ list: grafana.panels }, { list: oci.widgets }]) {
      expect(new Set(list.map(({ id }: { id: unknown }) => id)).size).toBe(list.length);
    }
  });
});
