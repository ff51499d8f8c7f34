import type { HistorySample, HistorySeries } from "../support/remote-write.ts";

/** A moment of a history. */
export interface Moment {
  /** Seconds before the question; negative after it. */
  readonly ago: number;
  /** Seconds since 1970, for what repeats in step with the clock. */
  readonly clock: number;
}

type Labels = Readonly<Record<string, string>>;

/** What a host was doing for days, and how its samples came to the server. */
export interface HistoryHost {
  readonly counter: string;
  /** The labels of CPU and mode. @default those of node_exporter and windows_exporter */
  readonly counterLabels?: readonly [cpu: string, mode: string];
  /** The share of time (0–1) that each CPU spends in each mode that is kept. */
  readonly modes: (moment: Moment) => Readonly<Record<string, number>>;
  /** By name, or by name and own labels as `name{label="value"}`. */
  readonly gauges: (moment: Moment) => Readonly<Record<string, number>>;
  /** The labels of each of its targets, as the server has them. */
  readonly targets: readonly Labels[];
  /**
   * "scraped": its `up` tells each scrape, and one that fails ends its series; "pushed": without an
   * `up`; "through a gateway": an `up` that is always 1.
   */
  readonly comes: "scraped" | "pushed" | "through a gateway";
  readonly everySeconds: number;
  /** The age of the newest sample at the time of the question. */
  readonly newestSecondsAgo: number;
  readonly sinceSecondsAgo: number;
  /** The server knows no such target any more since then. @default never */
  readonly untilSecondsAgo?: number;
  /** How long it had been running before its first sample. @default long */
  readonly uptimeSeconds?: number;
  /** Seconds that modes had taken before. @default as they do in the first sample */
  readonly spentBefore?: Readonly<Record<string, number>>;
  /** Nothing comes between, from the older to the younger age. */
  readonly silences?: readonly (readonly [from: number, to: number])[];
  /** Of one metric only. */
  readonly cpuSilences?: HistoryHost["silences"];
  readonly memorySilences?: HistoryHost["silences"];
  /** One CPU's counter of a mode goes back by so many seconds. */
  readonly falls?: readonly {
    readonly secondsAgo: number;
    readonly mode: string;
    readonly by: number;
  }[];
  /** One CPU shows 0 in all modes between, and then its whole life again. */
  readonly offline?: readonly [from: number, to: number];
  /** All counters begin again at 0. */
  readonly rebootsSecondsAgo?: readonly number[];
}

const cpus = 2;
/** What the counters of a host that has been running for long have come to. */
const longUptimeSeconds = 500_000;
/** The load is added up in steps of so many seconds at the most. */
const loadStepSeconds = 5;
/** Whatever time it takes to start and to ask, the newest sample is as fresh as it is to be. */
const secondsAhead = 480;

/** All series of a host, up to some minutes after `now`: who asks later finds the same. */
export function seriesOf(host: HistoryHost, now: number): readonly HistorySeries[] {
  const ages = sampleAges(host);
  const counters = countersOf(host, ages, now);
  const gauges = gaugesOf(host, ages, now);
  const ups: Samples = new Map();
  if (host.comes !== "pushed") {
    const failed = (age: number) => host.comes === "scraped" && isIn(host.silences, age);
    ups.set(
      "up",
      ages.map((age) => [age, failed(age) ? 0 : 1] as const),
    );
  }
  return host.targets.flatMap((labels) =>
    [counters, gauges, ups].flatMap((samples) => toSeries(endOf(host, samples), labels, now)),
  );
}

/** What a server keeps of a target that it doesn't know any more: each series, and its end. */
function endOf({ untilSecondsAgo: until }: HistoryHost, samples: Samples): Samples {
  if (until === undefined) return samples;
  return new Map(
    [...samples].map(([name, row]) => {
      const kept = row.filter(([age]) => age >= until);
      return [name, [...kept, [until, "stale"]]] as const;
    }),
  );
}

/** By a series' name and own labels: its samples, with their ages, in the order of time. */
type Samples = Map<string, readonly (readonly [age: number, value: number | "stale"])[]>;

/** The ages of all samples that a target shows or would show, oldest first. */
export function sampleAges({ everySeconds, newestSecondsAgo, sinceSecondsAgo }: HistoryHost) {
  const ahead = Math.floor((secondsAhead + newestSecondsAgo) / everySeconds);
  const before = Math.floor((sinceSecondsAgo - newestSecondsAgo) / everySeconds);
  return Array.from(
    { length: ahead + before + 1 },
    (_, index) => newestSecondsAgo + (before - index) * everySeconds,
  );
}

function momentOf(age: number, now: number): Moment {
  return { ago: age, clock: now / 1000 - age };
}

export function isIn(spans: HistoryHost["silences"], age: number): boolean {
  return spans?.some(([from, to]) => age <= from && age > to) ?? false;
}

/** The samples that come, and a mark where a scrape that fails ends the series. */
function whatComes(
  host: HistoryHost,
  all: readonly (readonly [age: number, value: number])[],
  silences: HistoryHost["silences"],
) {
  let silent = true;
  const come: (readonly [number, number | "stale"])[] = [];
  for (const [age, value] of all) {
    const silence = isIn(host.silences, age) || isIn(silences, age);
    if (!silence) come.push([age, value]);
    else if (!silent && host.comes === "scraped") come.push([age, "stale"]);
    silent = silence;
  }
  return come;
}

/** The seconds that one CPU has spent in each mode. */
type Spent = Map<string, number>;

