import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { common } from "oci-sdk";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type EmulatorOptions, OciEmulator } from "../../../local/oci-emulator/emulator.ts";
import { type EmulatedTenancy, steady, tenancyId } from "../../../local/oci-emulator/tenancy.ts";
import {
  computeClient,
  monitoringClient,
  principalOf,
  rawCall,
  resourcePrincipal,
} from "../../support/sdk-calls.ts";

const instancePoolId = "ocid1.instancepool.oc1.iad.aaaaaaaapool";
const compartmentId = "ocid1.compartment.oc1..aaaaaaaacompartment";

function tenancyOf(members: number): EmulatedTenancy {
  const instances = Array.from({ length: members }, (_, index) => ({
    id: `ocid1.instance.oc1.iad.aaaaaaaa${index}`,
    displayName: `inst-${index}-web`,
    state: index === 0 ? "Stopped" : "Running",
    cpu: steady(40),
  }));
  return { pools: [{ id: instancePoolId, displayName: "web", compartmentId, instances }] };
}

const summarizePath = `/20180401/metrics/actions/summarizeMetricsData?compartmentId=${compartmentId}`;
const poolPath = `/20160918/instancePools/${instancePoolId}`;

function detailsOf(query: string) {
  return {
    namespace: "oci_computeagent",
    query,
    startTime: new Date(Date.now() - 5 * 60_000),
    endTime: new Date(),
    resolution: "1m",
  };
}

