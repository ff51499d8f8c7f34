import type { QueryAnswer, Series } from "../../src/prometheus/query-api.ts";
import { readTargets, type Target } from "../../src/prometheus-metrics/target.ts";
import type { Moment } from "../../src/prometheus-metrics/verdict.ts";

/** The server's time in these tests. */
export const now = 1_795_465_525;
const everySeconds = 15;

export interface Shown {
  readonly labels?: Readonly<Record<string, string>>;
  /** Seconds that passed in each mode, on all CPUs together; none where there are no rates. */
  readonly modes?: Readonly<Record<string, number>>;
  /** The age of the newest sample of CPU, and the number of CPUs; undefined after a failed scrape. */
  readonly stamp?: { readonly age: number; readonly cpus: number } | undefined;
  /** Shares of memory that are used, of samples that are so far apart, the newest last. */
  readonly used?: readonly number[];
  readonly total?: number;
  /** How old the newest sample of memory is. */
  readonly age?: number;
  readonly up?: 0 | 1 | undefined;
  readonly times?: readonly number[];
}

export const answer = (...series: readonly Series[]): QueryAnswer => ({ series, warnings: [] });

export const row = (
  labels: Readonly<Record<string, string>>,
  values: readonly number[],
  times: readonly number[] = [now],
): Series => ({ labels, times, values });

/** Times of samples, the newest `age` seconds ago. */
export function timesOf(count: number, age: number, every = everySeconds): readonly number[] {
  return Array.from({ length: count }, (_, index) => now - age - every * (count - 1 - index));
}

/** A Linux host of two CPUs, half busy, and with half of its memory used, but for what is said. */
export function aTarget(shown: Shown = {}): Target {
  const { labels = { instance: "web-1:9100", job: "node" }, age = 5, total = 100, up = 1 } = shown;
  const { modes = { user: 300, idle: 300 }, used = Array<number>(24).fill(0.5) } = shown;
  const stamp = "stamp" in shown ? shown.stamp : { age, cpus: 2 };
  const times = shown.times ?? timesOf(used.length || 24, age);
  const gauge = (name: string, values: readonly number[]) =>
    row({ ...labels, __name__: name }, values, times);
  const cpu = [
    ...Object.entries(modes).map(([mode, seconds]) => row({ ...labels, mode }, [seconds])),
    ...(stamp ? [row({ ...labels, mode: "(stamp)" }, [stamp.cpus * (now - stamp.age)])] : []),
  ];
  const available = used.map((share) => total * (1 - share));
  const totals = used.map(() => total);
  const samples = [
    ...(used.length > 0
      ? [
          gauge("node_memory_MemTotal_bytes", totals),
          gauge("node_memory_MemAvailable_bytes", available),
        ]
      : []),
    ...(up === undefined ? [] : [scrapesOf(labels, times, up)]),
  ];
  const [target] = readTargets(answer(...cpu), answer(...samples), "busy");
  if (target === undefined) throw new Error("no target");
  return target;
}

/** Its `up`: scrapes that fail come all the same. */
function scrapesOf(labels: Target["labels"], times: readonly number[], up: 0 | 1): Series {
  const newest = times.at(-1) ?? now;
  const failed = up === 1 ? [] : timesOf(Math.floor((now - newest) / everySeconds), 1);
  const values = [...times.map(() => 1), ...failed.map(() => 0)];
  return row({ ...labels, __name__: "up" }, values, [...times, ...failed]);
}

export function aMoment(changes: Partial<Moment> = {}): Moment {
  return {
    now,
    seconds: 300,
    statistic: "mean",
    since: Number.NEGATIVE_INFINITY,
    samplesSeconds: 360,
    stepSeconds: 30,
    extrapolates: true,
    ...changes,
  };
}
