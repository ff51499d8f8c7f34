import { Child } from "./child.ts";
import { FunctionProcess, type ProcessOptions } from "./function-process.ts";
import type { NaiveWay } from "./naive/process.ts";
import type { OciServer } from "./servers/oci.ts";
import type { PrometheusServer } from "./servers/prometheus.ts";

/** What is asked, and the two who ask; each a process of its own. */
export interface Site {
  readonly oci: Child<OciServer>;
  readonly prometheus: Child<PrometheusServer>;
  readonly naive: Child<NaiveWay>;
  /** The configuration of a function that is to ask these servers. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts the servers and the naive way, and ends them when `use` has. */
export async function withSite<T>(use: (site: Site) => Promise<T>): Promise<T> {
  const [oci, prometheus] = await Promise.all([
    Child.start<OciServer>("./servers/oci.ts"),
    Child.start<PrometheusServer>("./servers/prometheus.ts"),
  ]);
  const environment = {
    ...(await oci.ask("environment")),
    PROMETHEUS_URL: await prometheus.ask("url"),
  };
  const naive = await Child.start<NaiveWay>("./naive/process.ts", environment);
  try {
    return await use({ oci, prometheus, naive, environment });
  } finally {
    await Promise.all([oci, prometheus, naive].map((child) => child.close()));
  }
}

/** Starts a function that asks the site, and ends it when `use` has. */
export async function withFunction<T>(
  { environment }: Site,
  use: (fn: FunctionProcess) => Promise<T>,
  options?: ProcessOptions,
): Promise<T> {
  const fn = await FunctionProcess.start(environment, options);
  try {
    return await use(fn);
  } finally {
    await fn.close();
  }
}

/** One pool of so many members, on both sources, at this round trip. */
export async function loadOnePool(
  { oci, prometheus }: Site,
  members: number,
  latencyMs: number,
): Promise<void> {
  await oci.ask("load", { pools: 1, members });
  await prometheus.ask("load", members);
  for (const server of [oci, prometheus]) await server.ask("setLatency", latencyMs);
  await takeTraffic({ oci, prometheus });
}

/** What both servers were asked since the last time. */
export async function takeTraffic({ oci, prometheus }: Pick<Site, "oci" | "prometheus">) {
  const [ofOci, ofPrometheus] = await Promise.all([oci.ask("take"), prometheus.ask("take")]);
  const count = (name: string) =>
    ofOci.requests.filter(({ operation }) => operation === name).length;
  return {
    requests: ofOci.requests,
    getPool: count("GetInstancePool"),
    pages: count("ListInstancePoolInstances"),
    metricQueries: count("SummarizeMetricsData"),
    prometheusQueries: ofPrometheus.queries,
    calls: ofOci.requests.length + ofPrometheus.queries.length,
    bytes: ofOci.bytes + ofPrometheus.bytes,
  };
}
