import type { PoolSpec, Source } from "../config/pool-spec.ts";
import type { MetricsCollector } from "./metrics-collector.ts";

/** One collector for each source; a source without one does not compile. */
export type Collectors = Readonly<Record<Source, MetricsCollector>>;

/** The collector that measures this pool. */
export function getCollector(spec: PoolSpec, collectors: Collectors): MetricsCollector {
  return collectors[spec.source];
}
