import type { DoctorDocument, Finding } from "../src/health/doctor-document.ts";
import type { HealthCheck, HealthDocument, PoolCheck } from "../src/health/health-document.ts";
import type { EndpointState } from "../src/resilience/endpoint.ts";
import { documentTexts } from "./result-descriptions.ts";

// What the JSON Schemas of the checks and docs/reference.md say of every field.

type Texts<T> = Readonly<Record<keyof T, string>>;
type Checks = HealthDocument["checks"];

const { trigger, collectedAt, durationMs } = documentTexts;

export const healthTexts: Texts<HealthDocument> = {
  status: "failed when a part is.",
  trigger,
  collectedAt,
  durationMs,
  checks: "The parts.",
  circuits: "The endpoints that this process has called, and whether they are called at present.",
};

export const checksTexts: Texts<Checks> = {
  configuration: "Whether everything is written rightly.",
  principal: "Whether there is somebody to sign as.",
  compute: "Whether Compute answers for a configured pool.",
  monitoring: "Whether Monitoring answers about a configured pool that is measured there.",
  prometheus: "Whether each configured server answers a query, by its name.",
  pools: "Whether the members of each configured pool can be listed.",
};

export const healthCheckTexts: Texts<HealthCheck> = {
  status: "not_checked is neither good nor bad: see reason.",
  latencyMs: "How long the answer took, in milliseconds.",
  reason: "Why it was not checked.",
  error: "What is wrong, as in a result.",
};

export const configurationCheckTexts: Texts<Checks["configuration"]> = {
  ...healthCheckTexts,
  pools: "How many pools are configured.",
};

export const principalCheckTexts: Texts<Checks["principal"]> = {
  ...healthCheckTexts,
  expiresAt: "Until when its token is good; null when it has none, or it doesn't say.",
};

export const poolCheckTexts: Texts<PoolCheck> = {
  ...healthCheckTexts,
  name: "Its name, if it has one.",
  instancePoolId: "Its OCID.",
};

export const circuitTexts: Texts<EndpointState> = {
  name: "The service and region, or the server.",
  state: "open: it is not called.",
  consecutiveFailures: "Failures since its last answer.",
  retryAt: "When it is called again; null while the circuit is closed.",
};

export const doctorTexts: Texts<DoctorDocument> = {
  status: "failed when a finding is.",
  trigger,
  collectedAt,
  durationMs,
  pool: "The pool's name, else its OCID; null when it is not known which pool is meant.",
  findings: "What was looked at, in order.",
};

export const findingTexts: Texts<Finding> = {
  step: "What was looked at.",
  status:
    "warning: the pool is measured all the same; skipped: an earlier step has to be mended first.",
  message: "What was found.",
  hint: "What to change.",
  code: "The code of the error, if there was one.",
};
