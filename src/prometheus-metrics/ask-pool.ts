import type { PoolSpec } from "../config/pool-spec.ts";
import { groupBy } from "../group-by.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import { poolsRemembered } from "../instance-manager/pool-descriptions.ts";
import type { QueryApi } from "../prometheus/query-api.ts";
import { exportersNamed, vocabularyOf } from "./exporters/exporters.ts";
import {
  type CpuRamMetrics,
  getCpuRamMetrics,
  type QuerySettings,
  queriesOf,
  together,
} from "./get-cpu-ram-metrics.ts";
import { Inquiry } from "./inquiry.ts";
import { identifier, type MemberNames, poolSelectors } from "./members.ts";
import { mostHosts, samplesMinutes, spanOf } from "./query-span.ts";
import { intervalOf, isOld } from "./sample-times.ts";
import type { Selector } from "./selectors.ts";
import type { Shown } from "./sources.ts";
import { isHost, type Shares, type Target } from "./target.ts";

/** What was asked about a pool before its members were known. */
export interface AskedAhead {
  readonly inquiry: Inquiry;
  readonly settings: QuerySettings;
  readonly metrics: Promise<CpuRamMetrics>;
}

/**
 * Asks about a pool that a label names as if it had so many members. It asks nothing about an empty pool, nor
 * about a large one: such answers take memory, and wait for their turn.
 */
export function askAhead(
  server: QueryApi,
  spec: PoolSpec,
  members: number | undefined,
  shown: Shown,
): AskedAhead | undefined {
  if (!members || members > mostHosts) return undefined;
  const settings = settingsOf(spec, members, shown);
  const selectors = poolSelectors(new Map(), spec, members, () => true);
  const inquiry = new Inquiry(server);
  const metrics = getCpuRamMetrics(inquiry, selectors, settings);
  // Whether it is needed, the list of members tells.
  metrics.catch(() => {});
  return { inquiry, settings, metrics };
}

/**
 * The CPU and memory of these members, in so many parts that each query, and each answer, has a bounded length.
 * What was asked ahead is taken if it is the same as would be asked now.
 */
export async function askPool(
  server: QueryApi,
  members: MemberNames,
  spec: PoolSpec,
  ahead: AskedAhead | undefined,
  shown: Shown,
) {
  const settings = settingsOf(spec, members.size, shown);
  const isSame =
    ahead?.settings.samplesSeconds === settings.samplesSeconds &&
    (spec.statistic === "mean" || ahead.settings.stepSeconds === settings.stepSeconds);
  const inquiry = isSame ? ahead.inquiry : new Inquiry(server);
  const ask = (some: MemberNames, how: QuerySettings, clock?: CpuRamMetrics["clock"]) => {
    // What is asked again has not failed.
    inquiry.failures = [];
    const fits = (selector: Selector) =>
      Object.values(queriesOf(selector, how))
        .flat()
        .every((query) => server.fits(query));
    const selectors = poolSelectors(some, spec, spanOf(spec, some.size).hosts, fits);
    return getCpuRamMetrics(inquiry, selectors, how, clock);
  };
  let metrics = await (isSame ? ahead.metrics : ask(members, settings));
  const { settled, open } = settle(metrics, members, spec, settings);
  if (open.size > 0) {
    const { means: _, ...eachSample } = settings;
    const { exporter, server: name } = spec.prometheus;
    const dotted = metrics.dotted || shown.dotted.has(name);
    const vocabulary = vocabularyOf(exportersNamed(exporter), dotted);
    const rest = await ask(open, { ...eachSample, vocabulary }, metrics.clock);
    const unanswered = { cpu: false, memory: false };
    metrics = together([{ ...metrics, targets: settled, unanswered }, rest]);
  }
  const [host] = metrics.targets.filter(isHost);
  const { exporters, dotted } = shown;
  if (exporters.size >= poolsRemembered) exporters.clear();
  if (host !== undefined) exporters.set(spec.instancePoolId, host.exporter);
  if (metrics.dotted) dotted.add(spec.prometheus.server);
  return { inquiry, settings, metrics, failures: inquiry.failures };
}

/**
 * The targets that means tell enough of, as they have shown CPU and memory all the time; and the members of
 * whom each sample has to be asked for, of whatever they may show.
 */
function settle(
  { targets, clock, unanswered }: CpuRamMetrics,
  members: MemberNames,
  spec: PoolSpec,
  { means }: QuerySettings,
): { readonly settled: readonly Target[]; readonly open: MemberNames } {
  if (means === undefined || (unanswered.cpu && unanswered.memory))
    return { settled: targets, open: new Map() };
  const isFresh = ({ times }: Shares) => {
    const [newest, interval] = [times.at(-1), intervalOf(times)];
    if (newest === undefined || interval === undefined) return false;
    return !isOld(newest, interval, clock.now ?? newest);
  };
  const isSteady = ({ cpu, cpuShares, memory }: Target) =>
    isFresh(memory) &&
    Number.isFinite(memory.total) &&
    (cpuShares ? isFresh(cpuShares) : cpu?.known === true && cpu.steps[0]?.stamp !== undefined);
  if (spec.prometheus.match.by === "poolId") {
    // Whose they are may take a look at the network.
    const all = targets.length >= members.size && targets.every(isSteady);
    return all ? { settled: targets, open: new Map() } : { settled: [], open: members };
  }
  const identify = identifier(members, spec);
  const own = groupBy(targets, ({ labels }) => identify(labels));
  const isOpen = (instance: Instance) => !own.get(instance)?.every(isSteady);
  const open = new Map([...members].filter(([instance]) => isOpen(instance)));
  const settled = [...own].filter(([instance]) => instance !== undefined && !open.has(instance));
  return { settled: settled.flatMap(([, all]) => all), open };
}

function settingsOf(spec: PoolSpec, members: number, shown: Shown): QuerySettings {
  const { windowMinutes, statistic, prometheus } = spec;
  const { hosts, stepSeconds } = spanOf(spec, members);
  const exporters = exportersNamed(prometheus.exporter);
  const [usual] = exporters;
  const last = shown.exporters.get(spec.instancePoolId);
  const means = last !== undefined && exporters.includes(last) ? last : usual;
  const asked = statistic === "mean" && means !== undefined ? [means] : exporters;
  return {
    seconds: 60 * windowMinutes,
    statistic,
    steal: prometheus.steal,
    samplesSeconds: 60 * samplesMinutes(windowMinutes, Math.min(hosts, members)),
    stepSeconds,
    vocabulary: vocabularyOf(asked, shown.dotted.has(prometheus.server)),
    means: statistic === "mean" ? means : undefined,
  };
}
