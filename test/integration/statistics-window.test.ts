import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { cpuQuery } from "../../src/prometheus-metrics/queries.ts";
import type { Statistic } from "../../src/result/statistics.ts";
import { findExecutable } from "../support/debian-package.ts";
import { createTemporaryDirectory } from "../support/temporary-directory.ts";

const windows = [2, 3, 5, 10, 60, 120, 1440];
const statistics: readonly Statistic[] = ["max", "min", "p50", "p95"];

/** Counters of a host that is idle, or busy, until a time, and then the other. */
function counters(turnsMinutes: number, endMinutes: number, until: "idle" | "busy") {
  const before = `0+30x${2 * turnsMinutes}`;
  const after = `${60 * turnsMinutes}+0x${2 * (endMinutes - turnsMinutes) - 1}`;
  const started = `0+0x${2 * turnsMinutes}`;
  const going = `30+30x${2 * (endMinutes - turnsMinutes) - 1}`;
  const [first, second] = until === "idle" ? ["idle", "user"] : ["user", "idle"];
  const series = (mode: string | undefined) =>
    `node_cpu_seconds_total{instance="web-1:9100", cpu="0", mode="${mode}"}`;
  return [
    { series: series(first), values: `${before} ${after}` },
    { series: series(second), values: `${started} ${going}` },
  ];
}

/** What Prometheus' own tool for tests of rules says of the query; nothing when it is as expected. */
async function unexpected(windowMinutes: number, until: "idle" | "busy"): Promise<string> {
  const promtool = join(dirname(await findExecutable("prometheus")), "promtool");
  const directory = await createTemporaryDirectory();
  try {
    const endMinutes = windowMinutes + 240;
    const tests = statistics.map((statistic) => ({
      interval: "30s",
      input_series: counters(240, endMinutes, until),
      promql_expr_test: [
        {
          expr: cpuQuery('instance="web-1:9100"', {
            windowMinutes,
            hosts: 1,
            statistic,
            steal: "busy",
          }),
          eval_time: `${endMinutes}m`,
          exp_samples: [
            {
              labels: '{instance="web-1:9100", mode="busy_share"}',
              value: until === "idle" ? 1 : 0,
            },
          ],
        },
      ],
    }));
    const file = join(directory.path, "tests.yml");
    await writeFile(file, stringify({ rule_files: [], evaluation_interval: "1m", tests }));
    await promisify(execFile)(promtool, ["test", "rules", file]);
    return "";
  } catch (error) {
    return String((error as { readonly stdout?: string }).stdout ?? error);
  } finally {
    await directory.remove();
  }
}

describe("a statistic of the CPU over a window, as Prometheus evaluates it", () => {
  it.each(windows)("knows nothing of a host's load before the last %i minutes", async (minutes) => {
    expect(await unexpected(minutes, "busy")).toBe("");
    expect(await unexpected(minutes, "idle")).toBe("");
  });
});
