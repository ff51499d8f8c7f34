import { parser } from "@prometheus-io/lezer-promql";
import { describe, expect, it } from "vitest";
import { exporterNames } from "../../../src/config/exporters.ts";
import {
  exportersNamed,
  vocabularyOf,
} from "../../../src/prometheus-metrics/exporters/exporters.ts";
import { freebsd, linux } from "../../../src/prometheus-metrics/exporters/node.ts";
import { openTelemetry } from "../../../src/prometheus-metrics/exporters/opentelemetry.ts";
import {
  gaugesQuery,
  meansQueries,
  samplesQueries,
} from "../../../src/prometheus-metrics/gauge-queries.ts";
import { cpuQuery, cpuStepsQuery } from "../../../src/prometheus-metrics/queries.ts";
import { samplesMinutes, spanOf } from "../../../src/prometheus-metrics/query-span.ts";
import { equals, oneOf, oneOfHosts } from "../../../src/prometheus-metrics/selectors.ts";
import { poolSpec } from "../../support/pool-spec.ts";

const auto = vocabularyOf(exportersNamed("auto"));

function hasError(promql: string): boolean {
  let wrong = false;
  parser.parse(promql).iterate({
    enter: ({ type }) => {
      wrong ||= type.isError;
    },
  });
  return wrong;
}

describe("selectors", () => {
  it("select hosts in any case, with or without a domain and a port", () => {
    expect(oneOfHosts("instance", ["web-1", "web-2"])).toBe(
      'instance=~"(?i:web-(?:1|2))(?:\\\\.[^:]+)?(?::[0-9]+)?"',
    );
  });

  it("can't be broken out of by a name", () => {
    expect(equals("instance", 'x"} or up{a="\\\n')).toBe('instance="x\\"} or up{a=\\"\\\\\\n"');
    expect(oneOf("instance", ['a.b"|.*'])).toBe('instance=~"a\\\\.b\\"\\\\|\\\\.\\\\*"');
  });
});

