import type {
  ErrorInfo,
  InstanceDetail,
  InstancesResult,
  MissingInstance,
  PoolResult,
  ResultDocument,
} from "../src/result/result-document.ts";
import type { Utilization } from "../src/result/statistics.ts";

// What the JSON Schema of a result and docs/reference.md say of every field.

type Texts<T> = Readonly<Record<keyof T, string>>;

export const documentTexts: Texts<ResultDocument> = {
  status: "ok or failed if all pools are, else partial.",
  trigger: "Who called.",
  collectedAt: "When the invocation began.",
  durationMs: "How long it took, in milliseconds.",
  pools: "One for each pool that was asked for.",
  error: "Only when there is no pool at all to answer for.",
};

export const poolResultTexts: Texts<PoolResult> = {
  name: "The pool's name, else its display name, else its OCID.",
  instancePoolId: "OCID of the pool; null if it is not known.",
  source: "Where its utilization was read from.",
  status:
    "ok: every running member reported both metrics; partial: some did, or the source warns about its answer; failed: see error.",
  window: "The time that was really looked at; on OCI, whole minutes.",
  statistic: "Over time, for each instance.",
  cpu: "CPU utilization.",
  memory: "Memory utilization. It stands on its own: one can be there without the other.",
  instances: "The members; null when they are not known.",
  warnings: "What a person should know about an answer that is there.",
  error: "Only when the pool failed.",
};

export const windowTexts: Texts<NonNullable<PoolResult["window"]>> = {
  start: "Its first instant.",
  end: "Its last.",
};

export const utilizationTexts: Texts<Utilization> = {
  average: "Mean over the running members that reported, each counting once, in percent.",
  min: "The least of them.",
  max: "The greatest of them.",
  p95: "Their 95th percentile.",
  reporting: "How many they are.",
};

export const instancesTexts: Texts<InstancesResult> = {
  total: "Members that OCI lists.",
  running: "Those in state Running.",
  reporting: "Running members that reported both metrics.",
  missing:
    "Running members that did not. Left out, with a warning, of an answer that would be over 6 MB.",
  details: "Each running member's own values; only with includeInstances.",
};

export const missingTexts: Texts<MissingInstance> = {
  id: "OCID of the instance.",
  displayName: "Its display name.",
  metrics: "Which metrics are missing.",
  reason: "Why.",
};

export const detailTexts: Texts<InstanceDetail> = {
  id: "OCID of the instance.",
  displayName: "Its display name.",
  cpu: "In percent; null where missing.",
  memory: "In percent; null where missing.",
};

export const errorTexts: Texts<ErrorInfo> = {
  code: "Stable; programs may rely on it.",
  message: "For a person.",
  retryable: "Whether the same request may succeed later.",
  hint: "What to change.",
};
