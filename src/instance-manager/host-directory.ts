import PQueue from "p-queue";
import type { PoolSpec } from "../config/pool-spec.ts";
import { toUtilizationError, type UtilizationError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import type { Vnic } from "../oci/answers.ts";
import type { Network } from "../oci/calls.ts";
import { oncePer } from "../once.ts";
import { isCurrent, Remembered } from "../remembered.ts";
import type { Instance } from "./instance-pool.ts";

/** How a member is known on its network: the names of its primary VNIC. */
export interface Host {
  /** IPv4 first; IPv6 as OCI writes it. */
  readonly addresses: readonly string[];
  /** The host name's first label; undefined where the subnet has no DNS. */
  readonly hostname: string | undefined;
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
/** More members than any pool has; what a warm process remembers must not grow forever. */
const mostMembers = 10_000;

/** The calls of the pool's region, for one invocation. */
type NetworkOf = (spec: PoolSpec, invocation: Invocation) => Promise<Network>;

/** A member as it was looked up the last time. */
interface KnownMember extends Pick<Instance, "id" | "compartmentId"> {
  readonly host?: Host;
  readonly vnicId?: string;
  /** Epoch ms; undefined where it was not found. */
  readonly asOf?: number;
}

/** The looking up of one pool's members, in one invocation. */
class LookUp {
  readonly network: Promise<Network>;
  readonly queue = new PQueue({ concurrency });
  readonly asked = new Map<string, Promise<KnownMember>>();
  failure: UtilizationError | undefined;
  failures = 0;

  constructor(network: Promise<Network>) {
    this.network = network;
    network.catch(() => {});
  }
}

/**
 * Looks up how members are known on the network, and remembers it for five minutes, or until the list of
 * members changes: an address or a host name may be another's by then.
 */
export class HostDirectory {
  readonly #networkOf: NetworkOf;
  readonly #now: () => Date;
  readonly #pools: Remembered<ReadonlyMap<string, KnownMember>>;
  readonly #lookUps = oncePer((_: Invocation) => new Map<string, LookUp>());

  constructor(networkOf: NetworkOf, now: () => Date) {
    this.#networkOf = networkOf;
    this.#now = now;
    this.#pools = new Remembered(now, { most: mostMembers, weigh: ({ size }) => size });
  }

  /**
   * Begins to look again at members of the pool that are known for too long, while it is being listed. It
   * never throws: who can't be looked up has no host.
   */
  expect(spec: PoolSpec, invocation: Invocation): void {
    const members = this.#pools.last(spec.instancePoolId)?.values() ?? [];
    for (const member of members) {
      if (!this.#isGood(member)) this.#ask(member, this.#lookUpOf(spec, invocation));
    }
  }

  /** The hosts of these members. A member that can't be looked up costs nobody else. */
  async hostsOf(
    instances: readonly Instance[],
    spec: PoolSpec,
    invocation: Invocation,
  ): Promise<Hosts> {
    const before = this.#pools.last(spec.instancePoolId) ?? new Map<string, KnownMember>();
    const lookUp = this.#lookUpOf(spec, invocation);
    await lookUp.network;
    const isSame = before.size === instances.length && instances.every(({ id }) => before.has(id));
    const members = await Promise.all(
      instances.map(({ id, compartmentId }) => {
        const member = { ...before.get(id), id, compartmentId };
        return isSame && this.#isGood(member) ? member : this.#ask(member, lookUp);
      }),
    );
    this.#pools.learn(spec.instancePoolId, new Map(members.map((member) => [member.id, member])));
    const byInstanceId = new Map(members.flatMap(({ id, host }) => (host ? [[id, host]] : [])));
    return { byInstanceId, failure: lookUp.failure };
  }

  #isGood({ asOf }: KnownMember): boolean {
    return isCurrent(asOf, this.#now());
  }

  #lookUpOf(spec: PoolSpec, invocation: Invocation): LookUp {
    const lookUps = this.#lookUps(invocation);
    const known = lookUps.get(spec.instancePoolId);
    const lookUp = known ?? new LookUp(this.#networkOf(spec, invocation));
    lookUps.set(spec.instancePoolId, lookUp);
    return lookUp;
  }

  /** Once in an invocation. A failure leaves what is known, as long as it is not too old. */
  #ask(member: KnownMember, lookUp: LookUp): Promise<KnownMember> {
    const { id, compartmentId } = member;
    const asking =
      lookUp.asked.get(id) ??
      lookUp.queue.add(async (): Promise<KnownMember> => {
        try {
          if (lookUp.failures < patience) return await this.#find(member, await lookUp.network);
        } catch (error) {
          lookUp.failure ??= toUtilizationError(error);
          lookUp.failures += 1;
        }
        return this.#isGood(member) ? member : { id, compartmentId };
      });
    lookUp.asked.set(id, asking);
    return asking;
  }

  async #find(
    { id, compartmentId, vnicId: before }: KnownMember,
    network: Network,
  ): Promise<KnownMember> {
    const asOf = this.#now().getTime();
    // Most probably it is the same VNIC as before: both calls at once.
    const again = before === undefined ? undefined : network.getVnic({ vnicId: before });
    again?.catch(() => {});
    for await (const attachments of network.listVnicAttachments({
      compartmentId,
      instanceId: id,
    })) {
      for (const { vnicId, lifecycleState } of attachments) {
        if (vnicId === undefined || lifecycleState !== "ATTACHED") continue;
        const vnic = await ((vnicId === before && again) || network.getVnic({ vnicId }));
        if (vnic.isPrimary) return { id, compartmentId, host: toHost(vnic), vnicId, asOf };
      }
    }
    return { id, compartmentId };
  }
}

function toHost({ privateIp, ipv6Addresses, hostnameLabel: hostname }: Vnic): Host {
  return {
    addresses: [...(privateIp === undefined ? [] : [privateIp]), ...ipv6Addresses],
    hostname,
  };
}
