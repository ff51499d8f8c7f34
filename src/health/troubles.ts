import type { PoolSpec } from "../config/pool-spec.ts";
import type { MissingReason, Reading } from "../result/reading.ts";
import type { Metric } from "../result/result-document.ts";
import type { DoctorStep } from "./doctor-document.ts";

/** How far the second look goes back, in minutes: to members that did report once. */
export const lookBackMinutes = 180;

/** Why a reading is missing, after a second look. */
export type Trouble = MissingReason | "window_too_short";

/**
 * What a longer window shows of a missing reading: who has one there is asked for over too short a
 * time, and who has only old ones has fallen silent. `longer` is undefined when nobody looked.
 */
export function troubleOf(reason: MissingReason, longer: Reading | undefined): Trouble {
  if (reason !== "no_data" && reason !== "warming_up") return reason;
  if (typeof longer === "number") return "window_too_short";
  return reason === "no_data" && longer === "stale" ? "stale" : reason;
}

interface Advice {
  readonly step: DoctorStep;
  /** Follows the names of the members. */
  readonly says: string;
  readonly hint: string;
}

/** What is wrong with the members that have this trouble with these metrics, and what to change. */
export function adviceOn(trouble: Trouble, missing: readonly Metric[], spec: PoolSpec): Advice {
  const oneOnly = missing.length === 1;
  return spec.source === "oci"
    ? onOci(trouble, oneOnly, spec)
    : onPrometheus(trouble, oneOnly, spec);
}

function onOci(trouble: Trouble, oneOnly: boolean, spec: PoolSpec): Advice {
  switch (trouble) {
    case "no_data":
      return {
        step: "matching",
        says: "no stream in OCI Monitoring, though older than ten minutes",
        hint: oneOnly
          ? "Update Oracle Cloud Agent there, and restart its plugin Compute Instance Monitoring, which reports both metrics."
          : "Enable and start the plugin Compute Instance Monitoring of Oracle Cloud Agent there, and give the instances a way to Monitoring: a service gateway or a public IP.",
      };
    case "stale":
      return {
        step: "readings",
        says: "readings, but no recent ones: they have stopped reporting",
        hint: "See whether Oracle Cloud Agent still runs there, and still reaches Monitoring.",
      };
    case "window_too_short":
      return {
        step: "readings",
        says: tooShort(spec),
        hint: "Ask for a longer window: a minute's readings are there some minutes later, so windowMinutes should be 5 or more.",
      };
    default:
      return whateverTheSource(trouble);
  }
}

function onPrometheus(trouble: Trouble, oneOnly: boolean, spec: PoolSpec): Advice {
  const { label, by } = spec.prometheus.match;
  switch (trouble) {
    case "no_data":
      return {
        step: "matching",
        says: `no series of node_exporter with their ${by} in the label "${label}"`,
        hint: oneOnly
          ? "Enable the exporter's collectors cpu and meminfo (on Windows cpu and memory), and let no metric_relabel_configs drop their series."
          : `Is an exporter running there, does Prometheus scrape it, and does its label "${label}" hold the ${by}?`,
      };
    case "unresolved_host":
      return {
        step: "matching",
        says: `a ${by} that could not be found out, or that others have, too`,
        hint: 'Match by something that only one member has: {"label": <label>, "by": "instanceId"}, or "privateIp".',
      };
    case "target_down":
      return {
        step: "readings",
        says: "an exporter that Prometheus could not scrape at its last try",
        hint: "Is the exporter running, and is its port open to the Prometheus server? Its page Status > Targets has the error.",
      };
    case "stale":
      return {
        step: "readings",
        says: "series in the window, but none now: Prometheus does not scrape them any more",
        hint: "See whether the targets are still in the server's configuration or service discovery.",
      };
    case "window_too_short":
      return {
        step: "readings",
        says: tooShort(spec),
        hint: "A rate needs two scrapes: set windowMinutes to four times the scrape interval or more.",
      };
    default:
      return whateverTheSource(trouble);
  }
}

function whateverTheSource(trouble: Trouble): Advice {
  const step = "readings";
  switch (trouble) {
    case "warming_up":
      return { step, says: "no reading yet, being new", hint: "Wait some minutes." };
    case "not_a_number":
      return { step, says: "readings that are no numbers", hint: "See what the exporter reports." };
    default:
      return {
        step: "matching",
        says: "a query that failed",
        hint: "See what the steps metrics and matching say of it.",
      };
  }
}

function tooShort({ windowMinutes }: PoolSpec): string {
  return `too few readings in ${windowMinutes} minute(s), but enough in the last ${lookBackMinutes}`;
}
