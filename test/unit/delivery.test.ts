import { describe, expect, it } from "vitest";
import { type Answer, deliver, deliverCheck, InvocationFailedError } from "../../src/delivery.ts";
import type { ErrorCode } from "../../src/errors.ts";
import type { HealthDocument } from "../../src/health/health-document.ts";
import {
  type PoolResult,
  type ResultDocument,
  type Status,
  type TriggerName,
  triggerNames,
} from "../../src/result/result-document.ts";
import { nothingReported } from "../../src/result/statistics.ts";
import { poolId } from "../support/ocids.ts";
import { unknownSigner } from "../support/signers.ts";

/** Every code, whether the same request may succeed later, and what an HTTP caller sees. */
const codes: Readonly<Record<ErrorCode, readonly [retryable: boolean, httpStatus: number]>> = {
  INVALID_REQUEST: [false, 400],
  UNSUPPORTED_EVENT: [false, 400],
  POOL_NOT_FOUND: [false, 404],
  NOT_AUTHENTICATED: [false, 502],
  EMPTY_POOL: [false, 502],
  NO_DATA: [false, 502],
  LOW_COVERAGE: [false, 502],
  INTERNAL: [false, 502],
  THROTTLED: [true, 503],
  SOURCE_UNAVAILABLE: [true, 503],
  CIRCUIT_OPEN: [true, 503],
  DEADLINE_EXCEEDED: [true, 504],
};
const errorCodes = Object.keys(codes) as readonly ErrorCode[];
const retryable = errorCodes.filter((code) => codes[code][0]);
const permanent = errorCodes.filter((code) => !codes[code][0]);
const messages: readonly TriggerName[] = ["event", "alarm", "connector-hub"];

const errorOf = (code: ErrorCode) => ({
  code,
  message: "it went wrong",
  retryable: codes[code][0],
});

function pool(status: Status, code?: ErrorCode): PoolResult {
  return {
    name: "web",
    instancePoolId: poolId,
    source: "oci",
    status,
    window: null,
    statistic: "mean",
    resolutionSeconds: null,
    cpu: nothingReported,
    memory: nothingReported,
    instances: null,
    warnings: [],
    ...(code === undefined ? {} : { error: errorOf(code) }),
  };
}

function documentOf(
  trigger: TriggerName,
  status: Status,
  pools: readonly PoolResult[],
): ResultDocument {
  return { status, trigger, collectedAt: "2026-11-23T20:40:00.000Z", durationMs: 1, pools };
}

const failedDocument = (trigger: TriggerName, ...failures: readonly ErrorCode[]) =>
  documentOf(
    trigger,
    "failed",
    failures.map((code) => pool("failed", code)),
  );
const refused = (trigger: TriggerName, code: ErrorCode): ResultDocument => ({
  ...documentOf(trigger, "failed", []),
  error: errorOf(code),
});

/** The answer, or the message of the failed invocation. */
function delivered(document: ResultDocument, onError: "return" | "throw"): Answer | string {
  try {
    return deliver(document, onError);
  } catch (error) {
    if (error instanceof InvocationFailedError) return error.message;
    throw error;
  }
}

describe("a direct caller", () => {
  it.each(errorCodes)("gets the document of %s", (code) => {
    const ofPool = failedDocument("direct", code);
    const ofRequest = refused("direct", code);

    expect(deliver(ofPool, "return")).toEqual({ document: ofPool });
    expect(deliver(ofRequest, "return")).toEqual({ document: ofRequest });
  });

  it.each(errorCodes)("sees %s as a failed invocation when told so", (code) => {
    expect(delivered(failedDocument("direct", code), "throw")).toBe(`${code}: it went wrong`);
    expect(delivered(refused("direct", code), "throw")).toBe(`${code}: it went wrong`);
  });
});

