import { isJsonObject } from "../config/json-object.ts";
import { UnsupportedEventError } from "../errors.ts";
import { poolsIn, requestForPools, type Trigger } from "./trigger.ts";

/** A batch of metrics from Connector Hub: an array of streams, each with its dimensions. */
export function readConnectorHubBatch(body: unknown): Trigger | undefined {
  if (!Array.isArray(body)) return undefined;
  const dimensions = body.map((stream) => Object(stream).dimensions).filter(isJsonObject);
  if (dimensions.length === 0) return undefined;
  return {
    name: "connector-hub",
    toRequest: () => {
      const pools = poolsIn(dimensions);
      if (pools.length > 0) return requestForPools(pools);
      throw new UnsupportedEventError("No metric of the batch has the dimension instancePoolId.", {
        hint: "Let the connector's source be the namespace oci_computeagent.",
      });
    },
  };
}
