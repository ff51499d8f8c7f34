import * as v from "valibot";
import { sources, statistics } from "../src/config/pool-spec.ts";
import { type ResultDocument, triggerNames } from "../src/result/result-document.ts";
import { field } from "./described.ts";
import { codeTexts, reasonTexts } from "./descriptions.ts";

/** The keys of a record that has them all. */
function keysOf<K extends string>(texts: Readonly<Record<K, string>>): readonly K[] {
  return Object.keys(texts) as K[];
}

const nullablePercent = v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(100)));
const atLeast0 = v.pipe(v.number(), v.minValue(0));
const status = v.picklist(["ok", "partial", "failed"]);
/** A number of things. */
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** ISO instant. */
export const instant = v.pipe(v.string(), v.isoTimestamp());
/** In milliseconds. */
export const duration = atLeast0;

/** What every document says of the invocation. */
export const invocation = {
  trigger: field(v.picklist(triggerNames), "Who called."),
  collectedAt: field(instant, "When the invocation began."),
  durationMs: field(duration, "How long it took, in milliseconds."),
};

/** A failure as callers see it. */
export const errorInfo = v.strictObject({
  code: field(v.picklist(keysOf(codeTexts)), "Stable; programs may rely on it."),
  message: field(v.string(), "For a person."),
  retryable: field(v.boolean(), "Whether the same request may succeed later."),
  hint: field(v.exactOptional(v.string()), "What to change."),
});

const utilization = v.strictObject({
  average: field(
    nullablePercent,
    "Mean over the counted members that reported, each counting once, in percent.",
  ),
  min: field(nullablePercent, "The least of them."),
  max: field(nullablePercent, "The greatest of them."),
  p95: field(nullablePercent, "Their 95th percentile."),
  reporting: field(count, "How many they are."),
});

const instance = {
  id: field(v.string(), "OCID of the instance."),
  displayName: field(v.string(), "Its display name."),
};

const missing = v.strictObject({
  ...instance,
  metrics: field(v.array(v.picklist(["cpu", "memory"])), "Which metrics are missing."),
  reason: field(v.picklist(keysOf(reasonTexts)), "Why."),
});

const excluded = v.strictObject({
  ...instance,
  reason: field(v.picklist(["warming_up"]), "warming_up: it is younger than warmupMinutes."),
});

const detail = v.strictObject({
  ...instance,
  cpu: field(nullablePercent, "In percent; null where missing."),
  memory: field(nullablePercent, "In percent; null where missing."),
});

const instances = v.strictObject({
  total: field(count, "Members that OCI lists."),
  running: field(count, "Those in state Running."),
  counted: field(
    count,
    "Running members that averages and coverage are of: not younger than warmupMinutes.",
  ),
  reporting: field(count, "Counted members that reported both metrics."),
  missing: field(
    v.array(missing),
    "Counted members that did not. Left out, with a warning, of an answer that would be over 6 MB.",
  ),
  excluded: field(
    v.array(excluded),
    "Running members that do not count. Left out together with missing.",
  ),
  details: field(
    v.exactOptional(v.array(detail)),
    "Each counted member's own values; only with includeInstances.",
  ),
});

const poolResult = v.strictObject({
  name: field(v.string(), "The pool's name, else its display name, else its OCID."),
  instancePoolId: field(v.nullable(v.string()), "OCID of the pool; null if it is not known."),
  source: field(v.nullable(v.picklist(sources)), "Where its utilization was read from."),
  status: field(
    status,
    "ok: every counted member reported both metrics; partial: some did, or the source warns about its answer; failed: see error.",
  ),
  window: field(
    v.nullable(
      v.strictObject({
        start: field(instant, "Its first instant."),
        end: field(instant, "Its last."),
      }),
    ),
    "The time that was really looked at; on OCI, whole minutes.",
  ),
  statistic: field(v.nullable(v.picklist(statistics)), "Over time, for each instance."),
  resolutionSeconds: field(
    v.nullable(atLeast0),
    "The statistic is of values of so many seconds each; null when it is not known.",
  ),
  cpu: field(utilization, "CPU utilization."),
  memory: field(
    utilization,
    "Memory utilization. It stands on its own: one can be there without the other.",
  ),
  instances: field(v.nullable(instances), "The members; null when they are not known."),
  warnings: field(v.array(v.string()), "What a person should know about an answer that is there."),
  error: field(v.exactOptional(errorInfo), "Only when the pool failed."),
});

/** Doesn't compile when it is not the schema of ResultDocument. */
export const result: v.GenericSchema<ResultDocument, ResultDocument> = v.strictObject({
  status: field(status, "ok or failed if all pools are, else partial."),
  ...invocation,
  pools: field(v.array(poolResult), "One for each pool that was asked for."),
  error: field(v.exactOptional(errorInfo), "Only when there is no pool at all to answer for."),
});
