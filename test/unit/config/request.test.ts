import { describe, expect, it } from "vitest";
import { readPoolsRequest } from "../../../src/config/request.ts";
import { UtilizationError } from "../../../src/errors.ts";
import { addressSpellings } from "../../fixtures/address-spellings.ts";
import { configurationOf } from "../../support/configuration.ts";
import { compartmentId, poolId } from "../../support/ocids.ts";

const configuration = configurationOf({
  PROMETHEUS_URL: "http://10.0.0.5:9090",
  POOLS: JSON.stringify({
    defaults: { windowMinutes: 15 },
    pools: [
      { name: "web", instancePoolId: poolId, statistic: "max" },
      { name: "broken", instancePoolId: poolId, windowMinutes: 0 },
    ],
  }),
});

/** The error of a body that names one pool, as a whole or as the pool's own. */
function errorOf(body: unknown, known = configuration): Partial<UtilizationError> {
  try {
    const [pool] = readPoolsRequest(body, known).pools;
    return pool !== undefined && "error" in pool ? pool.error : {};
  } catch (error) {
    return error instanceof UtilizationError ? error : {};
  }
}

function specsOf(body: unknown) {
  return readPoolsRequest(body, configuration).pools.map((pool) =>
    "spec" in pool ? pool.spec : pool.error.message,
  );
}

