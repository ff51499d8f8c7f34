import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FnAgent, type FnAgentOptions } from "../../../local/fn-agent/fn-agent.ts";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../../support/temporary-directory.ts";

const fdkPath = createRequire(import.meta.url).resolve("@fnproject/fdk");
/** The machine may be busy: what is awaited comes before long, but not at once. */
const patienceMs = 15_000;

/** What is in a container, seen from within. */
const within = `
  const fdk = require(${JSON.stringify(fdkPath)});
  const { spawn } = require("node:child_process");
  const { openSync } = require("node:fs");
  let ticks = 0;
  setInterval(() => { ticks += 1; }, 1);
  const takeAll = async (take) => {
    const taken = [];
    try {
      for (; taken.length < 1000;) taken.push(await take());
    } catch (error) {
      return { taken: taken.length, code: error.code };
    }
    return { taken: taken.length };
  };
  const sleeper = () => new Promise((resolve, reject) => {
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    child.once("spawn", () => resolve(child)).once("error", reject);
  });
  const behaviours = {
    ticks: () => ticks,
    headers: (context) => context.headers,
    files: () => takeAll(() => openSync("/dev/null")),
    processes: () => takeAll(sleeper),
    child: async () => (await sleeper()).pid,
    memory: () => { const kept = []; for (;;) kept.push(Buffer.alloc(1_000_000, 1)); },
  };
  fdk.handle((body, context) => behaviours[body.toString()](context), { inputMode: "buffer" });
`;

/** Without the FDK, which hides headers of the connection. */
const answersHeaders = `
  const { createServer } = require("node:http");
  const { renameSync } = require("node:fs");
  const path = process.env.FN_LISTENER.slice("unix:".length);
  createServer((request, response) => {
    request.resume().on("end", () => response.end(JSON.stringify(request.headers)));
  }).listen(path + ".tmp", () => renameSync(path + ".tmp", path));
`;

const isThere = (pid: number | undefined) => {
  try {
    return process.kill(pid ?? 0, 0);
  } catch {
    return false;
  }
};

/** As Linux shows it: T is stopped, S sleeps. */
const stateOf = (pid: number) =>
  /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];

/** Nanoseconds on a CPU, as Linux counts them. */
const cpuTimeOf = (pid: number) => readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0];

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("It does not come to that.");
    await delay(10);
  }
}

describe("a container of the Fn agent", () => {
  let directory: TemporaryDirectory;
  let bundle: string;
  let agent: FnAgent | undefined;
  beforeAll(async () => {
    directory = await createTemporaryDirectory();
    bundle = join(directory.path, "within.cjs");
    await writeFile(bundle, within);
  });
  afterEach(() => agent?.close());
  afterAll(() => directory.remove());

  async function start(options: Partial<FnAgentOptions> = {}): Promise<FnAgent> {
    agent = await FnAgent.start({ bundle, ...options });
    return agent;
  }

  it("gets bodies in chunks, with no content type but the caller's", async () => {
    const raw = join(directory.path, "raw.cjs");
    await writeFile(raw, answersHeaders);
    const started = await start({ bundle: raw });

    const plain = (await started.invoke("body")).json();
    const none = (await started.invoke("")).json();
    const headers = { "Content-Type": "text/plain", "Content-Length": "4" };
    const typed = (await started.invoke("body", { headers })).json();

    for (const seen of [plain, none, typed]) {
      expect(seen).toMatchObject({ "transfer-encoding": "chunked" });
      expect(seen).not.toHaveProperty("content-length");
    }
    expect(plain).not.toHaveProperty("content-type");
    expect(typed).toMatchObject({ "content-type": "text/plain" });
  });

  it("is frozen after a call with all its processes, and goes on for the next", async () => {
    const started = await start();
    const child = (await started.invoke("child")).json() as number;
    const pids = [started.pid ?? 0, child];

    await until(() => pids.every((pid) => stateOf(pid) === "T"));
    const before = (await started.invoke("ticks")).json() as number;
    await until(() => pids.every((pid) => stateOf(pid) === "T"));
    const spent = pids.map(cpuTimeOf);
    await delay(500);
    const spentLater = pids.map(cpuTimeOf);
    const after = (await started.invoke("ticks")).json() as number;

    // Timers stand still: one of a millisecond takes time, if it does not.
    expect(spentLater).toEqual(spent);
    expect(after).toBeGreaterThanOrEqual(before);
    expect(started.pids).toHaveLength(1);
  });

  it("is frozen from the start, until it is called or thawed", async () => {
    const started = await start();
    const { pid = 0 } = started;
    await until(() => stateOf(pid) === "T");

    started.thaw();

    await until(() => stateOf(pid) !== "T");
  });

  it("ends when it was idle for long, without a signal that it could see", async () => {
    const started = await start({ idleTimeoutMs: 300 });
    const { pid } = started;
    await until(() => !isThere(pid));

    expect(started.running).toBe(false);
    expect((await started.invoke("headers")).status).toBe(200);
    expect(started.pid).not.toBe(pid);
  });

  it("ends with the processes that it started", async () => {
    const started = await start();
    const child = (await started.invoke("child")).json() as number;

    await started.close();

    await until(() => !isThere(child));
  });

  it("has 350 files", async () => {
    const started = await start();
    const files = (await started.invoke("files")).json() as { taken: number; code: string };

    expect(files.code).toBe("EMFILE");
    expect(files.taken).toBeGreaterThan(250);
    expect(files.taken).toBeLessThan(350);
  });

  it("dies of more memory than it has, and of no less, where Linux lets us see to it", async () => {
    const started = await start({ memoryMb: 64 });
    if (!started.memoryIsLimited) return void sayUnlimited();
    const { pid } = started;

    const response = await started.invoke("memory");

    expect(response.status).toBe(502);
    expect(response.json()).toEqual({ message: "error receiving function response" });
    expect(isThere(pid)).toBe(false);
    expect((await started.invoke("headers")).status).toBe(200);
  });

  it("has 50 processes, threads included, where Linux lets us see to it", async () => {
    const started = await start();
    if (!started.memoryIsLimited) return void sayUnlimited();

    const processes = (await started.invoke("processes")).json() as { taken: number; code: string };

    expect(processes.code).toBe("EAGAIN");
    expect(processes.taken).toBeGreaterThan(10);
    expect(processes.taken).toBeLessThan(50);
  });
});

function sayUnlimited(): void {
  console.warn("Not tried: this machine lets us make no control groups.");
}
