import { describe, expect, it } from "vitest";
import type { PoolDirectory } from "../../src/collectors/metrics-collector.ts";
import { InvocationFailedError } from "../../src/delivery.ts";
import { createHandler } from "../../src/handler.ts";
import { forEachSource } from "../support/collectors.ts";
import { configurationOf } from "../support/configuration.ts";
import { silentLogger } from "../support/logger.ts";
import { noServices } from "../support/no-services.ts";
import { poolId } from "../support/ocids.ts";
import { noIngestion } from "../support/publishing.ts";
import { oneMemberPools, SteadyCollector } from "../support/steady-collector.ts";

/** Every pool has one member at 40 % CPU and 60 % memory, but those whose OCID ends in "broken". */
const someBroken: PoolDirectory = {
  getInstancesFromInstancePool: async (spec, invocation) => {
    if (spec.instancePoolId.endsWith("broken")) throw new TypeError("x is not a function");
    return oneMemberPools.getInstancesFromInstancePool(spec, invocation);
  },
};

interface AnswerOptions {
  readonly now?: () => Date;
  readonly headers?: Readonly<Record<string, string>>;
}

/** As Notifications deliver a message. */
const notified = { "X-OCI-NS-MessageId": "m" };

/** What the handler answers to this body under this configuration. */
async function answer(
  body: string | Uint8Array,
  variables: Readonly<Record<string, string>> = {},
  { now = () => new Date("2026-11-23T20:40:00Z"), headers = {} }: AnswerOptions = {},
) {
  const collector = new SteadyCollector({ cpu: 40, memory: 60 }, someBroken);
  const handler = createHandler({
    configuration: () => configurationOf(variables),
    collectors: forEachSource(collector),
    ...noServices,
    publishing: noIngestion,
    report: async () => {},
    endpoints: () => [],
    now,
  });
  const sent = new Headers(headers);
  const header = (name: string) => sent.get(name) ?? undefined;
  const { document } = await handler(Buffer.from(body), { header }, silentLogger);
  if (!("pools" in document)) throw new Error("a health document was answered");
  return document;
}

describe("handler", () => {
  it("answers with the result document", async () => {
    expect(await answer(JSON.stringify({ instancePoolId: poolId, name: "wéb" }))).toEqual({
      status: "ok",
      trigger: "direct",
      collectedAt: "2026-11-23T20:40:00.000Z",
      durationMs: expect.any(Number),
      pools: [
        {
          name: "wéb",
          instancePoolId: poolId,
          source: "oci",
          status: "ok",
          window: { start: "2026-11-23T20:35:00.000Z", end: "2026-11-23T20:40:00.000Z" },
          statistic: "mean",
          resolutionSeconds: 60,
          cpu: { average: 40, min: 40, max: 40, p95: 40, reporting: 1 },
          memory: { average: 60, min: 60, max: 60, p95: 60, reporting: 1 },
          instances: { total: 1, running: 1, counted: 1, reporting: 1, missing: [], excluded: [] },
          warnings: [],
        },
      ],
    });
  });

  it("took no negative time when the clock is set back meanwhile", async () => {
    const clock = Date.parse("2026-11-23T20:40:00Z");
    let hours = 0;
    const now = () => new Date(clock - 3_600_000 * hours++);

    const { durationMs } = await answer(`{"instancePoolId":"${poolId}"}`, {}, { now });

    expect(durationMs).toBeGreaterThanOrEqual(0);
  });

  it("lets no pool's failure cost another its result", async () => {
    const pools = [
      { instancePoolId: poolId },
      { instancePoolId: `${poolId}broken` },
      { instancePoolId: "?" },
    ];
    const document = await answer(JSON.stringify({ pools }));

    expect(document.status).toBe("partial");
    expect(document.pools.map(({ status, error }) => [status, error?.code])).toEqual([
      ["ok", undefined],
      ["failed", "INTERNAL"],
      ["failed", "INVALID_REQUEST"],
    ]);
  });

  it.each([
    ["{", /^The request is not JSON/],
    ["not json", /^The request is not JSON/],
    [Uint8Array.of(0xff, 0xfe), /^The request is not UTF-8 text\.$/],
    ["5", /^The request must be a JSON object/],
    ["null", /^The request must be a JSON object/],
    ["  \n", /^There is no pool to measure\.$/],
    ["{}", /^There is no pool to measure\.$/],
    ['{"check":"health","pool":"nope"}', /^pool: unknown key; beside "check": "health"/],
  ])("says what is wrong with the body %j", async (body, message) => {
    expect(await answer(body)).toMatchObject({
      status: "failed",
      pools: [],
      error: { code: "INVALID_REQUEST", retryable: false, message: expect.stringMatching(message) },
    });
  });

  it("accepts a byte order mark in front of the JSON", async () => {
    expect((await answer(`\uFEFF{"instancePoolId":"${poolId}"}`)).status).toBe("ok");
  });

  it.each([
    ["{", { ON_ERROR: "throw" }],
    [JSON.stringify({ instancePoolId: `${poolId}broken`, onError: "throw" }), {}],
    [JSON.stringify({ instancePoolId: "x", onError: "throw" }), {}],
    [JSON.stringify({ pool: "nope", onError: "throw" }), {}],
  ])("throws a failed document when told so: %s", async (body, variables) => {
    await expect(answer(body, variables as Record<string, string>)).rejects.toThrow(
      InvocationFailedError,
    );
  });

  it.each([
    ["the notification is plain text", "disk is full", notified],
    ["the notification is of another kind", '{"text":"disk is full"}', notified],
    ["the batch is of logs", '[{"data":{"message":"x"},"type":"log"}]', {}],
  ])("throws nothing that is delivered again in vain: %s", async (_, body, headers) => {
    const document = await answer(
      body,
      { ON_ERROR: "throw" },
      { headers: headers as Record<string, string> },
    );

    expect(document).toMatchObject({ status: "failed", error: { code: "INVALID_REQUEST" } });
  });

  it("does not throw when a pool was measured, or when the payload says otherwise", async () => {
    const partial = { pools: [{ instancePoolId: poolId }, { instancePoolId: `${poolId}broken` }] };
    const broken = { instancePoolId: `${poolId}broken`, onError: "return" };

    expect((await answer(JSON.stringify(partial), { ON_ERROR: "throw" })).status).toBe("partial");
    expect((await answer(JSON.stringify(broken), { ON_ERROR: "throw" })).status).toBe("failed");
  });
});
