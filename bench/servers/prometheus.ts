// A server that answers as Prometheus does, in a process of its own and at once: each distinct query
// is worked out once, so that a run has the round trips in it and not the cost of PromQL.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { serveParent } from "../child.ts";
import { answerQuery } from "./prometheus-answer.ts";
import { WireBytes } from "./wire-bytes.ts";

let members = 0;
let latencyMs = 0;
let queries: string[] = [];
const answers = new Map<string, Buffer>();
const bytes = new WireBytes();

const server = createServer(async (request, response) => {
  const query = await queryOf(request);
  queries.push(query);
  const answer = answers.get(query) ?? gzipSync(JSON.stringify(answerQuery(query, members)));
  answers.set(query, answer);
  if (latencyMs > 0) await delay(latencyMs);
  // As Prometheus compresses for all who accept it: axios does by itself.
  response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
  response.end(answer);
});

async function queryOf(request: IncomingMessage): Promise<string> {
  const { method, url = "" } = request;
  if (method === "GET") return new URL(url, "http://localhost").searchParams.get("query") ?? "";
  return new URLSearchParams(await text(request)).get("query") ?? "";
}

await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

const methods = {
  url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  load: (count: number) => {
    members = count;
    answers.clear();
  },
  setLatency: (ms: number) => {
    latencyMs = ms;
  },
  /** What was asked since the last time. */
  take: () => {
    const taken = { queries, bytes: bytes.take() };
    queries = [];
    return taken;
  },
};

export type PrometheusServer = typeof methods;

serveParent(methods);
