import { createSign, generateKeyPairSync } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { answerCall } from "../../local/oci-emulator/routes.ts";
import type { Source } from "../../src/config/pool-spec.ts";
import { helloWorldBundle } from "../builds.ts";
import { betweenCallsMs } from "../function-process.ts";
import { cpuMsOf } from "../process-usage.ts";
import { answerQuery } from "../servers/prometheus-answer.ts";
import { loadOnePool, type Site, takeTraffic, withFunction } from "../site.ts";
import { poolIdOf, poolsOf } from "../tenancy.ts";

/** A warm call for a pool of 100, in ms of CPU; each array has one mean for each batch of calls. */
export interface WarmCall {
  readonly source: Source;
  readonly ours: readonly number[];
  /** Of `JSON.parse` on the bodies of all its responses, done once after each of our calls. */
  readonly parsing: readonly number[];
  readonly parsedBytes: number;
  /** When V8 has compiled whatever it wants to: the same after many more calls. */
  readonly oursLater: readonly number[];
  readonly parsingInARow: readonly number[];
}

const members = 100;
const warmUps = 30;
const manyWarmUps = 300;
const batches = 7;
const callsInBatch = 16;
const parsesInBatch = 300;

export async function measureWarmCall(site: Site, source: Source): Promise<WarmCall> {
  await loadOnePool(site, members, 0);
  const request = { instancePoolId: poolIdOf(0), source };
  return withFunction(site, async (fn) => {
    const call = () => fn.askInTurn(request);
    await repeat(warmUps, call);
    await takeTraffic(site);
    await call();
    const bodies = bodiesOf(await takeTraffic(site));
    const parse = () => {
      for (const body of bodies) JSON.parse(body.toString());
    };
    const ours: number[] = [];
    const parsing: number[] = [];
    const inBatches = async (calls: number[], parses: number[]) => {
      for (let batch = 0; batch < batches; batch++) {
        const before = cpuMsOf(fn.pid);
        let parsingMs = 0;
        await repeat(callsInBatch, async () => {
          await call();
          parsingMs += cpuMsOfEach(1, parse);
        });
        calls.push((cpuMsOf(fn.pid) - before) / callsInBatch);
        parses.push(parsingMs / callsInBatch);
      }
    };
    await inBatches(ours, parsing);
    const oursLater: number[] = [];
    await repeat(manyWarmUps - warmUps - batches * callsInBatch, call);
    await inBatches(oursLater, []);
    const parsedBytes = bodies.reduce((sum, { length }) => sum + length, 0);
    const parsingInARow = ours.map(() => cpuMsOfEach(parsesInBatch, parse));
    return { source, ours, parsing, parsedBytes, oursLater, parsingInARow };
  });
}

async function repeat(times: number, work: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < times; time++) await work();
}

/** The bodies that these requests were answered with, before compression. */
function bodiesOf({
  requests,
  prometheusQueries,
}: Awaited<ReturnType<typeof takeTraffic>>): readonly Buffer[] {
  const tenancy = { pools: poolsOf({ pools: 1, members }) };
  const ofOci = requests.map(({ method, path, query, body }) => {
    const parameters = new URLSearchParams(query);
    const sent = Buffer.from(JSON.stringify(body ?? ""));
    return answerCall(method, path, { tenancy, now: new Date(), parameters, body: sent }).body;
  });
  const ofPrometheus = prometheusQueries.map((query) => answerQuery(query, members));
  return [...ofOci, ...ofPrometheus].map((answer) => Buffer.from(JSON.stringify(answer)));
}

/**
 * What is in every call whatever it does, in ms of CPU. As our calls to OCI, these are a quarter of a
 * second apart: the caches of the processor are others' by then.
 */
export interface Floor {
  /** A call of a hello-world function: HTTP, and the FDK. */
  readonly helloWorld: readonly number[];
  /** One of the signatures that each request to OCI has. */
  readonly signature: readonly number[];
}

export async function measureFloor(): Promise<Floor> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const sign = () => createSign("RSA-SHA256").update("(request-target)").sign(privateKey);
  const agent = await FnAgent.start({ bundle: helloWorldBundle });
  const helloWorld: number[] = [];
  const signature: number[] = [];
  await repeat(manyWarmUps, () => agent.invoke("{}"));
  for (let batch = 0; batch < batches; batch++) {
    const before = cpuMsOf(agent.pid);
    let signingMs = 0;
    await repeat(callsInBatch, async () => {
      await delay(betweenCallsMs);
      await agent.invoke("{}");
      signingMs += cpuMsOfEach(1, sign);
    });
    helloWorld.push((cpuMsOf(agent.pid) - before) / callsInBatch);
    signature.push(signingMs / callsInBatch);
  }
  await agent.close();
  return { helloWorld, signature };
}

function cpuMsOfEach(times: number, work: () => void): number {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}
