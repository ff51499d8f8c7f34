import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoPoolId, poolOfHosts } from "../../local/demo-tenancy.ts";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import { archiveProblems, writeArchive } from "../../tools/package/archive.ts";
import { nodeOptions, packageContents } from "../../tools/package/contents.ts";
import { nodeExecutable } from "../support/node-release.ts";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../support/temporary-directory.ts";

const root = new URL("../..", import.meta.url).pathname;
const preload = join(root, "test/support/code-cache-use.cjs");
const releases = [22, 24] as const;

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await createTemporaryDirectory();
});
afterAll(() => directory.remove());

/** Runs `npm run package`, as a person would. */
function runPackage(args: readonly string[], zone = "UTC") {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const command = ["run", "--silent", "package", "--", ...args];
    const options = { cwd: root, env: { ...process.env, TZ: zone } };
    execFile("npm", command, options, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

function poolsFile(name: string, text: string): string {
  const path = join(directory.path, name);
  writeFileSync(path, text);
  return path;
}

/** The path of the handler. */
function unpack(archive: Uint8Array, name: string): string {
  for (const [path, content] of Object.entries(unzipSync(archive))) {
    const file = join(directory.path, name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return join(directory.path, name, "function/func.js");
}

describe("npm run package", () => {
  it("makes the same bytes each time, says what is in them, and how to upload them", async () => {
    const [one, other] = ["one.zip", "other.zip"].map((name) => join(directory.path, name));

    const { code, stdout } = await runPackage(["--out", one ?? ""], "UTC");
    await runPackage(["--out", other ?? ""], "Asia/Kolkata");

    expect(code).toBe(0);
    expect(stdout).toContain("one.zip: ");
    expect(stdout).toMatch(/Handler +func\.js\n/);
    const archive = readFileSync(one ?? "");
    expect(archive.equals(readFileSync(other ?? ""))).toBe(true);
    expect(archiveProblems(archive)).toEqual([]);
    expect(Object.keys(unzipSync(archive))).toEqual([
      "function/LICENSE",
      "function/func.js",
      "function/func.js.LEGAL.txt",
      "function/package.json",
    ]);
    const { "function/func.js": handler } = unzipSync(archive);
    expect(Buffer.from(handler ?? []).includes(root)).toBe(false);
  });

  it("takes a file of pools that is longer than POOLS may be, and says how to name it", async () => {
    const pool = (index: number) => ({
      name: `pool-${index}`,
      instancePoolId: `${demoPoolId}${index}`,
    });
    const pools = Array.from({ length: 100 }, (_, index) => pool(index));
    const file = poolsFile("many.json", JSON.stringify({ pools }));
    const out = join(directory.path, "many.zip");

    const { code, stdout } = await runPackage(["--pools", file, "--out", out]);

    expect(code).toBe(0);
    expect(stdout).toContain("POOLS_FILE = resources/pools.json");
    expect(unzipSync(readFileSync(out))).toHaveProperty("resources/pools.json");
  });

  it.each([
    [["--pools", "wrong.yaml"], /wrong\.yaml:2:5: pools\[0\]\.instancePoolId: is missing/],
    [["--code-cache", "22.0.0"], /of no use to 22\.0\.0: run the command with 22\.0\.0/],
    [["--pool", "x"], /Unknown option '--pool'/],
  ])("makes none of %j, and says why", async (args, reason) => {
    poolsFile("wrong.yaml", "pools:\n  - { name: web }\n");
    const out = join(directory.path, "none.zip");
    const given = args.map((argument) => argument.replace(/^wrong/, `${directory.path}/wrong`));

    const { code, stderr } = await runPackage([...given, "--out", out]);

    expect(code).toBe(1);
    expect(stderr).toMatch(reason);
    expect(() => readFileSync(out)).toThrow("ENOENT");
  });
});

describe.each(releases)("the package on Node %i", (release) => {
  let emulator: OciEmulator;
  let nodePath: string;
  let cached: Uint8Array;
  beforeAll(async () => {
    const pool = poolOfHosts(["a", "b"]);
    const streams = { cpu: steady(20), memory: steady(40) };
    const instances = pool.instances.map((instance) => ({ ...instance, ...streams }));
    emulator = await OciEmulator.start({ tenancy: { pools: [{ ...pool, instances }] } });
    nodePath = await nodeExecutable(release);
    const pools = poolsFile(
      "pools.yaml",
      `pools:\n  - { name: web, instancePoolId: ${demoPoolId} }\n`,
    );
    cached = writeArchive(await packageContents({ poolsFile: pools, codeCacheOf: nodePath }));
  });
  afterAll(() => emulator.close());

  async function measure(handler: string) {
    const agent = await FnAgent.start({
      bundle: handler,
      nodePath,
      nodeArguments: ["--require", preload],
      // As docs/deploy.md has it for 128 MB.
      environment: {
        ...emulator.environment,
        NODE_OPTIONS: nodeOptions,
        POOLS_FILE: "resources/pools.yaml",
      },
    });
    try {
      const { body } = await agent.invoke("");
      const [use] = agent.logLines().filter((line) => line.startsWith('{"codeCache"'));
      return { document: JSON.parse(body.toString()), use: JSON.parse(use ?? "{}") };
    } finally {
      await agent.close();
    }
  }

  const answer = { status: "ok", pools: [{ name: "web", cpu: { average: 20 } }] };

  it("measures its pools from the code cache of that very Node", async () => {
    const { document, use } = await measure(unpack(cached, `cached-${release}`));

    expect(document).toMatchObject(answer);
    expect(use).toEqual({ codeCache: "accepted" });
  });

  it("measures its pools without a code cache", async () => {
    const files = Object.fromEntries(
      Object.entries(unzipSync(cached)).filter(([path]) => !path.endsWith(".cache")),
    );
    const { document, use } = await measure(unpack(writeArchive(files), `plain-${release}`));

    expect(document).toMatchObject(answer);
    expect(use).toEqual({ codeCache: "none" });
  });

  it("measures its pools beside the code cache of another Node", async () => {
    const other = await nodeExecutable(release === 22 ? 24 : 22);
    const files = await packageContents({
      poolsFile: join(directory.path, "pools.yaml"),
      codeCacheOf: other,
    });
    const { document, use } = await measure(unpack(writeArchive(files), `other-${release}`));

    expect(document).toMatchObject(answer);
    expect(use).toEqual({ codeCache: "rejected" });
  });
});
