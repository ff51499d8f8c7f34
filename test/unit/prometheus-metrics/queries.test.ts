import { describe, expect, it } from "vitest";
import {
  cpuQuery,
  equals,
  memoryQuery,
  oneOf,
  oneOfHosts,
} from "../../../src/prometheus-metrics/queries.ts";

const settings = { windowMinutes: 5, hosts: 100, statistic: "mean", steal: "busy" } as const;

describe("selectors", () => {
  it("select hosts with or without a domain and a port", () => {
    expect(oneOfHosts("instance", ["web-1", "web-2"])).toBe(
      'instance=~"web-(?:1|2)(?:\\\\.[^:]+)?(?::[0-9]+)?"',
    );
  });

  it("can't be broken out of by a name", () => {
    expect(equals("instance", 'x"} or up{a="\\\n')).toBe('instance="x\\"} or up{a=\\"\\\\\\n"');
    expect(oneOf("instance", ['a.b"|.*'])).toBe('instance=~"a\\\\.b\\"\\\\|\\\\.\\\\*"');
  });
});

describe("cpuQuery", () => {
  it("asks for the rates of all modes, and for what is there now", () => {
    expect(cpuQuery('pool="a"', settings)).toBe(
      'sum without (cpu, core) (rate({__name__=~"node_cpu_seconds_total|windows_cpu_time_total",mode!~"dpc|interrupt",pool="a"}[5m])) or {__name__=~"up|node_memory_MemTotal_bytes|windows_memory_physical_total_bytes|windows_cs_physical_memory_bytes",pool="a"}',
    );
  });

  it.each([
    ["max", "max_over_time("],
    ["min", "min_over_time("],
    ["p50", "quantile_over_time(0.5, "],
    ["p99", "quantile_over_time(0.99, "],
  ] as const)("asks for the %s of the share at each step", (statistic, start) => {
    const query = cpuQuery('pool="a"', { ...settings, statistic });

    expect(query).toContain(`label_replace(${start}(sum without (cpu, core, mode) (rate(`);
    expect(query).toContain('mode!~"idle|iowait"');
    expect(query).toContain("[180s:30s])");
  });

  it.each([
    [3, "[60s:30s])", "[120s]"],
    [60, "[3480s:60s])", "[120s]"],
    [1440, "[84960s:1440s])", "[1440s]"],
  ])("looks no further back than %i minutes for a statistic", (windowMinutes, range, rate) => {
    const query = cpuQuery('pool="a"', { ...settings, statistic: "max", windowMinutes });

    expect(query).toContain(range);
    expect(query).toContain(rate);
  });

  it("takes a single rate for any statistic of two minutes", () => {
    const query = cpuQuery('pool="a"', { ...settings, statistic: "p95", windowMinutes: 2 });

    expect(query).toMatch(/^label_replace\(sum without .*\[120s\]/);
    expect(query).not.toContain("over_time");
  });

  it("counts stolen time as idle when told so", () => {
    const query = cpuQuery('pool="a"', { ...settings, statistic: "max", steal: "idle" });

    expect(query).toContain('mode!~"idle|iowait|steal"');
  });
});

describe("memoryQuery", () => {
  it.each([
    [5, "[5m:30s]"],
    [60, "[60m:60s]"],
    [1440, "[1440m:1440s]"],
  ])("asks for at most 61 points over %i minutes", (windowMinutes, range) => {
    expect(memoryQuery('pool="a"', { ...settings, windowMinutes })).toContain(range);
  });

  it.each([
    [5, 2_000, "[5m:30s]"],
    [5, 5_000, "[5m:50s]"],
    [60, 500, "[60m:60s]"],
    [60, 2_000, "[60m:240s]"],
    [1440, 2_000, "[1440m:5760s]"],
  ])("asks over %i minutes for fewer points of %i hosts", (windowMinutes, hosts, range) => {
    expect(memoryQuery('pool="a"', { ...settings, windowMinutes, hosts })).toContain(range);
  });
});
