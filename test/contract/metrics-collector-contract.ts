import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MetricsCollector } from "../../src/collectors/metrics-collector.ts";
import type { PoolSettings, PoolSpec } from "../../src/config/pool-spec.ts";
import { type InstancePool, normalizeState } from "../../src/instance-manager/instance-pool.ts";
import { processPool } from "../../src/process-pool.ts";
import type { PoolResult } from "../../src/result/result-document.ts";
import { forEachSource } from "../support/collectors.ts";
import type { Fault } from "../support/faulty-server.ts";
import { anInvocation } from "../support/invocation.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";

/** A member of a pool with the truth about it: percent, or null when it reports nothing. */
export interface Member {
  readonly unique: string;
  readonly displayName?: string;
  readonly state?: string;
  /** ISO instant. */
  readonly timeCreated?: string;
  readonly cpu: number | null;
  readonly memory: number | null;
}

/** What the contract needs of a source: a real server to ask, and the whole way through to it. */
export interface SourceFixture {
  /** Measures a pool of these members; with a fault, that is all that the source answers. */
  measure(members: readonly Member[], settings?: PoolSettings, fault?: Fault): Promise<PoolResult>;
  /** How many metric queries it takes at most about a pool whose members are not known yet. */
  readonly queriesBeforehand: number;
  /** How many metric queries the source was asked since the last measurement began. */
  metricQueries(): number;
  close(): Promise<void>;
}

/** What members are called that are not called otherwise. */
export function nameOf({ unique, displayName = `inst-${unique}` }: Member): string {
  return displayName;
}

/** The pool of these members, for a source that finds them by their names. */
export function poolOf(members: readonly Member[]): InstancePool {
  const instances = members.map((member) => {
    const { unique, state = "Running", timeCreated } = member;
    const known = { displayName: nameOf(member), compartmentId, timeCreated };
    return { id: instanceId(unique), state: normalizeState(state), ...known };
  });
  return { id: poolId, name: "web", instances };
}

/** Measures a pool with this collector, whatever source its spec names. */
export function measureWith(collector: MetricsCollector, spec: PoolSpec): Promise<PoolResult> {
  const requested = { spec, warnings: [] };
  return processPool(requested, forEachSource(collector), anInvocation());
}

