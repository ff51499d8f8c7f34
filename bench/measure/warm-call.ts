import { createSign, generateKeyPairSync } from "node:crypto";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { answerCall } from "../../local/oci-emulator/routes.ts";
import type { Source } from "../../src/config/pool-spec.ts";
import { helloWorldBundle } from "../builds.ts";
import { cpuMsOf } from "../process-usage.ts";
import { answerQuery } from "../servers/prometheus-answer.ts";
import { loadOnePool, type Site, takeTraffic, withFunction } from "../site.ts";
import { poolIdOf, poolsOf } from "../tenancy.ts";

/** A warm call for a pool of 100, in ms of CPU; each array has one mean for each batch of calls. */
export interface WarmCall {
  readonly source: Source;
  readonly ours: readonly number[];
  /** Of `JSON.parse` on the bodies of all its responses. */
  readonly parsing: readonly number[];
  readonly parsedBytes: number;
}

const members = 100;
const warmUps = 30;
const batches = 7;
const callsInBatch = 16;
const parsesInBatch = 300;

export async function measureWarmCall(site: Site, source: Source): Promise<WarmCall> {
  await loadOnePool(site, members, 0);
  const request = { instancePoolId: poolIdOf(0), source };
  return withFunction(site, async (fn) => {
    for (let call = 0; call < warmUps; call++) await fn.askInTurn(request);
    await takeTraffic(site);
    await fn.askInTurn(request);
    const bodies = bodiesOf(await takeTraffic(site));
    const ours: number[] = [];
    const parsing: number[] = [];
    for (let batch = 0; batch < batches; batch++) {
      const before = cpuMsOf(fn.pid);
      for (let call = 0; call < callsInBatch; call++) await fn.askInTurn(request);
      ours.push((cpuMsOf(fn.pid) - before) / callsInBatch);
      parsing.push(parsingMs(bodies));
    }
    const parsedBytes = bodies.reduce((sum, { length }) => sum + length, 0);
    return { source, ours, parsing, parsedBytes };
  });
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

function parsingMs(bodies: readonly Buffer[]): number {
  return cpuMsOfEach(parsesInBatch, () => {
    for (const body of bodies) JSON.parse(body.toString());
  });
}

/** What is in every call whatever it does, in ms of CPU. */
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
  for (let call = 0; call < 10 * warmUps; call++) await agent.invoke("{}");
  for (let batch = 0; batch < batches; batch++) {
    const before = cpuMsOf(agent.pid);
    for (let call = 0; call < parsesInBatch; call++) await agent.invoke("{}");
    helloWorld.push((cpuMsOf(agent.pid) - before) / parsesInBatch);
    signature.push(cpuMsOfEach(parsesInBatch, sign));
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
