import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import type { PostedMetric } from "../../local/oci-emulator/post-request.ts";
import { steady, tenancyId } from "../../local/oci-emulator/tenancy.ts";
import { EmulatedPrometheus } from "../support/emulated-prometheus.ts";
import { ask, logOf, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { SpanCollector } from "../support/span-collector.ts";

const member = (unique: string, readings: object) => ({
  id: instanceId(unique),
  displayName: unique,
  state: "Running",
  ...readings,
});
const instances = [member("a", { cpu: steady(20), memory: steady(40) }), member("b", {})];
const pools = [{ id: poolId, displayName: "web", compartmentId, instances }];
const gone = `${poolId}gone`;

const traceId = "463ac35c9f6413ad48485a3953bb6124";
const callerSpanId = "a2fb4a1d1a96d312";
const headers = {
  "X-B3-TraceId": traceId,
  "X-B3-SpanId": callerSpanId,
  "X-B3-ParentSpanId": "0020000000000001",
  "X-B3-Sampled": "1",
};

let emulator: OciEmulator;
let agent: FnAgent;
beforeEach(async () => {
  emulator = await OciEmulator.start({ tenancy: { pools } });
});
afterEach(async () => {
  await agent.close();
  await emulator.close();
});

describe("the function's own metrics", () => {
  /** The metrics of each post, by name. */
  function posted(): readonly Readonly<Record<string, PostedMetric>>[] {
    const posts = emulator.requests.filter(({ operation }) => operation === "PostMetricData");
    return posts.map(({ body }) => {
      const { metricData } = body as { metricData: PostedMetric[] };
      return Object.fromEntries(metricData.map((metric) => [metric.name, metric]));
    });
  }

  const valuesOf = (metrics: Readonly<Record<string, PostedMetric>> = {}) =>
    Object.fromEntries(
      Object.entries(metrics).map(([name, { datapoints }]) => [name, datapoints[0]?.value]),
    );

  it("say what each invocation took, as its log line does", async () => {
    agent = await startFunction({
      ...emulator.environment,
      FUNCTION_METRICS_NAMESPACE: "functions",
    });

    await ask(agent, { instancePoolId: poolId });

    const [metrics] = posted();
    const line = logOf(agent).find(({ message }) => message === "Invocation answered");
    expect(valuesOf(metrics)).toEqual({
      DurationMs: line?.["duration_ms"],
      Calls: line?.["calls"],
      Retries: 0,
      Bytes: line?.["bytes"],
      Coverage: 0.5,
      OpenCircuits: 0,
    });
    expect(line).toMatchObject({ coverage: 0.5, open_circuits: [] });
    expect(metrics?.["Coverage"]).toMatchObject({
      namespace: "functions",
      compartmentId: tenancyId,
      dimensions: {
        functionId: "ocid1.fnfunc.oc1.iad.aaaaaaaalocalfunction",
        functionName: "function",
      },
    });
  });

  it("have no coverage when nobody is known to run, and name the circuits that opened", async () => {
    agent = await startFunction({
      ...emulator.environment,
      FUNCTION_METRICS_NAMESPACE: "functions",
      OCI_CORE_ENDPOINT: "http://127.0.0.1:1",
    });

    for (let call = 0; call < 2; call++) await ask(agent, { instancePoolId: poolId });

    const values = valuesOf(posted().at(-1));
    expect(values).toMatchObject({ OpenCircuits: 1 });
    expect(values).not.toHaveProperty("Coverage");
    expect(logOf(agent).findLast(({ message }) => message === "Invocation answered")).toMatchObject(
      {
        coverage: null,
        open_circuits: ["Compute in us-ashburn-1"],
      },
    );
  });

  it("cost no answer when they can't be posted", async () => {
    agent = await startFunction({
      ...emulator.environment,
      FUNCTION_METRICS_NAMESPACE: "functions",
      OCI_MONITORING_INGESTION_ENDPOINT: "http://127.0.0.1:1",
    });

    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("partial");

    expect(logOf(agent).at(-1)).toMatchObject({
      level: "WARN",
      message: "Telemetry failed",
      reason: expect.stringContaining("Monitoring can't be reached"),
    });
  });

  it("are not posted unless they are asked for", async () => {
    agent = await startFunction(emulator.environment);

    await ask(agent, { instancePoolId: poolId });

    expect(posted()).toEqual([]);
  });
});

describe("traces", () => {
  let collector: SpanCollector;
  beforeEach(async () => {
    collector = await SpanCollector.start();
  });
  afterEach(() => collector.close());

  const traced = () => ({
    ...emulator.environment,
    OCI_TRACING_ENABLED: "1",
    OCI_TRACE_COLLECTOR_URL: collector.url,
  });

  it("continue the caller's with a span for the invocation and one for each call", async () => {
    agent = await startFunction(traced());
    const began = Date.now() * 1_000;

    await ask(agent, { instancePoolId: poolId }, { headers, callId: "the-call" });

    expect(collector.posts).toHaveLength(1);
    const [invocation, ...calls] = collector.posts[0]?.spans ?? [];
    expect(invocation).toMatchObject({
      traceId,
      parentId: callerSpanId,
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      name: "invocation",
      kind: "SERVER",
      localEndpoint: { serviceName: "local::function" },
      tags: { trigger: "direct", status: "partial", call_id: "the-call", coverage: "0.5" },
    });
    expect(calls.map(({ name }) => name).sort()).toEqual([
      "GetInstancePool",
      "ListInstancePoolInstances",
      "SummarizeMetricsData",
      "SummarizeMetricsData",
      "SummarizeMetricsData",
      "SummarizeMetricsData",
    ]);
    for (const call of calls) {
      expect(call).toMatchObject({
        traceId,
        parentId: invocation?.id,
        kind: "CLIENT",
        remoteEndpoint: { serviceName: expect.stringMatching(/ in us-ashburn-1$/) },
        tags: { status: "ok", retries: "0" },
      });
    }
    const spans = [invocation, ...calls].filter((span) => span !== undefined);
    expect(new Set(spans.map(({ id }) => id)).size).toBe(spans.length);
    for (const { timestamp, duration } of spans) {
      expect(Number.isSafeInteger(timestamp) && timestamp >= began).toBe(true);
      expect(Number.isSafeInteger(duration) && duration > 0).toBe(true);
    }
  });

  it("tell which call failed, with which code, after how many retries", async () => {
    agent = await startFunction({ ...traced(), OCI_MONITORING_ENDPOINT: "http://127.0.0.1:1" });

    const request = { pools: [{ instancePoolId: gone }, { instancePoolId: poolId }] };
    await ask(agent, request, { headers });

    const [invocation, ...calls] = collector.posts[0]?.spans ?? [];
    expect(invocation?.tags).toMatchObject({ status: "failed", error: "failed" });
    const failed = calls.filter(({ tags }) => tags["error"] !== undefined);
    expect(failed).toContainEqual(
      expect.objectContaining({
        name: "GetInstancePool",
        tags: { status: "POOL_NOT_FOUND", error: "POOL_NOT_FOUND", retries: "0" },
      }),
    );
    const queries = failed.filter(({ name }) => name === "SummarizeMetricsData");
    expect(queries.map(({ tags }) => tags["error"])).toContain("SOURCE_UNAVAILABLE");
    expect(queries.some(({ tags }) => Number(tags["retries"]) > 0)).toBe(true);
  });

  it("hold neither a query nor a credential, and the log not the collector's key", async () => {
    const refusal = { status: 400, body: '{"error":"parse error in sum(node_cpu) Bearer s3cret"}' };
    const prometheus = await EmulatedPrometheus.start(
      () => [],
      () => refusal,
    );
    collector.status = 500;
    agent = await startFunction({
      ...traced(),
      PROMETHEUS_URL: prometheus.url,
      PROMETHEUS_BEARER_TOKEN: "s3cret",
      LOG_EVENT: "true",
    });

    await ask(agent, { instancePoolId: poolId, source: "prometheus" }, { headers });
    await prometheus.close();

    const text = JSON.stringify(collector.posts.map(({ spans }) => spans));
    expect(text).toContain('\\"default\\" (127.0.0.1');
    expect(text).not.toMatch(/s3cret|node_cpu|Bearer|DATAKEY/);
    expect(collector.posts[0]?.url).toContain("dataKey=THEDATAKEY");
    expect(agent.logLines().join("\n")).not.toMatch(/s3cret|DATAKEY/);
  });

  it.each([
    ["the caller didn't sample it", {}, { ...headers, "X-B3-Sampled": "0" }],
    ["there is none to continue", {}, {}],
    ["its ids are none", {}, { ...headers, "X-B3-TraceId": "x" }],
    ["tracing is off", { OCI_TRACING_ENABLED: "0" }, headers],
  ])("are not sent when %s", async (_, environment, sent) => {
    agent = await startFunction({ ...traced(), ...environment });

    expect((await ask(agent, { instancePoolId: poolId }, { headers: sent })).status).toBe(
      "partial",
    );

    expect(collector.posts).toEqual([]);
  });

  it.each([
    ["answers 500", () => collector.url, 500, "answered 500"],
    ["never answers", () => collector.url, undefined, "no complete answer|did not answer"],
    ["is down", () => "http://127.0.0.1:1/?dataKey=THEDATAKEY", 202, "can't be reached"],
    ["has no URL", () => "THEDATAKEY", 202, "is not an http\\(s\\) URL"],
  ])("cost no answer when the collector %s", async (_, url, status, reason) => {
    collector.status = status;
    agent = await startFunction({ ...traced(), OCI_TRACE_COLLECTOR_URL: url() });

    expect((await ask(agent, { instancePoolId: poolId }, { headers })).status).toBe("partial");

    expect(logOf(agent).at(-1)).toMatchObject({
      message: "Telemetry failed",
      reason: expect.stringMatching(reason),
    });
    expect(agent.logLines().join("\n")).not.toContain("DATAKEY");
  });
});
