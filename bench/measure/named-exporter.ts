import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import type { PoolResult } from "../../src/result/result-document.ts";
import { PrometheusServer } from "../../test/support/prometheus.ts";
import type { HistorySeries } from "../../test/support/remote-write.ts";
import { loadOnePool, type Site, withFunction } from "../site.ts";
import { hostNameOf, loadOf, poolIdOf } from "../tenancy.ts";

/** What one answer took of a server: the mean of a pool. */
export interface Asked {
  readonly queries: number;
  /** Of the answers, as they went over the wire. */
  readonly wireBytes: number;
  /** Of the answers, unpacked. */
  readonly bytes: number;
  /** The time of the server's process on CPUs, in ms: what else the machine does is not in it. */
  readonly serverMs: number;
}

/** The same pool by `auto` and by its exporter's name, by turns, on a real Prometheus 3. */
export interface NamedExporter {
  /** As "3.5.3+ds1-6". */
  readonly version: string;
  readonly auto: readonly Asked[];
  readonly named: readonly Asked[];
}

export const hostsOnServer = 1_000;
export const poolMembers = 250;
const turns = 9;
/** The server counts its time in hundredths of a second. */
const asksOfEach = 6;
const cpus = ["0", "1", "2", "3"];
const everySeconds = 15;

/** @throws Error when there is no Prometheus to be had, or the two answers differ */
export async function measureNamedExporter(site: Site): Promise<NamedExporter> {
  await loadOnePool(site, poolMembers, 0);
  const server = await PrometheusServer.start({ kind: "prometheus-testing", scrapeConfigs: [] });
  const counter = await CountingProxy.start(server.url);
  try {
    const now = Date.now();
    for (let host = 0; host < hostsOnServer; host += 50) {
      const some = Array.from({ length: 50 }, (_, index) => historyOf(host + index, now));
      await server.write(some.flat());
    }
    const servers = { real: { url: counter.url } };
    const environment = { ...site.environment, POOLS: JSON.stringify({ prometheus: { servers } }) };
    return await withFunction({ ...site, environment }, async (fn) => {
      const ask = async (exporter: string) => {
        const request = { instancePoolId: poolIdOf(0), source: "prometheus" };
        const before = await cpuMs(server.url);
        let pool: PoolResult | undefined;
        for (let time = 0; time < asksOfEach; time++) {
          const { document } = await fn.ask({
            ...request,
            prometheus: { server: "real", exporter },
          });
          [pool] = document.pools;
        }
        const serverMs = (await cpuMs(server.url)) - before;
        const { queries, wireBytes, bytes } = counter.take();
        const [one, wire, all, ms] = [queries, wireBytes, bytes, serverMs].map(
          (sum) => sum / asksOfEach,
        );
        return {
          pool,
          asked: { queries: one ?? 0, wireBytes: wire ?? 0, bytes: all ?? 0, serverMs: ms ?? 0 },
        };
      };
      // The first of each opens connections, and finds out how the server is to be asked.
      agreeing((await ask("auto")).pool, (await ask("node")).pool);
      const measured = { auto: [] as Asked[], named: [] as Asked[] };
      for (let turn = 0; turn < turns; turn++) {
        measured.auto.push((await ask("auto")).asked);
        measured.named.push((await ask("node")).asked);
      }
      return { version: server.version, ...measured };
    });
  } finally {
    await counter.close();
    await server.kill();
  }
}

function agreeing(one: PoolResult | undefined, other: PoolResult | undefined): void {
  for (const metric of ["cpu", "memory"] as const) {
    const [a, b] = [one?.[metric], other?.[metric]];
    const isSame = Math.abs((a?.average ?? 0) - (b?.average ?? 0)) < 0.1;
    const isWhole = [a, b].every((all) => all?.reporting === poolMembers);
    if (!isSame || !isWhole) throw new Error(JSON.stringify({ one, other }));
  }
}

/** The last ten minutes and the next five, as node_exporter shows a host. */
function historyOf(member: number, now: number): readonly HistorySeries[] {
  const load = loadOf(member);
  const phase = (member * 97) % (everySeconds * 1_000);
  const labels = { instance: `${hostNameOf(0, member)}:9100`, job: "node" };
  const series = (name: string, more: HistorySeries["labels"], at: (second: number) => number) => ({
    labels: { ...labels, ...more, __name__: name },
    samples: Array.from({ length: 60 }, (_, index) => {
      const second = index * everySeconds;
      return { timeMs: now - 600_000 - phase + 1_000 * second, value: at(second) };
    }),
  });
  const busy = load.cpu / 100;
  const shares = { user: busy, idle: 1 - busy, iowait: 0, system: 0, nice: 0, softirq: 0 };
  const modes = Object.entries({ ...shares, irq: 0, steal: 0 });
  const total = 16 * 1024 ** 3;
  const available = total * (1 - load.memory / 100);
  const others = ["MemFree", "Buffers", "Cached", "SReclaimable", "Slab", "Shmem"];
  return [
    series("up", {}, () => 1),
    ...cpus.flatMap((cpu) =>
      modes.map(([mode, share]) =>
        series("node_cpu_seconds_total", { cpu, mode }, (second) => 9_000 + share * second),
      ),
    ),
    series("node_memory_MemTotal_bytes", {}, () => total),
    series("node_memory_MemAvailable_bytes", {}, (second) => available + 4_096 * (second % 60)),
    ...others.map((name) => series(`node_memory_${name}_bytes`, {}, () => total / 20)),
  ];
}

/** What the server's process has taken of CPUs by now. */
async function cpuMs(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return 1_000 * Number(/^process_cpu_seconds_total (.+)$/m.exec(text)?.[1]);
}

const nothing = { queries: 0, wireBytes: 0, bytes: 0 };

/** Passes queries on to a real server, and adds up what its answers took. */
class CountingProxy {
  readonly url: string;
  readonly close: () => Promise<void>;
  #asked = nothing;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.close = close;
  }

  static async start(target: string): Promise<CountingProxy> {
    const server = createServer(async (incoming, outgoing) => {
      const forwarded = request(`${target}${incoming.url}`, {
        method: incoming.method ?? "POST",
        headers: incoming.headers,
      });
      incoming.pipe(forwarded);
      const [answer]: IncomingMessage[] = await once(forwarded, "response");
      if (answer === undefined) return;
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      proxy.#add(body);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.end(body);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const proxy = new CountingProxy(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections();
      server.close();
    });
    return proxy;
  }

  /** What was asked since the last call. */
  take(): Omit<Asked, "serverMs"> {
    const asked = this.#asked;
    this.#asked = nothing;
    return asked;
  }

  #add(packed: Buffer): void {
    const { queries, wireBytes, bytes } = this.#asked;
    this.#asked = {
      queries: queries + 1,
      wireBytes: wireBytes + packed.length,
      bytes: bytes + gunzipSync(packed).length,
    };
  }
}
