import { readFileSync, statSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFunction } from "../../build.mjs";
import { writeCodeCache } from "../../local/code-cache.ts";
import { demoPoolId, poolOfHosts } from "../../local/demo-tenancy.ts";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../support/temporary-directory.ts";

const dist = fileURLToPath(new URL("../../dist/func.cjs", import.meta.url));
const preload = fileURLToPath(new URL("../support/evaluated-modules.cjs", import.meta.url));
const maximumBytes = 1_500_000;

/** Of src, and what they bring; a new one is to be worth its bytes. */
const packages = `
  @fnproject/fdk @pinojs/redact agent-base asn1 assert-plus atomic-sleep axios bcrypt-pbkdf
  buffer-equal-constant-time core-util-is ecc-jsbn ecdsa-sig-formatter es6-promise eventemitter3
  extsprintf fastest-levenshtein follow-redirects http-signature https-proxy-agent
  is-network-error jsbn json-schema jsonwebtoken jsprim jwa jws lodash.includes lodash.isboolean
  lodash.isinteger lodash.isnumber lodash.isplainobject lodash.isstring lodash.once ms
  oci-common oci-core oci-monitoring oci-secrets on-exit-leak-free opossum p-queue p-retry p-timeout pino
  pino-std-serializers proxy-from-env quick-format-unescaped safe-buffer safe-stable-stringify
  safer-buffer semver sonic-boom sshpk thread-stream tweetnacl uuid valibot
  verror yaml
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
      "MonitoringClient#postMetricData",
      "MonitoringClient#summarizeMetricsData",
      "SecretsClient#getSecretBundle",
      "VirtualNetworkClient#getVnic",
    ]);
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

  it("signs with the SDK's own code", () => {
    expect(evaluated).toEqual(
      expect.arrayContaining([
        "node_modules/oci-common/lib/signer.js",
        "node_modules/oci-common/node_modules/http-signature/lib/signer.js",
        "node_modules/sshpk/lib/private-key.js",
      ]),
    );
  });

  it.each([
    "axios",
    "follow-redirects",
    "yaml/dist/compose",
    "semver",
    "opossum",
    "es6-promise",
    "tweetnacl",
    "jsbn",
    "thread-stream",
    "oci-workrequests",
  ])("is not %s", (name) => {
    expect(evaluated.filter((path) => path.includes(`node_modules/${name}/`))).toEqual([]);
  });
});

describe("the code cache", () => {
  let directory: TemporaryDirectory;
  let emulator: OciEmulator;
  let bundle: string;
  let cacheFile: string;
  beforeAll(async () => {
    directory = await createTemporaryDirectory();
    emulator = await OciEmulator.start({ tenancy: { pools: [poolOfHosts(["a"])] } });
    bundle = join(directory.path, "func.cjs");
    await buildFunction({ outfile: bundle });
    cacheFile = await writeCodeCache(bundle);
  });
  afterAll(async () => {
    await emulator.close();
    await directory.remove();
  });

  it("names the source that it is of", () => {
    const hash = /loadFunction\("(\w+)"\)/.exec(readFileSync(bundle, "utf8"))?.[1];

    expect(hash).toHaveLength(16);
    expect(readFileSync(cacheFile).subarray(0, 16).toString()).toBe(hash);
  });

  it.each([
    ["as it was written", (cache: Buffer) => cache],
    ["cut off", (cache: Buffer) => cache.subarray(0, cache.length / 2)],
    ["empty", () => Buffer.alloc(0)],
    ["of another source", (cache: Buffer) => Buffer.concat([Buffer.alloc(16), cache.subarray(16)])],
    ["of another Node", (cache: Buffer) => Buffer.from(cache).fill(1, 20, 32)],
  ])("lets the function answer when it is %s", async (_case, change) => {
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
