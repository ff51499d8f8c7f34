import * as v from "valibot";
import { type DoctorDocument, doctorSteps } from "../src/health/doctor-document.ts";
import type { HealthDocument } from "../src/health/health-document.ts";
import { triggerNames } from "../src/triggers/trigger.ts";
import {
  checksTexts,
  circuitTexts,
  configurationCheckTexts,
  doctorTexts,
  findingTexts,
  healthCheckTexts,
  healthTexts,
  poolCheckTexts,
  principalCheckTexts,
} from "./check-descriptions.ts";
import { described } from "./described.ts";
import { count, errorInfo, instant } from "./result-schema.ts";

const duration = v.pipe(v.number(), v.minValue(0));
const document = {
  status: v.picklist(["ok", "failed"]),
  trigger: v.picklist(triggerNames),
  collectedAt: instant,
  durationMs: duration,
};
const checkEntries = {
  status: v.picklist(["ok", "failed", "not_checked"]),
  latencyMs: v.exactOptional(duration),
  reason: v.exactOptional(v.string()),
  error: v.exactOptional(errorInfo),
};
const check = v.strictObject(described(checkEntries, healthCheckTexts));
const checks = v.strictObject(
  described(
    {
      configuration: v.strictObject(
        described({ ...checkEntries, pools: count }, configurationCheckTexts),
      ),
      principal: v.strictObject(
        described({ ...checkEntries, expiresAt: v.nullable(instant) }, principalCheckTexts),
      ),
      compute: check,
      monitoring: check,
      prometheus: v.record(v.string(), v.pipe(check, v.description("One server."))),
      pools: v.array(
        v.strictObject(
          described(
            {
              name: v.nullable(v.string()),
              instancePoolId: v.nullable(v.string()),
              ...checkEntries,
            },
            poolCheckTexts,
          ),
        ),
      ),
    },
    checksTexts,
  ),
);
const circuit = v.strictObject(
  described(
    {
      name: v.string(),
      state: v.picklist(["closed", "open", "half-open"]),
      consecutiveFailures: count,
      retryAt: v.nullable(instant),
    },
    circuitTexts,
  ),
);

/** Doesn't compile when it is not the schema of HealthDocument. */
export const health: v.GenericSchema<HealthDocument, HealthDocument> = v.strictObject(
  described({ ...document, checks, circuits: v.array(circuit) }, healthTexts),
);

const finding = v.strictObject(
  described(
    {
      step: v.picklist(doctorSteps),
      status: v.picklist(["ok", "warning", "failed", "skipped"]),
      message: v.string(),
      hint: v.exactOptional(v.string()),
      code: v.exactOptional(errorInfo.entries.code),
    },
    findingTexts,
  ),
);

/** Doesn't compile when it is not the schema of DoctorDocument. */
export const doctor: v.GenericSchema<DoctorDocument, DoctorDocument> = v.strictObject(
  described({ ...document, pool: v.nullable(v.string()), findings: v.array(finding) }, doctorTexts),
);
