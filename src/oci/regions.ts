import { distance } from "fastest-levenshtein";
import { common } from "oci-sdk";
import { suggestion } from "../config/problems.ts";
import type { Profile } from "./config-file.ts";

/** So little differs where a known region was meant: a new region has a name of its own. */
const slips = 2;

/**
 * The region id that is named for a profile, or in it; undefined when neither does. A region that the
 * SDK doesn't know yet is let through, unless it looks like one that it knows.
 * @throws NotAuthenticatedError with the region that was probably meant.
 */
export function checkedRegion(profile: Profile, named: string | undefined): string | undefined {
  const written = (named ?? profile.value("region"))?.toLowerCase();
  if (written === undefined) return undefined;
  const region = common.Region.getRegionIdFromShortCode(written);
  const known = common.Region.values().map(({ regionId }) => regionId);
  if (known.includes(region)) return region;
  const wellFormed = /^[a-z]{2,}(?:-[a-z0-9]+)+$/.test(region);
  const meant = wellFormed
    ? known.find((id) => slipped(id, region))
    : (known.find((id) => region.startsWith(id)) ?? suggestion(region, known));
  if (wellFormed && meant === undefined) return region;
  const says =
    named === undefined
      ? "has a region that OCI does not have"
      : "is to be used with a region that OCI does not have (OCI_CONFIG_REGION, OCI_CLI_REGION)";
  throw profile.error(
    says,
    meant === undefined ? "A region is written as us-ashburn-1." : `Did you mean ${meant}?`,
  );
}

/** Another digit may well be another region; other letters, if they are few, are a slip. */
function slipped(known: string, region: string): boolean {
  const [a, b] = [known, region].map((id) => id.replace(/\d/g, "")) as [string, string];
  return a !== b && distance(a, b) <= slips;
}
