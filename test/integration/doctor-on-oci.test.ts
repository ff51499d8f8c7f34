import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import {
  during,
  type EmulatedInstance,
  type EmulatedPool,
  type MetricStream,
  steady,
} from "../../local/oci-emulator/tenancy.ts";
import { examine, troublesOf } from "../support/doctor.ts";
import { startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";

const deployPage = readFileSync(new URL("../../docs/policies.md", import.meta.url), "utf8");
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
const otherCompartment = `${compartmentId}other`;

const member = (unique: string, more: Partial<EmulatedInstance> = {}): EmulatedInstance => ({
  id: instanceId(unique),
  displayName: `inst-${unique}-web`,
  state: "Running",
  cpu: steady(20),
  memory: steady(40),
  ...more,
});
const until = (minutes: number) => {
  const stream = during(steady(20), { to: minutesAgo(minutes) });
  return { cpu: stream, memory: stream };
};
/** Whose readings are there some minutes later, whenever they are asked for. */
const delayed = (minutes: number) => {
  const stream: MetricStream = (minute) => during(steady(20), { to: minutesAgo(minutes) })(minute);
  return { cpu: stream, memory: stream };
};
const silent = { cpu: () => [], memory: () => [] };
const pool = (suffix: string, ...instances: readonly EmulatedInstance[]): EmulatedPool => ({
  id: `${poolId}${suffix}`,
  displayName: suffix || "web",
  compartmentId,
  instances,
});

const pools: readonly EmulatedPool[] = [
  pool("", member("a"), member("b")),
  pool("someoff", member("on"), member("off", silent)),
  pool("alloff", member("out", silent)),
  pool("elsewhere", member("e", { compartmentId: otherCompartment })),
  pool("spread", member("here"), member("there", { compartmentId: otherCompartment })),
  pool("late", member("late", delayed(2))),
  pool("cpuonly", member("cpuonly", { memory: silent.memory })),
  pool("lately", member("lately", until(8))),
  pool("stopped", member("stopped", until(60))),
  pool("stale", member("stale", until(20))),
  pool("new", member("new", { ...silent, timeCreated: minutesAgo(2).toISOString() })),
  pool(
    "some",
    member("a"),
    member("b", { state: "Stopped" }),
    member("c", { state: "Terminated" }),
  ),
  pool("none", member("a", { state: "Stopped" }), member("b", { state: "Terminated" })),
  pool("empty"),
];

const rule =
  "ALL {resource.type = 'fnfunc', resource.id = 'ocid1.fnfunc.oc1.iad.aaaaaaaaemulatedfunction'}";

const asked = (suffix: string, more: object = {}) => ({
  instancePoolId: `${poolId}${suffix}`,
  ...more,
});

describe("the doctor on OCI", () => {
  let denied: readonly string[] = [];
  let emulator: OciEmulator;
  let agent: FnAgent;
  beforeAll(async () => {
    emulator = await OciEmulator.start({ tenancy: { pools }, denied: () => denied });
    agent = await startFunction({
      ...emulator.environment,
      POOLS: JSON.stringify([
        { name: "web", instancePoolId: poolId },
        { name: "wrong", instancePoolId: `${poolId}wrong`, windowMinutes: 0 },
      ]),
    });
  });
  afterEach(() => {
    denied = [];
  });
  afterAll(async () => {
    await agent.close();
    await emulator.close();
  });

  it("finds nothing to change about a pool that is well", async () => {
    const document = await examine(agent, { pool: "web" });

    expect(document).toMatchObject({ status: "ok", trigger: "direct", pool: "web" });
    expect(document.findings.map(({ step, status }) => `${step} ${status}`)).toEqual([
      "configuration ok",
      "principal ok",
      "circuits ok",
      "pool ok",
      "members ok",
      "running ok",
      "metrics ok",
      "matching ok",
      "readings ok",
    ]);
    expect(document.findings.at(-1)?.message).toBe(
      "CPU 20 %, memory 40 %; 2 of 2 running member(s) reported both.",
    );
  });

  it.each([
    ["GetInstancePool", "pool", "read instance-pools", "<pools' compartment OCID>", ""],
    ["ListInstancePoolInstances", "members", "read instance-pools", compartmentId, ""],
    [
      "SummarizeMetricsData",
      "metrics",
      "read metrics",
      compartmentId,
      " where target.metrics.namespace = 'oci_computeagent'",
    ],
  ] as const)(
    "quotes the policy that %s lacks, word for word, with what is known",
    async (operation, step, grant, compartment, where) => {
      denied = [operation];

      const document = await examine(agent, asked(""));

      const statement = (at: string) =>
        `Allow dynamic-group <group> to ${grant} in compartment id ${at}${where}`;
      expect(deployPage).toContain(`\n${statement("<pools' compartment OCID>")}\n`);
      expect(document.status).toBe("failed");
      expect(troublesOf(document, step)).toEqual([
        {
          step,
          status: "failed",
          message: expect.stringContaining(`${operation} with 404 NotAuthorizedOrNotFound`),
          hint: `The dynamic group <group> needs the rule ${rule}. Check the OCID and the region, and that a policy says: ${statement(compartment)}`,
          code: "POOL_NOT_FOUND",
        },
      ]);
      expect(troublesOf(document, "readings")).toMatchObject([{ status: "skipped" }]);
    },
  );

  it("fills in the compartment that the members live in, not the pool's", async () => {
    denied = ["SummarizeMetricsData"];

    const document = await examine(agent, asked("elsewhere"));

    expect(troublesOf(document, "metrics")[0]?.hint).toContain(
      `read metrics in compartment id ${otherCompartment} where`,
    );
  });

  it("names every compartment that members live in, where there are several", async () => {
    denied = ["SummarizeMetricsData"];

    const document = await examine(agent, asked("spread"));

    expect(troublesOf(document, "metrics")[0]?.hint).toContain(
      `For <pools' compartment OCID>, there are ${compartmentId} and ${otherCompartment}.`,
    );
  });

  it("fills in the compartment that the request names, when the pool can't be asked", async () => {
    denied = ["GetInstancePool"];

    const document = await examine(agent, asked("", { compartmentId }));

    expect(troublesOf(document, "pool")[0]?.hint).toContain(
      `read instance-pools in compartment id ${compartmentId}`,
    );
  });

  it("sees that the configured compartment is not the pool's", async () => {
    const document = await examine(agent, asked("", { compartmentId: otherCompartment }));

    expect(troublesOf(document, "pool")).toMatchObject([
      {
        status: "failed",
        message: `The pool is in ${compartmentId}, and not in the configured ${otherCompartment}.`,
      },
    ]);
    expect(troublesOf(document, "readings")).toEqual([]);
  });

  it.each([
    [
      "an agent that is off",
      asked("someoff"),
      {
        step: "matching",
        status: "warning",
        message: /^1 of 2 running member\(s\) \(inst-off-web\) have no stream in OCI Monitoring/,
        hint: /plugin Compute Instance Monitoring of Oracle Cloud Agent/,
      },
    ],
    [
      "agents that are all off",
      asked("alloff"),
      {
        step: "matching",
        status: "failed",
        message: /^1 of 1 .* no stream/,
        hint: /plugin Compute Instance Monitoring of Oracle Cloud Agent/,
        code: "NO_DATA",
      },
    ],
    [
      "a metric that nobody reports",
      asked("cpuonly"),
      {
        step: "matching",
        status: "warning",
        message: /^For memory, 1 of 1 .* no stream/,
        hint: /^Update Oracle Cloud Agent/,
      },
    ],
    [
      "a window shorter than Monitoring's delay",
      asked("late", { windowMinutes: 1 }),
      {
        step: "readings",
        status: "failed",
        message: /too few readings in 1 minute\(s\), but enough in the last 180/,
        hint: /windowMinutes should be 5 or more/,
      },
    ],
    [
      "members that stopped reporting just before the window",
      asked("lately"),
      { step: "readings", status: "failed", message: /they have stopped reporting/ },
    ],
    [
      "members that stopped reporting before the window",
      asked("stopped"),
      {
        step: "readings",
        status: "failed",
        message: /they have stopped reporting/,
        hint: /still runs there/,
      },
    ],
    [
      "members that stopped reporting within the window",
      asked("stale", { windowMinutes: 60 }),
      { step: "readings", status: "failed", message: /they have stopped reporting/ },
    ],
    [
      "new members",
      asked("new"),
      { step: "readings", status: "failed", message: /being new/, hint: /Wait/ },
    ],
    [
      "members that don't run",
      asked("some"),
      {
        step: "running",
        status: "warning",
        message: /^1 of 3 member\(s\) run; 1 STOPPED, 1 TERMINATED\.$/,
      },
    ],
    [
      "a pool of which no member runs",
      asked("none"),
      { step: "running", status: "failed", message: /^No member runs: /, code: "EMPTY_POOL" },
    ],
    [
      "a pool without members",
      asked("empty"),
      { step: "running", status: "failed", message: /no members/, code: "EMPTY_POOL" },
    ],
    [
      "fewer reporters than minCoverage asks for",
      asked("someoff", { minCoverage: 0.8 }),
      {
        step: "readings",
        status: "failed",
        message: /Only 1 of 2/,
        hint: /lower minCoverage/,
        code: "LOW_COVERAGE",
      },
    ],
    [
      "a wrong OCID",
      asked("gone"),
      {
        step: "pool",
        status: "failed",
        hint: /Check the OCID and the region/,
        code: "POOL_NOT_FOUND",
      },
    ],
    [
      "a pool that is configured wrongly",
      { pool: "wrong" },
      {
        step: "configuration",
        status: "failed",
        message: /windowMinutes: must be 1–1440/,
        code: "INVALID_REQUEST",
      },
    ],
    [
      "a name that is not configured",
      { pool: "wbe" },
      { step: "configuration", status: "failed", hint: /"web"/, code: "POOL_NOT_FOUND" },
    ],
    [
      "two pools at once",
      {},
      {
        step: "configuration",
        status: "failed",
        hint: 'Name it: {"check": "doctor", "pool": "web"}',
        code: "INVALID_REQUEST",
      },
    ],
    [
      "a list of pools, be it of one",
      { pools: ["web"] },
      { step: "configuration", status: "failed", message: /one pool at a time/ },
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
    expect(document.status).toBe(expected.status === "failed" ? "failed" : "ok");
  });

  it("tells an HTTP caller by the status", async () => {
    const query = async (search: string) => {
      const headers = {
        "Fn-Intent": "httprequest",
        "Fn-Http-Method": "GET",
        "Fn-Http-Request-Url": `/pools?check=doctor&${search}`,
      };
      return (await agent.invoke("", { headers })).headers["fn-http-status"];
    };

    expect(await query("pool=web")).toBe("200");
    expect(await query("pool=wrong")).toBe("503");
  });
});

describe("the doctor of a function that can't reach OCI", () => {
  let emulator: OciEmulator;
  beforeAll(async () => {
    emulator = await OciEmulator.start({ tenancy: { pools } });
  });
  afterAll(() => emulator.close());

  async function withFunction<T>(
    environment: Readonly<Record<string, string>>,
    act: (agent: FnAgent) => Promise<T>,
  ): Promise<T> {
    const agent = await startFunction({ ...emulator.environment, ...environment });
    try {
      return await act(agent);
    } finally {
      await agent.close();
    }
  }

  it.each([
    ["Compute", "OCI_CORE_ENDPOINT", "pool"],
    ["Monitoring", "OCI_MONITORING_ENDPOINT", "metrics"],
  ] as const)(
    "asks for a way to %s when its name leads nowhere",
    async (service, variable, step) => {
      const environment = { [variable]: "https://service.invalid" };

      const document = await withFunction(environment, (agent) => examine(agent, asked("")));

      expect(troublesOf(document, step)).toEqual([
        {
          step,
          status: "failed",
          message: expect.stringMatching(
            `^${service} can't be reached at service.invalid: getaddrinfo`,
          ),
          hint: expect.stringContaining("needs a service gateway or NAT"),
          code: "SOURCE_UNAVAILABLE",
        },
      ]);
    },
  );

  it("says so within its time when nobody answers at all, as without a route", async () => {
    const silence = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silence, "listening");
    const { port } = silence.address() as AddressInfo;
    const agent = await FnAgent.start({
      bundle: "dist/func.cjs",
      environment: { ...emulator.environment, OCI_CORE_ENDPOINT: `http://127.0.0.1:${port}` },
      // A first call on a busy machine takes some of it.
      timeoutMs: 15_000,
      graceMs: 15_000,
    });

    const document = await examine(agent, asked(""));
    await agent.close();
    silence.closeAllConnections();
    silence.close();

    expect(troublesOf(document, "pool")).toMatchObject([
      {
        status: "failed",
        message: expect.stringMatching(/Compute in us-ashburn-1 (had|did) not answer/),
        hint: expect.stringContaining("needs a service gateway or NAT"),
      },
    ]);
  });

  it("shows a circuit that is open", async () => {
    const environment = { OCI_CORE_ENDPOINT: "http://127.0.0.1:1" };

    const [first, , third] = await withFunction(environment, async (agent) => {
      const documents = [];
      for (let call = 0; call < 3; call++) documents.push(await examine(agent, asked("")));
      return documents;
    });

    expect(first && troublesOf(first, "circuits")).toEqual([]);
    expect(third?.findings).toContainEqual({
      step: "circuits",
      status: "warning",
      message: expect.stringMatching(/^Compute in us-ashburn-1 failed 5 times in a row/),
      hint: expect.any(String),
    });
    expect(third?.findings).toContainEqual(
      expect.objectContaining({ step: "pool", status: "failed", code: "CIRCUIT_OPEN" }),
    );
  });

  it("finds that nobody is there to sign", async () => {
    const document = await withFunction({ OCI_RESOURCE_PRINCIPAL_VERSION: "" }, (agent) =>
      examine(agent, asked("")),
    );

    expect(troublesOf(document, "principal")).toMatchObject([
      { status: "failed", code: "NOT_AUTHENTICATED", hint: expect.stringContaining("OCI_AUTH") },
    ]);
    expect(troublesOf(document, "pool")).toMatchObject([{ status: "skipped" }]);
  });

  it("finds a token that has expired, which an inline principal can't renew", async () => {
    const expired = await OciEmulator.start({
      tenancy: { pools },
      principal: "inline",
      tokenLifetimeMs: -60_000,
    });
    try {
      const document = await withFunction(expired.environment, (agent) =>
        examine(agent, asked("")),
      );

      expect(troublesOf(document, "principal")).toMatchObject([
        {
          status: "failed",
          message: expect.stringMatching(/token expired at 20\d\d-/),
          code: "NOT_AUTHENTICATED",
        },
      ]);
    } finally {
      await expired.close();
    }
  });
});