function countersOf(host: HistoryHost, ages: readonly number[], now: number): Samples {
  const rows = new Map<string, (readonly [number, number])[]>();
  for (let cpu = 0; cpu < cpus; cpu++) {
    let previous = ages[0] ?? 0;
    const spent = spentBefore(host, momentOf(previous, now));
    for (const age of ages) {
      advance(host, spent, cpu, previous, age, now);
      previous = age;
      const shown = isOffline(host, cpu, age) ? 0 : 1;
      for (const [mode, seconds] of spent) {
        const name = counterName(host, cpu, mode);
        const sample = [age, Number((shown * seconds).toFixed(2))] as const;
        const row = rows.get(name);
        if (row === undefined) rows.set(name, [sample]);
        else row.push(sample);
      }
    }
  }
  return new Map(
    [...rows].map(([name, row]) => [name, whatComes(host, row, host.cpuSilences)] as const),
  );
}

function spentBefore(host: HistoryHost, first: Moment): Spent {
  const uptime = host.uptimeSeconds ?? longUptimeSeconds;
  const usual = Object.entries(host.modes(first)).map(
    ([mode, share]) => [mode, share * uptime] as const,
  );
  return new Map([...usual, ...Object.entries(host.spentBefore ?? {})]);
}

/** The last CPU is the one that is offline, or whose counters fall. */
const isLast = (cpu: number) => cpu === cpus - 1;

function isOffline({ offline }: HistoryHost, cpu: number, age: number): boolean {
  return isLast(cpu) && isIn(offline && [offline], age);
}

/** Adds what each mode of a CPU takes between two ages. */
function advance(
  host: HistoryHost,
  spent: Spent,
  cpu: number,
  from: number,
  to: number,
  now: number,
): void {
  const reboot = host.rebootsSecondsAgo?.find((age) => age < from && age >= to);
  if (reboot !== undefined) for (const mode of spent.keys()) spent.set(mode, 0);
  const seconds = isOffline(host, cpu, to) ? 0 : (reboot ?? from) - to;
  for (const [mode, taken] of spentBetween(host, to + seconds, to, now)) {
    spent.set(mode, (spent.get(mode) ?? 0) + taken);
  }
  for (const { secondsAgo, mode, by } of host.falls ?? []) {
    const shown = spent.get(mode);
    if (shown === undefined || !isLast(cpu) || secondsAgo >= from || secondsAgo < to) continue;
    spent.set(mode, Math.max(0, shown - by));
  }
}

/** What each mode of a CPU that is online takes between two ages. */
export function spentBetween(
  host: Pick<HistoryHost, "modes">,
  from: number,
  to: number,
  now: number,
): ReadonlyMap<string, number> {
  const spent: Spent = new Map();
  // What floats lack of a whole step is none more: others add up the same time sample by sample.
  const steps = Math.max(1, Math.ceil((from - to) / loadStepSeconds - 1e-6));
  const step = (from - to) / steps;
  for (let index = 0; index < steps; index++) {
    const modes = host.modes(momentOf(from - (index + 0.5) * step, now));
    for (const [mode, share] of Object.entries(modes)) {
      spent.set(mode, (spent.get(mode) ?? 0) + share * step);
    }
  }
  return spent;
}

function gaugesOf(host: HistoryHost, ages: readonly number[], now: number): Samples {
  const rows = new Map<string, (readonly [number, number])[]>();
  for (const age of ages) {
    for (const [name, value] of Object.entries(host.gauges(momentOf(age, now)))) {
      const row = rows.get(name);
      if (row === undefined) rows.set(name, [[age, value]]);
      else row.push([age, value]);
    }
  }
  return new Map(
    [...rows].map(([name, row]) => [name, whatComes(host, row, host.memorySilences)] as const),
  );
}

function counterName({ counter, counterLabels }: HistoryHost, cpu: number, mode: string): string {
  const usual = [counter.startsWith("windows") ? "core" : "cpu", "mode"] as const;
  const [cpuLabel, modeLabel] = counterLabels ?? usual;
  return `${counter}{${cpuLabel}="${cpuLabel === "core" ? "0," : ""}${cpu}",${modeLabel}="${mode}"}`;
}

function toSeries(samples: Samples, target: Labels, now: number): readonly HistorySeries[] {
  return [...samples].map(([key, row]) => {
    const [name = "", labels = ""] = key.split(/[{}]/);
    const own: Labels = Object.fromEntries(
      [...labels.matchAll(/([\w.]+)="([^"]*)"/g)].map(([, label = "", value = ""]) => [
        label,
        value,
      ]),
    );
    return {
      labels: { __name__: name, ...withoutClashes(own, target), ...target },
      samples: row.map(
        ([age, value]): HistorySample => ({ timeMs: Math.round(now - age * 1000), value }),
      ),
    };
  });
}

/** As Prometheus does it: a target's label wins, and the exporter's is called otherwise. */
function withoutClashes(own: Labels, target: Labels): Labels {
  return Object.fromEntries(
    Object.entries(own).map(([name, value]) => [name in target ? `exported_${name}` : name, value]),
  );
}

/** Series with the same labels are one: a host's, and those of who had its address before. */
export function mergeSeries(all: readonly HistorySeries[]): readonly HistorySeries[] {
  const merged = new Map<string, HistorySeries>();
  for (const series of all) {
    const key = JSON.stringify(Object.entries(series.labels).sort());
    const known = merged.get(key)?.samples ?? [];
    const samples = [...known, ...series.samples].sort((a, b) => a.timeMs - b.timeMs);
    merged.set(key, { labels: series.labels, samples });
  }
  return [...merged.values()];
}
