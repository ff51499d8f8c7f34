import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import type { EmulatedInstance } from "../../local/oci-emulator/tenancy.ts";
import { examine, troublesOf } from "../support/doctor.ts";
import { FaultyServer } from "../support/faulty-server.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { PrometheusServer } from "../support/prometheus.ts";
import type { HistorySeries } from "../support/remote-write.ts";
import { SyntheticExporter } from "../support/synthetic-exporter.ts";
import { type HistoryHost, mergeSeries, seriesOf } from "../truth/history-host.ts";
import { linux, linuxModes, once } from "../truth/history-hosts.ts";

/** The ages of a host's samples in seconds, or that it shows one whenever it is scraped. */
type Ages = readonly number[] | "scraped";

/** From some minutes ago to some minutes from now: fresh, however long the test takes. */
const always = Array.from({ length: 160 }, (_, index) => 5 * (60 - index));

/** What each host of the server shows, by the host part of its label `instance`. */
const hosts: Readonly<Record<string, Ages>> = {
  "inst-well-web": always,
  "inst-dead-web": "scraped",
  "inst-left-web": "scraped",
  "inst-seldom-web": [1_200, 900, 600, 300, 0],
  "inst-once-web": [0],
  "inst-nan-web": always,
  "inst-twin-web.one.example.com": always,
  "inst-twin-web.two.example.com": always,
};

/** Until some minutes from now. */
const minutesAgo = Array.from({ length: 28 }, (_, index) => 20 - index);

/** Hosts that are known by their past. */
const histories: Readonly<Record<string, HistoryHost>> = {
  unkept: linuxModes({ idle: 0.1 }, 50),
  back: linux(once(35, 2, 5_000, -1_000), 50, { offline: [200, 100] }),
  odd: linux(22, -50),
  fell: linux(30, 50, {
    falls: [{ secondsAgo: 120, mode: "idle", by: 1_000 }],
    spentBefore: { idle: 30_000 },
  }),
  falling: linux(30, 50, {
    falls: minutesAgo.map((minute) => ({ secondsAgo: 60 * minute, mode: "idle", by: 500 })),
    spentBefore: { idle: 30_000 },
  }),
  probed: linux(42, 52),
  gone: linux(42, 52, { silences: [[1_500, -1_000]] }),
  silent: linux(95, 90, { comes: "pushed", silences: [[240, -1_000]] }),
};

/** A server that scrapes already takes nothing that is an hour old. */
const sinceSecondsAgo = 1_500;

/** How long the member is there that took the name over, and its one sample. */
const heirSeconds = 110;
const heirSample = { everySeconds: 600, newestSecondsAgo: 6, sinceSecondsAgo: 6 };

const ownScrapes = (name: string) =>
  ({ job: "history", instance: `inst-${name}-web:9100`, tier: "web" }) as const;

/** What blackbox_exporter, which probes a host, says of itself: that it is down. */
function failedProbe(name: string, now: number): HistorySeries {
  const times = Array.from({ length: 60 }, (_, index) => now + (index - 30) * 15_000);
  return {
    labels: { ...ownScrapes(name), __name__: "up", job: "blackbox", tier: "probe" },
    samples: times.map((timeMs) => ({ timeMs, value: 0 })),
  };
}

/** All that the server is given of the histories. */
function historiesAt(now: number): readonly HistorySeries[] {
  const series = Object.entries(histories).flatMap(([name, host]) => {
    return seriesOf({ ...host, targets: [ownScrapes(name)], sinceSecondsAgo }, now);
  });
  const targets = [ownScrapes("heir")];
  const untilSecondsAgo = heirSeconds + 15;
  const before = linux(99, 95, { targets, everySeconds: 60, untilSecondsAgo, sinceSecondsAgo });
  const heir = linux(5, 15, { targets, ...heirSample });
  return mergeSeries([
    ...series,
    ...[before, heir].flatMap((host) => seriesOf(host, now)),
    ...["probed", "gone", "pinged"].map((name) => failedProbe(name, now)),
  ]);
}

