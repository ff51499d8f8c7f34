/** A rule of the code, and how it reads when it isn't kept. */
export interface Mutation {
  readonly rule: string;
  /** Where the rule shows: one of the servers, or OCI Monitoring. */
  readonly on: "prometheus-testing" | "oci";
  readonly file: string;
  /** Stands once in the file. */
  readonly from: string;
  readonly to: string;
}

const inPrometheus = (file: string, rule: string, from: string, to: string): Mutation => ({
  rule,
  on: "prometheus-testing",
  file: `src/prometheus-metrics/${file}`,
  from,
  to,
});

const inOci = (rule: string, from: string, to: string): Mutation => ({
  rule,
  on: "oci",
  file: "src/oci-metrics/streams.ts",
  from,
  to,
});

export const mutations: readonly Mutation[] = [
  inPrometheus(
    "sample-times.ts",
    "freshness: one long silence is how often samples come",
    "const oddGaps = 2;",
    "const oddGaps = 0;",
  ),
  inPrometheus(
    "sample-times.ts",
    "freshness: the shortest gap is how often samples come",
    "gaps.sort((a, b) => b - a);",
    "gaps.sort((a, b) => a - b);",
  ),
  inPrometheus(
    "sample-times.ts",
    "freshness: any age is now",
    "patience = 2.5;",
    "patience = 1e3;",
  ),
  inPrometheus(
    "sample-times.ts",
    "freshness: one missed scrape is a death",
    "patience = 2.5;",
    "patience = 1;",
  ),
  inPrometheus(
    "cpu-steps.ts",
    "plausibility: modes may add up to more than the CPUs",
    "all > (1 + most) * expected + slackSeconds * cpus",
    "false",
  ),
  inPrometheus(
    "cpu-steps.ts",
    "plausibility: modes may add up to less",
    "const mostLost = 0.03;",
    "const mostLost = 1;",
  ),
  inPrometheus(
    "verdict.ts",
    "plausibility: what can't be is cut off",
    "if (!(share >= -rounding && share <= 1 + rounding)) {",
    "if (!Number.isFinite(share)) {",
  ),
  inPrometheus(
    "read-target.ts",
    "own life: whatever the label measured",
    "const since = Number.isNaN(created) ? Number.NEGATIVE_INFINITY : created;",
    "const since = Number.NEGATIVE_INFINITY;",
  ),
  inPrometheus(
    "memory.ts",
    "weights: the newest sample of memory stands for all",
    "return toVerdict({ ...shares, used: inside }, statistic);",
    "return toVerdict({ ...shares, used: inside.slice(-1) }, statistic);",
  ),
  inPrometheus(
    "cpu-steps.ts",
    "resolution: values of five minutes",
    "const minute = Math.round(sample.stamp.time / 60);",
    "const minute = 5 * Math.round(sample.stamp.time / 300);",
  ),
  inPrometheus(
    "members.ts",
    "whose it is: names compare with case",
    "const lower = name.toLowerCase();",
    "const lower = name;",
  ),
  inPrometheus(
    "members.ts",
    "whose it is: any label may name the member",
    "!ownLabels.test(",
    "/^$/.test(",
  ),
  inPrometheus(
    "readings.ts",
    "whose it is: machines with one address need not agree",
    "if (!(isOne ?? isNear)) return undefined;",
    "",
  ),
  inPrometheus(
    "same-machine.ts",
    "whose it is: any counters are those of one machine",
    "same &&= areOfOneMachine(first.newest, newest);",
    "same &&= areOfOneMachine(first.newest, first.newest);",
  ),
  inPrometheus(
    "gauge-queries.ts",
    "weights: memory of several sizes is of one",
    "return isSize ?",
    "return isSize && size === null ?",
  ),
  inPrometheus(
    "match-targets.ts",
    "whose it is: an `up` is a machine",
    "if (!all.some(isHost)) return false;",
    "",
  ),
  inPrometheus(
    "exporters/node.ts",
    "exporters: interrupts of FreeBSD are in another mode",
    "contained: [], ...others",
    'contained: ["interrupt"], ...others',
  ),
  inPrometheus(
    "exporters/node.ts",
    "exporters: waiting for I/O is busy",
    'idle: ["idle", "iowait"]',
    'idle: ["idle"]',
  ),
  inOci(
    "freshness: silence is no matter",
    'if (!own.some(({ at, minutes }) => minutes === 1 && at >= freshFrom)) return "stale";',
    "",
  ),
  inOci(
    "plausibility: what can't be is cut off",
    "value >= -roundingPercent && value <= 100 + roundingPercent;",
    "true;",
  ),
  inOci(
    "own life: what was measured before counts",
    "!(at + minutes * minuteMs <= born),",
    "true,",
  ),
  inOci(
    "weights: an interval is an interval",
    "value * (weight / total)",
    "value * (1 / points.length)",
  ),
];
