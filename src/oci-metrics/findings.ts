import type { PoolSpec } from "../config/pool-spec.ts";
import { type Cause, type Explanation, explainAnySource, tooShort } from "../result/explanation.ts";
import type { Metric } from "../result/result-document.ts";

/** What to change when no member has a reading. */
export const noDataHint =
  "Is the plugin Compute Instance Monitoring of Oracle Cloud Agent enabled and running, and can the instances reach Monitoring through a service gateway or public IP?";

/** Why members have no reading of these metrics on OCI Monitoring, and what to change. */
export function explainOnOci(
  cause: Cause,
  missing: readonly Metric[],
  spec: PoolSpec,
): Explanation {
  const ofOci: { readonly [C in Cause]?: Explanation } = {
    no_data: {
      step: "matching",
      says: "no stream in OCI Monitoring, though older than ten minutes",
      hint:
        missing.length === 1
          ? "Update Oracle Cloud Agent there, and restart its plugin Compute Instance Monitoring, which reports both metrics."
          : "Enable and start the plugin Compute Instance Monitoring of Oracle Cloud Agent there, and give the instances a way to Monitoring: a service gateway or a public IP.",
    },
    stale: {
      step: "readings",
      says: "readings, but no recent ones: they have stopped reporting",
      hint: "See whether Oracle Cloud Agent still runs there, and still reaches Monitoring.",
    },
    window_too_short: {
      step: "readings",
      says: tooShort(spec),
      hint: "Ask for a longer window: a minute's readings are there some minutes later, so windowMinutes should be 5 or more.",
    },
  };
  return ofOci[cause] ?? explainAnySource(cause);
}
