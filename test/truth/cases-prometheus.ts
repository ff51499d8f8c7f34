import type { ServerCase } from "./case.ts";
import type { SyntheticHost } from "./synthetic-host.ts";

/** A synthetic host, and how it is scraped. */
export interface HostCase extends ServerCase {
  readonly host: SyntheticHost;
  /** What the request says of stolen time. @default "busy" */
  readonly steal?: "busy" | "idle";
  /** The targets that the host is scraped as. @default one, of the job "live" */
  readonly targets?: readonly HostTarget[];
  /** Whether its exporter is killed before anybody asks; its job is its own. */
  readonly killed?: boolean;
}

/** How one target of a host differs from others. */
export interface HostTarget {
  readonly job: string;
  readonly labels: Readonly<Record<string, string>>;
}

const gigabyte = 1e9;
const nanIsDropped = "a row that is not a number is none on VictoriaMetrics";

/** As node_exporter shows a host. */
function linux(
  modes: SyntheticHost["modes"],
  gauges: SyntheticHost["gauges"],
  life: Pick<SyntheticHost, "bornSecondsAgo" | "restart" | "diedSecondsAgo"> = {},
): SyntheticHost {
  const unused = { nice: 0, irq: 0, softirq: 0, steal: 0, iowait: 0 };
  return { counter: "node_cpu_seconds_total", modes: { ...unused, ...modes }, gauges, ...life };
}

/** As windows_exporter shows a host. */
function windows(modes: SyntheticHost["modes"], gauges: SyntheticHost["gauges"]): SyntheticHost {
  return { counter: "windows_cpu_time_total", modes, gauges };
}

/** Of 16 GB; `active` is what the kernel calls so, and says little of what is left. */
function linuxMemory(usedPercent: number, activePercent: number) {
  const total = 16 * gigabyte;
  return {
    node_memory_MemTotal_bytes: total,
    node_memory_MemAvailable_bytes: total * (1 - usedPercent / 100),
    node_memory_Active_bytes: total * (activePercent / 100),
  };
}

/** All hosts are in one Prometheus, and no two have the same load: a mix-up shows. */
export const hostCases: readonly HostCase[] = [
  {
    name: "plain host",
    truth: { cpu: 37, memory: 41 },
    host: linux({ user: 0.27, system: 0.1, idle: 0.63 }, linuxMemory(41, 25)),
  },
  {
    name: "counter reset in the window",
    truth: { cpu: 54, memory: 33 },
    host: linux({ user: 0.5, system: 0.04, idle: 0.46 }, linuxMemory(33, 45), {
      restart: { secondsAgo: 150, downSeconds: 0 },
    }),
  },
  {
    name: "reboot in the window",
    truth: { cpu: 68, memory: 58 },
    host: linux({ user: 0.6, system: 0.08, idle: 0.32 }, linuxMemory(58, 30), {
      restart: { secondsAgo: 120, downSeconds: 60 },
    }),
  },
  {
    // Older than a subquery's step of 30 s, so that there is a step in its life.
    name: "new host, half a minute old",
    truth: { cpu: 18, memory: 27 },
    host: linux({ user: 0.15, system: 0.03, idle: 0.82 }, linuxMemory(27, 12), {
      bornSecondsAgo: 35,
    }),
  },
  {
    name: "dead host",
    truth: { cpu: "target_down", memory: "target_down" },
    host: linux({ user: 0.6, system: 0.06, idle: 0.34 }, linuxMemory(71, 50), {
      diedSecondsAgo: 120,
    }),
    targets: [{ job: "dying", labels: {} }],
    killed: true,
  },
  {
    name: "stolen time counts as busy",
    truth: { cpu: 50, memory: 48 },
    host: linux({ user: 0.2, steal: 0.3, idle: 0.5 }, linuxMemory(48, 31)),
  },
  {
    name: "stolen time counts as idle",
    truth: { cpu: 29, memory: 53 },
    steal: "idle",
    host: linux({ user: 0.29, steal: 0.3, idle: 0.41 }, linuxMemory(53, 36)),
  },
  {
    name: "waiting for I/O",
    truth: { cpu: 34, memory: 22 },
    host: linux({ user: 0.34, iowait: 0.3, idle: 0.36 }, linuxMemory(22, 15)),
  },
  {
    // What is shared is cached, and can't be freed; nor can all of the slab.
    name: "old kernel without MemAvailable",
    truth: { cpu: 61, memory: 65 },
    host: linux(
      { user: 0.61, idle: 0.39 },
      {
        node_memory_MemTotal_bytes: 16 * gigabyte,
        node_memory_MemFree_bytes: 2 * gigabyte,
        node_memory_Buffers_bytes: 0.5 * gigabyte,
        node_memory_Cached_bytes: 3 * gigabyte,
        node_memory_Shmem_bytes: 0.4 * gigabyte,
        node_memory_Slab_bytes: 0.9 * gigabyte,
        node_memory_SReclaimable_bytes: 0.5 * gigabyte,
        node_memory_Active_bytes: 5 * gigabyte,
      },
    ),
  },
  {
    name: "MemTotal is 0",
    truth: { cpu: 45, memory: "not_a_number" },
    host: linux(
      { user: 0.45, idle: 0.55 },
      { ...linuxMemory(50, 40), node_memory_MemTotal_bytes: 0 },
    ),
  },
  {
    name: "MemAvailable is NaN",
    truth: { cpu: 57, memory: "not_a_number" },
    exceptOn: {
      "victoria-metrics": { truth: { cpu: 57, memory: "no_data" }, because: nanIsDropped },
    },
    host: linux(
      { user: 0.57, idle: 0.43 },
      { ...linuxMemory(50, 40), node_memory_MemAvailable_bytes: "NaN" },
    ),
  },
  {
    name: "MemTotal is +Inf",
    truth: { cpu: 14, memory: "not_a_number" },
    host: linux(
      { user: 0.14, idle: 0.86 },
      { ...linuxMemory(50, 40), node_memory_MemTotal_bytes: "+Inf" },
    ),
  },
  {
    // Privileged time holds that of DPCs and interrupts.
    name: "Windows host",
    truth: { cpu: 24, memory: 67 },
    host: windows(
      { user: 0.15, privileged: 0.09, dpc: 0.01, interrupt: 0.01, idle: 0.76 },
      {
        windows_memory_physical_total_bytes: 16 * gigabyte,
        windows_memory_physical_free_bytes: 16 * gigabyte * 0.33,
      },
    ),
  },
  {
    name: "windows_exporter before 0.29",
    truth: { cpu: 78, memory: 37 },
    host: windows(
      { user: 0.7, privileged: 0.08, idle: 0.22 },
      {
        windows_cs_physical_memory_bytes: 16 * gigabyte,
        windows_os_physical_memory_free_bytes: 16 * gigabyte * 0.63,
      },
    ),
  },
  {
    name: "scraped by two jobs",
    truth: { cpu: 73, memory: 77 },
    host: linux({ user: 0.7, system: 0.03, idle: 0.27 }, linuxMemory(77, 60)),
    targets: [
      { job: "live", labels: {} },
      { job: "live-again", labels: {} },
    ],
    warning: "2 member(s) are scraped by more than one target",
  },
  {
    name: "scraped by two replicas",
    truth: { cpu: 83, memory: 17 },
    host: linux({ user: 0.8, system: 0.03, idle: 0.17 }, linuxMemory(17, 9)),
    targets: [
      { job: "live", labels: { replica: "a" } },
      { job: "live", labels: { replica: "b" } },
    ],
    warning: "2 member(s) are scraped by more than one target",
  },
];
