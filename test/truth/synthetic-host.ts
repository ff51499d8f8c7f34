/** A host whose load never changes, as its exporter shows it. */
export interface SyntheticHost {
  readonly counter: "node_cpu_seconds_total" | "windows_cpu_time_total";
  /** The share of time (0–1) that each CPU mode takes. */
  readonly modes: Readonly<Record<string, number>>;
  /** Gauges with their values, as they stand in the exposition format. */
  readonly gauges: Readonly<Record<string, number | "NaN" | "+Inf">>;
  /** Shows nothing that is older. @default since longer than any window */
  readonly bornSecondsAgo?: number;
  /** The CPU counters begin again at 0; `downSeconds` before that nothing is shown. */
  readonly restart?: { readonly secondsAgo: number; readonly downSeconds: number };
  /** Its CPU counters end here, as those of a host that died then. */
  readonly diedSecondsAgo?: number;
}

const historySeconds = 360;
/** How far apart the samples of a history are, and the scrapes that go on with it. */
export const scrapeSeconds = 3;
const cores = 2;
/** What the counters of a host that has been running for long have come to. */
const longUptimeSeconds = 500_000;

/**
 * What the host had shown, every three seconds up to so many after `began`: the text format can give samples
 * their times. So a Prometheus that has just started has seen the whole window after one scrape.
 */
export function history(host: SyntheticHost, began: number, secondsAhead: number): string {
  const times = Array.from(
    { length: (historySeconds + secondsAhead) / scrapeSeconds + 1 },
    (_, step) => began - historySeconds * 1_000 + step * scrapeSeconds * 1_000,
  );
  const samples = times.flatMap((time) =>
    samplesAt(host, time, began).map((sample) => `${sample} ${time}`),
  );
  return exposition(samples);
}

/** What the host shows now; its times ago are counted from `began`. */
export function present(host: SyntheticHost, began: number, now: number): string {
  return exposition(samplesAt(host, now, began));
}

function exposition(samples: readonly string[]): string {
  // The samples of one series have to be in the order of time, and they are.
  return samples.map((sample) => `${sample}\n`).join("");
}

function samplesAt(host: SyntheticHost, time: number, began: number): readonly string[] {
  const age = (began - time) / 1_000;
  if (age > (host.bornSecondsAgo ?? Number.POSITIVE_INFINITY)) return [];
  const gauges = Object.entries(host.gauges).map(([name, value]) => `${name} ${value}`);
  if (age < (host.diedSecondsAgo ?? Number.NEGATIVE_INFINITY)) return gauges;
  const running = runningSeconds(host, age);
  if (running === undefined) return [];
  return [...gauges, ...counters(host, running)];
}

/** Since when the CPU counters count; undefined while the host is down. */
function runningSeconds({ restart, bornSecondsAgo }: SyntheticHost, age: number) {
  if (restart !== undefined && age <= restart.secondsAgo) return restart.secondsAgo - age;
  if (restart !== undefined && age < restart.secondsAgo + restart.downSeconds) return undefined;
  return (bornSecondsAgo ?? longUptimeSeconds) - age;
}

function counters({ counter, modes }: SyntheticHost, seconds: number): readonly string[] {
  const coreLabels = Array.from({ length: cores }, (_, core) =>
    counter === "node_cpu_seconds_total" ? `cpu="${core}"` : `core="0,${core}"`,
  );
  return coreLabels.flatMap((core) =>
    Object.entries(modes).map(
      ([mode, share]) => `${counter}{${core},mode="${mode}"} ${(share * seconds).toFixed(3)}`,
    ),
  );
}
