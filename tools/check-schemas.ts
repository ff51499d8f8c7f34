import * as v from "valibot";
import { type DoctorDocument, doctorSteps } from "../src/health/doctor-document.ts";
import type { HealthDocument } from "../src/health/health-document.ts";
import { principalKinds } from "../src/oci/principal.ts";
import { field } from "./described.ts";
import { count, duration, errorInfo, instant, invocation } from "./result-schema.ts";

const status = v.picklist(["ok", "failed"]);
const nullableText = v.nullable(v.string());

const entries = {
  status: field(
    v.picklist(["ok", "failed", "not_checked"]),
    "not_checked is neither good nor bad: see reason.",
  ),
  latencyMs: field(v.exactOptional(duration), "How long the answer took, in milliseconds."),
  reason: field(v.exactOptional(v.string()), "Why it was not checked."),
  error: field(v.exactOptional(errorInfo), "What is wrong, as in a result."),
};

const check = v.strictObject(entries);

const principal = v.strictObject({
  ...entries,
  kind: field(
    v.nullable(v.picklist(principalKinds)),
    "Who signs the requests to OCI; null when it could not be found out.",
  ),
  id: field(
    nullableText,
    "OCID of the function, the instance or the user; null when it is not known.",
  ),
  profile: field(nullableText, "The profile of the OCI config file; null when there is none."),
  tenancyId: field(
    nullableText,
    "OCID of the tenancy that the principal is of; null when it is not known.",
  ),
  region: field(nullableText, "Its region; null when it names none."),
  expiresAt: field(
    v.nullable(instant),
    "Until when its token is good; null when it has none, or it doesn't say.",
  ),
});

const poolCheck = v.strictObject({
  name: field(nullableText, "Its name, if it has one."),
  instancePoolId: field(nullableText, "Its OCID."),
  ...entries,
});

const checks = v.strictObject({
  configuration: field(
    v.strictObject({ ...entries, pools: field(count, "How many pools are configured.") }),
    "Whether everything is written rightly.",
  ),
  principal: field(principal, "Whether there is somebody to sign as."),
  compute: field(check, "Whether Compute answers for a configured pool."),
  monitoring: field(
    check,
    "Whether Monitoring answers about a configured pool that is measured there.",
  ),
  prometheus: field(
    v.record(v.string(), v.pipe(check, v.description("One server."))),
    "Whether each configured server answers a query, by its name.",
  ),
  pools: field(
    v.array(poolCheck),
    "Whether the members of each configured pool, of the first thousand, can be listed.",
  ),
});

const circuit = v.strictObject({
  name: field(v.string(), "The service and region, or the server."),
  state: field(v.picklist(["closed", "open", "half-open"]), "open: it is not called."),
  consecutiveFailures: field(count, "Failures since its last answer."),
  retryAt: field(v.nullable(instant), "When it is called again; null while the circuit is closed."),
});

/** Doesn't compile when it is not the schema of HealthDocument. */
export const health: v.GenericSchema<HealthDocument, HealthDocument> = v.strictObject({
  status: field(status, "failed when a part is."),
  ...invocation,
  checks: field(checks, "The parts."),
  circuits: field(
    v.array(circuit),
    "The endpoints that this process has called, and whether they are called at present.",
  ),
});

const finding = v.strictObject({
  step: field(v.picklist(doctorSteps), "What was looked at."),
  status: field(
    v.picklist(["ok", "warning", "failed", "skipped"]),
    "warning: the pool is measured all the same; skipped: an earlier step has to be mended first.",
  ),
  message: field(v.string(), "What was found."),
  hint: field(v.exactOptional(v.string()), "What to change."),
  code: field(v.exactOptional(errorInfo.entries.code), "The code of the error, if there was one."),
});

/** Doesn't compile when it is not the schema of DoctorDocument. */
export const doctor: v.GenericSchema<DoctorDocument, DoctorDocument> = v.strictObject({
  status: field(status, "failed when a finding is."),
  ...invocation,
  pool: field(
    nullableText,
    "The pool's name, else its OCID; null when it is not known which pool is meant.",
  ),
  findings: field(v.array(finding), "What was looked at, in order."),
});
