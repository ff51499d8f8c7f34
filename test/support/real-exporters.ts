import type { ExporterName } from "../../src/config/exporters.ts";
import { startCollectd } from "./collectd.ts";
import { netdataPath, startNetdata } from "./netdata.ts";
import { NodeExporter } from "./node-exporter.ts";
import { startOpenTelemetry } from "./opentelemetry.ts";
import type { ServerKind } from "./prometheus.ts";

/** An exporter that can be started without root, to show this machine. */
interface RealExporter {
  readonly title: string;
  /** What a spec calls it. */
  readonly name: Exclude<ExporterName, "auto">;
  start(): Promise<{ readonly address: string; kill(): Promise<void> }>;
  /** For a server of that name. @default /metrics */
  readonly pathFor?: (server: string) => string;
  /** How long it may show the same values: it reads the kernel by itself, not when it is scraped. @default 0 */
  readonly refreshMs?: number;
  /** The metric and the labels of a series that shows when it read the kernel. @default that of the scrapes */
  readonly stamped?: string;
  /** What its pool is warned of. */
  readonly warning?: string;
  /** Whether it shows averages since it was scraped the last time. @default false */
  readonly averages?: boolean;
}

/** How many points a reading may be off what the kernel says. */
export const tolerance = 2;

/** All that are held to /proc on real servers; docs/exporters.md has a row for each. */
export const realExporters: readonly RealExporter[] = [
  { title: "node_exporter of Debian stable", name: "node", start: () => startNode("stable") },
  { title: "node_exporter of Debian testing", name: "node", start: () => startNode("testing") },
  ...(["host-metrics", "instrumentation-host-metrics"] as const).map(
    (name): RealExporter => ({
      title: `@opentelemetry/${name}`,
      name: "opentelemetry",
      start: () => startOpenTelemetry(name),
    }),
  ),
  {
    title: "collectd",
    name: "collectd",
    start: startCollectd,
    stamped: `__name__="collectd_cpu_total",cpu="0",type="idle"`,
    warning:
      "1 member(s) have an exporter that counts shared memory as free, so they may use more than that: measure memory by node_exporter, or by PromQL of your own",
  },
  {
    title: "netdata",
    name: "netdata",
    start: startNetdata,
    // Its averages are of the time since the server's last scrape; all of them ask from one address here.
    pathFor: (server) => `${netdataPath}&server=${server}`,
    stamped: `__name__="netdata_system_cpu_percentage_average",dimension="idle"`,
    refreshMs: 1_000,
    averages: true,
  },
];

/** What the servers are called in docs. */
export const serverTitles: Readonly<Record<ServerKind, string>> = {
  prometheus: "Prometheus of Debian stable",
  "prometheus-testing": "Prometheus of Debian testing",
  "victoria-metrics": "VictoriaMetrics of Debian testing",
};

async function startNode(suite: "stable" | "testing") {
  const exporter = await NodeExporter.start({ host: "127.0.0.1", suite });
  return { address: exporter.address, kill: () => exporter.kill() };
}
