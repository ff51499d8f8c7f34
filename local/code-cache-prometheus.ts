import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";

/** A server that answers the function's two queries as Prometheus would, always for all these hosts. */
export async function answeringPrometheus(hosts: readonly string[]) {
  const server = createServer(async (request, response) => {
    const query = new URLSearchParams(await text(request)).get("query") ?? "";
    const data = query.startsWith("{")
      ? { resultType: "matrix", result: hosts.flatMap(memoryRows) }
      : { resultType: "vector", result: hosts.flatMap(cpuRows) };
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

const total = "node_memory_MemTotal_bytes";

function cpuRows(instance: string) {
  const row = (labels: object, value: string) => ({
    metric: { ...labels, instance },
    value: [1_000, value],
  });
  return [
    row({ __name__: "up" }, "1"),
    row({ __name__: total }, "100"),
    row({ mode: "idle" }, "0.8"),
    row({ mode: "user" }, "0.2"),
  ];
}

function memoryRows(instance: string) {
  const row = (__name__: string, ...values: readonly string[]) => ({
    metric: { __name__, instance },
    values: values.map((value, step) => [940 + 60 * step, value]),
  });
  return [row(total, "100", "100"), row("node_memory_MemAvailable_bytes", "60", "60")];
}
