import { describe, expect, it } from "vitest";
import type { ConfiguredPool } from "../../../src/config/configuration.ts";
import type { RequestedPool } from "../../../src/config/requested-pool.ts";
import { InvalidRequestError, PoolNotFoundError } from "../../../src/errors.ts";
import type { PostOutcome } from "../../../src/oci/answers.ts";
import type { CustomMetric } from "../../../src/oci/calls.ts";
import { publishPools } from "../../../src/publishing/publish-pools.ts";
import { toPoolResult } from "../../../src/result/pool-result.ts";
import { configurationOf } from "../../support/configuration.ts";
import { anInvocation } from "../../support/invocation.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";
import { poolSpec } from "../../support/pool-spec.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const now = () => new Date("2026-11-23T20:40:12Z");
const allTaken: PostOutcome = { failedMetricsCount: 0, failedMetrics: [] };

function specOf(name: string, region: string, settings = {}) {
  const publish = { namespace: "pools", resourceGroup: undefined };
  return poolSpec({ instancePoolId: `${poolId}${name}`, name, region, publish, ...settings });
}

/** A pool of one member at 40 % CPU and 60 % memory. */
function resultOf(spec: ReturnType<typeof specOf>) {
  const instance = { id: instanceId("a"), displayName: "a", compartmentId, state: "RUNNING" };
  const pool = { id: spec.instancePoolId, name: spec.name ?? "", instances: [instance] };
  const window = { start: new Date("2026-11-23T20:35:00Z"), end: new Date("2026-11-23T20:40:00Z") };
  const readings = new Map([[instance.id, { cpu: 40, memory: 60 }]]);
  const metrics = { window, resolutionSeconds: 60, readings, warnings: [], failures: [] };
  return toPoolResult(spec, { pool, counted: [instance], excluded: [], metrics }, ["a warning"]);
}

/** Publishes pools by way of this post, and gives back the posts and each pool's warnings. */
async function publish(
  specs: readonly ReturnType<typeof specOf>[],
  post: (
    region: string,
    metrics: readonly CustomMetric[],
  ) => PostOutcome | Promise<PostOutcome> = () => allTaken,
  milliseconds?: number,
  configured: readonly ConfiguredPool[] = [],
) {
  const posts: [region: string, metrics: number][] = [];
  const { logger, lines } = recordingLogger();
  const invocation = anInvocation(milliseconds, logger);
  const requested: RequestedPool[] = specs.map((spec) => ({ spec, warnings: [] }));
  const dependencies = {
    ingestionOf: async ({ region = "" }) => {
      if (region === "nowhere") throw new PoolNotFoundError("no such region", { hint: "Look." });
      const postMetricData = async (metrics: readonly CustomMetric[]) => {
        posts.push([region, metrics.length]);
        return post(region, metrics);
      };
      return { region, ingestion: { postMetricData } };
    },
    compartmentOf: async () => compartmentId,
    configuredPools: () => configured,
    now,
  };
  const results = await publishPools(requested, specs.map(resultOf), dependencies, invocation);
  invocation.end();
  return { posts, warnings: results.map(({ warnings }) => warnings), messages: () => lines() };
}

