import { statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { demoPoolId, poolOfHosts } from "../local/demo-tenancy.ts";
import { FnAgent } from "../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../local/oci-emulator/emulator.ts";
import { type EmulatedPool, steady } from "../local/oci-emulator/tenancy.ts";
import { answeringPrometheus } from "./code-cache-prometheus.ts";

const patienceMs = 30_000;

const hosts = ["a", "b"];

export interface CodeCacheOptions {
  /** @default this process's node */
  readonly nodePath?: string;
  /** The NODE_OPTIONS that the function will run with: to V8 of Node 22, a heap's size is part of its build. */
  readonly nodeOptions?: string | undefined;
}

/**
 * Has a built function answer a request, and keep what V8 compiled for that in a file beside it,
 * `<bundle>.cache`: it then starts in half the time. Another, `<bundle>.prometheus.cache`, is of requests on
 * both sources. Only that version of Node uses them.
 * @returns both files
 * @throws Error when the function does not measure the emulated pool, or writes no file.
 */
export async function writeCodeCaches(
  bundle: string,
  options: CodeCacheOptions = {},
): Promise<readonly string[]> {
  const emulator = await OciEmulator.start({ tenancy: { pools: [reportingPool()] } });
  const prometheus = await answeringPrometheus(hosts);
  const write = (file: string, sources: readonly string[], environment: Variables) =>
    writeCodeCache(file, bundle, sources, { ...emulator.environment, ...environment }, options);
  try {
    return await Promise.all([
      write(`${bundle}.cache`, ["oci"], {}),
      write(`${bundle}.prometheus.cache`, ["oci", "prometheus"], {
        PROMETHEUS_URL: prometheus.url,
      }),
    ]);
  } finally {
    await emulator.close();
    await prometheus.close();
  }
}

type Variables = Readonly<Record<string, string>>;

/** The loader knows the file by the environment; see build/code-cache-loader.cjs. */
async function writeCodeCache(
  file: string,
  bundle: string,
  sources: readonly string[],
  environment: Variables,
  { nodePath = process.execPath, nodeOptions }: CodeCacheOptions,
): Promise<string> {
  const before = modifiedMs(file);
  const agent = await FnAgent.start({
    bundle,
    nodePath,
    environment: {
      ...environment,
      WRITE_CODE_CACHE: "1",
      ...(nodeOptions === undefined ? {} : { NODE_OPTIONS: nodeOptions }),
    },
    limited: false,
  });
  try {
    for (const source of sources) {
      const response = await agent.invoke(JSON.stringify({ instancePoolId: demoPoolId, source }));
      if (!isOk(response.json())) throw new Error(`The function answers ${response.body}`);
    }
    agent.thaw();
    if (agent.pid !== undefined) process.kill(agent.pid, "SIGUSR2");
    await written(file, before);
    return file;
  } finally {
    await agent.close();
  }
}

function reportingPool(): EmulatedPool {
  const pool = poolOfHosts(hosts);
  const streams = { cpu: steady(20), memory: steady(40) };
  return { ...pool, instances: pool.instances.map((instance) => ({ ...instance, ...streams })) };
}

function isOk(document: unknown): boolean {
  return typeof document === "object" && document !== null && "status" in document
    ? document.status === "ok"
    : false;
}

async function written(file: string, before: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (modifiedMs(file) === before) {
    if (performance.now() > deadline) throw new Error(`The function wrote no ${file}.`);
    await delay(20);
  }
}

function modifiedMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
