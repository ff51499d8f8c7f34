import { MetricsCollector, type PoolDirectory } from "../../src/collectors/metrics-collector.ts";
import type { PoolSpec } from "../../src/config/pool-spec.ts";
import { toUtilizationError, type UtilizationError } from "../../src/errors.ts";
import { groupBy } from "../../src/group-by.ts";
import { type Instance, isYoungerThan } from "../../src/instance-manager/instance-pool.ts";
import type { Invocation } from "../../src/invocation.ts";
import { intervalOf, isOld } from "../../src/prometheus-metrics/sample-times.ts";
import { type Cause, type Explanation, explainAnySource } from "../../src/result/explanation.ts";
import type { InstanceMetrics } from "../../src/result/pool-metrics.ts";
import type { Reading } from "../../src/result/reading.ts";
import type { Answer, InfluxDBClient, Series } from "./influxdb-client.ts";

/** What Telegraf writes, as percent in use: stolen time is busy, waiting for I/O is idle. */
const samples = {
  cpu: `SELECT 100 - "usage_idle" - "usage_iowait" AS "used" FROM "cpu" WHERE "cpu" = 'cpu-total'`,
  memory: `SELECT 100 - "available_percent" AS "used" FROM "mem" WHERE "host" != ''`,
};

/** The more hosts a statement names, the longer InfluxDB takes for each: 1,000 at once take ten seconds. */
const hostsAtOnce = 50;

const hint =
  "Run Telegraf there, with its plugins cpu and mem, and the display name as its hostname.";

const explanations: { readonly [C in Cause]?: Explanation } = {
  no_data: { step: "matching", says: "less than two samples of a host of their name", hint },
  unresolved_host: {
    step: "matching",
    says: "a name that others have",
    hint: "Give each its own.",
  },
  stale: { step: "readings", says: "no recent samples", hint: "Does Telegraf still run there?" },
  window_too_short: {
    step: "readings",
    says: "too few samples",
    hint: "Set a longer windowMinutes.",
  },
};

/** Reads what Telegraf wrote to InfluxDB 1.x: one query a metric, however many members. */
export class InfluxDBMetricsCollector extends MetricsCollector {
  readonly #client: Pick<InfluxDBClient, "query">;

  constructor(directory: PoolDirectory, client: Pick<InfluxDBClient, "query">, now: () => Date) {
    super(directory, now);
    this.#client = client;
  }

  override describe() {
    return { name: "InfluxDB", matching: ', where the tag "host" holds the display name' };
  }

  override explain(cause: Cause): Explanation {
    return explanations[cause] ?? explainAnySource(cause);
  }

  protected override async fetchInstanceMetrics(
    instances: readonly Instance[],
    spec: PoolSpec,
    invocation: Invocation,
  ): Promise<InstanceMetrics> {
    const named = groupBy(instances, ({ displayName }) => displayName);
    const names = [...named.keys()];
    const params = Object.fromEntries(names.map((name, index) => [`h${index}`, name]));
    const parts = groupBy(names.keys(), (index) => Math.floor(index / hostsAtOnce));
    const failures: UtilizationError[] = [];
    const ask = async (metric: keyof typeof samples) => {
      const statements = [...parts.values()].flatMap((part) => {
        const hosts = part.map((index) => `"host" = $h${index}`).join(" OR ");
        return statementsOf(`${samples[metric]} AND (${hosts})`, spec);
      });
      try {
        return await this.#client.query(statements, params, invocation);
      } catch (error) {
        // It costs its own metric only.
        failures.push(toUtilizationError(error));
        return undefined;
      }
    };
    const [cpu, memory] = await Promise.all([ask("cpu"), ask("memory")]);
    const end = cpu?.at ?? memory?.at ?? this.now();
    const [cpuOf, memoryOf] = [cpu, memory].map((answer) => answer && readingsOf(answer));
    const readings = instances.map((instance) => {
      const { id, displayName } = instance;
      const silent = isYoungerThan(instance, 10, end) ? "warming_up" : "no_data";
      const isUnique = displayName !== "" && named.get(displayName)?.length === 1;
      const read = (of: ReadonlyMap<string, Reading> | undefined): Reading => {
        if (of === undefined) return "query_failed";
        return isUnique ? (of.get(displayName) ?? silent) : "unresolved_host";
      };
      return [id, { cpu: read(cpuOf), memory: read(memoryOf) }] as const;
    });
    return {
      window: { start: new Date(end.getTime() - 60_000 * spec.windowMinutes), end },
      resolutionSeconds: null,
      readings: new Map(readings),
      warnings: [],
      hint,
      failures,
    };
  }
}

/** Asks each series for the window's statistic and extremes, and then for its newest samples. */
function statementsOf(select: string, { windowMinutes, statistic }: PoolSpec): readonly string[] {
  const used = `${select} AND time > now() - ${windowMinutes}m AND time <= now() GROUP BY *`;
  const rank = /^p(\d+)$/.exec(statistic)?.[1];
  const value = rank === undefined ? `${statistic}("used")` : `percentile("used", ${rank})`;
  return [
    `SELECT ${value} AS "value", min("used"), max("used") FROM (${used}) GROUP BY *`,
    `${used} ORDER BY time DESC LIMIT 11`,
  ];
}

/** By host; of one that has several sets of tags, nobody knows which are the member's. */
function readingsOf({ at, statements }: Answer): ReadonlyMap<string, Reading> {
  const statistics = statements.filter((_, index) => index % 2 === 0).flat();
  const newest = statements.filter((_, index) => index % 2 === 1).flat();
  const hostOf = ({ tags }: Series) => tags["host"] ?? "";
  const newestOf = groupBy(newest, hostOf);
  const readings = new Map<string, Reading>();
  for (const [host, [own, another]] of groupBy(statistics, hostOf)) {
    const reading = readingOf(own, newestOf.get(host)?.[0], at);
    if (another !== undefined) readings.set(host, "unresolved_host");
    else if (reading !== undefined) readings.set(host, reading);
  }
  return readings;
}

/** Undefined without two samples: they tell how often they come, and so whether the newest is old. */
function readingOf(own: Series, newest: Series | undefined, at: Date): Reading | undefined {
  const [, value, least, most] = own.values[0] ?? [];
  const times = (newest?.values ?? [])
    .flatMap(([time, used]) => (used == null || time == null ? [] : time))
    .reverse();
  const [interval, last] = [intervalOf(times), times.at(-1)];
  if (interval === undefined || last === undefined) return undefined;
  if (isOld(last, interval, at.getTime() / 1000)) return "stale";
  // Rounding may go a hair beyond 0 or 100; more than that can't be.
  if (value == null || least == null || most == null || least < -0.5 || most > 100.5)
    return "not_a_number";
  return Math.min(100, Math.max(0, value));
}