describe("publishPools", () => {
  it("makes one post of a region's pools, whichever region they are in", async () => {
    const { posts, warnings } = await publish([
      specOf("a", "us-ashburn-1"),
      specOf("b", "eu-frankfurt-1"),
      specOf("c", "us-ashburn-1"),
      specOf("d", "us-ashburn-1", { publish: undefined }),
    ]);

    expect(posts).toEqual([
      ["us-ashburn-1", 8],
      ["eu-frankfurt-1", 4],
    ]);
    expect(warnings.flat()).toEqual(Array.from({ length: 4 }, () => "a warning"));
  });

  it("posts nothing of a pool under the name that another is published by", async () => {
    const configured = configurationOf({
      POOLS: JSON.stringify([
        { name: "web", instancePoolId: `${poolId}web`, publish: { namespace: "pools" } },
      ]),
    });
    const elsewhere = { publish: { namespace: "tests", resourceGroup: undefined } };

    const own = { ...specOf("web", "us-ashburn-1"), instancePoolId: `${poolId}web` };
    const other = { ...own, instancePoolId: `${poolId}other` };

    const { posts, warnings } = await publish(
      [own, other, { ...other, ...elsewhere }],
      undefined,
      undefined,
      configured.pools,
    );

    expect(posts).toEqual([
      ["us-ashburn-1", 4],
      ["us-ashburn-1", 4],
    ]);
    expect(warnings).toEqual([
      ["a warning"],
      [
        "a warning",
        "not published: A configured pool with another OCID is published by this name. Ask for this pool under another name.",
      ],
      ["a warning"],
    ]);
  });

  it("warns on the pools of a post that failed, and lets the others be", async () => {
    const { warnings } = await publish(
      [specOf("a", "us-ashburn-1"), specOf("b", "eu-frankfurt-1"), specOf("c", "nowhere")],
      (region) => {
        if (region === "us-ashburn-1") throw new InvalidRequestError("it says no");
        return allTaken;
      },
    );

    expect(warnings).toEqual([
      ["a warning", "not published: it says no"],
      ["a warning"],
      ["a warning", "not published: no such region Look."],
    ]);
  });

  it("warns on every pool of a post when the service doesn't say what it refused", async () => {
    const { warnings, messages } = await publish(
      [specOf("a", "us-ashburn-1"), specOf("b", "us-ashburn-1")],
      () => ({ failedMetricsCount: 2, failedMetrics: [] }),
    );

    const text = "2 of 8 metrics that were posted together were refused";
    expect(warnings).toEqual([
      ["a warning", text],
      ["a warning", text],
    ]);
    expect(messages()).toMatchObject([{ message: "Metrics refused", streams: 8, refused: 2 }]);
  });

  it("warns once of a metric, however often the service says that it refused it", async () => {
    const spec = specOf("a", "us-ashburn-1");
    const dimensions = { instancePoolId: spec.instancePoolId, pool: "a" };
    const refused = Array.from({ length: 1_000 }, (_, index) => ({
      name: "CpuUtilization",
      dimensions,
      message: `reason ${index}`,
    }));

    const { warnings } = await publish([spec], () => ({
      failedMetricsCount: 1,
      failedMetrics: refused,
    }));

    expect(warnings).toEqual([["a warning", "CpuUtilization was not published: reason 0"]]);
  });

  it("warns on the one of a pool's results that was refused, when it is measured in two ways", async () => {
    const pool = { instancePoolId: poolId };
    const dimensions = { ...pool, pool: "hour" };

    const { warnings } = await publish(
      [specOf("minute", "us-ashburn-1", pool), specOf("hour", "us-ashburn-1", pool)],
      () => ({
        failedMetricsCount: 1,
        failedMetrics: [{ name: "CpuUtilization", dimensions, message: "too old" }],
      }),
    );

    expect(warnings).toEqual([
      ["a warning"],
      ["a warning", "CpuUtilization was not published: too old"],
    ]);
  });

  it("gives the results back in time when a post never ends", async () => {
    const never = new Promise<PostOutcome>(() => {});

    const { warnings } = await publish([specOf("a", "us-ashburn-1")], () => never, 400);

    expect(warnings[0]?.at(-1)).toMatch(/^not published: There was no complete answer within/);
  });

  it("says a fault of its own without what it was", async () => {
    const { warnings, messages } = await publish([specOf("a", "us-ashburn-1")], () => {
      throw new TypeError("x is not a function");
    });

    expect(warnings[0]?.at(-1)).toMatch(/^not published: The function failed unexpectedly/);
    expect(messages()).toMatchObject([
      { message: "Publishing failed", error: { cause: { message: "x is not a function" } } },
    ]);
  });
});
