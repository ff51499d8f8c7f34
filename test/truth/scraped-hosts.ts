import type { PrometheusServer, ScrapeConfig } from "../support/prometheus.ts";
import { SyntheticExporter } from "../support/synthetic-exporter.ts";
import type { HostCase, HostTarget } from "./cases-prometheus.ts";
import { history, present, scrapeSeconds } from "./synthetic-host.ts";

interface Exporter extends HostTarget {
  readonly of: HostCase;
  /** As the server has it. */
  readonly instance: string;
  readonly exporter: SyntheticExporter;
}

/** Who lives has samples of some minutes to come: as fresh however busy the machine is. */
const secondsAhead = 240;
/** How often those are scraped: a scrape may take as long, and a history is shown once. */
const seldomSeconds = 10;
const patienceMs = 120_000;
const defaultTargets: readonly HostTarget[] = [{ job: "live", labels: {} }];

/** The hosts that a real server scrapes, so that it has seen all of the window. */
export class ScrapedHosts {
  readonly #server: PrometheusServer;
  readonly #exporters: Exporter[] = [];

  private constructor(server: PrometheusServer) {
    this.#server = server;
  }

  /**
   * Ends when the server has the hosts' history and some scrapes more, and has noticed who was
   * killed. `instanceOf` gives each host's label `instance`.
   */
  static async start(
    server: PrometheusServer,
    cases: readonly HostCase[],
    instanceOf: (one: HostCase) => string,
  ): Promise<ScrapedHosts> {
    const hosts = new ScrapedHosts(server);
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
        const exporter = await SyntheticExporter.start(
          one.killed ? () => present(one.host, began, Date.now()) : "",
        );
        exporter.showOnce(history(one.host, began, one.killed ? 0 : secondsAhead));
        this.#exporters.push({ ...target, of: one, instance: instanceOf(one), exporter });
      }
    }
    await this.#server.reload(scrapeConfigsOf(this.#exporters));
    const victims = this.#exporters.filter(({ of }) => of.killed);
    await this.#waitUntilSeen(this.#exporters.filter((one) => !victims.includes(one)));
    const up = `up{instance=~"${victims.map(({ instance }) => instance).join("|")}"}`;
    await this.#server.waitFor(
      `count(${up} == 1)`,
      ([row]) => row?.value[1] === String(victims.length),
      patienceMs,
      "newest",
    );
    for (const { exporter } of victims) await exporter.kill();
    // One missed scrape is no death, nor are two. What VictoriaMetrics hides for half a minute it
    // hides from the function, too.
    const patience = Math.ceil(2.5 * scrapeSeconds);
    await this.#server.waitFor(
      `count(max_over_time(${up}[${patience}s]) == 0)`,
      ([row]) => row?.value[1] === String(victims.length),
      patienceMs,
    );
  }

  /** A history is shown once; it is there when its samples are. */
  async #waitUntilSeen(exporters: readonly Exporter[]): Promise<void> {
    const jobs = jobsOf(exporters).join("|");
    await this.#server.waitFor(
      `count by (job, instance, replica) ({job=~"${jobs}", __name__!~"up|scrape_.*"})`,
      (rows) => exporters.every((one) => rows.some(({ metric }) => isOf(one, metric))),
      patienceMs,
      "newest",
    );
  }

  async close(): Promise<void> {
    for (const { exporter } of this.#exporters) await exporter.kill();
  }
}

function isOf({ job, instance, labels }: Exporter, metric: Readonly<Record<string, string>>) {
  return Object.entries({ job, instance, ...labels }).every(([name, is]) => metric[name] === is);
}

function scrapeConfigsOf(exporters: readonly Exporter[]): readonly ScrapeConfig[] {
  const isDying = (job: string) => exporters.some((one) => one.job === job && one.of.killed);
  return jobsOf(exporters).map((job) => ({
    job,
    ...(!isDying(job) && { interval: `${seldomSeconds}s` }),
    targets: exporters
      .filter((exporter) => exporter.job === job)
      .map(({ instance, labels, exporter: { address } }) => ({
        address,
        labels: { instance, ...labels },
      })),
  }));
}

function jobsOf(exporters: readonly Exporter[]): readonly string[] {
  return [...new Set(exporters.map(({ job }) => job))];
}
