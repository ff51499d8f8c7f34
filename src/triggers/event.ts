import { isJsonObject } from "../config/json-object.ts";
import { parseOcid } from "../config/ocid.ts";
import { UnsupportedEventError } from "../errors.ts";
import { isString, property, requestForPools, type Trigger } from "./trigger.ts";

/** The freeform tag that OCI puts on the instances of a pool; it holds the pool's OCID. */
const poolTag = "oci:compute:instancepool";

/**
 * An event that an Events rule delivers: CloudEvents 0.1, of which only `eventType` and `data` are
 * sure, as tools that replay events send no more.
 */
export function readEvent(body: unknown): Trigger | undefined {
  if (!isJsonObject(body)) return undefined;
  const eventType = property(body, "eventType");
  const data = property(body, "data");
  if (!isString(eventType) || !isJsonObject(data)) return undefined;
  const id = property(body, "eventID");
  return {
    name: "event",
    correlationId: isString(id) ? id : undefined,
    toRequest: () => requestForPools([poolOf(eventType, data)]),
  };
}

function poolOf(eventType: string, data: Readonly<Record<string, unknown>>): string {
  const resourceId = property(data, "resourceId");
  const type = eventType.toLowerCase();
  if (isString(resourceId)) {
    // The events of a pool include those of its load balancers, which don't say so in their name.
    if (/^com\.oraclecloud\.computemanagement\..*(instancepool|loadbalancer)/.test(type))
      return resourceId;
    if (parseOcid(resourceId, "instancepool") !== undefined) return resourceId;
  }
  const tags = property(data, "freeformTags");
  const tagged = isJsonObject(tags) ? property(tags, poolTag) : undefined;
  if (isString(tagged) && tagged !== "") return tagged;
  throw new UnsupportedEventError(`The event ${eventType.slice(0, 100)} names no instance pool.`, {
    hint: `Send events of instance pools, or of instances that have the freeform tag ${poolTag}.`,
  });
}
