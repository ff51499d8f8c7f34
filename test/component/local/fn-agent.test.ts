import { EventEmitter, once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FnAgent, type FnAgentOptions } from "../../../local/fn-agent/fn-agent.ts";

const fdkPath = createRequire(import.meta.url).resolve("@fnproject/fdk");

/** A function whose behaviour its request names. */
const manySided = `
  const fdk = require(${JSON.stringify(fdkPath)});
  let calls = 0;
  const behaviours = {
    environment: () => process.env,
    context: (context) => ({ callId: context.callID, deadline: context.deadline, headers: context.headers }),
    count: () => ++calls,
    log: () => { console.log("to stdout"); console.error("to stderr"); return {}; },
    fail: () => { throw new Error("failing"); },
    crash: () => process.exit(3),
    crashLater: () => { setImmediate(() => process.exit(3)); return new Promise(() => {}); },
    hang: () => { console.log("hanging"); return new Promise(() => {}); },
  };
  fdk.handle((body, context) => behaviours[body.toString()](context), { inputMode: "buffer" });
`;

const echo = `
  const fdk = require(${JSON.stringify(fdkPath)});
  fdk.handle((body) => fdk.rawResult(body), { inputMode: "buffer" });
`;

/** A function without the FDK, for answers that the FDK doesn't give. */
const answering = (status: number, headers = {}, body = "") => `
  const { createServer } = require("node:http");
  const { renameSync } = require("node:fs");
  const path = process.env.FN_LISTENER.slice("unix:".length);
  createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(${status}, ${JSON.stringify(headers)});
      response.end(${JSON.stringify(body)});
    });
  }).listen(path + ".tmp", () => renameSync(path + ".tmp", path));
`;

