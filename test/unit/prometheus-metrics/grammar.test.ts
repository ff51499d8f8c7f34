import { parser } from "@prometheus-io/lezer-promql";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exporterNames, type OwnExporter } from "../../../src/config/exporters.ts";
import { matchBys, type Statistic } from "../../../src/config/pool-spec.ts";
import type { Exporter } from "../../../src/prometheus-metrics/exporters/exporter.ts";
import {
  exportersNamed,
  vocabularyOf,
} from "../../../src/prometheus-metrics/exporters/exporters.ts";
import { gaugesQuery } from "../../../src/prometheus-metrics/gauge-queries.ts";
import {
  type QuerySettings,
  queriesOf,
} from "../../../src/prometheus-metrics/get-cpu-ram-metrics.ts";
import { memberNames, poolSelectors } from "../../../src/prometheus-metrics/members.ts";
import { ownQueries } from "../../../src/prometheus-metrics/own-queries.ts";
import { cpuStepsQuery, labelValuesQuery } from "../../../src/prometheus-metrics/queries.ts";
import { samplesMinutes, spanOf } from "../../../src/prometheus-metrics/query-span.ts";
import { compartmentId, instanceId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";

/** As in docs/prometheus-servers.md: collectd counts in jiffies. */
const ownExporter: OwnExporter = {
  name: "collectd",
  cpu: '1 - rate(collectd_cpu_total{type="idle",$selector}[$window]) / 100',
  memory: 'sum without (memory) (collectd_memory{memory="used",$selector})',
  unit: "ratio",
};
const statistics: readonly Statistic[] = ["mean", "max", "min", "p50", "p90", "p95", "p99"];

/** Where Prometheus' own grammar finds fault with a query; nothing, when it is PromQL. */
function faultsOf(query: string): readonly string[] {
  const faults: string[] = [];
  parser.parse(query).iterate({
    enter: ({ type, from }) => {
      if (type.isError)
        faults.push(`at ${from}: …${query.slice(Math.max(0, from - 30), from + 30)}`);
    },
  });
  return faults;
}

/** Every query that there may be about a pool of members with these names, once. */
function queriesAbout(
  displayNames: readonly string[],
  matcher: string,
  prometheus: { readonly by: (typeof matchBys)[number]; readonly label: string },
  windows: readonly number[],
): readonly string[] {
  const instances = displayNames.map((displayName, index) => ({
    id: instanceId(`${index}`),
    displayName,
    compartmentId,
    state: "RUNNING",
  }));
  const hosts = new Map(
    instances.map(({ id }, index) => {
      const addresses = [`10.0.0.${index}`, `fd00::${index}`];
      return [id, { addresses, hostname: displayNames[index] ?? "" }] as const;
    }),
  );
  const matchers = { cluster: matcher, [matcher]: "prod" };
  const queries = windows.flatMap((windowMinutes) =>
    statistics.flatMap((statistic) => {
      const spec = poolSpec({
        windowMinutes,
        statistic,
        prometheus: { match: prometheus, matchers },
      });
      const members = memberNames(instances, spec, hosts);
      const { stepSeconds } = spanOf(spec, members.size);
      const settings = {
        seconds: 60 * windowMinutes,
        statistic,
        steal: spec.prometheus.steal,
        samplesSeconds: 60 * samplesMinutes(windowMinutes, members.size),
        stepSeconds,
      };
      return poolSelectors(members, spec, 250, () => true).flatMap((selector) => [
        ...exporterNames.flatMap((exporter) => {
          const vocabulary = vocabularyOf(exportersNamed(exporter));
          const { cpu, samples } = queriesOf(selector, { ...settings, vocabulary });
          return [cpu, ...samples, ...secondLooks(selector, exportersNamed(exporter), settings)];
        }),
        ...Object.values(ownQueries(ownExporter, selector, windowMinutes)).map(
          (query) => query ?? "",
        ),
        labelValuesQuery(prometheus.label, matchers),
      ]);
    }),
  );
  return [...new Set(queries)];
}

/** What may be asked once more of hosts of these exporters. */
function secondLooks(
  selector: string,
  exporters: readonly Exporter[],
  { seconds, statistic, stepSeconds }: Omit<QuerySettings, "vocabulary">,
): readonly string[] {
  return exporters.flatMap((exporter) => {
    const { gauges, otherwise = gauges } = exporter.memory;
    const span = { statistic, seconds, stepSeconds };
    return [
      ...[0, 2500].map((laterMs) =>
        cpuStepsQuery(selector, seconds, 15, vocabularyOf([exporter], true), laterMs),
      ),
      ...[gauges, otherwise].map((some) => gaugesQuery(selector, exporter.memory, some, span)),
    ];
  });
}

const members = ["inst-a-web", "inst-b-web"];

describe("the queries, parsed by Prometheus' own grammar", () => {
  it.each(matchBys)("are PromQL for each statistic and exporter, matched by %s", (by) => {
    const queries = queriesAbout(members, "eu-1", { by, label: "instance" }, [5]);

    expect(queries.length).toBeGreaterThan(60);
    expect(queries.flatMap(faultsOf)).toEqual([]);
  });

  // The windows are numbers beside the names of the pool, which is matched in the same way in all of them.
  it.each([1, 60, 300, 1440])("are PromQL over %i minutes", (window) => {
    const match = { by: "displayName", label: "instance" } as const;

    expect(queriesAbout(members, "eu-1", match, [window]).flatMap(faultsOf)).toEqual([]);
  });

  it("are PromQL whatever machines, labels and clusters are called", () => {
    const text = fc.string({ minLength: 1, unit: "binary" });
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 3 }),
        text,
        text,
        (names, label, matcher) => {
          const queries = queriesAbout(names, matcher, { by: "displayName", label }, [5]);

          return queries.every((query) => faultsOf(query).length === 0);
        },
      ),
      { numRuns: 5 },
    );
  });

  it("would be found out if they were not", () => {
    expect(faultsOf('sum(rate(x{a="b"}[5m])')).not.toEqual([]);
    expect(faultsOf('x{a="b}')).not.toEqual([]);
  });
});
