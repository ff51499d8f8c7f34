import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import type { FnResponse } from "../../local/fn-agent/response.ts";
import type { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import type { KeyPair } from "../support/certificates.ts";
import { FaultProxy } from "../support/fault-proxy.ts";
import { poolId } from "../support/ocids.ts";
import { canaries, SecretCanary } from "./secret-canary.ts";
import type { Sources } from "./sources.ts";

/** What a function under test speaks to, each through a proxy of its own. */
export type Service = "compute" | "monitoring" | "identity" | "prometheus" | "vault";

export interface WorldOptions {
  /** Which source the pool is measured by. */
  readonly source: "oci" | "prometheus";
  /** Has a service speak TLS, with this certificate at first. */
  readonly tls?: { readonly service: Service; readonly certificate: KeyPair };
  /** @default the one that all share */
  readonly emulator?: OciEmulator;
  /** What is asked for, but for the source. @default the pool by its OCID */
  readonly request?: object;
  /** More of the function's configuration. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly nodeArguments?: readonly string[];
  /** How long after its deadline a call is killed. @default 0 */
  readonly graceMs?: number;
  /** Fn's timeout. @default 20_000 */
  readonly timeoutMs?: number;
}

const bundle = new URL("../../dist/func.cjs", import.meta.url).pathname;
/** Enough for a call and what it waits for, also on a machine that is ten times as slow. */
const defaultTimeoutMs = 20_000;
/** Many start at the same time. */
const startTimeoutMs = 30_000;

/** The built function in a process of its own, with a faulty network around it. */
export class World {
  readonly agent: FnAgent;
  readonly proxies: Readonly<Record<Service, FaultProxy>>;
  /** Another origin, with the same answers: nobody is to be sent there. */
  readonly elsewhere: FaultProxy;
  readonly options: WorldOptions & { readonly timeoutMs: number };
  readonly #canary: SecretCanary;

  private constructor(
    options: World["options"],
    agent: FnAgent,
    proxies: World["proxies"],
    elsewhere: FaultProxy,
    canary: SecretCanary,
  ) {
    this.options = options;
    this.agent = agent;
    this.proxies = proxies;
    this.elsewhere = elsewhere;
    this.#canary = canary;
  }

  static async start(sources: Sources, options: WorldOptions): Promise<World> {
    const { timeoutMs = defaultTimeoutMs, graceMs = 0, nodeArguments = [], source } = options;
    const emulator = options.emulator ?? sources.emulator;
    const upstream = { oci: emulator.url, prometheus: sources.prometheus.url };
    const start = (service: Service, url: string) =>
      FaultProxy.start({
        upstream: url,
        ...(options.tls?.service === service ? { tls: options.tls.certificate } : {}),
      });
    const proxies = {
      compute: await start("compute", upstream.oci),
      monitoring: await start("monitoring", upstream.oci),
      identity: await start("identity", upstream.oci),
      prometheus: await start("prometheus", upstream.prometheus),
      vault: await start("vault", upstream.oci),
    };
    const elsewhere = await FaultProxy.start({ upstream: upstream[source] });
    const environment = {
      LOG_LEVEL: "DEBUG",
      ...emulator.environment,
      OCI_CORE_ENDPOINT: proxies.compute.url,
      OCI_MONITORING_ENDPOINT: proxies.monitoring.url,
      OCI_IDENTITY_ENDPOINT: proxies.identity.url,
      OCI_SECRETS_ENDPOINT: proxies.vault.url,
      PROMETHEUS_URL: proxies.prometheus.url,
      PROMETHEUS_BEARER_TOKEN: canaries.bearerToken,
      PROMETHEUS_HEADERS: JSON.stringify({ "X-Scope-OrgID": canaries.tenantHeader }),
      PROMETHEUS_CA: sources.certificates.trusted,
      NODE_EXTRA_CA_CERTS: sources.certificates.trustedFile,
      ...options.environment,
    };
    const canary = new SecretCanary(environment);
    const agent = await FnAgent.start({
      bundle,
      environment,
      timeoutMs,
      graceMs,
      nodeArguments,
      startTimeoutMs,
      // A cell waits for longer than Fn keeps an idle process by default, and shorter than it may.
      idleTimeoutMs: 300_000,
      onLog: (line) => canary.watch(line),
    });
    const complete = { ...options, timeoutMs };
    return new World(complete, agent, proxies, elsewhere, canary);
  }

  /** How many requests have met a fault. */
  get faults(): number {
    return Object.values(this.proxies).reduce((sum, { faults }) => sum + faults, 0);
  }

  /** Asks the function for its pool. */
  async ask(source = this.options.source): Promise<FnResponse> {
    const { request = { instancePoolId: poolId } } = this.options;
    const response = await this.agent.invoke(JSON.stringify({ ...request, source }));
    this.#canary.watch(`${response.body} ${JSON.stringify(response.headers)}`);
    return response;
  }

  /** What of the secrets is in an answer, or in a line that the process wrote. */
  leaks(): readonly string[] {
    return this.#canary.seen;
  }

  async close(): Promise<void> {
    await this.agent.close();
    for (const proxy of [...Object.values(this.proxies), this.elsewhere]) await proxy.close();
  }
}