describe("readPoolsRequest", () => {
  describe("of a thousand configured pools", () => {
    const pools = Array.from({ length: 1_000 }, (_, index) => ({
      name: `pool-${String(index).padEnd(240, "x")}`,
      instancePoolId: `${poolId}${index}`,
    }));
    const many = configurationOf({ POOLS: JSON.stringify({ pools }) });
    const hintsOf = (body: unknown) =>
      readPoolsRequest(body, many).pools.map((pool) => ("error" in pool ? pool.error.hint : ""));

    it("names some to a caller who asks for a thousand others, in little room", () => {
      const names = Array.from({ length: 1_000 }, (_, index) => `${index}`);

      const hints = hintsOf({ pools: names });

      expect(hints).toHaveLength(1_000);
      for (const hint of hints) {
        expect(hint).toMatch(/^Configured are pool-0x+, pool-1x+, and 998 more\.$/);
      }
    });

    it("names the one that was probably meant", () => {
      const short = configurationOf({
        POOLS: JSON.stringify([
          ...pools,
          { name: "frontend", instancePoolId: `${poolId}frontend` },
        ]),
      });

      const [pool] = readPoolsRequest({ pools: ["front-ent"] }, short).pools;

      expect(pool && "error" in pool ? pool.error.hint : undefined).toBe(
        'Did you mean "frontend"?',
      );
    });
  });

  it.each([
    [
      {
        instancePoolId: poolId,
        windowMinutes: 0,
        prometheus: { server: "nowhere", exporter: "no" },
      },
      [
        /windowMinutes: must be 1–1440/,
        /prometheus\.server: no Prometheus server "nowhere"/,
        /prometheus\.exporter: no exporter "no"/,
      ],
    ],
    [{ windowMinutes: 0 }, [/windowMinutes: /, /instancePoolId: is missing/]],
    [
      { source: "prometheus", prometheus: { server: "nowhere" } },
      [/instancePoolId: is missing/, /prometheus\.server: /],
    ],
    [
      {
        instancePoolId: poolId,
        prometheus_url: "http://elsewhere",
        prometheus: { exporter: "no" },
      },
      [/prometheus_url: not the origin/, /prometheus\.exporter: /],
    ],
    [
      {
        unknown: 1,
        pools: [{ instancePoolId: "x" }, { instancePoolId: poolId, windowMinutes: 0 }],
      },
      [/unknown: unknown key/, /pools\[0\]\.instancePoolId: /, /pools\[1\]\.windowMinutes: /],
    ],
    [
      { pool: "web", windowMinutes: 0, prometheus: { server: "nowhere" } },
      [/windowMinutes: /, /prometheus\.server: /],
    ],
  ])("reports every problem of %j at once", (body, problems) => {
    const { message } = errorOf(body);

    for (const problem of problems) expect(message).toMatch(problem);
    expect(message?.split("; ").filter((part) => /^[\w.[\]]+: /.test(part))).toHaveLength(
      problems.length,
    );
  });

  it("asks for no more configured pools at once than fit in a request", () => {
    const pools = Array.from({ length: 1_001 }, (_, index) => ({
      instancePoolId: `${poolId}${index}`,
    }));
    const many = configurationOf({ POOLS: JSON.stringify(pools) });

    expect(() => readPoolsRequest(undefined, many)).toThrow(/1001 pools are configured/);
  });

  it("says no more of a request's problems than a person can read", () => {
    const keys = Array.from({ length: 45 }, (_, index) => [`${"漢".repeat(50)}${index}`, 1]);
    const body = { instancePoolId: poolId, ...Object.fromEntries(keys) };

    const { message = "" } = errorOf(body);

    expect(message.length).toBeLessThan(2_200);
    expect(message).toMatch(/; and \d+ more$/);
  });

  it.each([undefined, {}])("asks for all configured pools when the body is %j", (body) => {
    expect(specsOf(body)).toMatchObject([
      { name: "web", windowMinutes: 15, statistic: "max" },
      "POOLS: pools[1].windowMinutes: must be 1–1440, got 0",
    ]);
  });

  it.each([{ pool: "web" }, { pools: ["web"] }, { pools: [{ pool: "web" }] }])(
    "finds a configured pool by its name: %j",
    (body) => {
      expect(specsOf(body)).toMatchObject([{ name: "web", instancePoolId: poolId }]);
    },
  );

  describe("of a pool that is published", () => {
    const publish = { namespace: "p" };
    const peaks = { statistic: "max", windowMinutes: 60 };
    const named = [{ name: "web", instancePoolId: poolId, publish }];
    const unnamed = [{ instancePoolId: poolId, publish }];
    const twice = [...named, { name: "peaks", instancePoolId: poolId, ...peaks, publish }];

    it.each([
      ["with a name", named, {}, true],
      ["with a name", named, { includeInstances: true }, true],
      ["with a name", named, peaks, false],
      ["with a name", named, { ...peaks, name: "peaks" }, true],
      ["with a name", named, { ...peaks, publish }, true],
      ["without a name", unnamed, {}, true],
      ["without a name", unnamed, { name: "peaks" }, true],
      ["without a name", unnamed, peaks, false],
      // The name may be the pool's display name, which nobody has asked for yet.
      ["without a name", unnamed, { ...peaks, name: "peaks" }, false],
      ["without a name", unnamed, { ...peaks, name: "peaks", publish }, true],
      ["twice", twice, {}, true],
      ["twice", twice, { name: "peaks" }, false],
      ["twice", twice, { ...peaks, name: "peaks" }, true],
      ["twice", [...named, { ...unnamed[0], ...peaks }], {}, false],
      ["in the defaults only", [], peaks, false],
      ["in the defaults only", [], { ...peaks, name: "peaks" }, false],
    ])("configured %s: %j, publishes %j: %s", (_, pools, overrides, published) => {
      const configured = configurationOf({
        POOLS: JSON.stringify({ defaults: { publish }, pools }),
      });

      const [pool] = readPoolsRequest({ instancePoolId: poolId, ...overrides }, configured).pools;

      const warning = expect.stringMatching(/^not published: .* measured in another way\./);
      expect(pool).toMatchObject(
        published
          ? { spec: { publish }, warnings: expect.not.arrayContaining([warning]) }
          : { spec: { publish: undefined }, warnings: expect.arrayContaining([warning]) },
      );
    });

    it("publishes each of several by its name, and not in another way", () => {
      const configured = configurationOf({ POOLS: JSON.stringify(twice) });
      const publishedBy = (body: object) =>
        readPoolsRequest(body, configured).pools.map((pool) => "spec" in pool && pool.spec.publish);

      expect(publishedBy({ pools: ["web", "peaks"] })).toMatchObject([publish, publish]);
      expect(publishedBy({ pool: "peaks", includeInstances: true })).toMatchObject([publish]);
      expect(publishedBy({ pool: "peaks", statistic: "min" })).toEqual([undefined]);
    });
  });

  it("reads where to publish, as one setting", () => {
    const { pools } = readPoolsRequest(
      { instancePoolId: `${poolId}other`, publish: { namespace: "pools" } },
      configurationOf({
        POOLS: JSON.stringify({
          defaults: { publish: { namespace: "all", resourceGroup: "a.b-c$1" } },
        }),
      }),
    );

    expect(pools.map((pool) => "spec" in pool && pool.spec.publish)).toEqual([
      { namespace: "pools" },
    ]);
    expect(specsOf({ pool: "web" })).toMatchObject([{ publish: undefined }]);
  });

  it.each([
    [{}, "publish.namespace: is missing"],
    [{ namespace: "oci_pools" }, "publish.namespace: must be letters, digits and _"],
    [{ namespace: "oracle_x" }, "publish.namespace: must be letters, digits and _"],
    [{ namespace: "a-b" }, "publish.namespace: must be letters, digits and _"],
    [{ namespace: "x".repeat(256) }, "publish.namespace: is too long"],
    [{ namespace: "a", resourceGroup: "1a" }, "publish.resourceGroup: must be letters"],
    [{ namespace: "a", resourcegroup: "b" }, "publish.resourcegroup: unknown key"],
    [true, "publish: expected Object, got true"],
  ])("refuses to publish to %j", (publish, message) => {
    expect(errorOf({ instancePoolId: poolId, publish })).toMatchObject({
      message: expect.stringContaining(message),
    });
  });

  it("takes a name that a dimension of a metric has room for, and no longer one", () => {
    const named = (length: number) => ({ instancePoolId: poolId, name: "x".repeat(length) });

    expect(specsOf(named(255))).toMatchObject([named(255)]);
    expect(errorOf(named(256)).message).toMatch(/^name: is too long/);
  });

  it("lets the payload override the named pool, and that the defaults", () => {
    expect(specsOf({ pool: "web", windowMinutes: 3 })).toMatchObject([
      { windowMinutes: 3, statistic: "max" },
    ]);
    expect(specsOf({ pool: "web" })).toMatchObject([{ windowMinutes: 15, statistic: "max" }]);
  });

  it("pins a pool to the labels of every place that names some", () => {
    const pinned = configurationOf({
      PROMETHEUS_URL: "http://10.0.0.5:9090",
      POOLS: JSON.stringify({
        defaults: { source: "prometheus", prometheus: { matchers: { cluster: "prod" } } },
        pools: [{ name: "web", instancePoolId: poolId, prometheus: { matchers: { job: "node" } } }],
      }),
    });
    const body = { pool: "web", prometheus: { matchers: { job: "vm", "host.type": "x" } } };

    expect(readPoolsRequest(body, pinned).pools).toMatchObject([
      { spec: { prometheus: { matchers: { cluster: "prod", job: "vm", "host.type": "x" } } } },
    ]);
  });

  describe("an exporter of the configuration's", () => {
    const withExporter = configurationOf({
      PROMETHEUS_URL: "http://10.0.0.5:9090",
      POOLS: JSON.stringify({
        prometheus: { exporters: { mine: { cpu: "mine{$selector}", unit: "ratio" } } },
      }),
    });
    const asked = (settings: object) => {
      const body = { instancePoolId: poolId, source: "prometheus", ...settings };
      const [pool] = readPoolsRequest({ pools: [body] }, withExporter).pools;
      return pool !== undefined && "error" in pool ? pool.error.message : pool?.spec.prometheus;
    };

    it("is asked for by its name", () => {
      expect(asked({ prometheus: { exporter: "mine" } })).toMatchObject({ exporter: "mine" });
    });

    it("stands in the way of no statistic of a pool that is measured on OCI", () => {
      const prometheus = { exporter: "mine" };
      expect(asked({ source: "oci", statistic: "p95", prometheus })).toMatchObject(prometheus);
    });

    it.each([
      [
        { prometheus: { exporter: "yours" } },
        /^pools\[0\]\.prometheus\.exporter: no exporter "yours"; there are auto, .*mine$/,
      ],
      [
        { prometheus: { exporter: "mine" }, statistic: "max" },
        /^pools\[0\]\.statistic: the exporter "mine" of the configuration has only mean$/,
      ],
      [
        { prometheus: { exporter: { cpu: "up{$selector}", unit: "ratio" } } },
        /^pools\[0\]\.prometheus\.exporter: expected string, got Object$/,
      ],
      [
        { source: "oci", prometheus: { exporter: "yours" } },
        /^pools\[0\]\.prometheus\.exporter: no exporter "yours"/,
      ],
    ])("is not asked for in the way of %j", (settings, message) => {
      expect(asked(settings)).toMatch(message);
    });
  });

  it("does not measure a pool that is configured wrongly when it is asked for by its OCID", () => {
    const pool = { name: "web", instancePoolId: poolId };
    const wrong = configurationOf({ POOLS: JSON.stringify([{ ...pool, windowMinutes: "5" }]) });
    const message = /^POOLS: pools\[0\]\.windowMinutes: expected number, got "5"$/;

    for (const body of [{ instancePoolId: poolId }, { instancePoolId: poolId, statistic: "max" }]) {
      expect(() => readPoolsRequest(body, wrong)).toThrow(message);
    }
  });

  it("gives a pool that is asked for by its OCID the settings it is configured with", () => {
    expect(specsOf({ instancePoolId: poolId.toUpperCase() })).toMatchObject([
      { name: "web", instancePoolId: poolId, statistic: "max" },
    ]);
  });

  it.each([
    ["web", '2 configured pools have this OCID; the settings are those of "web"'],
    [undefined, "2 configured pools have this OCID; the settings are those of the first"],
  ])("says whose settings an OCID has that is configured twice, first as %s", (name, warning) => {
    const pools = [
      { ...(name === undefined ? {} : { name }), instancePoolId: poolId },
      { name: "peaks", instancePoolId: poolId, statistic: "max" },
    ];
    const twice = configurationOf({ POOLS: JSON.stringify(pools) });

    expect(readPoolsRequest({ instancePoolId: poolId.toUpperCase() }, twice).pools).toMatchObject([
      { spec: { name, statistic: "mean" }, warnings: [warning] },
    ]);
    expect(readPoolsRequest({ pool: "peaks", windowMinutes: 9 }, twice).pools).toMatchObject([
      { spec: { statistic: "max" }, warnings: [] },
    ]);
  });

  it("knows the original's keys", () => {
    const body = {
      instance_pool_id: `${poolId}x`,
      compartment_id: compartmentId,
      monitoring_method: "prometheus",
      prometheus_url: "http://10.0.0.5:9090/",
      cpu_threshold: 80,
    };
    expect(readPoolsRequest(body, configuration).pools).toMatchObject([
      {
        spec: {
          instancePoolId: `${poolId}x`,
          compartmentId,
          source: "prometheus",
          prometheus: { server: "default" },
        },
        warnings: ["ignored, as this function does not scale: cpu_threshold"],
      },
    ]);
  });

  it("takes the original's URL of a server with other settings beside it", () => {
    const match = { label: "host", by: "instanceId" };
    const body = { prometheus_url: "http://10.0.0.5:9090", prometheus: { match } };
    const { pools } = readPoolsRequest({ instancePoolId: `${poolId}x`, ...body }, configuration);
    expect(pools).toMatchObject([{ spec: { prometheus: { server: "default", match } } }]);
  });

  it.each([
    [[], "INVALID_REQUEST", /^The request must be a JSON object such as/],
    ["text", "INVALID_REQUEST", /^The request must be a JSON object/],
    [{ windowMinutes: 5 }, "INVALID_REQUEST", /^instancePoolId: is missing$/],
    [
      { instancePoolId: "web" },
      "INVALID_REQUEST",
      /^instancePoolId: not the OCID of an instance pool, got "web"$/,
    ],
    [{ instancePoolId: 5 }, "INVALID_REQUEST", /^instancePoolId: expected string, got 5$/],
    [
      { instancePoolId: 'ocid1.instancepool.oc1.iad.a"}.mean()' },
      "INVALID_REQUEST",
      /not the OCID/,
    ],
    [
      { instancePoolId: poolId, source: "datadog" },
      "INVALID_REQUEST",
      /^source: expected "oci" \| "prometheus", got "datadog"$/,
    ],
    [
      { instancePoolId: poolId, windowMinutes: 2000 },
      "INVALID_REQUEST",
      /^windowMinutes: must be 1–1440, got 2000$/,
    ],
    [
      { instancePoolId: poolId, windowMinutes: 1.5 },
      "INVALID_REQUEST",
      /^windowMinutes: must be whole/,
    ],
    [
      { instancePoolId: poolId, region: "evil.example.com" },
      "INVALID_REQUEST",
      /^region: not a region id/,
    ],
    [
      { instancePoolId: poolId, instance_pool_id: poolId },
      "INVALID_REQUEST",
      /^instance_pool_id: means the same as instancePoolId/,
    ],
    [
      { instancePoolId: poolId, prometheus_url: "http://10.0.0.6:9090" },
      "INVALID_REQUEST",
      /^prometheus_url: not the origin of a configured/,
    ],
    [
      { instancePoolId: poolId, source: "prometheus", prometheus: { server: "eu" } },
      "INVALID_REQUEST",
      /^prometheus\.server: no Prometheus server "eu"; configured are default$/,
    ],
    [
      { instancePoolId: poolId, source: "oci", prometheus: { server: "eu" } },
      "INVALID_REQUEST",
      /^prometheus\.server: no Prometheus server "eu"; configured are default$/,
    ],
    [
      { instancePoolId: poolId, prometheus_url: "http://10.0.0.5:9090/tenant-b" },
      "INVALID_REQUEST",
      /^prometheus_url: no server of this origin has this path; configured are default$/,
    ],
    [
      { instancePoolId: poolId, prometheus: { match: { by: "poolId" } } },
      "INVALID_REQUEST",
      /^prometheus\.match: name the label/,
    ],
    [
      { instancePoolId: poolId, prometheus: { headers: {} } },
      "INVALID_REQUEST",
      /^prometheus\.headers: unknown key/,
    ],
    [
      { instancePoolId: poolId, prometheus: { matchers: { cluster: 5 } } },
      "INVALID_REQUEST",
      /^prometheus\.matchers\.cluster: expected string, got 5$/,
    ],
    [
      { instancePoolId: poolId, prometheus: { matchers: { cluster: "" } } },
      "INVALID_REQUEST",
      /^prometheus\.matchers\.cluster: must not be empty/,
    ],
    [
      { instancePoolId: poolId, prometheus: { matchers: { __name__: "up" } } },
      "INVALID_REQUEST",
      /^prometheus\.matchers\.__name__: names no label, but the metric/,
    ],
    [
      { instancePoolId: poolId, prometheus: { matchers: { cluster: "\ud800" } } },
      "INVALID_REQUEST",
      /^prometheus\.matchers\.cluster: is not Unicode text/,
    ],
    [
      { instancePoolId: poolId, prometheus: { matchers: JSON.parse('{"constructor": "a"}') } },
      "INVALID_REQUEST",
      /^prometheus\.matchers\.constructor: can't be a key here$/,
    ],
    [
      {
        instancePoolId: poolId,
        prometheus: {
          matchers: {
            a: "x".repeat(255),
            b: "y".repeat(255),
            c: "z".repeat(255),
            d: "z".repeat(255),
          },
        },
      },
      "INVALID_REQUEST",
      /^prometheus\.matchers: have more than 1000 bytes/,
    ],
    [
      { instancePoolId: poolId, onError: "explode" },
      "INVALID_REQUEST",
      /^onError: must be return or throw$/,
    ],
    [
      { pools: [] },
      "INVALID_REQUEST",
      /^pools: expected a list of pool specs or names, not empty$/,
    ],
    [{ pools: ["web"], pool: "web" }, "INVALID_REQUEST", /^pool: unknown key; beside pools/],
    [{ pools: [5] }, "INVALID_REQUEST", /^pools\[0\]: expected a pool spec, an object$/],
    [{ pool: 5 }, "INVALID_REQUEST", /^pool: expected the name of a configured pool$/],
    [
      { pool: "web", instancePoolId: poolId },
      "INVALID_REQUEST",
      /^instancePoolId: can't be given together with pool/,
    ],
    [{ pool: "wbe" }, "POOL_NOT_FOUND", /^No pool called "wbe" is configured\.$/],
  ])("refuses %j", (body, code, message) => {
    const error = errorOf(body);

    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.retryable).toBe(false);
  });

  it.each([
    [{ pool: "wbe" }, 'Did you mean "web"?'],
    [{ pool: "payments" }, "Configured are web, broken."],
    [
      { pool: poolId },
      `That is an OCID; give it as instancePoolId: {"instancePoolId": "${poolId}"}`,
    ],
    [{ pools: [poolId] }, expect.stringMatching(/^That is an OCID; give it as instancePoolId/)],
  ])("says how to name a pool instead of %j", (body, hint) => {
    expect(errorOf(body)).toMatchObject({ code: "POOL_NOT_FOUND", hint });
  });

  it("reports every problem at once, each with its path", () => {
    const body = { pools: [{ instancePoolId: "x", windowMinutes: "5", widnow: 1, sorce: "oci" }] };

    expect(specsOf(body)).toEqual([
      expect.stringMatching(
        /^pools\[0\]\.instancePoolId: not .*; pools\[0\]\.windowMinutes: expected number, got "5"; pools\[0\]\.widnow: unknown key.*; pools\[0\]\.sorce: unknown key/,
      ),
    ]);
  });

  const placed = "can't be given together with pool, which names it already";
  const wrong = "onError: must be return or throw";
  const window = 'windowMinutes: expected number, got "5"';
  it.each([
    [{ instancePoolId: poolId, windowMinutes: "5", onError: 1 }, [window, wrong]],
    [{ pool: "wbe", onError: 1 }, ['No pool called "wbe" is configured.', wrong]],
    [
      { pool: "wbe", windowMinutes: "5", name: "x" },
      ['No pool called "wbe" is configured.', `name: ${placed}`, window],
    ],
    [
      { pool: "web", instancePoolId: poolId, select: {}, windowMinutes: "5" },
      [`instancePoolId: ${placed}`, `select: ${placed}`, window],
    ],
    [{ pool: 5, windowMinutes: "5" }, ["pool: expected the name of a configured pool", window]],
    [{ pool: 5, windowMinutes: 5 }, ["pool: expected the name of a configured pool"]],
    [
      { pool: "broken", windowMinutes: "5" },
      ["POOLS: pools[1].windowMinutes: must be 1–1440, got 0", window],
    ],
    [
      { pools: ["wbe", { pool: "web", name: "x" }], statistic: "max", onError: 1 },
      [
        wrong,
        "statistic: unknown key; beside pools there may be onError",
        'No pool called "wbe" is configured.',
        `pools[1].name: ${placed}`,
      ],
    ],
    [
      { ...Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 1])), onError: 1 },
      ["The request has 52 keys, far too many", `${wrong}.`],
    ],
  ])("hides no problem behind another: %j", (body, problems) => {
    expect(errorOf(body)).toMatchObject({
      code: "INVALID_REQUEST",
      message: problems.join("; "),
    });
  });

  it("says how to name a pool when there is more to change, too", () => {
    expect(errorOf({ pool: "wbe", windowMinutes: "5" }).hint).toBe('Did you mean "web"?');
  });

  it.each(addressSpellings)("lets no payload choose where requests go: %s", (host) => {
    const spec = { instancePoolId: poolId, source: "prometheus" };

    for (const url of [`http://${host}:9090`, `http://10.0.0.5:9090@${host}`, `//${host}`]) {
      expect(errorOf({ ...spec, prometheus_url: url }).code).toBe("INVALID_REQUEST");
    }
    expect(errorOf({ ...spec, prometheus: { server: `http://${host}` } }).code).toBe(
      "INVALID_REQUEST",
    );
    expect(errorOf({ instancePoolId: poolId, region: `${host}/` }).code).toBe("INVALID_REQUEST");
  });

  describe("with several servers behind one origin", () => {
    const servers = {
      a: { url: "https://prom.example.com/a" },
      b: { url: "https://prom.example.com/b/" },
      c: { url: "http://10.0.0.5:9090", headers: { "X-Scope-OrgID": "c" } },
      d: { url: "http://10.0.0.5:9090", headers: { "X-Scope-OrgID": "d" } },
    };
    const tenants = configurationOf({ POOLS: JSON.stringify({ prometheus: { servers } }) });
    const ask = (url: string, server?: string) =>
      readPoolsRequest(
        {
          instancePoolId: poolId,
          source: "prometheus",
          prometheus_url: url,
          ...(server === undefined ? {} : { prometheus: { server } }),
        },
        tenants,
      ).pools;

    it.each([
      ["https://prom.example.com/b", undefined, "b"],
      ["https://prom.example.com/b/", "b", "b"],
      ["https://prom.example.com", "b", "b"],
      ["https://prom.example.com/", "a", "a"],
      ["http://10.0.0.5:9090", "d", "d"],
    ])("takes %s and the name %s for the server %s", (url, name, server) => {
      expect(ask(url, name)).toMatchObject([{ spec: { prometheus: { server } } }]);
    });

    it.each([
      ["https://prom.example.com", undefined, "several servers have this origin; name one"],
      ["http://10.0.0.5:9090", undefined, "several servers have this origin; name one"],
      ["https://prom.example.com/c", undefined, "no server of this origin has this path"],
      ["https://prom.example.com/b", "a", 'not the URL of "a", which prometheus.server names'],
      ["http://10.0.0.5:9090", "a", 'not the URL of "a", which prometheus.server names'],
    ])("does not guess what %s and the name %s mean", (url, name, message) => {
      expect(() => ask(url, name)).toThrow(`prometheus_url: ${message}`);
    });
  });

  it("refuses more pools than can be measured", () => {
    const body = { pools: Array.from({ length: 1001 }, () => "web") };

    expect(errorOf(body).message).toBe("pools: at most 1000 pools fit in a request");
  });

  it("measures a pool once that is asked for twice in the same way", () => {
    const body = {
      pools: [
        "web",
        { pool: "web" },
        { instancePoolId: poolId },
        { pool: "web", statistic: "min" },
      ],
    };

    expect(specsOf(body)).toMatchObject([{ statistic: "max" }, { statistic: "min" }]);
  });

  it("tells a caller whose function is configured wrongly what to mend", () => {
    const wrong = configurationOf({ POOLS: "pools: 5", OCI_AUTH: "none" });

    expect(() => readPoolsRequest(undefined, wrong)).toThrow(
      /^The function's configuration is wrong: OCI_AUTH: must be .*; POOLS: pools: expected a list$/,
    );
    expect(errorOf({}, wrong).hint).toBe(
      "`npm run validate -- <file>` shows each problem of POOLS in its line.",
    );
    expect(errorOf({}, configurationOf({ OCI_AUTH: "none" })).hint).toBeUndefined();
  });

  it("tells a caller without any pool what to send", () => {
    const empty = configurationOf({});

    expect(() => readPoolsRequest(undefined, empty)).toThrow("There is no pool to measure.");
    expect(() => readPoolsRequest({ pool: "web" }, empty)).toThrow(
      expect.objectContaining({
        hint: "No pool has a name: give its OCID as instancePoolId, or configure it in POOLS or POOLS_FILE.",
      }),
    );
  });
});
