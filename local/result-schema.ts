import * as v from "valibot";
import { sources } from "../src/config/pool-spec.ts";
import type { ResultDocument } from "../src/result/result-document.ts";
import { triggerNames } from "../src/triggers/trigger.ts";
import { described } from "./described.ts";
import { codeTexts, reasonTexts } from "./descriptions.ts";
import {
  detailTexts,
  documentTexts,
  errorTexts,
  instancesTexts,
  missingTexts,
  poolResultTexts,
  utilizationTexts,
  windowTexts,
} from "./result-descriptions.ts";

/** The keys of a record that has them all. */
function keysOf<K extends string>(texts: Readonly<Record<K, string>>): readonly K[] {
  return Object.keys(texts) as K[];
}

const nullablePercent = v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(100)));
/** A number of things. */
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** ISO instant. */
export const instant = v.pipe(v.string(), v.isoTimestamp());
const status = v.picklist(["ok", "partial", "failed"]);
const statistic = v.nullable(v.picklist(["mean", "max", "min", "p50", "p90", "p95", "p99"]));
const utilization = v.strictObject(
  described(
    {
      average: nullablePercent,
      min: nullablePercent,
      max: nullablePercent,
      p95: nullablePercent,
      reporting: count,
    },
    utilizationTexts,
  ),
);
/** A failure as callers see it. */
export const errorInfo = v.strictObject(
  described(
    {
      code: v.picklist(keysOf(codeTexts)),
      message: v.string(),
      retryable: v.boolean(),
      hint: v.exactOptional(v.string()),
    },
    errorTexts,
  ),
);
const instance = { id: v.string(), displayName: v.string() };
const missing = v.strictObject(
  described(
    {
      ...instance,
      metrics: v.array(v.picklist(["cpu", "memory"])),
      reason: v.picklist(keysOf(reasonTexts)),
    },
    missingTexts,
  ),
);
const detail = v.strictObject(
  described({ ...instance, cpu: nullablePercent, memory: nullablePercent }, detailTexts),
);
const poolResult = v.strictObject(
  described(
    {
      name: v.string(),
      instancePoolId: v.nullable(v.string()),
      source: v.nullable(v.picklist(sources)),
      status,
      window: v.nullable(v.strictObject(described({ start: instant, end: instant }, windowTexts))),
      statistic,
      cpu: utilization,
      memory: utilization,
      instances: v.nullable(
        v.strictObject(
          described(
            {
              total: count,
              running: count,
              reporting: count,
              missing: v.array(missing),
              details: v.exactOptional(v.array(detail)),
            },
            instancesTexts,
          ),
        ),
      ),
      warnings: v.array(v.string()),
      error: v.exactOptional(errorInfo),
    },
    poolResultTexts,
  ),
);

/** Doesn't compile when it is not the schema of ResultDocument. */
export const result: v.GenericSchema<ResultDocument, ResultDocument> = v.strictObject(
  described(
    {
      status,
      trigger: v.picklist(triggerNames),
      collectedAt: instant,
      durationMs: v.pipe(v.number(), v.minValue(0)),
      pools: v.array(poolResult),
      error: v.exactOptional(errorInfo),
    },
    documentTexts,
  ),
);