/** What every MetricsCollector owes its callers, whatever its source. */
export function describeMetricsCollector(name: string, start: () => Promise<SourceFixture>): void {
  describe(name, () => {
    let source: SourceFixture;
    beforeAll(async () => {
      source = await start();
    });
    afterAll(() => source.close());

    it("averages the running members that report, and names the one that doesn't", async () => {
      const result = await source.measure([
        { unique: "a", cpu: 20, memory: 40 },
        { unique: "b", cpu: 80, memory: 60 },
        { unique: "stopped", state: "Stopped", cpu: null, memory: null },
        { unique: "gone", state: "TERMINATED", cpu: null, memory: null },
        { unique: "silent", cpu: null, memory: null },
      ]);

      expect(result).toMatchObject({
        status: "partial",
        cpu: { average: 50, min: 20, max: 80, p95: 77, reporting: 2 },
        memory: { average: 50, min: 40, max: 60, reporting: 2 },
        instances: {
          total: 5,
          running: 3,
          reporting: 2,
          missing: [
            {
              id: instanceId("silent"),
              displayName: "inst-silent",
              metrics: ["cpu", "memory"],
              reason: "no_data",
            },
          ],
        },
      });
    });

    it("is ok when every running member reports", async () => {
      const result = await source.measure([{ unique: "a", cpu: 0, memory: 100 }]);

      expect(result).toMatchObject({
        status: "ok",
        cpu: { average: 0, reporting: 1 },
        memory: { average: 100, reporting: 1 },
        instances: { missing: [] },
        warnings: [],
      });
      expect(result.error).toBeUndefined();
    });

    it("keeps CPU where memory is missing", async () => {
      const result = await source.measure([
        { unique: "a", cpu: 30, memory: null },
        { unique: "b", cpu: 50, memory: 70 },
      ]);

      expect(result).toMatchObject({
        status: "partial",
        cpu: { average: 40, reporting: 2 },
        memory: { average: 70, reporting: 1 },
        instances: { reporting: 1, missing: [{ id: instanceId("a"), metrics: ["memory"] }] },
      });
    });

    it("never takes silence for 0", async () => {
      const result = await source.measure([{ unique: "a", cpu: null, memory: null }]);

      expect(result).toMatchObject({
        status: "failed",
        cpu: { average: null, min: null, max: null, p95: null, reporting: 0 },
        error: { code: "NO_DATA", retryable: false, hint: expect.any(String) },
      });
    });

    it("fails below minCoverage, but still shows the averages", async () => {
      const members = [
        { unique: "a", cpu: 20, memory: 40 },
        { unique: "b", cpu: null, memory: null },
      ];
      const result = await source.measure(members, { minCoverage: 0.6 });

      expect(result).toMatchObject({
        status: "failed",
        cpu: { average: 20 },
        error: { code: "LOW_COVERAGE", retryable: false },
      });
      expect((await source.measure(members, { minCoverage: 0.5 })).status).toBe("partial");
    });

    it("counts no member that is younger than warmupMinutes, but all of unknown age", async () => {
      const created = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
      const members = [
        { unique: "old", timeCreated: created(60), cpu: 20, memory: 40 },
        { unique: "new", timeCreated: created(10), cpu: 100, memory: 100 },
      ];

      expect(await source.measure(members, { warmupMinutes: 30, minCoverage: 1 })).toMatchObject({
        status: "ok",
        cpu: { average: 20, reporting: 1 },
        instances: {
          running: 2,
          counted: 1,
          reporting: 1,
          missing: [],
          excluded: [{ id: instanceId("new"), displayName: "inst-new", reason: "warming_up" }],
        },
      });
      expect((await source.measure(members)).instances).toMatchObject({ counted: 2, excluded: [] });
      const [, young] = members;
      const alone = await source.measure(young ? [young] : [], { warmupMinutes: 30 });
      expect(alone.error).toMatchObject({ code: "NO_DATA", retryable: false });
      expect(source.metricQueries()).toBeLessThanOrEqual(source.queriesBeforehand);
    });

    it.each(["inst-\ufffd-web", "inst-\ud800", "\u0000", "a\nb", '"\\', "\u{1f600}".repeat(100)])(
      "measures the others of a pool in which a member is called %j",
      async (displayName) => {
        const result = await source.measure([
          { unique: "a", cpu: 20, memory: 40 },
          { unique: "odd", displayName, cpu: null, memory: null },
        ]);

        expect(result).toMatchObject({
          status: "partial",
          cpu: { average: 20, reporting: 1 },
          instances: { counted: 2, reporting: 1, missing: [{ id: instanceId("odd") }] },
        });
        expect(result.error).toBeUndefined();
      },
    );

    it("calls a pool without a running member empty, and asks no more about it", async () => {
      const stopped = { unique: "a", state: "Stopped", cpu: null, memory: null };

      expect((await source.measure([])).error?.code).toBe("EMPTY_POOL");
      expect((await source.measure([stopped])).error?.code).toBe("EMPTY_POOL");
      expect(source.metricQueries()).toBeLessThanOrEqual(2 * source.queriesBeforehand);
    });

    it("asks twice for 250 members", async () => {
      const members = Array.from({ length: 250 }, (_, index) => ({
        unique: `n${index}`,
        // What OCI calls the instances of a pool created in its console.
        displayName: `inst-${String(index).padStart(5, "x")}-instance-pool-20261123-2040`,
        cpu: index % 100,
        memory: 50,
      }));
      const result = await source.measure(members);

      expect(result).toMatchObject({ status: "ok", instances: { running: 250, reporting: 250 } });
      expect(result.cpu.average).toBe(44.5);
      expect(source.metricQueries()).toBe(2);
    });

    it("lists each member's own readings when asked to", async () => {
      const result = await source.measure(
        [
          { unique: "a", cpu: 12.345, memory: null },
          { unique: "b", cpu: 50, memory: 25 },
        ],
        { includeInstances: true },
      );

      expect(result.instances?.details).toEqual([
        {
          id: instanceId("a"),
          displayName: "inst-a",
          cpu: expect.closeTo(12.345, 1),
          memory: null,
        },
        { id: instanceId("b"), displayName: "inst-b", cpu: 50, memory: 25 },
      ]);
    });

    it("survives a member with a hostile name", async () => {
      const displayName = 'x"} or up{a="\\';
      const result = await source.measure([{ unique: "a", displayName, cpu: 10, memory: 20 }]);

      expect(result.error?.code).not.toBe("INTERNAL");
      expect(result.instances?.running).toBe(1);
    });

    it.each([
      [{ status: 500, body: "oops" }, "SOURCE_UNAVAILABLE", true],
      [{ status: 503, body: "" }, "SOURCE_UNAVAILABLE", true],
      [{ status: 429, body: "slow down" }, "THROTTLED", true],
      [{ status: 401, body: "Unauthorized" }, "NOT_AUTHENTICATED", false],
      [
        { status: 200, contentType: "text/html", body: "<html>Log in</html>" },
        "SOURCE_UNAVAILABLE",
        true,
      ],
      [
        { status: 200, contentType: "application/json", body: '{"data":' },
        "SOURCE_UNAVAILABLE",
        true,
      ],
      [
        { status: 200, contentType: "application/json", body: '{"data": 5}' },
        "SOURCE_UNAVAILABLE",
        true,
      ],
      [{ status: 302, body: "" }, "SOURCE_UNAVAILABLE", true],
    ] as const)("says what the source's %j means", async (fault, code, retryable) => {
      const result = await source.measure([{ unique: "a", cpu: 10, memory: 20 }], {}, fault);

      expect(result).toMatchObject({
        status: "failed",
        cpu: { average: null },
        instances: { missing: [{ metrics: ["cpu", "memory"], reason: "query_failed" }] },
        error: { code, retryable },
      });
    });
  });
}
