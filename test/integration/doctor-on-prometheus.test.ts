import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import type { EmulatedInstance } from "../../local/oci-emulator/tenancy.ts";
import { examine, troublesOf } from "../support/doctor.ts";
import { FaultyServer } from "../support/faulty-server.ts";
import { startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { PrometheusServer } from "../support/prometheus.ts";
import { SyntheticExporter } from "../support/synthetic-exporter.ts";

/** A host's samples: at these times (epoch ms), or whenever it is scraped. */
type Times = readonly number[] | "scraped";

const began = Date.now();
const minutes = (...ago: readonly number[]) => ago.map((minute) => began - minute * 60_000);

/** What each host of the server shows, by the host part of its label `instance`. */
const hosts: Readonly<Record<string, Times>> = {
  "inst-well-web": "scraped",
  "inst-dead-web": "scraped",
  "inst-left-web": "scraped",
  "inst-seldom-web": minutes(20, 15, 10, 5, 0),
  "inst-once-web": minutes(0),
  "inst-nan-web": "scraped",
  "inst-twin-web.one.example.com": "scraped",
  "inst-twin-web.two.example.com": "scraped",
};

function exposition(host: string, times: Times): string {
  const at = times === "scraped" ? [undefined] : times;
  const total = host === "inst-nan-web" ? "NaN" : "1e9";
  return at
    .flatMap((time) => {
      const seconds = ((time ?? Date.now()) - began) / 1000 + 10_000;
      const stamp = time === undefined ? "" : ` ${time}`;
      return [
        `node_cpu_seconds_total{cpu="0",mode="user"} ${0.25 * seconds}${stamp}`,
        `node_cpu_seconds_total{cpu="0",mode="idle"} ${0.75 * seconds}${stamp}`,
        `node_memory_MemTotal_bytes ${total}${stamp}`,
        `node_memory_MemAvailable_bytes 6e8${stamp}`,
      ];
    })
    .join("\n");
}

const member = (unique: string, displayName = `inst-${unique}-web`): EmulatedInstance => ({
  id: instanceId(unique),
  displayName,
  state: "Running",
  vnics: [{ privateIp: "10.0.0.9" }],
});
const pool = (suffix: string, ...instances: readonly EmulatedInstance[]) => ({
  id: `${poolId}${suffix}`,
  displayName: suffix,
  compartmentId,
  instances,
});
const pools = [
  ...["well", "dead", "left", "seldom", "once", "nan", "twin"].map((name) =>
    pool(name, member(name)),
  ),
  pool("mismatch", member("x", "inst-x-api"), member("y", "inst-y-api")),
  pool("half", member("well"), member("z", "inst-z-api")),
  pool("namesakes", member("well"), member("other", "inst-well-web")),
];
const asked = (suffix: string, more: object = {}) => ({
  instancePoolId: `${poolId}${suffix}`,
  source: "prometheus",
  ...more,
});

const secretId = "ocid1.vaultsecret.oc1.iad.aaaaaaaatestsecret";

describe("the doctor on a real Prometheus", () => {
  const exporters = new Map<string, SyntheticExporter>();
  let denied: readonly string[] = [];
  let prometheus: PrometheusServer;
  let emulator: OciEmulator;
  let agent: FnAgent;
  let counting: NodeJS.Timeout;

  const scrapeConfigs = () => {
    const targets = [...exporters].map(([host, { address }]) => ({
      address,
      labels: { instance: `${host}:9100` },
    }));
    return [{ job: "node", targets }];
  };

  beforeAll(async () => {
    for (const [host, times] of Object.entries(hosts)) {
      exporters.set(host, await SyntheticExporter.start(exposition(host, times)));
    }
    counting = setInterval(() => {
      for (const [host, times] of Object.entries(hosts)) {
        exporters.get(host)?.setMetrics(exposition(host, times));
      }
    }, 100);
    prometheus = await PrometheusServer.start({ scrapeConfigs: scrapeConfigs() });
    const all = String(exporters.size);
    await prometheus.waitFor("count(sum_over_time(up[5m]) >= 3)", ([row]) => row?.value[1] === all);
    await exporters.get("inst-dead-web")?.kill();
    await exporters.get("inst-left-web")?.kill();
    exporters.delete("inst-left-web");
    await prometheus.reload(scrapeConfigs());
    const remaining = String(exporters.size);
    await prometheus.waitFor(
      'count(up) and on () (up{instance="inst-dead-web:9100"} == 0)',
      ([row]) => row?.value[1] === remaining,
    );
    // Memory is read at steps of half a minute.
    await prometheus.waitFor(
      'node_memory_MemTotal_bytes{instance="inst-well-web:9100"} and on () count_over_time(node_memory_MemTotal_bytes{instance="inst-well-web:9100"}[5m:30s])',
      (rows) => rows.length > 0,
      60_000,
    );
    emulator = await OciEmulator.start({ tenancy: { pools }, denied: () => denied });
    agent = await startFunction({
      ...emulator.environment,
      POOLS: JSON.stringify({
        prometheus: {
          servers: {
            default: { url: prometheus.url },
            nobody: { url: "http://127.0.0.1:1" },
            locked: { url: prometheus.url, auth: { bearerTokenSecretId: secretId } },
          },
        },
      }),
    });
  });
  afterEach(() => {
    denied = [];
  });
  afterAll(async () => {
    clearInterval(counting);
    await agent?.close();
    await emulator?.close();
    await prometheus?.kill();
    for (const exporter of exporters.values()) await exporter.kill();
  });

  it("finds nothing to change about a pool that is well", async () => {
    const document = await examine(agent, asked("well"));

    expect(document.findings.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(document).toMatchObject({ status: "ok", pool: "well" });
  });

  it("shows the labels found, beside the names of the members, when they don't match", async () => {
    const document = await examine(agent, asked("mismatch"));

    expect(troublesOf(document, "matching")).toEqual([
      {
        step: "matching",
        status: "failed",
        message:
          '2 of 2 running member(s) (inst-x-api, inst-y-api) have no series of node_exporter with their displayName in the label "instance".',
        hint: expect.stringMatching(
          /^No series has the displayName of a running member \("inst-x-api", "inst-y-api"\) in the label "instance"; it holds values such as "inst-[^"]*:9100", /,
        ),
        code: "NO_DATA",
      },
    ]);
  });

  it.each([
    [
      "a member that is not scraped",
      asked("half"),
      {
        step: "matching",
        status: "warning",
        message: /^1 of 2 running member\(s\) \(inst-z-api\)/,
        hint: /its label "instance" hold the displayName/,
      },
    ],
    [
      "a label that no host has",
      asked("well", { prometheus: { match: { label: "pool", by: "poolId" } } }),
      { step: "matching", status: "failed", hint: /^No host's series has the label "pool"/ },
    ],
    [
      "an exporter that Prometheus can't scrape",
      asked("dead"),
      { step: "readings", status: "failed", message: /could not scrape/, hint: /port open/ },
    ],
    [
      "a target that left the server's configuration",
      asked("left"),
      { step: "readings", status: "failed", message: /none now/, hint: /service discovery/ },
    ],
    [
      "a window that is too short for the scrape interval",
      asked("seldom", { windowMinutes: 2 }),
      {
        step: "readings",
        status: "warning",
        message: /^For CPU, .* too few readings in 2 minute\(s\), but enough in the last 180/,
        hint: /four times the scrape interval/,
      },
    ],
    [
      "a host that was scraped but once",
      asked("once"),
      { step: "readings", status: "warning", message: /^For CPU, .* being new/ },
    ],
    [
      "what is no number",
      asked("nan"),
      { step: "readings", status: "warning", message: /^For memory, .* no numbers/ },
    ],
    [
      "members with the same name",
      asked("namesakes"),
      {
        step: "matching",
        status: "failed",
        message: /^2 of 2 .* others have, too\.$/,
        hint: /"by": "instanceId"/,
      },
    ],
    [
      "one name in two domains",
      asked("twin"),
      { step: "matching", status: "warning", message: /match by instanceId instead$/ },
    ],
    [
      "a host name that the network doesn't know",
      asked("well", { prometheus: { match: { by: "hostname" } } }),
      { step: "matching", status: "failed", message: /a hostname that could not be found out/ },
    ],
    [
      "a server that is not there",
      asked("well", { prometheus: { server: "nobody" } }),
      {
        step: "metrics",
        status: "failed",
        message: /^Prometheus server "nobody" .* can't be reached: connect ECONNREFUSED/,
        code: "SOURCE_UNAVAILABLE",
      },
    ],
    [
      "a server that nobody configured",
      asked("well", { prometheus: { server: "eu" } }),
      { step: "configuration", status: "failed", code: "INVALID_REQUEST" },
    ],
  ] as const)("finds %s", async (_, request, { step, ...expected }) => {
    const document = await examine(agent, request);

    const patterns = Object.entries(expected).map(([key, value]) => [
      key,
      value instanceof RegExp ? expect.stringMatching(value) : value,
    ]);
    expect(troublesOf(document, step)).toContainEqual(
      expect.objectContaining(Object.fromEntries(patterns)),
    );
  });

  it.each([
    ["ListVnicAttachments", "inspect vnic-attachments", "hostname"],
    ["ListVnicAttachments", "inspect instances", "hostname"],
    ["GetVnic", "inspect vnics", "privateIp"],
  ] as const)("quotes the policy that %s lacks: %s", async (operation, grant, by) => {
    denied = [operation];

    const document = await examine(agent, asked("mismatch", { prometheus: { match: { by } } }));

    expect(troublesOf(document, "metrics")).toMatchObject([
      {
        status: "failed",
        hint: expect.stringContaining(
          `Allow dynamic-group <group> to ${grant} in compartment id ${compartmentId}`,
        ),
        code: "POOL_NOT_FOUND",
      },
    ]);
  });

  it("quotes the policy for the server's secret", async () => {
    denied = ["GetSecretBundle"];

    const document = await examine(agent, asked("well", { prometheus: { server: "locked" } }));

    expect(troublesOf(document, "metrics")).toMatchObject([
      {
        status: "failed",
        hint: expect.stringMatching(
          `: Allow dynamic-group <group> to read secret-bundles in compartment id <secrets' compartment OCID> where target.secret.id = '${secretId}'$`,
        ),
        code: "NOT_AUTHENTICATED",
      },
    ]);
  });
});

describe("the doctor of a function that Prometheus doesn't let in", () => {
  it("points at the credentials", async () => {
    const server = await FaultyServer.start({ status: 401, body: "Unauthorized\n" });
    const emulator = await OciEmulator.start({ tenancy: { pools } });
    const agent = await startFunction({ ...emulator.environment, PROMETHEUS_URL: server.url });

    const document = await examine(agent, asked("well"));
    await agent.close();
    await emulator.close();
    await server.close();

    expect(troublesOf(document, "metrics")).toMatchObject([
      {
        status: "failed",
        message: expect.stringMatching(/answered 401/),
        hint: "Check the server's auth and headers.",
        code: "NOT_AUTHENTICATED",
      },
    ]);
  });
});
