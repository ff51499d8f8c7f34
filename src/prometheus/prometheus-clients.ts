import type { Configuration } from "../config/configuration.ts";
import { InvalidRequestError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import type { Asker } from "../network/hints.ts";
import type { CallLimit } from "../resilience/call-limit.ts";
import type { EndpointState } from "../resilience/endpoint.ts";
import type { Secret } from "../secret.ts";
import { AnswerMemory } from "./answer-memory.ts";
import type { PrometheusClient } from "./client.ts";
import type { QueryApi } from "./query-api.ts";

/** Where the secrets of OCI Vault are read. */
interface Vaults {
  callsFor(
    secret: { readonly ocid: string },
    invocation: Invocation,
  ): Promise<{ readonly vault: { readSecret(secretId: string): Promise<Secret> } }>;
}

/** One client per configured server, made when it is first asked for: it keeps its connections. */
export class PrometheusClients {
  readonly #configuration: () => Pick<Configuration, "servers">;
  readonly #vaults: Vaults;
  readonly #now: () => Date;
  readonly #asker: Asker;
  readonly #clients = new Map<string, PrometheusClient>();
  /** By origin: the tenants of one host are servers of their own in the configuration. */
  readonly #limits = new Map<string, CallLimit>();
  readonly #memory = new AnswerMemory();

  constructor(
    configuration: () => Pick<Configuration, "servers">,
    vaults: Vaults,
    now: () => Date,
    asker: Asker = "function",
  ) {
    this.#configuration = configuration;
    this.#asker = asker;
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
      query: (promql, time, release) =>
        client.query(promql, { invocation, readSecret, time, release }),
      connectAhead: () => client.connectAhead(),
      fits: (promql) => client.fits(promql),
      redact: (text) => client.redact(text),
    };
  }

  endpointStates(): readonly EndpointState[] {
    return [...this.#clients.values()].flatMap(({ states }) => states);
  }

  async #create(name: string): Promise<PrometheusClient> {
    const server = this.#configuration().servers.get(name);
    if (server === undefined) throw new InvalidRequestError(`No Prometheus server "${name}".`);
    // Loading axios takes longer than everything else at start-up, and pools on OCI don't need it.
    const { PrometheusClient: Client, queryLimit } = await import("./client.ts");
    const { origin } = new URL(server.url);
    const limit = this.#limits.get(origin) ?? queryLimit();
    this.#limits.set(origin, limit);
    const known = this.#clients.get(name);
    const client = known ?? new Client(server, this.#now, limit, this.#memory, this.#asker);
    this.#clients.set(name, client);
    return client;
  }
}
