import { type Bar, rounded } from "./bar.ts";
import type { ManyPools } from "./measure/many-pools.ts";
import type { Traffic } from "./measure/traffic.ts";
import type { Compartments, Counts } from "./measurements.ts";

/** OCI's page of instances, in members. */
const pageSize = 1_000;
/** The most members that one answer of OCI Monitoring, or two queries to Prometheus, are for. */
const largest = { oci: 2_000, prometheus: 250 };
const maximumBundleBytes = 1024 * 1024;
/** Two results are rounded to hundredths, and so may be half of one off. */
const roundingError = 0.005 + 1e-9;

/** The bars that don't depend on the clock. */
export function countedBars({ bundle, loaded, traffic, compartments }: Counts): readonly Bar[] {
  const ofOci = traffic.filter(({ source, members }) => source === "oci" && members <= largest.oci);
  const ofPrometheus = traffic.filter(
    ({ source, members }) => source === "prometheus" && members <= largest.prometheus,
  );
  const compared = traffic.filter(({ naive }) => naive !== undefined);
  const hundred = compared.filter(({ members }) => members === 100);
  return [
    {
      name: "OCI calls for a pool of up to 2,000",
      bar: "2 metric queries + the membership pages (+ 1 GetInstancePool when cold)",
      figure: ofOci.map(describeCalls).join(", "),
      holds: ofOci.every(callsNoMore),
    },
    ...compartmentBars(compartments),
    {
      name: "Prometheus requests for a pool of up to 250",
      bar: "2",
      figure: ofPrometheus.map(({ members, warm }) => `${warm.queries} of ${members}`).join(", "),
      holds: ofPrometheus.every(({ cold, warm }) => cold.queries === 2 && warm.queries === 2),
    },
    {
      name: "bundle",
      bar: "≤ 1 MiB",
      figure: `${(bundle.bytes / 1024 ** 2).toFixed(2)} MiB of ${bundle.modules} source files`,
      holds: bundle.bytes <= maximumBundleBytes,
    },
    {
      name: "files loaded by the first response",
      bar: "1",
      figure: `${loaded.ours.files}, and ${loaded.ours.builtins} of Node's own modules (the floor: ${loaded.floor.builtins})`,
      holds: loaded.ours.files === 1,
    },
    {
      name: "bytes on the wire for a pool of 100, against one query per instance",
      bar: "≤ 1/2",
      figure: hundred
        .map(({ source, warm, naive }) => `${source} ${rounded(warm.bytes / (naive?.bytes ?? 0))}`)
        .join(", "),
      holds: hundred.every(({ warm, naive }) => warm.bytes <= (naive?.bytes ?? 0) / 2),
    },
    {
      name: "averages of a steady pool, against one query per instance",
      bar: "the same",
      figure: `${compared.length} pools, up to ${rounded(Math.max(...compared.map(differenceOf)))} points apart`,
      holds: compared.every((row) => differenceOf(row) <= roundingError),
    },
  ];
}

function differenceOf({ difference = Number.POSITIVE_INFINITY }: Traffic): number {
  return difference;
}

function describeCalls({ members, cold }: Traffic): string {
  return `${cold.queries} + ${cold.pages} (+ ${cold.getPool}) for ${members.toLocaleString("en")}`;
}

function callsNoMore({ members, cold, warm }: Traffic): boolean {
  const pages = Math.ceil(members / pageSize);
  const listed = [cold, warm].every((calls) => calls.queries === 2 && calls.pages === pages);
  return listed && cold.calls <= 2 + pages + 1 && warm.calls === 2 + pages;
}

function compartmentBars(compartments: Compartments): readonly Bar[] {
  const { onePool, onePoolOfKnownCompartment, oneOfMany, thirtyOfHundred, hundredOfTen } =
    compartments;
  const queries = (name: string, most: number, { asked, cold }: ManyPools): Bar => ({
    name: `metric queries for ${name}`,
    bar: most === 2 ? "2" : `≤ ${most}`,
    figure: `${cold.metricQueries}, ${cold.measured} of ${asked} pools measured`,
    holds: cold.metricQueries <= most && cold.measured === asked,
  });
  const rows = [
    onePool.warm?.inARow ?? Number.NaN,
    onePoolOfKnownCompartment.cold.inARow,
    onePool.cold.inARow,
  ];
  return [
    {
      name: "calls one after the other for one pool on OCI",
      bar: "1 warm, 1 cold with a compartment, 2 cold without",
      figure: `${rows[0]} warm, ${rows[1]} cold with a compartment, ${rows[2]} cold without`,
      holds: rows.join() === "1,1,2",
    },
    queries("100 pools of 10 of one compartment", 2, hundredOfTen),
    queries("30 pools of 100 of one compartment", 10, thirtyOfHundred),
    queries("one pool in a compartment of 3,000 streams", 2, oneOfMany),
  ];
}