describe.each(messages)("a caller that delivers again, %s,", (trigger) => {
  describe.each(["return", "throw"] as const)("whatever is configured: %s,", (onError) => {
    it.each(permanent)("gets the document of %s, which would fail again", (code) => {
      const ofPool = failedDocument(trigger, code);
      const ofRequest = refused(trigger, code);

      expect(delivered(ofPool, onError)).toEqual({ document: ofPool });
      expect(delivered(ofRequest, onError)).toEqual({ document: ofRequest });
    });

    it.each(retryable)("sees a failed invocation of %s, which may succeed", (code) => {
      expect(delivered(failedDocument(trigger, code), onError)).toBe(`${code}: it went wrong`);
      expect(delivered(refused(trigger, code), onError)).toBe(`${code}: it went wrong`);
    });
  });

  it("has another try at the pool that may succeed, though another one did", () => {
    const document = documentOf(trigger, "partial", [pool("ok"), pool("failed", "THROTTLED")]);

    expect(delivered(document, "return")).toBe("THROTTLED: it went wrong");
  });

  it("has none when only permanent failures are left", () => {
    const document = documentOf(trigger, "partial", [pool("ok"), pool("failed", "EMPTY_POOL")]);

    expect(delivered(document, "return")).toEqual({ document });
  });
});

describe("an HTTP caller", () => {
  it.each(errorCodes)("gets the document and a status of %s", (code) => {
    const [, httpStatus] = codes[code];
    const ofPool = failedDocument("http", code);
    const ofRequest = refused("http", code);

    expect(delivered(ofPool, "return")).toEqual({ document: ofPool, httpStatus });
    expect(delivered(ofPool, "throw")).toEqual({ document: ofPool, httpStatus });
    expect(delivered(ofRequest, "throw")).toEqual({ document: ofRequest, httpStatus });
  });

  it.each(errorCodes)("gets 200 when another pool was measured, beside %s", (code) => {
    const document = documentOf("http", "partial", [pool("ok"), pool("failed", code)]);

    expect(delivered(document, "return")).toEqual({ document, httpStatus: 200 });
  });

  it.each([
    [["INVALID_REQUEST", "POOL_NOT_FOUND"], 404],
    [["POOL_NOT_FOUND", "INVALID_REQUEST", "NO_DATA"], 502],
    [["THROTTLED", "POOL_NOT_FOUND"], 503],
    [["THROTTLED", "DEADLINE_EXCEEDED", "INTERNAL"], 504],
  ] as const)("gets the highest status of several: %j", (failures, httpStatus) => {
    const document = failedDocument("http", ...failures);

    expect(deliver(document, "return")).toEqual({ document, httpStatus });
  });

  it("gets a status of more failures than a call has arguments", () => {
    const failure = pool("failed", "INVALID_REQUEST");
    const document = documentOf("http", "failed", Array(200_000).fill(failure));

    expect(deliver(document, "return").httpStatus).toBe(400);
  });
});

describe("a document with a result", () => {
  const statuses = ["ok", "partial"] as const;
  const cases = triggerNames.flatMap((trigger) => statuses.map((s) => [trigger, s] as const));

  it.each(cases)("is never a failed invocation: %s, %s", (trigger, status) => {
    const document = documentOf(trigger, status, [pool(status)]);
    const answer = trigger === "http" ? { document, httpStatus: 200 } : { document };

    expect(deliver(document, "throw")).toEqual(answer);
    expect(deliver(document, "return")).toEqual(answer);
  });
});

describe("a failed invocation", () => {
  it("names its first failures and how many more there are", () => {
    const five = Array(5).fill("NO_DATA: it went wrong").join("; ");
    const noData = (count: number) => failedDocument("direct", ...Array(count).fill("NO_DATA"));

    expect(delivered(noData(5), "throw")).toBe(five);
    expect(delivered(noData(7), "throw")).toBe(`${five}; and 2 more`);
  });
});

describe("a health check", () => {
  const health = (trigger: TriggerName, status: "ok" | "failed"): HealthDocument => ({
    status,
    trigger,
    collectedAt: "2026-11-23T20:40:00.000Z",
    durationMs: 1,
    checks: {
      configuration: { status, pools: 0 },
      principal: { status: "ok", ...unknownSigner },
      compute: { status: "not_checked" },
      monitoring: { status: "not_checked" },
      prometheus: {},
      pools: [],
    },
    circuits: [],
  });

  it.each(["ok", "failed"] as const)("is always answered: %s", (status) => {
    for (const trigger of ["direct", ...messages] as const) {
      const document = health(trigger, status);
      expect(deliverCheck(document)).toEqual({ document });
    }
  });

  it("has a status for a load balancer", () => {
    const [ok, failed] = [health("http", "ok"), health("http", "failed")];

    expect(deliverCheck(ok)).toEqual({ document: ok, httpStatus: 200 });
    expect(deliverCheck(failed)).toEqual({ document: failed, httpStatus: 503 });
  });
});
