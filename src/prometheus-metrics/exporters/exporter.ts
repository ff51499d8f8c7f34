import { labelIn } from "../selectors.ts";

/** The value of a gauge by its name, which is a metric's, or a metric's with a label; undefined where the host doesn't show it. */
export type ValueOf = (gauge: string) => number | undefined;

/**
 * How an exporter shows a host: what its series are called, and what they mean. Each is a file of its
 * own, and a line in exporters.ts.
 */
export type Exporter = CountingExporter | GaugingExporter;

/** Counts CPU time, as nearly all do. */
export interface CountingExporter {
  readonly cpu: CpuCounter;
  readonly memory: Gauges;
}

/** Shows which part of the time since the last sample each mode took. */
interface GaugingExporter {
  readonly cpu: CpuGauges;
  readonly memory: Gauges;
}

export function countsTime(exporter: Exporter): exporter is CountingExporter {
  return "cpuLabel" in exporter.cpu;
}

/** A counter of seconds for each CPU and mode. All modes of a CPU add up to the time that passes. */
export interface CpuCounter {
  readonly name: string;
  /** The label that tells the CPUs of a host apart. */
  readonly cpuLabel: string;
  /** The label that tells the modes apart; of all exporters, the mode `idle` is called so. */
  readonly modeLabel: string;
  /** The modes that add up to a CPU's time. What is missing of them can't be told from idle time. */
  readonly modes: readonly string[];
  /** Of these, those in which the CPU could have done something. Waiting for I/O is idle. */
  readonly idle: readonly string[];
  /** Modes whose time is in one of the others already. */
  readonly contained: readonly string[];
  /** Modes by which the exporter is known when nothing else tells it. */
  readonly telltale: readonly string[];
  /** How much of its unit is a second. @default 1 */
  readonly unitsPerSecond?: number;
  /** Labels that its series have, and the target's `up` doesn't. */
  readonly extra?: readonly string[];
}

/** A gauge for each mode, of all CPUs together. */
export interface CpuGauges {
  readonly name: string;
  /** The label that tells the modes apart. */
  readonly stateLabel: string;
  readonly extra?: readonly string[];
  /** The modes in which the CPUs could have done something; every host shows the first. */
  readonly idle: readonly [string, ...string[]];
  /** The mode of stolen time. */
  readonly steal: string;
  /** What all modes add up to. */
  readonly whole: number;
}

/** Gauges of memory, in bytes; or of CPU, in any unit. */
export interface Gauges {
  /** What the host has, or a part of it; every host shows it, and by it the exporter is known. */
  readonly total: string;
  /** What the host has, where that is no gauge of its own. */
  size?(value: ValueOf): number | undefined;
  /** Of these others, what the host has; some hosts don't show it. */
  readonly limit?: string;
  /** Labels that its series have, and the target's `up` doesn't. */
  readonly extra?: readonly string[];
  /** The others that are asked for. */
  readonly gauges: readonly string[];
  /** Asked for only where those don't tell what is available. */
  readonly otherwise?: readonly string[];
  /** How much could be had without swapping; undefined when these gauges don't tell. */
  available(value: ValueOf): number | undefined;
  /** What to change where shared memory counts as available, although it can't be freed; undefined where it doesn't. */
  hintOnShared?(value: ValueOf): string | undefined;
}

/** Idle time as what is available of a CPU. */
export function idleGauges(
  { idle, steal, whole, ...cpu }: CpuGauges,
  stolen: "busy" | "idle",
): Gauges {
  const gauge = (mode: string) => gaugeOf(cpu.name, cpu.stateLabel, mode);
  const [total, ...others] = [...idle, ...(stolen === "idle" ? [steal] : [])].map(gauge);
  const [first = gauge(idle[0])] = [total];
  return {
    ...(cpu.extra && { extra: cpu.extra }),
    total: first,
    gauges: others,
    size: () => whole,
    available: (value) => sum(...[first, ...others].map(value)),
  };
}

/** The name of a gauge that shares its metric with others. */
export function gaugeOf(metric: string, stateLabel: string, state: string): string {
  return `${metric}{${labelIn(stateLabel)}="${state}"}`;
}

/** The label in the name of a gauge that shares its metric with others. */
export function stateLabelOf(gauge: string): string | undefined {
  return /\{"?([^"=]+)/.exec(gauge)?.[1];
}

/** The sum, or undefined when one of them is missing. */
export function sum(...values: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const value of values) {
    if (value === undefined) return undefined;
    total += value;
  }
  return total;
}
