import { existsSync, readFileSync } from "node:fs";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import type { FnResponse } from "../../local/fn-agent/response.ts";
import type { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import type { KeyPair } from "../support/certificates.ts";
import { FaultProxy } from "../support/fault-proxy.ts";
import { poolId } from "../support/ocids.ts";
import type { Sources } from "./sources.ts";

/** What a function under test speaks to, each through a proxy of its own. */
export type Service = "compute" | "monitoring" | "prometheus";

export interface WorldOptions {
  /** Which source the pool is measured by. */
  readonly source: "oci" | "prometheus";
  /** Has a service speak TLS, with this certificate at first. */
  readonly tls?: { readonly service: Service; readonly certificate: KeyPair };
  /** @default the one that all share */
  readonly emulator?: OciEmulator;
  /** More of the function's configuration. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How long after its deadline a call is killed. @default 0 */
  readonly graceMs?: number;
  /** Fn's timeout. @default 6_000 */
  readonly timeoutMs?: number;
}

const bundle = new URL("../../dist/func.cjs", import.meta.url).pathname;
const defaultTimeoutMs = 6_000;
/** Many start at the same time. */
const startTimeoutMs = 30_000;

/** What the function keeps secret, besides its principal's token and key; easily recognised. */
const canaries = {
  bearerToken: "canary-bearer-0b9a6c1e7d",
  tenantHeader: "canary-tenant-header-5f2e8d",
} as const;

/** The built function in a process of its own, with a faulty network around it. */
export class World {
  readonly agent: FnAgent;
  readonly proxies: Readonly<Record<Service, FaultProxy>>;
  /** Another origin, with the same answers: nobody is to be sent there. */
  readonly elsewhere: FaultProxy;
  readonly options: WorldOptions & { readonly timeoutMs: number };
  readonly #secrets: readonly string[];
  readonly #answers: string[] = [];

  private constructor(
    options: World["options"],
    agent: FnAgent,
    proxies: World["proxies"],
    elsewhere: FaultProxy,
    secrets: readonly string[],
  ) {
    this.options = options;
    this.agent = agent;
    this.proxies = proxies;
    this.elsewhere = elsewhere;
    this.#secrets = secrets;
  }

  static async start(sources: Sources, options: WorldOptions): Promise<World> {
    const { timeoutMs = defaultTimeoutMs, graceMs = 0, source } = options;
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
      prometheus: await start("prometheus", upstream.prometheus),
    };
    const elsewhere = await FaultProxy.start({ upstream: upstream[source] });
    const environment = {
      LOG_LEVEL: "DEBUG",
      ...emulator.environment,
      OCI_CORE_ENDPOINT: proxies.compute.url,
      OCI_MONITORING_ENDPOINT: proxies.monitoring.url,
      PROMETHEUS_URL: proxies.prometheus.url,
      PROMETHEUS_BEARER_TOKEN: canaries.bearerToken,
      PROMETHEUS_HEADERS: JSON.stringify({ "X-Scope-OrgID": canaries.tenantHeader }),
      PROMETHEUS_CA: sources.certificates.trusted,
      NODE_EXTRA_CA_CERTS: sources.certificates.trustedFile,
      ...options.environment,
    };
    const agent = await FnAgent.start({
      bundle,
      environment,
      timeoutMs,
      graceMs,
      startTimeoutMs,
    });
    const complete = { ...options, timeoutMs };
    return new World(complete, agent, proxies, elsewhere, secretsOf(environment));
  }

  /** Asks the function for its pool. */
  async ask(): Promise<FnResponse> {
    const request = { instancePoolId: poolId, source: this.options.source };
    const response = await this.agent.invoke(JSON.stringify(request));
    this.#answers.push(response.body.toString(), JSON.stringify(response.headers));
    return response;
  }

  /** What of the secrets is in an answer, or in a line that the process wrote. */
  leaks(): readonly string[] {
    const said = [...this.#answers, ...this.agent.logLines()].join("\n");
    return this.#secrets.filter((secret) => said.includes(secret));
  }

  async close(): Promise<void> {
    await this.agent.close();
    for (const proxy of [...Object.values(this.proxies), this.elsewhere]) await proxy.close();
  }
}

/** The principal's token and key in the pieces that could be seen of them, and the canaries. */
function secretsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  const principal = ["OCI_RESOURCE_PRINCIPAL_RPST", "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM"]
    .map((name) => environment[name] ?? "")
    .map((path) => (existsSync(path) ? readFileSync(path, "utf8") : path))
    .flatMap((text) => text.split(/[\n.]/))
    // Lines that all keys have, and the token's header, tell nothing.
    .filter((piece) => piece.length > 60 && !piece.startsWith("eyJraWQiOiJhc3ciLCJhbGci"));
  const { PROMETHEUS_USERNAME: user, PROMETHEUS_PASSWORD: password } = environment;
  const basic =
    password === undefined ? [] : [password, Buffer.from(`${user}:${password}`).toString("base64")];
  return [...Object.values(canaries), ...principal, ...basic];
}
