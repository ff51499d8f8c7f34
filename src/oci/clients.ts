import { common } from "oci-sdk";
import pThrottle from "p-throttle";
import type { Environment } from "../config/environment.ts";
import { regionOfOcid } from "../config/ocid.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { NotAuthenticatedError } from "../errors.ts";
import { authenticate, type Principal } from "./authentication.ts";
import { type RegionClients, regionClients } from "./region-clients.ts";

/**
 * SummarizeMetricsData may be called ten times a second, by everybody in the tenancy together
 * (Monitoring limits).
 */
const queriesPerSecond = 10;

/** OCI's clients: the principal is found and each region's clients are made once per warm process. */
export class OciClients {
  readonly #oci: Environment["oci"];
  readonly #byRegion = new Map<string, RegionClients>();
  readonly #throttle = pThrottle({ limit: queriesPerSecond, interval: 1000 });
  #principal: Promise<Principal> | undefined;

  constructor(oci: Environment["oci"]) {
    this.#oci = oci;
  }

  /**
   * The clients of the pool's region: the spec's, else the one in its OCID, else the principal's.
   * @throws NotAuthenticatedError when there is no principal.
   */
  async forPool(spec: PoolSpec): Promise<RegionClients> {
    const principal = await this.#authenticate();
    const named = spec.region ?? regionOfOcid(spec.instancePoolId);
    const region = named
      ? common.Region.getRegionIdFromShortCode(named)
      : principalRegion(principal);
    const known = this.#byRegion.get(region);
    if (known !== undefined) return known;
    const clients = regionClients(principal, region, this.#oci.endpoints);
    const summarizeMetricsData = this.#throttle(clients.monitoring.summarizeMetricsData);
    const throttled = { ...clients, monitoring: { summarizeMetricsData } };
    this.#byRegion.set(region, throttled);
    return throttled;
  }

  /** @throws NotAuthenticatedError when there is no principal, or it has no token. */
  async findPrincipal(): Promise<void> {
    const { provider } = await this.#authenticate();
    try {
      await provider.getKeyId();
    } catch (cause) {
      throw new NotAuthenticatedError("The OCI principal has no usable token.", { cause });
    }
  }

  #authenticate(): Promise<Principal> {
    this.#principal ??= authenticate(this.#oci.auth).catch((error: unknown) => {
      this.#principal = undefined;
      throw error;
    });
    return this.#principal;
  }
}

function principalRegion({ provider }: Principal): string {
  const region = common.isRegionProvider(provider) ? provider.getRegion()?.regionId : undefined;
  if (region !== undefined) return region;
  throw new NotAuthenticatedError("Neither the pool nor the OCI principal names a region.", {
    hint: 'Give the pool a "region".',
  });
}
