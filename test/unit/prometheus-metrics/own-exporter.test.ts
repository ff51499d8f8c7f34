import { describe, expect, it } from "vitest";
import type { PoolSettings } from "../../../src/config/pool-spec.ts";
import type { Host } from "../../../src/instance-manager/host-directory.ts";
import { measureByOwnExporter } from "../../../src/prometheus-metrics/own-exporter.ts";
import { Shown } from "../../../src/prometheus-metrics/sources.ts";
import { compartmentId, instanceId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const exporter = {
  name: "mine",
  cpu: "cpu{$selector}",
  memory: "memory{$selector}",
  unit: "percent",
} as const;

/** Measures members with these display names, of whom nobody can be looked up, by rows of these instances. */
async function measure(
  names: readonly string[],
  rows: readonly string[],
  match: NonNullable<PoolSettings["prometheus"]>["match"],
) {
  const instances = names.map((displayName, index) => ({
    id: instanceId(`m${index}`),
    displayName,
    compartmentId,
    state: "RUNNING",
  }));
  const server = {
    query: async () => ({
      series: rows.map((instance) => ({ labels: { instance }, times: [1_000], values: [40] })),
      warnings: [],
    }),
    fits: () => true,
    redact: (text: string) => text,
  };
  const hostsOf = async () => ({ byInstanceId: new Map<string, Host>(), failure: undefined });
  const spec = poolSpec({ source: "prometheus", prometheus: { ...(match && { match }) } });
  const now = () => new Date(0);
  const matchLabels = new Set<string>();
  const sources = { server, hostsOf, now, shown: new Shown(), matchLabels };
  const measured = await measureByOwnExporter(exporter, sources, instances, spec, undefined);
  expect(measured.shown?.join()).not.toContain("db");
  return instances.map(({ id }) => measured.readings.get(id)?.cpu);
}

describe("an exporter of the operator's", () => {
  it("gives members of one name no reading, as nobody knows which row is whose", async () => {
    const readings = await measure(["web", "web", "db"], ["web:9100", "db:9100"], undefined);

    expect(readings).toEqual(["unresolved_host", "unresolved_host", 40]);
  });

  it("says that a member is not known, where a row may be its own", async () => {
    const byPool = { label: "pool", by: "poolId" } as const;

    expect(await measure(["web", "db"], ["10.0.0.1:9100", "db:9100"], byPool)).toEqual([
      "unresolved_host",
      40,
    ]);
    expect(await measure(["web", "db"], ["db:9100"], byPool)).toEqual(["no_data", 40]);
  });
});
