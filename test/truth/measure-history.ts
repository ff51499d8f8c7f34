import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import type { EmulatedPool } from "../../local/oci-emulator/tenancy.ts";
import type { Metric, PoolResult } from "../../src/result/result-document.ts";
import { ask } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import type { PrometheusServer } from "../support/prometheus.ts";
import type { HistorySeries } from "../support/remote-write.ts";
import type { Measured, Measurements } from "./case.ts";
import { commonQueries, queryByInstance } from "./common-formulas.ts";
import { type HistoryCase, ownPool, type Question } from "./history-case.ts";
import { type HistoryHost, mergeSeries, seriesOf } from "./history-host.ts";
import { readingsOf } from "./readings.ts";

/** The cases that one pool consists of, as all are asked the same. */
export interface HistoryPool {
  readonly id: string;
  readonly question: Question;
  readonly members: readonly { readonly one: HistoryCase; readonly displayName: string }[];
}

/** Cases, and all that servers are given of them. */
export interface Histories {
  readonly pools: readonly HistoryPool[];
  readonly series: readonly HistorySeries[];
}

/** To be made once for all servers. @param now the time that ages are counted from, and servers are asked at */
export function historiesOf(cases: readonly HistoryCase[], now: number): Histories {
  const pools = historyPools(cases);
  return { pools, series: pools.flatMap((pool) => historyOf(pool, now)) };
}

/** A pool for each question. */
function historyPools(cases: readonly HistoryCase[]): readonly HistoryPool[] {
  const byQuestion = new Map<string, HistoryCase[]>();
  for (const one of cases) {
    const key = one.alone ? one.name : JSON.stringify(one.question ?? {});
    byQuestion.set(key, [...(byQuestion.get(key) ?? []), one]);
  }
  return [...byQuestion.values()].map((members, index) => ({
    id: `${poolId}history${index}`,
    question: members[0]?.question ?? {},
    members: members.map((one) => {
      const displayName = one.displayName ?? `inst-${cases.indexOf(one)}-history`;
      return { one, displayName };
    }),
  }));
}

/** What OCI says of such a pool. */
export function emulatedPool({ id, members }: HistoryPool, now: number): EmulatedPool {
  return {
    id,
    displayName: id,
    compartmentId,
    instances: members.map(({ one, displayName }) => ({
      id: instanceId(displayName),
      displayName,
      state: "Running",
      ...(one.privateIp !== undefined && { vnics: [{ privateIp: one.privateIp }] }),
      ...(one.createdSecondsAgo !== undefined && {
        timeCreated: new Date(now - one.createdSecondsAgo * 1000).toISOString(),
      }),
    })),
  };
}

/** All that the servers have seen of such a pool. */
function historyOf({ id, members }: HistoryPool, now: number): readonly HistorySeries[] {
  const series = members.flatMap(({ one, displayName }) => {
    const labelled = (host: HistoryHost): HistoryHost => ({
      ...host,
      targets: host.targets.map((labels) => ({
        job: "node",
        instance: instanceOf(displayName),
        ...labels,
        ...(labels["pool"] === ownPool && { pool: id }),
      })),
    });
    return [
      ...[one.host, ...(one.strangers ?? [])].flatMap((host) => seriesOf(labelled(host), now)),
      ...(one.otherSeries ?? []).map(({ labels, value }) => steadySeries(labels, value, now)),
    ];
  });
  return mergeSeries(series);
}

function steadySeries(labels: HistorySeries["labels"], value: number, now: number): HistorySeries {
  const minutes = Array.from({ length: 28 }, (_, index) => index - 20);
  return { labels, samples: minutes.map((minute) => ({ timeMs: now + minute * 60_000, value })) };
}

/** Has the function measure all pools in one request. */
export async function askAboutHistories(
  agent: FnAgent,
  pools: readonly HistoryPool[],
): Promise<readonly PoolResult[]> {
  const document = await ask(agent, {
    pools: pools.map(({ id, question }) => ({
      instancePoolId: id,
      source: "prometheus",
      includeInstances: true,
      ...question,
    })),
  });
  return document.pools;
}

/** What became of each member, beside what the common formulas say where they are about the same. */
export async function historyMeasurements(
  server: PrometheusServer,
  { members, question }: HistoryPool,
  pool: PoolResult | undefined,
): Promise<Measurements> {
  const comparable = Object.keys(question).length === 0;
  const common = comparable
    ? {
        cpu: await queryByInstance(server, commonQueries.cpu),
        memory: await queryByInstance(server, commonQueries.memory),
      }
    : undefined;
  const readings = pool?.instances ? readingsOf(pool) : new Map();
  const inWay = (displayName: string, metric: Metric): Measured => ({
    ours: readings.get(displayName)?.[metric],
    rivals: common ? { common: common[metric].get(instanceOf(displayName)) ?? [] } : {},
  });
  return {
    members: new Map(
      members.map(({ one, displayName }) => [
        one.name,
        { cpu: inWay(displayName, "cpu"), memory: inWay(displayName, "memory") },
      ]),
    ),
    warnings: pool?.warnings ?? [],
    status: pool?.status ?? "failed",
    pool: { cpu: pool?.cpu.average ?? null, memory: pool?.memory.average ?? null },
  };
}

function instanceOf(displayName: string): string {
  return `${displayName}:9100`;
}