describe("queries", () => {
  it("ask for the time in each mode, when the newest samples were, and what time it is", () => {
    expect(cpuQuery('pool="a"', 300, auto)).toMatch(
      /^sum without \(cpu, exported_cpu, .*\) \(delta\(\{__name__=~"node_cpu_seconds_total\|windows_cpu_time_total\|.*",pool="a"\}\[300s\]\)\) or label_replace\(sum without \(cpu, exported_cpu, core, exported_core, mode, exported_mode\) \(timestamp\(\{__name__=~"node_cpu_seconds_total\|windows_cpu_time_total",mode="idle",pool="a"\}\)\), "mode", "\(stamp\)", "", ""\) or .* or label_replace\(vector\(time\(\)\), "mode", "\(now\)", "", ""\)$/,
    );
    expect(cpuStepsQuery('pool="a"', 300, 30, auto)).toMatch(/^\(sum without .*\)\[300s:30s\]$/);
  });

  it("ask for idle time by whichever label says so", () => {
    expect(cpuQuery('pool="a"', 300, vocabularyOf(exportersNamed("opentelemetry")))).toContain(
      'timestamp({__name__="system_cpu_time_total",state=~"idle|",system_cpu_state=~"idle|",cpu_mode=~"idle|",pool="a"})',
    );
  });

  it("ask for each sample of memory, and of the scrapes", () => {
    expect(samplesQueries('pool="a"', 360, auto)).toEqual([
      expect.stringMatching(
        /^\{__name__=~"up\|node_memory_MemTotal_bytes\|.*",pool="a"\}\[360s\]$/,
      ),
    ]);
  });

  it.each(["node", "windows", "opentelemetry", "collectd", "netdata"])(
    "ask for %s by the exact names of its metrics",
    (name) => {
      const vocabulary = vocabularyOf(exportersNamed(name));
      const queries = [
        cpuQuery('pool="a"', 300, vocabulary),
        cpuStepsQuery('pool="a"', 300, 30, vocabulary),
        ...samplesQueries('pool="a"', 360, vocabulary),
      ];

      expect(queries.filter((query) => query.includes("__name__=~"))).toEqual([]);
      expect(queries).toContain('{__name__="up",pool="a"}[360s]');
    },
  );

  it.each(["node", "windows", "opentelemetry", "collectd", "netdata"])(
    "ask for the mean of %s, and for one gauge sample by sample, by exact names",
    (name) => {
      const [means] = exportersNamed(name);
      const known = vocabularyOf(means ? [means] : []);
      const rows = means && meansQueries(means, 'pool="a"', 300);
      const cpu = cpuQuery('pool="a"', 300, known, rows);
      const samples = samplesQueries('pool="a"', 360, known, means);

      expect(samples).toEqual([
        expect.stringMatching(/^\{__name__="\w+_mem\w*",pool="a"\}\[360s\]$/),
      ]);
      expect([cpu, ...samples].filter((query) => query.includes("=~"))).toEqual([]);
      expect([cpu, ...samples].filter(hasError)).toEqual([]);
    },
  );

  it.each([...exporterNames])("leave room for the names of a pool of 250 on %s", (name) => {
    const hosts = Array.from({ length: 250 }, (_, index) => `inst-${index}x9zq-web`);
    const selector = oneOfHosts("instance", hosts);

    expect(cpuQuery(selector, 300, vocabularyOf(exportersNamed(name))).length).toBeLessThan(16_000);
  });

  it.each([...exporterNames])("are PromQL of Prometheus' own grammar on %s", (name) => {
    const vocabulary = vocabularyOf(exportersNamed(name));
    const queries = [
      cpuQuery('pool="a"', 300, vocabulary),
      cpuStepsQuery('pool="a"', 300, 30, vocabulary),
      ...samplesQueries('pool="a"', 360, vocabulary),
      ...exportersNamed(name).map(({ memory }) =>
        gaugesQuery('pool="a"', memory, memory.gauges, {
          seconds: 300,
          stepSeconds: 60,
          statistic: "max",
        }),
      ),
    ];

    expect(queries.filter(hasError)).toEqual([]);
    expect(hasError("sum(")).toBe(true);
  });

  it("look again at each sample, up to the newest, of the CPUs that have run", () => {
    const vocabulary = vocabularyOf([linux]);
    const query = cpuStepsQuery('pool="a"', 315, 15, vocabulary, 2500);

    expect(query).toContain('{__name__="node_cpu_seconds_total",pool="a"} offset -2500ms)');
    expect(query).toMatch(
      /timestamp\((\{.*,mode="idle",pool="a"\} offset -2500ms)\) and \1 > 0\).*\[315s:15s\]$/,
    );
    expect(hasError(query)).toBe(false);
  });

  it("ask for memory over a long window by the metrics' exact names", () => {
    const span = { seconds: 3600, stepSeconds: 60 };

    expect(
      gaugesQuery('pool="a"', linux.memory, linux.memory.gauges, { ...span, statistic: "mean" }),
    ).toBe(
      'label_replace(avg_over_time({__name__="node_memory_MemTotal_bytes",pool="a"}[3600s]) / (max_over_time({__name__="node_memory_MemTotal_bytes",pool="a"}[3600s]) == bool min_over_time({__name__="node_memory_MemTotal_bytes",pool="a"}[3600s])), "__gauge__", "node_memory_MemTotal_bytes", "", "") or label_replace(avg_over_time({__name__="node_memory_MemAvailable_bytes",pool="a"}[3600s]), "__gauge__", "node_memory_MemAvailable_bytes", "", "")',
    );
    const most = gaugesQuery('pool="a"', linux.memory, linux.memory.gauges, {
      ...span,
      statistic: "max",
    });
    expect(most).toContain('min_over_time({__name__="node_memory_MemAvailable_bytes"');
    expect(most).toMatch(/\)\[3600s:60s\]$/);
  });

  it.each(["max", "min"] as const)("add up gauges of one time for the %s", (statistic) => {
    const span = { seconds: 3600, stepSeconds: 60, statistic };
    const { otherwise = [] } = linux.memory;
    const collectors = openTelemetry().map(({ memory }) => memory);

    for (const query of [
      gaugesQuery('pool="a"', freebsd.memory, freebsd.memory.gauges, span),
      gaugesQuery('pool="a"', linux.memory, otherwise, span),
      ...collectors
        .filter(({ gauges }) => gauges.length > 1)
        .map((memory) => gaugesQuery('pool="a"', memory, memory.gauges, span)),
    ])
      expect(query).not.toMatch(/label_replace\((?:min|max)_over_time/);
  });

  it.each([
    ["mean", 5, 250, { hosts: 250, stepSeconds: 4 }],
    ["mean", 1440, 1, { hosts: 1, stepSeconds: 11 }],
    ["mean", 1440, 2000, { hosts: 250, stepSeconds: 1080 }],
    ["max", 5, 250, { hosts: 250, stepSeconds: 30 }],
    ["max", 60, 250, { hosts: 250, stepSeconds: 60 }],
    ["max", 1440, 5, { hosts: 13, stepSeconds: 60 }],
    ["max", 1440, 250, { hosts: 25, stepSeconds: 108 }],
  ] as const)(
    "keep answers small: %s over %i minutes of %i members",
    (statistic, windowMinutes, members, span) => {
      expect(spanOf(poolSpec({ statistic, windowMinutes }), members)).toEqual(span);
    },
  );

  it("keep the answer about a pool that a label names small, too", () => {
    const match = { label: "pool", by: "poolId" } as const;
    const spec = poolSpec({ statistic: "max", windowMinutes: 1440, prometheus: { match } });

    expect(spanOf(spec, 250)).toEqual({ hosts: 250, stepSeconds: 1080 });
  });

  it.each([
    [1, 1, 6],
    [5, 250, 6],
    [10, 250, 11],
    [60, 250, 13],
    [60, 10, 61],
    [1440, 1, 240],
    [1440, 2000, 6],
  ])(
    "ask for each sample of %i minutes of %i hosts over %i minutes",
    (windowMinutes, hosts, minutes) => {
      expect(samplesMinutes(windowMinutes, hosts)).toBe(minutes);
    },
  );
});
