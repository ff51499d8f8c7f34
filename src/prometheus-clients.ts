import type { Configuration } from "./config/configuration.ts";
import type { Secret } from "./config/secret.ts";
import { InvalidRequestError } from "./errors.ts";
import type { Invocation } from "./invocation.ts";
import { AnswerMemory } from "./prometheus-metrics/answer-memory.ts";
import type { PrometheusClient } from "./prometheus-metrics/client.ts";
import type { QueryApi } from "./prometheus-metrics/get-cpu-ram-metrics.ts";
import type { CallLimit } from "./resilience/call-limit.ts";
import type { EndpointState } from "./resilience/endpoint.ts";

/** Where the secrets of OCI Vault are read. */
interface Vaults {
  callsFor(
    secret: { readonly ocid: string },
    invocation: Invocation,
  ): Promise<{ readonly vault: { readSecret(secretId: string): Promise<Secret> } }>;
}

/** One client per configured server, made when it is first asked for: it keeps its connections. */
export class PrometheusClients {
  readonly #configuration: () => Configuration;
  readonly #vaults: Vaults;
  readonly #now: () => Date;
  readonly #clients = new Map<string, PrometheusClient>();
  /** By origin: the tenants of one host are servers of their own in the configuration. */
  readonly #limits = new Map<string, CallLimit>();
  readonly #memory = new AnswerMemory();

  constructor(configuration: () => Configuration, vaults: Vaults, now: () => Date) {
    this.#configuration = configuration;
    this.#vaults = vaults;
    this.#now = now;
  }

  /** A configured server, for one invocation. */
  async serverNamed(name: string, invocation: Invocation): Promise<QueryApi> {
    const client = this.#clients.get(name) ?? (await this.#create(name));
    const readSecret = async (secretId: string) => {
      const { vault } = await this.#vaults.callsFor({ ocid: secretId }, invocation);
      return vault.readSecret(secretId);
    };
    return {
      query: (promql, time, over) => client.query(promql, { invocation, readSecret, time, over }),
      redact: (text) => client.redact(text),
    };
  }

  endpointStates(): readonly EndpointState[] {
    return [...this.#clients.values()].map(({ state }) => state);
  }

  async #create(name: string): Promise<PrometheusClient> {
    const server = this.#configuration().servers.get(name);
    if (server === undefined) throw new InvalidRequestError(`No Prometheus server "${name}".`);
    // Loading axios takes longer than everything else at start-up, and pools on OCI don't need it.
    const { PrometheusClient: Client, queryLimit } = await import("./prometheus-metrics/client.ts");
    const { origin } = new URL(server.url);
    const limit = this.#limits.get(origin) ?? queryLimit();
    this.#limits.set(origin, limit);
    const client = this.#clients.get(name) ?? new Client(server, this.#now, limit, this.#memory);
    this.#clients.set(name, client);
    return client;
  }
}