describe("FnAgent", () => {
  let directory: string;
  let scripts = 0;
  const agents: FnAgent[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "fn-agent-test-"));
  });

  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.close()));
  });

  afterAll(() => rm(directory, { recursive: true }));

  async function start(script: string, options: Partial<FnAgentOptions> = {}): Promise<FnAgent> {
    const bundle = join(directory, `function-${++scripts}.cjs`);
    await writeFile(bundle, script);
    const agent = await FnAgent.start({ bundle, ...options });
    agents.push(agent);
    return agent;
  }

  it("gives the function Fn's environment, its configuration, and nothing of ours", async () => {
    const environment = { LOG_LEVEL: "DEBUG", FN_MEMORY: "4096" };
    const agent = await start(manySided, { environment });

    const seen = (await agent.invoke("environment")).json();

    expect(seen).toEqual({
      PATH: process.env["PATH"],
      HOME: "/home/fn",
      HOSTNAME: expect.stringMatching(/^[0-9a-f]{12}$/),
      LOG_LEVEL: "DEBUG",
      FN_APP_ID: expect.stringMatching(/^ocid1\.fnapp\./),
      FN_APP_NAME: expect.any(String),
      FN_FN_ID: expect.stringMatching(/^ocid1\.fnfunc\./),
      FN_FN_NAME: expect.any(String),
      FN_FORMAT: "http-stream",
      FN_LISTENER: expect.stringMatching(/^unix:\/.*\/lsnr\.sock$/),
      FN_MEMORY: "128",
      FN_TYPE: "sync",
    });
  });

  it("sends the headers that Fn sends, and the caller's but for the connection's own", async () => {
    const agent = await start(manySided, { timeoutMs: 20_000 });
    const before = Date.now();

    const response = await agent.invoke("context", {
      callId: "call-1",
      headers: { "Fn-Intent": "httprequest", "Content-Type": "text/plain", "Keep-Alive": "1" },
    });
    const { callId, deadline, headers } = response.json() as {
      callId: string;
      deadline: string;
      headers: Record<string, string[]>;
    };

    expect(callId).toBe("call-1");
    expect(headers).toMatchObject({
      Host: ["localhost"],
      "Content-Type": ["text/plain"],
      "Accept-Encoding": ["gzip"],
      "Fn-Intent": ["httprequest"],
      "Fn-Deadline": [expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)],
    });
    expect(headers).not.toHaveProperty("Keep-Alive");
    expect(Date.parse(deadline)).toBeGreaterThan(before + 20_000 - 1_001);
    expect(response.headers).toMatchObject({
      "fn-call-id": "call-1",
      "content-type": "application/json",
      "content-length": String(response.body.length),
      "fn-fdk-version": expect.stringMatching(/^fdk-node/),
    });
    expect(response.headers).not.toHaveProperty("transfer-encoding");
  });

  it("names every call anew", async () => {
    const agent = await start(manySided);
    const one = await agent.invoke("count");
    const other = await agent.invoke("count");
    expect(one.headers["fn-call-id"]).not.toBe(other.headers["fn-call-id"]);
  });

  it("brings back 200 KB of text in many pieces as it was", async () => {
    const agent = await start(echo);
    const text = "é漢😀".repeat(22_500);

    const response = await agent.invoke(text, { chunkSize: 1_001 });

    expect(response.status).toBe(200);
    expect(Buffer.byteLength(text)).toBeGreaterThan(200_000);
    expect(response.body.equals(Buffer.from(text))).toBe(true);
  });

  it.each([1, 3, 10, 11])("sends a body of 10 bytes whole in pieces of %i", async (chunkSize) => {
    const agent = await start(echo);
    expect((await agent.invoke("0123456789", { chunkSize })).body.toString()).toBe("0123456789");
    expect((await agent.invoke("", { chunkSize })).body).toHaveLength(0);
  });

  it("keeps the process from one call to the next", async () => {
    const agent = await start(manySided);
    const { pid } = agent;

    const counts = [];
    for (let call = 0; call < 3; call++) counts.push((await agent.invoke("count")).json());

    expect(counts).toEqual([1, 2, 3]);
    expect(agent.pid).toBe(pid);
  });

  it("has one call at a time in a process, and one process for each call beside it", async () => {
    const agent = await start(manySided);
    const inParallel = () => Promise.all(["count", "count"].map((body) => agent.invoke(body)));

    const first = await inParallel();
    const then = await inParallel();

    expect(first.map((response) => response.json())).toEqual([1, 1]);
    expect(then.map((response) => response.json())).toEqual([2, 2]);
    expect(agent.pids).toHaveLength(2);
  });

  it("has the log of a call when its response is there", async () => {
    const lines: string[] = [];
    const agent = await start(manySided, { onLog: (line) => lines.push(line) });

    await agent.invoke("log");

    expect(agent.logLines().toSorted()).toEqual(["to stderr", "to stdout"]);
    expect(lines).toEqual(agent.logLines());
  });

  it("answers 502 for a function that throws, and lets it live", async () => {
    const agent = await start(manySided);
    const { pid } = agent;

    const response = await agent.invoke("fail");

    expect(response.status).toBe(502);
    expect(response.json()).toEqual({ message: "function failed" });
    expect(agent.logLines().join("\n")).toContain("failing");
    expect(agent.pid).toBe(pid);
  });

  it.each(["crash", "crashLater"])(
    "answers 502 for a function that dies (%s), and starts it again",
    async (behaviour) => {
      const agent = await start(manySided);
      const { pid } = agent;

      const response = await agent.invoke(behaviour);
      const alive = agent.running;
      const next = await agent.invoke("count");

      expect(response.status).toBe(502);
      expect(response.json()).toEqual({ message: "error receiving function response" });
      expect(alive).toBe(false);
      expect(next.json()).toBe(1);
      expect(agent.pid).not.toBe(pid);
    },
  );

  it("answers 504 for a function that hangs, kills it, and starts it again", async () => {
    const agent = await start(manySided, { timeoutMs: 2_000 });
    const { pid } = agent;

    const response = await agent.invoke("hang");
    const next = await agent.invoke("count");

    expect(response.status).toBe(504);
    expect(response.json()).toEqual({ message: "Timed out" });
    expect(next.json()).toBe(1);
    expect(() => process.kill(pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("passes an answer of 504 on, and lets the function live", async () => {
    const agent = await start(answering(504));
    expect((await agent.invoke("")).status).toBe(504);
    expect(agent.running).toBe(true);
  });

  it.each([201, 404, 500])("takes a status of %i for no answer, and kills", async (status) => {
    const agent = await start(answering(status));

    const response = await agent.invoke("");

    expect(response.status).toBe(502);
    expect(response.json()).toEqual({ message: "invalid function response" });
    expect(agent.running).toBe(false);
  });

  it("takes an answer that comes before the body was read, and calls again", async () => {
    const early = `
      const { createServer } = require("node:http");
      const { renameSync } = require("node:fs");
      const path = process.env.FN_LISTENER.slice("unix:".length);
      createServer((request, response) => response.end("{}"))
        .listen(path + ".tmp", () => renameSync(path + ".tmp", path));
    `;
    const agent = await start(early);

    expect((await agent.invoke(Buffer.alloc(5_000_000))).status).toBe(200);
    expect((await agent.invoke("")).status).toBe(200);
  });

  it("shows a plain caller 200 and the headers that are meant for a gateway", async () => {
    const agent = await start(answering(200, { "Fn-Http-Status": "404" }, "{}"));

    const response = await agent.invoke("");

    expect(response.status).toBe(200);
    expect(response.headers["fn-http-status"]).toBe("404");
  });

  it("does not start what exits before it listens, and shows what it said", async () => {
    const starting = start('console.error("no pools"); process.exit(7);');
    await expect(starting).rejects.toThrow(/exited \(7\).*\nno pools/);
  });

  it("does not start what does not listen in time", async () => {
    const starting = start("setInterval(() => {}, 1000)", { startTimeoutMs: 300 });
    await expect(starting).rejects.toThrow("did not listen within 300 ms");
  });

  it("does not start what can't be run", async () => {
    const starting = start("", { nodePath: join(directory, "no-node") });
    await expect(starting).rejects.toThrow("ENOENT");
  });

  it("does not take a link out of the directory for a listener", async () => {
    const linking = `
      const path = process.env.FN_LISTENER.slice("unix:".length);
      const { symlinkSync } = require("node:fs");
      require("node:http").createServer().listen(path + ".tmp", () => symlinkSync(path + ".tmp", path));
    `;
    await expect(start(linking)).rejects.toThrow("neither a socket nor a relative link");
  });

  it("answers 502 when the function does not come up again", async () => {
    const startsOnce = `
      const { existsSync, writeFileSync } = require("node:fs");
      const mark = __filename + ".started";
      if (existsSync(mark)) process.exit(1);
      writeFileSync(mark, "");
      ${manySided}
    `;
    const agent = await start(startsOnce);

    await agent.invoke("crash");
    const response = await agent.invoke("count");

    expect(response.status).toBe(502);
    expect(response.json()).toEqual({
      message: expect.stringMatching(/^Container failed to initialize/),
    });
  });

  it("stands still while it is frozen, and goes on where it was", async () => {
    const log = new EventEmitter();
    const agent = await start(manySided, { onLog: (line) => log.emit(line) });
    await agent.invoke("count");
    const { pid } = agent;
    agent.freeze();
    let answered = false;
    const underWay = agent.invoke("count").finally(() => {
      answered = true;
    });

    await delay(300);
    const answeredFrozen = answered;
    agent.thaw();

    expect(answeredFrozen).toBe(false);
    expect((await underWay).json()).toBe(2);
    expect(agent.pid).toBe(pid);
  });

  it("kills a frozen function at its deadline, and when it is closed", async () => {
    const agent = await start(manySided, { timeoutMs: 2_000 });
    const { pid } = agent;
    agent.freeze();

    expect((await agent.invoke("count")).status).toBe(504);
    expect((await agent.invoke("count")).json()).toBe(1);
    expect(agent.pid).not.toBe(pid);

    agent.freeze();
    await agent.close();
    expect(agent.running).toBe(false);
  });

  it("waits beyond the deadline it named when it is told to", async () => {
    const answersLate = `
      const fdk = require(${JSON.stringify(fdkPath)});
      const answer = () => new Promise((resolve) => setTimeout(resolve, 1500, "late"));
      fdk.handle(answer, { inputMode: "buffer" });
    `;
    const agent = await start(answersLate, { timeoutMs: 1_000, graceMs: 10_000 });
    expect((await agent.invoke("")).json()).toBe("late");
  });

  it("leaves no process and no directory behind", async () => {
    const log = new EventEmitter();
    const agent = await start(manySided, { onLog: (line) => log.emit(line) });
    const hanging = once(log, "hanging");
    const { FN_LISTENER = "" } = (await agent.invoke("environment")).json() as {
      FN_LISTENER?: string;
    };
    const { pid } = agent;
    const underWay = agent.invoke("hang");
    await hanging;

    await agent.close();

    expect((await underWay).status).toBe(502);
    expect(agent.running).toBe(false);
    expect(agent.pid).toBeUndefined();
    expect(() => process.kill(pid ?? 0, 0)).toThrow("ESRCH");
    expect(existsSync(dirname(FN_LISTENER.slice("unix:".length)))).toBe(false);
    await expect(agent.invoke("count")).rejects.toThrow("closed");
  });
});
