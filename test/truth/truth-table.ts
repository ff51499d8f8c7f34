import { groupBy } from "../../src/group-by.ts";
import { type ServerKind, serverKinds } from "../support/prometheus.ts";
import type { Case, ServerCase } from "./case.ts";
import { historyCases } from "./cases-history.ts";
import { memberCases } from "./cases-oci.ts";
import { windowCases } from "./cases-oci-windows.ts";
import { type HostCase, hostCases } from "./cases-prometheus.ts";
import { judge, type Row } from "./judge.ts";
import { measureOnOci } from "./measure-oci.ts";
import { measureOnAll, type PoolMeasurements } from "./measure-prometheus.ts";

/** All rows of one server, in the same order on each. */
export interface ServerRows {
  readonly kind: ServerKind;
  /** As "3.5.3+ds1-6". */
  readonly version: string;
  readonly scraped: readonly Row[];
  readonly histories: readonly Row[];
}

/** Measures every host of the table by real servers, side by side; takes half a minute, or a minute. */
export async function prometheusRows(
  kinds: readonly ServerKind[] = serverKinds,
  hosts: readonly HostCase[] = hostCases,
): Promise<readonly ServerRows[]> {
  const { byKind } = await measureOnAll(kinds, hosts, historyCases);
  return [...byKind].map(([kind, { version, scraped, histories }]) => ({
    kind,
    version,
    scraped: scraped.flatMap((pool) => rowsOf(kind, pool)),
    histories: inOrder(histories.flatMap((pool) => rowsOf(kind, pool, "members only"))),
  }));
}

/** Measures every member of the table by the emulated OCI Monitoring. */
export async function ociRows(): Promise<readonly Row[]> {
  const ways = groupBy(windowCases, ({ asked, companions }) =>
    JSON.stringify({ asked, companions }),
  );
  const pools = await measureOnOci([memberCases, ...ways.values()]);
  return pools.flatMap(({ cases, measurements }) => {
    const rows = judge(cases, measurements);
    return cases === memberCases ? rows : rows.slice(0, cases.length * 2);
  });
}

function rowsOf(
  kind: ServerKind,
  { cases, measurements }: PoolMeasurements,
  which?: "members only",
): readonly Row[] {
  const rows = judge(
    cases.map((one) => on(kind, one)),
    measurements,
  );
  const members = cases.length * 2;
  return which === undefined ? rows : rows.slice(0, members);
}

/** What is true on this kind of server. */
function on(kind: ServerKind, one: ServerCase): Case {
  return { ...one, truth: one.exceptOn?.[kind]?.truth ?? one.truth };
}

function inOrder(rows: readonly Row[]): readonly Row[] {
  const places = new Map(historyCases.map(({ name }, index) => [name, index]));
  return [...rows].sort((a, b) => (places.get(a.name) ?? 0) - (places.get(b.name) ?? 0));
}
