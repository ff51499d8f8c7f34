import { readFileSync } from "node:fs";

interface Snapshot {
  readonly at: number;
  /** Hundredths of a second of all CPUs. */
  readonly idle: number;
  readonly all: number;
  /** Share, 0–1. */
  readonly used: number;
}

/** What this machine's kernel says of CPU and memory, ten times a second. */
export class HostTruth {
  readonly #snapshots: Snapshot[] = [];
  readonly #timer: NodeJS.Timeout;

  private constructor() {
    this.#timer = setInterval(() => this.#snapshots.push(snapshot()), 100);
  }

  static start(): HostTruth {
    return new HostTruth();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Percent of CPU time between two instants (unix milliseconds). */
  cpuBetween(start: number, end: number): number {
    const [first, last] = [this.#at(start), this.#at(end)];
    return 100 * (1 - (last.idle - first.idle) / (last.all - first.all));
  }

  /** Percent of memory, the mean of these instants (unix milliseconds). */
  memoryAt(instants: readonly number[]): number {
    const used = instants.map((instant) => this.#at(instant).used);
    return (100 * used.reduce((sum, one) => sum + one, 0)) / used.length;
  }

  #at(instant: number): Snapshot {
    const off = ({ at }: Snapshot) => Math.abs(at - instant);
    return this.#snapshots.reduce((one, other) => (off(other) < off(one) ? other : one));
  }
}

function snapshot(): Snapshot {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  // cpu user nice system idle iowait irq softirq steal; guests are in user and nice.
  const modes = line.split(/\s+/).slice(1, 9).map(Number);
  const [, , , idle = 0, waiting = 0] = modes;
  const gauges = new Map(
    readFileSync("/proc/meminfo", "utf8")
      .split("\n")
      .map((text) => text.split(/:\s+/))
      .map(([name = "", value = ""]) => [name, Number.parseInt(value, 10)]),
  );
  const [total = 1, available = 0] = ["MemTotal", "MemAvailable"].map((name) => gauges.get(name));
  return {
    at: Date.now(),
    idle: idle + waiting,
    all: modes.reduce((sum, mode) => sum + mode, 0),
    used: 1 - available / total,
  };
}
