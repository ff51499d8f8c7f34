import type { PoolSpec } from "../config/pool-spec.ts";

/** An answer has ten points for each of these: some megabytes. */
const mostHostSteps = 20_000;
/** In all answers about a pool. */
const mostPoolSteps = 200_000;
/** In a row, which has to be read at once. */
const mostRowSteps = 8_000;
/** How many hosts a query names. */
export const mostHosts = 250;

/**
 * How many hosts a query is about, and how far apart its steps are. The steps of CPU time: two in a minute, to see a value of a minute whatever the scrape interval is,
 * or one in a long window, or as many as answers may hold. A pool that a label names is one answer. For a mean, only
 * hosts whose counters don't add up are asked for steps: as many as answers may hold.
 */
export function spanOf({ windowMinutes, statistic, prometheus }: PoolSpec, members: number) {
  const whole = prometheus.match.by === "poolId";
  const seconds = 60 * windowMinutes;
  const most = whole ? mostHostSteps : mostPoolSteps;
  if (statistic === "mean") {
    const hosts = Math.min(mostHosts, members);
    const stepSeconds = Math.ceil(seconds * Math.max(hosts / mostHostSteps, 1 / mostRowSteps));
    return { hosts: whole ? members : hosts, stepSeconds };
  }
  const stepSeconds = Math.max(
    windowMinutes <= 15 ? 30 : 60,
    Math.ceil((seconds * members) / most),
  );
  const fitting = Math.max(1, Math.floor((mostHostSteps * stepSeconds) / seconds));
  return { hosts: whole ? members : Math.min(mostHosts, fitting), stepSeconds };
}

/** Each sample is asked for over at least so long: it takes some to know how often they come. */
const fewestMinutes = 6;
/** A host has three series at a sample each five seconds. */
const mostHostMinutes = 120_000 / (3 * 12);
/** A row has to be read at once, also where samples come each two seconds. */
const mostMinutes = 240;

/** How far back each sample is asked for: a minute more than the window, for the one before it. */
export function samplesMinutes(windowMinutes: number, hosts: number): number {
  const most = Math.max(fewestMinutes, Math.min(mostMinutes, Math.floor(mostHostMinutes / hosts)));
  return Math.min(Math.max(windowMinutes + 1, fewestMinutes), most);
}
