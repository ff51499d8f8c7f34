import { exporterNames } from "../config/exporters.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { type Cause, type Explanation, explainAnySource, tooShort } from "../result/explanation.ts";
import type { Metric } from "../result/result-document.ts";

/** Why members have no reading of these metrics on a Prometheus server, and what to change. */
export function explainOnPrometheus(
  cause: Cause,
  missing: readonly Metric[],
  spec: PoolSpec,
): Explanation {
  const oneOnly = missing.length === 1;
  const { match, exporter } = spec.prometheus;
  const { label, by } = match;
  const isKnown = exporterNames.some((name) => name === exporter);
  const named = exporter === "auto" ? "an exporter that is known" : `the exporter "${exporter}"`;
  switch (cause) {
    case "no_data":
      if (!isKnown) {
        return {
          step: "matching",
          says: `no row of the exporter "${exporter}" with their ${by} in the label "${label}"`,
          hint: `Ask the server by the expressions of prometheus.exporters.${exporter}: each has to have a row for each host, with the label "${label}".`,
        };
      }
      return {
        step: "matching",
        says: `no series of ${named} with their ${by} in the label "${label}"`,
        hint: oneOnly
          ? "Enable the exporter's collectors cpu and meminfo (on Windows cpu and memory), and let no metric_relabel_configs drop their series."
          : `Is an exporter running there, does Prometheus scrape it, and does its label "${label}" hold the ${by}?`,
      };
    case "unresolved_host":
      return {
        step: "matching",
        says: `a ${by} that could not be found out, or that others have, too`,
        hint: isKnown
          ? 'Match by something that only one member has: {"label": <label>, "by": "instanceId"}, or "privateIp".'
          : `Let each expression of prometheus.exporters.${exporter} have one row by ${label}.`,
      };
    case "target_down":
      return {
        step: "readings",
        says: "an exporter that Prometheus could not scrape for two and a half intervals",
        hint: "Is the exporter running, and is its port open to the Prometheus server? Its page Status > Targets has the error.",
      };
    case "stale":
      return {
        step: "readings",
        says: "series in the window, but none now: they are not scraped any more, or no longer pushed",
        hint: "See whether the targets are still in the server's configuration or service discovery, or whether the agent that pushes still runs there.",
      };
    case "window_too_short":
      return {
        step: "readings",
        says: tooShort(spec),
        hint: "A window needs two samples: set windowMinutes to two scrape intervals or more.",
      };
    default:
      return explainAnySource(cause);
  }
}
