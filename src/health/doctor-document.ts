import type { ErrorCode } from "../errors.ts";
import type { DocumentHead } from "../result/result-document.ts";

/** What the doctor looks at, in this order. */
export const doctorSteps = [
  "configuration",
  "principal",
  "circuits",
  "pool",
  "members",
  "running",
  "metrics",
  "matching",
  "readings",
] as const;

export type DoctorStep = (typeof doctorSteps)[number];

/** One thing that was looked at. A step has one finding, or several. */
export interface Finding {
  readonly step: DoctorStep;
  /** `warning`: the pool is measured all the same; `skipped`: an earlier step is in the way. */
  readonly status: "ok" | "warning" | "failed" | "skipped";
  readonly message: string;
  /** What to change. */
  readonly hint?: string;
  readonly code?: ErrorCode;
}

/** What `{"check": "doctor", "pool": "web"}` answers. */
export interface DoctorDocument extends DocumentHead {
  /** `failed` when a finding is. */
  readonly status: "ok" | "failed";
  /** The pool's name, else its OCID; null when it is not known which pool is meant. */
  readonly pool: string | null;
  readonly findings: readonly Finding[];
}
