import { statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { build } from "esbuild";
import { buildFunction } from "../build.mjs";
import { FnAgent } from "../local/fn-agent/fn-agent.ts";
import { writeCodeCaches } from "../tools/code-cache.ts";
import { bundle } from "./function-process.ts";

/** The same four requests without the SDK, or anything else that can be left out. */
export const floorBundle = "dist/bench/floor.cjs";
/** The same function as it would run without a build: every package as it is, and all of oci-sdk. */
export const unbundled = "dist/bench/unbundled.mjs";

/** What the function is made of. */
export interface Bundle {
  readonly bytes: number;
  /** Source files in it. */
  readonly modules: number;
  /** The largest parts, by package; the rest last. */
  readonly parts: readonly { readonly name: string; readonly bytes: number }[];
}

const partsShown = 10;

/** Builds the function, and what it is compared with. */
export async function buildAll(): Promise<Bundle> {
  const { outputs } = await buildFunction();
  await writeCodeCaches(bundle);
  const common = { bundle: true, platform: "node", target: "node20" } as const;
  await build({
    ...common,
    entryPoints: ["bench/floor.cjs"],
    outfile: floorBundle,
    format: "cjs",
    minify: true,
  });
  await build({
    ...common,
    entryPoints: ["src/func.ts"],
    outfile: unbundled,
    format: "esm",
    packages: "external",
  });
  const inputs = Object.entries(outputs[bundle]?.inputs ?? {});
  const bytesOf = new Map<string, number>();
  for (const [path, { bytesInOutput }] of inputs) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? "this project";
    bytesOf.set(name, (bytesOf.get(name) ?? 0) + bytesInOutput);
  }
  const sorted = [...bytesOf]
    .map(([name, bytes]) => ({ name, bytes }))
    .sort((a, b) => b.bytes - a.bytes);
  const { size } = statSync(bundle);
  const shown = sorted.slice(0, partsShown);
  const rest = size - shown.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    bytes: size,
    modules: inputs.length,
    parts: [...shown, { name: "the rest", bytes: rest }],
  };
}

/** What a process has loaded when it has answered for the first time. */
export interface Loaded {
  /** Files that Node was asked for, the function's own included. */
  readonly files: number;
  /** Of Node's own modules. */
  readonly builtins: number;
}

/** The process tells it through bench/loaded-modules.cjs. */
export async function loadedModules(
  file: string,
  environment: Readonly<Record<string, string>>,
  body: object,
): Promise<Loaded> {
  const agent = await FnAgent.start({
    bundle: file,
    environment,
    nodeArguments: ["--require", "./bench/loaded-modules.cjs"],
    limited: false,
  });
  try {
    const { status } = await agent.invoke(JSON.stringify(body));
    if (status !== 200 || agent.pid === undefined) throw new Error(`Fn answers ${status}`);
    agent.thaw();
    process.kill(agent.pid, "SIGUSR2");
    for (let waitedMs = 0; waitedMs < 5_000; waitedMs += 10) {
      const line = agent.logLines().find((text) => text.startsWith('{"files":'));
      if (line !== undefined) return JSON.parse(line) as Loaded;
      await delay(10);
    }
    throw new Error("The process does not say what it has loaded.");
  } finally {
    await agent.close();
  }
}
