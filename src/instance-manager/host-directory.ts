import PQueue from "p-queue";
import type { PoolSpec } from "../config/pool-spec.ts";
import { toUtilizationError, type UtilizationError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import type { Instance } from "./instance-pool.ts";

/** How a member is known on its network: the names of its primary VNIC. */
export interface Host {
  /** IPv4 first; IPv6 as OCI writes it. */
  readonly addresses: readonly string[];
  /** The host name's first label; undefined where the subnet has no DNS. */
  readonly hostname: string | undefined;
}

/** The two calls that tell an instance's addresses. */
export interface Network {
  listVnicAttachments(request: {
    readonly compartmentId: string;
    readonly instanceId: string;
  }): Promise<readonly VnicAttachment[]>;
  getVnic(request: { readonly vnicId: string }): Promise<Vnic>;
}

interface VnicAttachment {
  readonly vnicId?: string | undefined;
  readonly lifecycleState: string;
}

interface Vnic {
  readonly isPrimary: boolean;
  readonly privateIp?: string | undefined;
  readonly ipv6Addresses: readonly string[];
  readonly hostnameLabel?: string | undefined;
}

/** Who was found, and the first error of those who were not. */
export interface Hosts {
  readonly byInstanceId: ReadonlyMap<string, Host>;
  readonly failure: UtilizationError | undefined;
}

/** Compute allows some ten requests a second; two are needed for each new member. */
const concurrency = 5;
/** After so many failures it is the policy that is missing, or the service that is down. */
const patience = 5;
/** More than any pool has; what a warm process remembers must not grow forever. */
const remembered = 10_000;

/** The calls of the pool's region, for one invocation. */
type NetworkOf = (spec: PoolSpec, invocation: Invocation) => Promise<Network>;

/** Looks up how members are known on the network, and remembers it: a VNIC keeps its address. */
export class HostDirectory {
  readonly #networkOf: NetworkOf;
  readonly #known = new Map<string, Host>();

  constructor(networkOf: NetworkOf) {
    this.#networkOf = networkOf;
  }

  /** The hosts of these members. A member that can't be looked up costs nobody else. */
  async hostsOf(
    instances: readonly Instance[],
    spec: PoolSpec,
    invocation: Invocation,
  ): Promise<Hosts> {
    if (this.#known.size > remembered) this.#known.clear();
    const network = await this.#networkOf(spec, invocation);
    const queue = new PQueue({ concurrency });
    let failure: UtilizationError | undefined;
    let failures = 0;
    const found = await Promise.all(
      instances.map((instance) =>
        queue.add(async (): Promise<readonly [string, Host][]> => {
          if (failures >= patience) return [];
          try {
            const host = this.#known.get(instance.id) ?? (await this.#lookUp(instance, network));
            return host === undefined ? [] : [[instance.id, host]];
          } catch (error) {
            failure ??= toUtilizationError(error);
            failures += 1;
            return [];
          }
        }),
      ),
    );
    return { byInstanceId: new Map(found.flat()), failure };
  }

  async #lookUp(instance: Instance, network: Network): Promise<Host | undefined> {
    const { id: instanceId, compartmentId } = instance;
    const attachments = await network.listVnicAttachments({ compartmentId, instanceId });
    for (const { vnicId, lifecycleState } of attachments) {
      if (vnicId === undefined || lifecycleState !== "ATTACHED") continue;
      const vnic = await network.getVnic({ vnicId });
      if (!vnic.isPrimary) continue;
      const { privateIp, ipv6Addresses, hostnameLabel: hostname } = vnic;
      const addresses = [...(privateIp === undefined ? [] : [privateIp]), ...ipv6Addresses];
      const host = { addresses, hostname };
      this.#known.set(instanceId, host);
      return host;
    }
    return undefined;
  }
}