/** @param now what ages are counted from, in epoch ms */
function exposition(host: string, ages: Ages, now: number): string {
  const total = host === "inst-nan-web" ? "NaN" : "1e9";
  const lines = (timeMs: number, stamp: string) => [
    `node_cpu_seconds_total{cpu="0",mode="user"} ${0.25 * (timeMs / 1000)}${stamp}`,
    `node_cpu_seconds_total{cpu="0",mode="idle"} ${0.75 * (timeMs / 1000)}${stamp}`,
    `node_memory_MemTotal_bytes ${total}${stamp}`,
    `node_memory_MemAvailable_bytes 6e8${stamp}`,
  ];
  if (ages === "scraped") return lines(Date.now(), "").join("\n");
  const times = ages.map((age) => now - 1000 * age);
  return times.flatMap((timeMs) => lines(timeMs, ` ${timeMs}`)).join("\n");
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
const plain = ["well", "dead", "left", "seldom", "once", "nan", "twin", "pinged"];
const poolsAt = (now: number) => [
  ...[...plain, ...Object.keys(histories)].map((name) => pool(name, member(name))),
  pool("heir", {
    ...member("heir"),
    timeCreated: new Date(now - heirSeconds * 1_000).toISOString(),
  }),
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
  /** What ages are counted from: there is nothing with an age before that. */
  let now: number | undefined;

  const scrapeConfigs = () => {
    const targets = [...exporters].map(([host, { address }]) => ({
      address,
      labels: { instance: `${host}:9100` },
    }));
    return [{ job: "node", targets }];
  };

  beforeAll(async () => {
    const shows = (host: string, ages: Ages) => () =>
      now === undefined && ages !== "scraped" ? "" : exposition(host, ages, now ?? 0);
    for (const [host, ages] of Object.entries(hosts)) {
      exporters.set(host, await SyntheticExporter.start(shows(host, ages)));
    }
    prometheus = await PrometheusServer.start({ scrapeConfigs: scrapeConfigs() });
    const all = String(exporters.size);
    await prometheus.waitFor(
      'count(sum_over_time(up{job="node"}[5m]) >= 3)',
      ([row]) => row?.value[1] === all,
    );
    await exporters.get("inst-dead-web")?.kill();
    await exporters.get("inst-left-web")?.kill();
    exporters.delete("inst-left-web");
    await prometheus.reload(scrapeConfigs());
    const remaining = String(exporters.size);
    await prometheus.waitFor(
      'count(up{job="node"}) and on () (up{instance="inst-dead-web:9100"} == 0)',
      ([row]) => row?.value[1] === remaining,
    );
    // What was missed once is not dead yet.
    await prometheus.waitFor(
      'sum_over_time(up{instance="inst-dead-web:9100"}[5s]) == 0',
      (rows) => rows.length > 0,
    );
    now = Date.now();
    await prometheus.write(historiesAt(now));
    const aged = Object.values(hosts).filter((ages) => ages !== "scraped").length;
    await prometheus.waitFor(
      'count(node_memory_MemAvailable_bytes{job="node"})',
      ([row]) => row?.value[1] === String(aged),
    );
    const tenancy = { pools: poolsAt(now) };
    emulator = await OciEmulator.start({ tenancy, denied: () => denied });
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

  it("does not blame a host for another exporter that is down", async () => {
    const document = await examine(agent, asked("probed"));

    expect(document.findings.filter(({ status }) => status !== "ok")).toEqual([]);
  });

  it.each([
    ["pinged", /the job in its labels/],
    ["heir", /two scrapes/],
    ["silent", /agent that pushes/],
  ])("finds what the result itself hints at, for the pool %s", async (name, hint) => {
    const { pools: results } = await ask(agent, { pools: [asked(name)] });

    expect(results[0]?.error).toMatchObject({
      code: "NO_DATA",
      hint: expect.stringMatching(hint),
    });
  });

  it("shows the labels found, beside the names of the members, when they don't match", async () => {
    const document = await examine(agent, asked("mismatch"));

    expect(troublesOf(document, "matching")).toEqual([
      {
        step: "matching",
        status: "failed",
        message:
          '2 of 2 running member(s) (inst-x-api, inst-y-api) have no series of an exporter that is known with their displayName in the label "instance".',
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
        status: "failed",
        message: /less than two samples/,
        hint: /two scrape intervals/,
      },
    ],
    [
      "a host that was scraped but once",
      asked("once"),
      { step: "readings", status: "failed", message: /being new/ },
    ],
    [
      "what is no number",
      asked("nan"),
      { step: "readings", status: "warning", message: /^For memory, .* no numbers/ },
    ],
    [
      "modes that are not kept",
      asked("unkept"),
      {
        step: "readings",
        status: "warning",
        message: /^For CPU, .* no series of the CPU mode\(s\) user, nice, system/,
        hint: /metric_relabel_configs/,
      },
    ],
    [
      "a CPU that came back",
      asked("back"),
      {
        step: "readings",
        status: "warning",
        message: /^For CPU, .* passed: a CPU went offline or came back\.$/,
        hint: /hotplug/,
      },
    ],
    [
      "a counter that fell",
      asked("fell"),
      {
        step: "readings",
        status: "warning",
        message: /^For CPU, .* passed: a counter fell\.$/,
        hint: /resets\(/,
      },
    ],
    [
      "a counter that falls again and again, from a maximum",
      asked("falling", { statistic: "max" }),
      {
        step: "readings",
        status: "warning",
        message: /^For CPU, .* passed: a counter fell\.$/,
      },
    ],
    [
      "that only another exporter's `up` is there",
      asked("pinged"),
      {
        step: "readings",
        status: "failed",
        message: /only an `up` that is 0: of their exporter, or of another one such as blackbox/,
        hint: /the job in its labels/,
      },
    ],
    [
      "that a machine is off, whatever else fails there",
      asked("gone"),
      { step: "readings", status: "failed", message: /only an `up` that is 0/ },
    ],
    [
      "a name that was another machine's",
      asked("heir"),
      {
        step: "readings",
        status: "failed",
        message:
          /^1 of 1 .* too few samples since they were created: older ones are of the machine/,
        hint: /two scrapes/,
      },
    ],
    [
      "more memory available than there is",
      asked("odd"),
      { step: "readings", status: "warning", message: /^For memory, .* can't be/ },
    ],
    [
      "a host that pushed, and is silent",
      asked("silent"),
      {
        step: "readings",
        status: "failed",
        message: /no longer pushed/,
        hint: /agent that pushes/,
      },
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
    const emulator = await OciEmulator.start({ tenancy: { pools: poolsAt(Date.now()) } });
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
