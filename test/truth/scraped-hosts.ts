import { PrometheusServer, type ScrapeConfig } from "../support/prometheus.ts";
import { SyntheticExporter } from "../support/synthetic-exporter.ts";
import type { HostCase, HostTarget } from "./cases-prometheus.ts";
import { history, present } from "./synthetic-host.ts";

interface Exporter extends HostTarget {
  readonly of: HostCase;
  readonly exporter: SyntheticExporter;
}

const updateMs = 200;
const defaultTargets: readonly HostTarget[] = [{ job: "node", labels: {} }];

/** A real Prometheus that has seen all of the window, and the hosts that it scrapes. */
export class ScrapedHosts {
  readonly prometheus: PrometheusServer;
  readonly #exporters: Exporter[] = [];
  #updates: NodeJS.Timeout | undefined;

  private constructor(prometheus: PrometheusServer) {
    this.prometheus = prometheus;
  }

  /**
   * Ends when Prometheus has the hosts' history and some scrapes more, and has noticed who was
   * killed. `instanceOf` gives each host's label `instance`.
   */
  static async start(
    cases: readonly HostCase[],
    instanceOf: (one: HostCase) => string,
  ): Promise<ScrapedHosts> {
    const hosts = new ScrapedHosts(await PrometheusServer.start({ scrapeConfigs: [] }));
    try {
      await hosts.#scrape(cases, instanceOf);
      return hosts;
    } catch (error) {
      await hosts.close();
      throw error;
    }
  }

  async #scrape(cases: readonly HostCase[], instanceOf: (one: HostCase) => string): Promise<void> {
    const began = Date.now();
    for (const one of cases) {
      for (const target of one.targets ?? defaultTargets) {
        // Each has an exporter of its own, as each has to be shown the history once.
        const exporter = await SyntheticExporter.start(history(one.host, began));
        this.#exporters.push({ ...target, of: one, exporter });
      }
    }
    await this.prometheus.reload(scrapeConfigsOf(this.#exporters, instanceOf));
    const targets = this.#exporters.length;
    await this.prometheus.waitFor("count(up == 1)", ([row]) => row?.value[1] === String(targets));
    this.#updates = setInterval(() => {
      for (const { of, exporter } of this.#exporters) {
        exporter.setMetrics(present(of.host, began, Date.now()));
      }
    }, updateMs);
    await this.prometheus.waitFor(
      "count(sum_over_time(up[5m]) >= 4)",
      ([row]) => row?.value[1] === String(targets),
    );
    await this.#kill();
  }

  async #kill(): Promise<void> {
    const victims = this.#exporters.filter(({ of }) => of.killed);
    for (const { exporter } of victims) await exporter.kill();
    const down = ([row]: readonly { readonly value: readonly [number, string] }[]) =>
      row?.value[1] === String(victims.length);
    if (victims.length > 0) await this.prometheus.waitFor("count(up == 0)", down);
  }

  async close(): Promise<void> {
    clearInterval(this.#updates);
    await this.prometheus.kill();
    for (const { exporter } of this.#exporters) await exporter.kill();
  }
}

function scrapeConfigsOf(
  exporters: readonly Exporter[],
  instanceOf: (one: HostCase) => string,
): readonly ScrapeConfig[] {
  const jobs = new Set(exporters.map(({ job }) => job));
  return [...jobs].map((job) => ({
    job,
    targets: exporters
      .filter((exporter) => exporter.job === job)
      .map(({ of, labels, exporter: { address } }) => ({
        address,
        labels: { instance: instanceOf(of), ...labels },
      })),
  }));
}
