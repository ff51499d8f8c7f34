import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";

/** A server that answers the function's two queries as Prometheus would, always for all these hosts. */
export async function answeringPrometheus(hosts: readonly string[]) {
  const server = createServer(async (request, response) => {
    const query = new URLSearchParams(await text(request)).get("query") ?? "";
    const data = query.startsWith("{")
      ? { resultType: "matrix", result: hosts.flatMap(sampleRows) }
      : { resultType: "vector", result: [clock, ...hosts.flatMap(cpuRows)] };
    const answer = { status: "success", data };
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
    response.end(gzipSync(JSON.stringify(answer)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

/** Of a host of one CPU, scraped each minute, the last time just now. */
const now = 1_800_000_000;
const windowSeconds = 300;
const times = Array.from({ length: 7 }, (_, index) => now - 60 * (6 - index));
const clock = { metric: { mode: "(now)" }, value: [now, String(now)] };

function cpuRows(instance: string) {
  const row = (mode: string, value: number) => ({
    metric: { mode, instance },
    value: [now, String(value)],
  });
  return [row("idle", 0.8 * windowSeconds), row("user", 0.2 * windowSeconds), row("(stamp)", now)];
}

function sampleRows(instance: string) {
  const row = (__name__: string, value: string) => ({
    metric: { __name__, instance },
    values: times.map((time) => [time, value]),
  });
  return [
    row("up", "1"),
    row("node_memory_MemTotal_bytes", "100"),
    row("node_memory_MemAvailable_bytes", "60"),
  ];
}
