import { common } from "oci-sdk";
import type { Environment } from "../config/environment.ts";
import { regionOfOcid } from "../config/ocid.ts";
import { NotAuthenticatedError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import type { Ingestion } from "../publishing/ingestion.ts";
import { CallLimit } from "../resilience/call-limit.ts";
import type { EndpointState } from "../resilience/endpoint.ts";
import { authenticate, type Principal } from "./authentication.ts";
import { type PrincipalToken, readPrincipalToken } from "./principal-token.ts";
import { type RegionCalls, RegionClients } from "./region-clients.ts";

const concurrentCalls = 10;
/**
 * SummarizeMetricsData may be called ten times a second, by everybody in the tenancy together
 * (Monitoring limits).
 */
const queriesPerSecond = 10;
/** A little longer, as requests don't take equally long to get there. */
const secondMs = 1_100;
/** A payload may name any region; what a process remembers of them must not grow for ever. */
const regionsRemembered = 50;

/** OCI's clients: the principal is found and each region's clients are made once per process. */
export class OciClients {
  readonly #oci: Environment["oci"];
  readonly #now: () => Date;
  readonly #byRegion = new Map<string, RegionClients>();
  readonly #limits = {
    core: new CallLimit({ concurrency: concurrentCalls }),
    monitoring: new CallLimit({ concurrency: queriesPerSecond, intervalMs: secondMs }),
    ingestion: new CallLimit({ concurrency: concurrentCalls }),
    vault: new CallLimit({ concurrency: concurrentCalls }),
  };
  readonly #findPrincipal: () => Promise<Principal>;
  #principal: Promise<Principal> | undefined;

  constructor(
    oci: Environment["oci"],
    now: () => Date,
    find: (auth: Environment["oci"]["auth"]) => Promise<Principal> = authenticate,
  ) {
    this.#oci = oci;
    this.#now = now;
    this.#findPrincipal = () => find(oci.auth);
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
    return this.#clientsOf(principal, regionId).callsFor(invocation);
  }

  /**
   * Where the function's own metrics go: to the region and compartment that its principal names.
   * @throws NotAuthenticatedError when it names none, as only a resource principal does.
   */
  async ownPlace(
    invocation: Invocation,
  ): Promise<{ readonly ingestion: Ingestion; readonly compartmentId: string }> {
    const principal = await this.#principalIn(invocation);
    const compartmentId = await compartmentOf(principal);
    const clients = this.#clientsOf(principal, principalRegion(principal));
    return { compartmentId, ingestion: clients.callsFor(invocation).ingestion };
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
  async findPrincipal(invocation: Invocation): Promise<PrincipalToken> {
    const { provider } = await this.#principalIn(invocation);
    const token = readPrincipalToken(await keyIdOf(provider));
    if (token.expiresAt === undefined || token.expiresAt > this.#now()) return token;
    const message = `The OCI principal's token expired at ${token.expiresAt.toISOString()}.`;
    throw new NotAuthenticatedError(message, { hint: expiredHint });
  }

  #clientsOf(principal: Principal, region: string): RegionClients {
    const known = this.#byRegion.get(region);
    if (known !== undefined) return known;
    if (this.#byRegion.size >= regionsRemembered) this.#byRegion.clear();
    const { endpoints } = this.#oci;
    const options = { endpoints, limits: this.#limits, now: this.#now };
    const clients = new RegionClients(principal, region, options);
    this.#byRegion.set(region, clients);
    return clients;
  }

  /** An instance's metadata service may never answer: whoever comes next doesn't wait for it, too. */
  async #principalIn(invocation: Invocation): Promise<Principal> {
    const finding = this.#authenticate();
    try {
      return await invocation.inTime(finding);
    } catch (error) {
      if (this.#principal === finding) this.#principal = undefined;
      throw error;
    }
  }

  #authenticate(): Promise<Principal> {
    this.#principal ??= this.#findPrincipal();
    return this.#principal;
  }
}

const expiredHint =
  "On OCI Functions the token is renewed by itself: a new container has a new one. Check this machine's clock, too.";

async function keyIdOf(provider: Principal["provider"]): Promise<string> {
  try {
    return await provider.getKeyId();
  } catch (cause) {
    throw new NotAuthenticatedError("The OCI principal has no usable token.", { cause });
  }
}

async function compartmentOf({ provider }: Principal): Promise<string> {
  const claim =
    provider instanceof common.ResourcePrincipalAuthenticationDetailsProvider
      ? await provider.getStringClaim("res_compartment")
      : null;
  if (claim !== null) return claim;
  throw new NotAuthenticatedError("The OCI principal names no compartment of the function.", {
    hint: "FUNCTION_METRICS_NAMESPACE takes a resource principal.",
  });
}

function principalRegion({ provider }: Principal): string {
  const region = common.isRegionProvider(provider) ? provider.getRegion()?.regionId : undefined;
  if (region !== undefined) return region;
  throw new NotAuthenticatedError("Neither the pool nor the OCI principal names a region.", {
    hint: 'Give the pool a "region".',
  });
}
