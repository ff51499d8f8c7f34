import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../src/result/reading.ts";
import { type ServerKind, serverKinds } from "../support/prometheus.ts";
import { metrics } from "../truth/case.ts";
import { tolerance } from "../truth/judge.ts";
import {
  type AllMeasurements,
  measureOnAll,
  type ServerMeasurements,
} from "../truth/measure-prometheus.ts";
import { type RandomHost, randomHostArbitrary, trueShares } from "../truth/random-history.ts";

const hostCount = 90;
/** The same hosts at every run, so that a failure is of the change; SEED=$RANDOM looks for others. */
const seed = Number(process.env["SEED"] ?? 20_261_129);
const hosts = fc
  .sample(randomHostArbitrary, { seed, numRuns: hostCount })
  .map((host, index) => ({ ...host, one: { ...host.one, name: `host ${index}` } }));

const modes = /no series of the CPU mode/;
const toleranceWithWarning = 4;

/** What is wrong with the readings of a host; nothing, if they are true or there are none. */
function faults(
  host: RandomHost,
  kind: ServerKind,
  { histories }: ServerMeasurements,
  now: number,
): readonly string[] {
  const pool = histories.find(({ cases }) => cases.includes(host.one));
  const window = pool?.pool?.window;
  if (!pool?.asked || !window) return ["not measured"];
  const end = Date.parse(window.end);
  const hiddenSeconds = kind === "victoria-metrics" ? 30 : 0;
  const evaluated = end + 1000 * hiddenSeconds;
  const truth = trueShares(host, now, {
    endAge: (now - end) / 1000,
    windowSeconds: (end - Date.parse(window.start)) / 1000,
    hiddenSeconds,
    secondsBefore: (evaluated - pool.asked.fromMs) / 1000,
    secondsAfter: (pool.asked.untilMs - evaluated) / 1000,
  });
  return metrics.flatMap((metric) => {
    const ours: Reading | undefined = pool.measurements.members.get(host.one.name)?.[metric].ours;
    if (typeof ours !== "number") return host.isPlain ? `no ${metric}: ${ours}` : [];
    // What isn't idle is busy where modes aren't kept: that is less exact, and a warning says so.
    const warned = host.lacksModes && pool.measurements.warnings.some((text) => modes.test(text));
    const most = metric === "cpu" && warned ? toleranceWithWarning : tolerance;
    const near = truth[metric].some((share) => Math.abs(share - ours) <= most);
    const shares = [...new Set(truth[metric].map((share) => share.toFixed(1)))].join(" or ");
    return near ? [] : `${metric} ${ours}, and not ${shares || "missing"}`;
  });
}

describe(`hosts with random histories (SEED=${seed})`, () => {
  let measured: AllMeasurements;
  beforeAll(async () => {
    measured = await measureOnAll(
      serverKinds,
      [],
      hosts.map(({ one }) => one),
    );
  });

  it.each(serverKinds)("have no reading that is not true, on a real %s", (kind) => {
    const measurements = measured.byKind.get(kind);
    const wrong = hosts.flatMap((host) => {
      const found =
        measurements === undefined
          ? ["not measured"]
          : faults(host, kind, measurements, measured.now);
      return found.map((fault) => `${host.one.name}: ${fault}\n  ${host.description}`);
    });

    expect(wrong).toEqual([]);
  });
});
