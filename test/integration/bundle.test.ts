import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFunction } from "../../build.mjs";
import { demoPoolId, poolOfHosts } from "../../local/demo-tenancy.ts";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { poolSettings } from "../../src/config/pool-spec.ts";
import { writeCodeCaches } from "../../tools/code-cache.ts";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../support/temporary-directory.ts";

const dist = fileURLToPath(new URL("../../dist/func.cjs", import.meta.url));
const preload = fileURLToPath(new URL("../support/evaluated-modules.cjs", import.meta.url));
const codeCacheUse = fileURLToPath(new URL("../support/code-cache-use.cjs", import.meta.url));
const maximumBytes = 1_500_000;

/** Of src, and what they bring; a new one is to be worth its bytes. */
const packages = `
  @fnproject/fdk @pinojs/redact agent-base atomic-sleep axios es6-promise eventemitter3
  fastest-levenshtein follow-redirects https-proxy-agent is-network-error oauth4webapi
  oci-common oci-core oci-identity oci-monitoring oci-secrets on-exit-leak-free opossum p-queue
  p-retry p-timeout pino pino-std-serializers proxy-from-env quick-format-unescaped
  safe-stable-stringify sonic-boom thread-stream valibot yaml
`;

describe("the bundle", () => {
  let built: Awaited<ReturnType<typeof buildFunction>>;
  beforeAll(async () => {
    built = await buildFunction();
  });

  it("is small enough to be read in no time", () => {
    expect(statSync(dist).size).toBeLessThanOrEqual(maximumBytes);
  });

  it("holds of the SDK only the operations that the function calls", () => {
    const operations = readFileSync(dist, "utf8").matchAll(/Calling operation (\w+#\w+)/g);

    expect([...operations].map(([, operation]) => operation).sort()).toEqual([
      "ComputeClient#listVnicAttachments",
      "ComputeManagementClient#getInstancePool",
      "ComputeManagementClient#listInstancePoolInstances",
      "ComputeManagementClient#listInstancePools",
      "IdentityClient#listCompartments",
      "MonitoringClient#postMetricData",
      "MonitoringClient#summarizeMetricsData",
      "SecretsClient#getSecretBundle",
      "VirtualNetworkClient#getVnic",
    ]);
  });

  it("leaves out what only the reference says of keys", () => {
    const source = readFileSync(dist, "utf8");

    expect(source).toContain("windowMinutes");
    expect(source).not.toContain(poolSettings.entries.windowMinutes.about?.text);
  });

  it("holds these packages", () => {
    const bundled = Object.keys(built.inputs).flatMap(
      (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
    );

    expect([...new Set(bundled)].sort()).toEqual(packages.trim().split(/\s+/));
  });

  it("is one file that needs no package beside it", () => {
    const imports = Object.values(built.outputs).flatMap((output) =>
      output.imports.map(({ path }) => path),
    );
    expect(imports.filter((path) => !isBuiltin(path))).toEqual([]);
    expect(Object.keys(built.outputs).sort()).toEqual(["dist/func.cjs", "dist/func.cjs.LEGAL.txt"]);
  });
});

describe("what the function loads for a pool on OCI", () => {
  let evaluated: readonly string[];
  beforeAll(async () => {
    evaluated = await evaluatedByFirstCall();
  });

  it("is the SDK's own signer", () => {
    expect(evaluated).toContain("node_modules/oci-common/lib/signer.js");
  });

  it.each([
    "axios",
    "follow-redirects",
    "yaml/dist/compose",
    "opossum",
    "es6-promise",
    "thread-stream",
    "oci-workrequests",
    "oci-identity/lib",
    "oci-secrets/lib",
  ])("is not %s", (name) => {
    expect(evaluated.filter((path) => path.includes(`node_modules/${name}/`))).toEqual([]);
  });

  it.each([
    "node:perf_hooks",
    "node:dns/promises",
    "node:timers/promises",
    "node:module",
    "node:internal/promise_hooks",
  ])("is not %s", (name) => {
    expect(evaluated).not.toContain(name);
  });
});

describe("the code cache", () => {
  let directory: TemporaryDirectory;
  let emulator: OciEmulator;
  let bundle: string;
  beforeAll(async () => {
    directory = await createTemporaryDirectory();
    emulator = await OciEmulator.start({ tenancy: { pools: [poolOfHosts(["a"])] } });
    bundle = join(directory.path, "func.cjs");
    await buildFunction({ outfile: bundle });
    await writeCodeCaches(bundle);
  });
  afterAll(async () => {
    await emulator.close();
    await directory.remove();
  });

  it.each([".cache", ".prometheus.cache"])("func.cjs%s names the source that it is of", (name) => {
    const hash = /loadFunction\("(\w+)"\)/.exec(readFileSync(bundle, "utf8"))?.[1];

    expect(hash).toHaveLength(16);
    expect(readFileSync(`${bundle}${name}`).subarray(0, 16).toString()).toBe(hash);
  });

  it("is smaller where no Prometheus server is configured", () => {
    const [oci, both] = [".cache", ".prometheus.cache"].map(
      (name) => statSync(`${bundle}${name}`).size,
    );

    expect(oci).toBeLessThan(0.85 * (both ?? 0));
  });

  const server = { PROMETHEUS_URL: "http://127.0.0.1:9" };

  it.each([
    ["none is configured", {}, ".cache"],
    ["pools are on OCI", { POOLS: '[{"name": "a", "instancePoolId": "b"}]' }, ".cache"],
    ["a server is configured", server, ".prometheus.cache"],
    ["a pool is on one", { POOLS: '{"prometheus": {}, "pools": []}' }, ".prometheus.cache"],
    ["pools are in a file", { POOLS_FILE: "pools.yaml" }, ".prometheus.cache"],
  ])("is the one that is needed when %s", async (_case, configured, name) => {
    const other = name === ".cache" ? ".prometheus.cache" : ".cache";
    const kept = readFileSync(`${bundle}${other}`);
    rmSync(`${bundle}${other}`);
    try {
      const environment = { ...emulator.environment, ...configured };
      expect(await useOfCodeCache(environment)).toBe("accepted");
    } finally {
      writeFileSync(`${bundle}${other}`, kept);
    }
  });

  it.each([
    ["as it was written", (cache: Buffer) => cache],
    ["cut off", (cache: Buffer) => cache.subarray(0, cache.length / 2)],
    ["empty", () => Buffer.alloc(0)],
    ["of another source", (cache: Buffer) => Buffer.concat([Buffer.alloc(16), cache.subarray(16)])],
    ["of another Node", (cache: Buffer) => Buffer.from(cache).fill(1, 20, 32)],
  ])("lets the function answer when it is %s", async (_case, change) => {
    const cacheFile = `${bundle}.cache`;
    const cache = readFileSync(cacheFile);
    writeFileSync(cacheFile, change(cache));
    const agent = await FnAgent.start({ bundle, environment: emulator.environment });
    try {
      const response = await agent.invoke(JSON.stringify({ instancePoolId: demoPoolId }));

      expect(response.json()).toMatchObject({ pools: [{ error: { code: "NO_DATA" } }] });
    } finally {
      await agent.close();
      writeFileSync(cacheFile, cache);
    }
  });

  async function useOfCodeCache(environment: Readonly<Record<string, string>>) {
    const nodeArguments = ["--require", codeCacheUse];
    const agent = await FnAgent.start({ bundle, environment, nodeArguments });
    try {
      await agent.invoke(JSON.stringify({ instancePoolId: demoPoolId }));
      return JSON.parse(await lineOf(agent, '{"codeCache"')).codeCache;
    } finally {
      await agent.close();
    }
  }
});

/** The modules that have run when the first answer is there, of ours and of Node. */
async function evaluatedByFirstCall(): Promise<readonly string[]> {
  const directory = await createTemporaryDirectory();
  const emulator = await OciEmulator.start({ tenancy: { pools: [poolOfHosts(["a"])] } });
  const bundle = join(directory.path, "func.cjs");
  await buildFunction({ outfile: bundle, minify: false });
  const { environment } = emulator;
  const agent = await FnAgent.start({ bundle, environment, nodeArguments: ["--require", preload] });
  try {
    await agent.invoke(JSON.stringify({ instancePoolId: demoPoolId }));
    agent.thaw();
    if (agent.pid !== undefined) process.kill(agent.pid, "SIGUSR2");
    const line = await lineOf(agent, '{"evaluated"');
    return JSON.parse(line).evaluated;
  } finally {
    await agent.close();
    await emulator.close();
    await directory.remove();
  }
}

async function lineOf(agent: FnAgent, start: string): Promise<string> {
  for (;;) {
    const line = agent.logLines().find((text) => text.startsWith(start));
    if (line !== undefined) return line;
    await delay(20);
  }
}