describe("OciEmulator", () => {
  const emulators: OciEmulator[] = [];

  async function start(options: Partial<EmulatorOptions> = {}): Promise<OciEmulator> {
    const emulator = await OciEmulator.start({ tenancy: tenancyOf(3), ...options });
    emulators.push(emulator);
    return emulator;
  }

  beforeEach(() => {
    // The SDK prints every refusal.
    vi.spyOn(console, "warn").mockReturnValue();
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all(emulators.splice(0).map((emulator) => emulator.close()));
  });

  it.each(["files", "inline"] as const)(
    "lets the SDK in with the resource principal of its environment (%s)",
    async (principal) => {
      const emulator = await start({ principal });
      const client = monitoringClient(emulator, resourcePrincipal(emulator.environment));

      const { items, opcRequestId } = await client.summarizeMetricsData({
        compartmentId,
        summarizeMetricsDataDetails: detailsOf("CpuUtilization[1m].grouping().mean()"),
      });

      expect(items[0]?.aggregatedDatapoints?.map(({ value }) => value)).toContain(40);
      expect(opcRequestId).not.toBe("");
    },
  );

  it("lets the SDK in with an API key", async () => {
    const emulator = await start();
    const { configFile, profile } = emulator.createApiKey();
    const provider = new common.ConfigFileAuthenticationDetailsProvider(configFile, profile);

    const { instancePool } = await computeClient(emulator, provider).getInstancePool({
      instancePoolId,
    });

    expect(instancePool).toMatchObject({
      id: instancePoolId,
      compartmentId,
      displayName: "web",
      lifecycleState: "RUNNING",
      size: 3,
    });
  });

  it("pages through 250 members in the order of the pool", async () => {
    const emulator = await start({ tenancy: tenancyOf(250) });
    const client = computeClient(emulator, resourcePrincipal(emulator.environment));
    const pages = [];
    let page: string | undefined;
    do {
      const answer = await client.listInstancePoolInstances({
        instancePoolId,
        compartmentId,
        // The SDK puts it into the URL as it is.
        ...(page && { page: encodeURIComponent(page) }),
      });
      pages.push(answer.items);
      page = answer.opcNextPage;
    } while (page);

    expect(pages.map((items) => items.length)).toEqual([100, 100, 50]);
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(250);
    expect(pages[0]?.[0]).toMatchObject({ displayName: "inst-0-web", state: "Stopped" });
    expect(pages[0]?.[0]).not.toHaveProperty("lifecycleState");
  });

  it.each([
    ["an instance pool's members", 3, "instancePools/%/instances"],
    ["a compartment's pools", 1, "instancePools"],
  ])("gives tokens for %s that don't survive in a URL as they are", async (_, limit, path) => {
    const [pool] = tenancyOf(4).pools;
    const pools = [pool, { ...pool, id: `${instancePoolId}2` }] as EmulatedTenancy["pools"];
    const emulator = await start({ tenancy: { pools } });
    const provider = resourcePrincipal(emulator.environment);
    const list = (more: string) => {
      const at = path.replace("%", instancePoolId);
      const query = `compartmentId=${compartmentId}&limit=${limit}${more}`;
      return rawCall(emulator, provider, { path: `/20160918/${at}?${query}` });
    };
    const token = (await list("")).headers.get("opc-next-page") ?? "";

    expect(token).toMatch(/\|.*\+.*%.*&/);
    expect((await list(`&page=${encodeURIComponent(token)}`)).answer).toHaveLength(1);
    expect((await list(`&page=${token}`)).status).toBe(401);
    expect((await list(`&page=${token.replaceAll("|", "%7C")}`)).status).toBe(400);
  });

  it("lists the pools of a compartment, with their tags and states", async () => {
    const [pool] = tenancyOf(3).pools;
    const pools = [
      { ...pool, freeformTags: { team: "web" }, definedTags: { cost: { center: "42" } } },
      { ...pool, id: `${instancePoolId}gone`, lifecycleState: "TERMINATED" },
      { ...pool, id: `${instancePoolId}far`, compartmentId: `${compartmentId}far` },
    ] as EmulatedTenancy["pools"];
    const emulator = await start({ tenancy: { pools } });
    const client = computeClient(emulator, resourcePrincipal(emulator.environment));

    const { items } = await client.listInstancePools({ compartmentId });

    expect(items).toMatchObject([
      {
        id: instancePoolId,
        compartmentId,
        displayName: "web",
        lifecycleState: "RUNNING",
        size: 3,
        freeformTags: { team: "web" },
        definedTags: { cost: { center: "42" } },
      },
      { id: `${instancePoolId}gone`, lifecycleState: "TERMINATED" },
    ]);
    await expect(
      client.listInstancePools({ compartmentId: `${compartmentId}none` }),
    ).rejects.toMatchObject({ statusCode: 404 });
  });

  it("lists compartments below another, or all of the tenancy", async () => {
    const compartments = [
      { id: `${compartmentId}a` },
      { id: `${compartmentId}b`, parentId: `${compartmentId}a` },
      { id: `${compartmentId}gone`, lifecycleState: "DELETED" },
    ];
    const emulator = await start({ tenancy: { pools: [], compartments } });
    const provider = resourcePrincipal(emulator.environment);
    const list = async (query: string) => {
      const path = `/20160918/compartments?compartmentId=${query}`;
      const { status, answer } = await rawCall(emulator, provider, { path });
      return status === 200 ? (answer as { id: string }[]).map(({ id }) => id) : status;
    };
    const ids = compartments.map(({ id }) => id);

    expect(await list(tenancyId)).toEqual([ids[0], ids[2]]);
    expect(await list(`${compartmentId}a`)).toEqual([ids[1]]);
    expect(await list(`${tenancyId}&compartmentIdInSubtree=true`)).toEqual(ids);
    expect(await list(`${tenancyId}&lifecycleState=active`)).toEqual([ids[0]]);
    expect(await list(`${compartmentId}a&compartmentIdInSubtree=true`)).toBe(400);
    expect(await list(`${compartmentId}none`)).toBe(404);
  });

  it("asks callers to call less often, as it is told", async () => {
    const most: number[] = [];
    const throttled = (operation: string, underWay: number) => {
      most.push(underWay);
      return operation === "GetInstancePool" && underWay > 1;
    };
    const emulator = await start({ throttled, latencyMs: 300 });
    const client = computeClient(emulator, resourcePrincipal(emulator.environment));
    const retryConfiguration = common.NoRetryConfigurationDetails;
    const get = () => client.getInstancePool({ instancePoolId, retryConfiguration });

    const outcomes = await Promise.allSettled([get(), get(), get()]);

    expect(Math.max(...most)).toBeGreaterThan(1);
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(0);
    expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { statusCode: 429, serviceCode: "TooManyRequests" },
    });
  });

  it("denies an operation in one compartment only", async () => {
    const denied = () => [`ListInstancePools ${compartmentId}`];
    const emulator = await start({ denied });
    const client = computeClient(emulator, resourcePrincipal(emulator.environment));

    await expect(client.listInstancePools({ compartmentId })).rejects.toMatchObject({
      statusCode: 404,
    });
    await expect(client.listInstancePools({ compartmentId: tenancyId })).resolves.toBeDefined();
  });

  it("gives up to 1,000 members at a time, and has no other page sizes", async () => {
    const emulator = await start({ tenancy: tenancyOf(1_001) });
    const client = computeClient(emulator, resourcePrincipal(emulator.environment));
    const list = (limit: number) =>
      client.listInstancePoolInstances({ instancePoolId, compartmentId, limit });

    expect((await list(1_000)).items).toHaveLength(1_000);
    await expect(list(1_001)).rejects.toMatchObject({ statusCode: 400 });
    await expect(list(0)).rejects.toMatchObject({ statusCode: 400 });
  });

  it.each([
    ["another compartment", poolPath, `?compartmentId=${compartmentId}x`, 404],
    ["an unknown pool", `${poolPath}x`, `?compartmentId=${compartmentId}`, 404],
    ["no compartment", poolPath, "", 400],
    ["a page token of its own making", poolPath, `?compartmentId=${compartmentId}&page=2`, 400],
  ])("refuses to list members with %s", async (_, path, search, status) => {
    const emulator = await start();
    const provider = resourcePrincipal(emulator.environment);

    const refusal = await rawCall(emulator, provider, { path: `${path}/instances${search}` });

    expect(refusal.status).toBe(status);
  });

  it("says of an unknown pool what it says of a forbidden one", async () => {
    const emulator = await start({ tenancy: { pools: [] } });
    const client = computeClient(emulator, resourcePrincipal(emulator.environment));

    await expect(client.getInstancePool({ instancePoolId })).rejects.toMatchObject({
      statusCode: 404,
      serviceCode: "NotAuthorizedOrNotFound",
      message: "Authorization failed or requested resource not found.",
    });
  });

  it.each(["CpuUtilization.mean()", "CpuUtilization[1m].median()", "CpuUtilization[90m].mean()"])(
    "refuses the query %s",
    async (query) => {
      const emulator = await start();
      const client = monitoringClient(emulator, resourcePrincipal(emulator.environment));

      const refused = client.summarizeMetricsData({
        compartmentId,
        summarizeMetricsDataDetails: detailsOf(query),
      });

      await expect(refused).rejects.toMatchObject({
        statusCode: 400,
        serviceCode: "InvalidParameter",
        message: expect.stringContaining("position"),
      });
    },
  );

  it.each([
    ["an unknown path", { path: "/20160918/volumes" }, 404, "NotFound"],
    ["another method", { path: poolPath, method: "DELETE" }, 405, "MethodNotAllowed"],
    ["no JSON", { path: summarizePath, method: "POST", body: "{" }, 400, "CannotParseRequest"],
    [
      "over 1 MB",
      { path: summarizePath, method: "POST", body: " ".repeat(1024 * 1024 + 1) },
      413,
      "RequestEntityTooLarge",
    ],
  ] as const)("refuses %s in OCI's words", async (_, call, status, code) => {
    const emulator = await start();

    const refusal = await rawCall(emulator, resourcePrincipal(emulator.environment), call);

    expect(refusal).toMatchObject({ status, answer: { code, message: expect.any(String) } });
    expect(refusal.headers.get("opc-request-id")).toBeTruthy();
  });

  it("records requests with what became of them", async () => {
    const emulator = await start();
    const client = monitoringClient(emulator, resourcePrincipal(emulator.environment));
    const details = detailsOf("CpuUtilization[1m].mean()");

    await client.summarizeMetricsData({
      compartmentId,
      summarizeMetricsDataDetails: details,
    });
    await fetch(`${emulator.url}//elsewhere?a=b`);

    expect(emulator.requests).toEqual([
      {
        method: "POST",
        path: "/20180401/metrics/actions/summarizeMetricsData",
        query: { compartmentId },
        body: JSON.parse(JSON.stringify(details)),
        operation: "SummarizeMetricsData",
        status: 200,
        receivedAtMs: expect.any(Number),
        answeredAtMs: expect.any(Number),
      },
      {
        method: "GET",
        path: "//elsewhere",
        query: { a: "b" },
        body: undefined,
        operation: "unknown",
        status: 401,
        receivedAtMs: expect.any(Number),
        answeredAtMs: expect.any(Number),
      },
    ]);
    emulator.clearRequests();
    expect(emulator.requests).toEqual([]);
  });

  it("asks for the tenancy at every request", async () => {
    let tenancy = tenancyOf(1);
    const emulator = await start({ tenancy: () => tenancy });
    const client = computeClient(emulator, resourcePrincipal(emulator.environment));
    const list = () => client.listInstancePoolInstances({ instancePoolId, compartmentId });

    const before = await list();
    tenancy = tenancyOf(2);
    const after = await list();

    expect([before.items.length, after.items.length]).toEqual([1, 2]);
  });

  it("rotates the principal's key and token, and the SDK takes them when the token has expired", async () => {
    const emulator = await start({ tokenLifetimeMs: -60_000 });
    const client = computeClient(emulator, resourcePrincipal(emulator.environment));
    const expired = principalOf(emulator);

    await expect(client.getInstancePool({ instancePoolId })).rejects.toMatchObject({
      statusCode: 401,
    });
    emulator.rotatePrincipal({ lifetimeMs: 60_000 });

    await expect(client.getInstancePool({ instancePoolId })).resolves.toBeDefined();
    expect(principalOf(emulator).keyId).not.toBe(expired.keyId);
    expect(principalOf(emulator).privateKey).not.toBe(expired.privateKey);
  });

  it("does not rotate what is inline", async () => {
    const emulator = await start({ principal: "inline" });
    expect(() => emulator.rotatePrincipal()).toThrow("inline");
  });

  it("holds answers back for as long as it is told", async () => {
    const emulator = await start({ latencyMs: 100 });
    const begin = performance.now();

    await fetch(emulator.url);

    expect(performance.now() - begin).toBeGreaterThan(95);
  });

  it("leaves no files and no port behind", async () => {
    const emulator = await start();
    const { configFile } = emulator.createApiKey();
    const token = emulator.environment["OCI_RESOURCE_PRINCIPAL_RPST"] ?? "";
    expect(statSync(token).mode & 0o077).toBe(0);

    await emulator.close();

    expect(existsSync(configFile)).toBe(false);
    expect(existsSync(dirname(token))).toBe(false);
    await expect(fetch(emulator.url)).rejects.toThrow();
  });
});
