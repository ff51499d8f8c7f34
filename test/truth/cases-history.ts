import { counterCases } from "./cases-counters.ts";
import { exporterCases } from "./cases-exporters.ts";
import { freshnessCases } from "./cases-freshness.ts";
import { identityCases } from "./cases-identity.ts";
import { intervalCases } from "./cases-intervals.ts";
import { statisticCases } from "./cases-statistics.ts";
import type { HistoryCase } from "./history-case.ts";

/** All histories; each server is given all of them. */
export const historyCases: readonly HistoryCase[] = [
  ...counterCases,
  ...freshnessCases,
  ...intervalCases,
  ...statisticCases,
  ...identityCases,
  ...exporterCases,
];
