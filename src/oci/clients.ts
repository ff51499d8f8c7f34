import { common } from "oci-sdk";
import type { Environment } from "../config/environment.ts";
import { regionOfOcid } from "../config/ocid.ts";
import { NotAuthenticatedError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import { type Asker, connectionHints } from "../network/hints.ts";
import { CallLimit } from "../resilience/call-limit.ts";
import { Endpoint, type EndpointState } from "../resilience/endpoint.ts";
import { authenticate } from "./authentication.ts";
import { type Ingestion, type RegionCalls, regionCalls, type Service } from "./calls.ts";
import type { Principal, Signer } from "./principal.ts";
import { type SdkClients, sdkClients } from "./sdk-clients.ts";
import { callerOf } from "./transport.ts";

const concurrentCalls = 10;
/** Of a service whose limits are not documented, as long as it takes them. */
const mostCalls = 32;
/**
 * SummarizeMetricsData may be called ten times a second, by everybody in the tenancy together
 * (Monitoring limits).
 */
const queriesPerSecond = 10;
/** A little longer, as requests don't take equally long to get there. */
const secondMs = 1_100;
/** A payload may name any region; what a process remembers of them must not grow for ever. */
const regionsRemembered = 50;

/** The clients of one region; made once per process, as are their connections and circuits. */
interface Region {
  readonly sdk: SdkClients;
  readonly endpoints: Readonly<Record<Service, Endpoint>>;
}

/** OCI's clients: the principal is found and each region's clients are made once per process. */
export class OciClients {
  readonly #environment: Environment;
  readonly #now: () => Date;
  readonly #byRegion = new Map<string, Region>();
  readonly #limits: Readonly<Record<Service, CallLimit>> = {
    core: new CallLimit({ concurrency: concurrentCalls, atMost: mostCalls }),
    identity: new CallLimit({ concurrency: concurrentCalls, atMost: mostCalls }),
    monitoring: new CallLimit({ concurrency: queriesPerSecond, intervalMs: secondMs }),
    ingestion: new CallLimit({ concurrency: concurrentCalls }),
    vault: new CallLimit({ concurrency: concurrentCalls }),
  };
  readonly #findPrincipal: () => Promise<Principal>;
  #principal: Promise<Principal> | undefined;

  constructor(
    environment: Environment,
    now: () => Date,
    find: (environment: Environment, now: Date) => Promise<Principal> = authenticate,
  ) {
    this.#environment = environment;
    this.#now = now;
    this.#findPrincipal = () => find(environment, now());
  }

  /**
   * The calls of a resource's region: the one that is named, else the one in its OCID, else the
   * principal's.
   * @throws NotAuthenticatedError when there is no principal; DeadlineExceededError.
   */
  async callsFor(
    { ocid, region }: { readonly ocid: string; readonly region?: string | undefined },
    invocation: Invocation,
  ): Promise<RegionCalls> {
    const principal = await this.#principalIn(invocation);
    const named = region ?? regionOfOcid(ocid);
    const regionId = named
      ? common.Region.getRegionIdFromShortCode(named)
      : principalRegion(principal);
    return this.#callsOf(regionId, principal, invocation);
  }

  /**
   * Where the function's own metrics go: to the region and compartment that its principal names.
   * @throws NotAuthenticatedError when it names none, as only a resource principal does.
   */
  async ownPlace(
    invocation: Invocation,
  ): Promise<{ readonly ingestion: Ingestion; readonly compartmentId: string }> {
    const principal = await this.#principalIn(invocation);
    const { compartmentId } = await signerOf(principal);
    if (compartmentId === undefined) {
      const hint = "FUNCTION_METRICS_NAMESPACE takes a resource principal.";
      const message = "The OCI principal names no compartment of the function.";
      throw new NotAuthenticatedError(message, { hint });
    }
    const { ingestion } = this.#callsOf(principalRegion(principal), principal, invocation);
    return { compartmentId, ingestion };
  }

  /** The endpoints called so far. */
  endpointStates(): readonly EndpointState[] {
    return [...this.#byRegion.values()].flatMap(({ endpoints }) =>
      Object.values(endpoints).flatMap(({ called, state }) => (called ? [state] : [])),
    );
  }

  /**
   * What is known of who signs, without asking OCI.
   * @throws NotAuthenticatedError when there is no principal, or it has no token that is still good.
   */
  async findPrincipal(invocation: Invocation): Promise<Signer> {
    const identity = await signerOf(await this.#principalIn(invocation));
    const { expiresAt } = identity;
    if (expiresAt === undefined || expiresAt > this.#now()) return identity;
    const message = `The OCI principal's token expired at ${expiresAt.toISOString()}.`;
    throw new NotAuthenticatedError(message, { hint: expiredHint });
  }

  #callsOf(region: string, principal: Principal, invocation: Invocation): RegionCalls {
    const { sdk, endpoints } = this.#byRegion.get(region) ?? this.#makeRegion(region, principal);
    const asker = askerOf(this.#environment);
    return regionCalls(region, sdk, (service) => callerOf(endpoints[service], invocation, asker));
  }

  #makeRegion(region: string, principal: Principal): Region {
    const silenceHint = connectionHints.oci[askerOf(this.#environment)];
    const endpoint = (service: Service, title: string) => {
      const name = `${title} in ${region}`;
      return new Endpoint({ name, limit: this.#limits[service], now: this.#now, silenceHint });
    };
    const endpoints = {
      core: endpoint("core", "Compute"),
      identity: endpoint("identity", "Identity"),
      monitoring: endpoint("monitoring", "Monitoring"),
      ingestion: endpoint("ingestion", "Monitoring's ingestion"),
      vault: endpoint("vault", "Vault"),
    };
    if (this.#byRegion.size >= regionsRemembered) this.#byRegion.clear();
    const made = { sdk: sdkClients(principal, region, this.#environment), endpoints };
    this.#byRegion.set(region, made);
    return made;
  }

  /** A session that has been renewed since has a new token in its file, and perhaps a new key. */
  async #principalIn(invocation: Invocation): Promise<Principal> {
    const principal = await this.#lastPrincipal(invocation);
    if (principal.expiresAt === undefined || principal.expiresAt > this.#now()) return principal;
    this.#principal = undefined;
    this.#byRegion.clear();
    return this.#lastPrincipal(invocation);
  }

  /** An instance's metadata service may never answer: the next caller does not wait for it, too. */
  async #lastPrincipal(invocation: Invocation): Promise<Principal> {
    this.#principal ??= this.#findPrincipal();
    const finding = this.#principal;
    try {
      return await invocation.inTime(finding);
    } catch (error) {
      if (this.#principal === finding) this.#principal = undefined;
      throw error;
    }
  }
}

/** A config file is a person's, on a machine of theirs. */
export function askerOf({ OCI_AUTH }: Environment): Asker {
  return OCI_AUTH === "config_file" ? "person" : "function";
}

const expiredHint =
  "On OCI Functions the token is renewed by itself: a new container has a new one. Check this machine's clock, too.";

async function signerOf(principal: Principal): Promise<Signer> {
  try {
    return await principal.identify();
  } catch (cause) {
    throw new NotAuthenticatedError("The OCI principal has no usable token.", { cause });
  }
}

function principalRegion({ region }: Principal): string {
  if (region !== undefined) return region;
  throw new NotAuthenticatedError("Neither the pool nor the OCI principal names a region.", {
    hint: 'Give the pool a "region"; a profile of an OCI config file takes the line region=us-ashburn-1.',
  });
}
