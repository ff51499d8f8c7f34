import type { HistorySeries } from "./remote-write.ts";

/** A host of node_exporter's that was as busy all the time. */
export interface SteadyHost {
  readonly labels: Readonly<Record<string, string>>;
  /** Percent. */
  readonly cpu: number;
  /** Percent. */
  readonly memory: number;
}

/** Beyond the longest default window, and a little into the future: a test takes its time. */
const fromSeconds = -20 * 60;
const toSeconds = 8 * 60;

/** The last 20 minutes of these hosts, and the next 8. */
export function hostHistories(
  hosts: readonly SteadyHost[],
  now: number,
  stepSeconds = 15,
): readonly HistorySeries[] {
  const times: number[] = [];
  for (let at = fromSeconds; at <= toSeconds; at += stepSeconds) times.push(at);
  const series = (
    labels: Readonly<Record<string, string>>,
    valueAt: (second: number) => number,
  ): HistorySeries => ({
    labels,
    samples: times.map((at) => ({ timeMs: now + 1000 * at, value: valueAt(at - fromSeconds) })),
  });
  return hosts.flatMap(({ labels, cpu, memory }) => {
    const mode = (name: string, share: number) =>
      series(
        { ...labels, __name__: "node_cpu_seconds_total", cpu: "0", mode: name },
        (second) => 1000 + second * share,
      );
    const gauge = (name: string, value: number) =>
      series({ ...labels, __name__: name }, () => value);
    return [
      gauge("up", 1),
      mode("user", cpu / 100),
      mode("idle", 1 - cpu / 100),
      gauge("node_memory_MemTotal_bytes", 1e9),
      gauge("node_memory_MemAvailable_bytes", 1e9 * (1 - memory / 100)),
    ];
  });
}
