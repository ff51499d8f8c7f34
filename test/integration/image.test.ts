import { execFile } from "node:child_process";
import { copyFileSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCodeCacheWriter } from "../../build.mjs";
import { demoPoolId, poolOfHosts } from "../../local/demo-tenancy.ts";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { nodeOptions } from "../../tools/package/contents.ts";
import { nodeExecutable } from "../support/node-release.ts";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../support/temporary-directory.ts";

const root = new URL("../..", import.meta.url).pathname;
const preload = join(root, "test/support/code-cache-use.cjs");
const text = (path: string) => readFileSync(join(root, path), "utf8");

/** The Dockerfile's instructions, each with what follows it. */
const instructions = text("Dockerfile")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => {
    const [instruction = "", ...rest] = line.split(" ");
    return { instruction, rest: rest.join(" ") };
  });
const those = (name: string) =>
  instructions.filter(({ instruction }) => instruction === name).map(({ rest }) => rest);
/** What is copied from the project, not from an earlier stage. */
const copied = those("COPY")
  .filter((rest) => !rest.startsWith("--from"))
  .flatMap((rest) => rest.split(" ").slice(0, -1));

describe("the Dockerfile", () => {
  it("asks for nothing that only BuildKit does", () => {
    const known = ["ARG", "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "ENTRYPOINT"];

    expect(instructions.map(({ instruction }) => instruction)).toSatisfy((all: string[]) =>
      all.every((name) => known.includes(name)),
    );
    expect(text("Dockerfile")).not.toMatch(/^# *(?:syntax|escape|check)=|<<|--(?!from=)[a-z]+=/m);
  });

  it("fetches nothing but its base", () => {
    expect(new Set(those("FROM").map((rest) => rest.split(" ")[0]))).toEqual(
      new Set([`fnproject/node:\${NODE_VERSION}`]),
    );
    expect(those("RUN").join("\n")).not.toMatch(/\b(?:npm|npx|curl|wget|apt|apk|dnf|git)\b/);
  });

  it("copies what .dockerignore lets in, and nothing else is let in", () => {
    const [everything, ...letIn] = text(".dockerignore").trim().split("\n");

    expect(everything).toBe("*");
    expect(letIn).toEqual(copied.map((path) => `!${path}`));
  });

  it("gives the heap half of the smallest function's memory, and its code cache the same heap", () => {
    expect(those("ENV")).toEqual(Array(2).fill(`NODE_OPTIONS=${nodeOptions}`));
  });
});

describe.each([22, 24] as const)("the image's steps on Node %i", (release) => {
  let directory: TemporaryDirectory;
  let emulator: OciEmulator;
  let nodePath: string;
  beforeAll(async () => {
    directory = await createTemporaryDirectory();
    emulator = await OciEmulator.start({ tenancy: { pools: [poolOfHosts(["a"])] } });
    nodePath = await nodeExecutable(release);
    await buildCodeCacheWriter();
    for (const path of copied) copyFileSync(join(root, path), join(directory.path, basename(path)));
  });
  afterAll(async () => {
    await emulator.close();
    await directory.remove();
  });

  it("leave a function that starts from its code cache in 128 MB", async () => {
    const env = {
      PATH: `${dirname(nodePath)}:${process.env["PATH"]}`,
      NODE_OPTIONS: nodeOptions,
    };
    for (const command of those("RUN")) {
      await promisify(execFile)("/bin/sh", ["-c", command], { cwd: directory.path, env });
    }
    const [entry, file = ""] = JSON.parse(those("ENTRYPOINT")[0] ?? "[]");
    const agent = await FnAgent.start({
      bundle: join(directory.path, file),
      nodePath,
      nodeArguments: ["--require", preload],
      environment: { ...emulator.environment, NODE_OPTIONS: nodeOptions },
    });
    try {
      const answer = (await agent.invoke(JSON.stringify({ instancePoolId: demoPoolId }))).json();

      expect(entry).toBe("node");
      expect(answer).toMatchObject({ pools: [{ error: { code: "NO_DATA" } }] });
      expect(agent.logLines()).toContain('{"codeCache":"accepted"}');
    } finally {
      await agent.close();
    }
    expect(statSync(join(directory.path, file)).mode & 0o777).toBe(0o644);
    expect(statSync(join(directory.path, `${file}.cache`)).mode & 0o777).toBe(0o644);
  });
});
