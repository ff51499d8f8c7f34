import type { ExporterName } from "../../src/config/exporters.ts";
import type { Statistic } from "../../src/config/pool-spec.ts";
import type { HistorySeries } from "../support/remote-write.ts";
import type { ServerCase } from "./case.ts";
import type { HistoryHost } from "./history-host.ts";

/** What a request asks of a pool; also what pools are told apart by. */
export interface Question {
  /** @default 5 */
  readonly windowMinutes?: number;
  /** @default "mean" */
  readonly statistic?: Statistic;
  readonly prometheus?: {
    readonly match?: { readonly label: string; readonly by: "privateIp" | "poolId" };
    readonly steal?: "idle";
    /** @default "auto" */
    readonly exporter?: Exclude<ExporterName, "auto">;
  };
}

/** Stands in labels for the OCID of the pool that the case is in. */
export const ownPool = "(the OCID of its pool)";

/** A member whose history is known, and what is asked about it. */
export interface HistoryCase extends ServerCase {
  readonly host: HistoryHost;
  /** Other machines that the server has seen; their targets have all of their labels. */
  readonly strangers?: readonly HistoryHost[];
  /** Other series, of the target with these labels. */
  readonly otherSeries?: readonly {
    readonly labels: HistorySeries["labels"];
    readonly value: number;
  }[];
  readonly question?: Question;
  /** It is in a pool of its own. @default in one with all that are asked so */
  readonly alone?: true;
  /** @default one made up */
  readonly displayName?: string;
  readonly privateIp?: string;
  /** @default long ago */
  readonly createdSecondsAgo?: number;
}
