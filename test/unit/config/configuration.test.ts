import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { configurationOf } from "../../support/configuration.ts";
import { poolId } from "../../support/ocids.ts";

const yaml = `
defaults:
  windowMinutes: 10
prometheus:
  servers:
    eu: { url: "https://prometheus.eu.example.com/prefix/" }
pools:
  - name: web
    instancePoolId: ${poolId}
  - name: db
    instancePoolId: ${poolId}2
    source: prometheus
    prometheus: { server: eu, match: { label: instance_pool_id, by: poolId } }
`;

describe("readConfiguration", () => {
  it("reads POOLS as YAML, with defaults and named Prometheus servers", () => {
    const { pools, servers, problems } = configurationOf({ POOLS: yaml });

    expect(problems).toEqual([]);
    expect(servers.get("eu")?.url).toBe("https://prometheus.eu.example.com/prefix");
    expect(pools.map(({ spec }) => spec)).toMatchObject([
      { ok: true, value: { name: "web", source: "oci", windowMinutes: 10, statistic: "mean" } },
      {
        ok: true,
        value: {
          source: "prometheus",
          prometheus: {
            server: "eu",
            match: { label: "instance_pool_id", by: "poolId" },
            steal: "busy",
          },
        },
      },
    ]);
  });

  it("reads POOLS as JSON and POOLS_FILE alike", () => {
    const json = JSON.stringify({ pools: [{ name: "web", instancePoolId: poolId }] });
    const fromText = configurationOf({ POOLS: json });
    const fromFile = configurationOf(
      { POOLS_FILE: "/function/pools.json" },
      { "/function/pools.json": json },
    );

    expect(fromText.pools).toEqual(fromFile.pools);
    expect(fromText.pools).toHaveLength(1);
  });

  it("takes the original framework's config.yaml as it is, with one warning", () => {
    const original = `
pools:
  - instance_pool_id: ${poolId}
    compartment_id: ocid1.compartment.oc1..aaaaaaaacompartment
    region: us-ashburn-1
    monitoring_method: prometheus
    prometheus_url: http://10.0.0.5:9090
    cpu_threshold: { min: 20, max: 80 }
    ram_threshold: { min: 20, max: 80 }
    scaling_limits: { min: 1, max: 10 }
    scheduler_max_instances: 5
    schedules: []
`;
    const { pools, servers, warnings, problems } = configurationOf({ POOLS: original });

    expect(problems).toEqual([]);
    expect(pools[0]?.spec).toMatchObject({
      ok: true,
      value: { instancePoolId: poolId, source: "prometheus", region: "us-ashburn-1" },
    });
    const server = pools[0]?.settings.prometheus?.server ?? "";
    expect(servers.get(server)?.url).toBe("http://10.0.0.5:9090");
    expect(warnings).toEqual([
      "ignored, as this function does not scale: cpu_threshold, ram_threshold, scaling_limits, scheduler_max_instances, schedules",
    ]);
  });

  it.each(["defaults:", "prometheus:", "prometheus:\n  servers:", "pools:"])(
    "takes %j, with all below it commented out, as nothing configured",
    (text) => {
      const configured = configurationOf({ POOLS: `${text}\n#  - anything` });

      expect(configured).toEqual(configurationOf({ POOLS: "{}" }));
      expect(configured.problems).toEqual([]);
    },
  );

  it("warns once of the original's scaling keys, those in the defaults included", () => {
    const { warnings, problems } = configurationOf({
      POOLS: JSON.stringify({
        defaults: { cpu_threshold: 80, schedules: [] },
        pools: [{ instance_pool_id: poolId, cpu_threshold: 90 }],
      }),
    });

    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      "ignored, as this function does not scale: cpu_threshold, schedules",
    ]);
  });

  it("refuses a prometheus_url that isn't that of the server named beside it", () => {
    const servers = { a: { url: "http://a:9090" }, also: { url: "http://a:9090" } };
    const poolOf = (server: string, url: string) => ({
      instancePoolId: poolId,
      prometheus: { server },
      prometheus_url: url,
    });
    const { pools } = configurationOf({
      POOLS: JSON.stringify({
        prometheus: { servers },
        pools: [poolOf("also", "http://a:9090/"), poolOf("a", "http://other:9090")],
      }),
    });

    expect(pools.map(({ spec }) => spec)).toMatchObject([
      { ok: true, value: { prometheus: { server: "also" } } },
      {
        problems: [
          {
            path: "POOLS: pools[1].prometheus_url",
            message: 'not the URL of "a", which prometheus.server names; keep one',
          },
        ],
      },
    ]);
  });

  it("takes a Prometheus server in the defaults beside pools on OCI, if it exists", () => {
    const poolsWith = (server: string) =>
      configurationOf({
        POOLS: JSON.stringify({
          defaults: { prometheus: { server, steal: "idle" } },
          prometheus: { servers: { eu: { url: "http://eu:9090" } } },
          pools: [{ name: "web", instancePoolId: poolId }],
        }),
      }).pools.map(({ spec }) => spec);

    expect(poolsWith("eu")).toMatchObject([{ ok: true, value: { source: "oci" } }]);
    expect(poolsWith("us")).toMatchObject([
      {
        problems: [
          {
            path: "POOLS: pools[0].prometheus.server",
            message: 'no Prometheus server "us"; configured are eu',
          },
        ],
      },
    ]);
  });

  it("makes PROMETHEUS_URL the server called default, with its credentials", () => {
    const { servers } = configurationOf({
      PROMETHEUS_URL: "http://10.0.0.5:9090/",
      PROMETHEUS_BEARER_TOKEN: "s3cret",
      PROMETHEUS_HEADERS: '{"X-Scope-OrgID": "team"}',
    });

    const server = servers.get("default");
    expect(server).toMatchObject({ name: "default", url: "http://10.0.0.5:9090" });
    expect(server?.credentials.bearerToken).toMatchObject({ reveal: expect.any(Function) });
    expect(inspect(servers, { depth: 9, showHidden: true })).not.toMatch(/s3cret|team/);
    expect(JSON.stringify(server)).not.toMatch(/s3cret|team/);
  });

  it.each([
    [{ POOLS: "{" }, "POOLS", /^neither JSON nor YAML/],
    [{ POOLS: "[]", POOLS_FILE: "/x" }, "POOLS", /^POOLS and POOLS_FILE are both set/],
    [{ POOLS_FILE: "/missing" }, "POOLS_FILE", /^cannot read \/missing/],
    [{ POOLS: "text" }, "POOLS", /^expected an object with pools/],
    [{ POOLS: "pool: []" }, "POOLS: pool", /^unknown key; did you mean pools\?$/],
    [{ POOLS: "pools: 5" }, "POOLS: pools", /^expected a list/],
    [
      { POOLS: "defaults: {window: 5}" },
      "POOLS: defaults.window",
      /^unknown key; known are instancePoolId/,
    ],
    [
      { POOLS: `defaults: {instancePoolId: ${poolId}}` },
      "POOLS: defaults.instancePoolId",
      /^is of one pool; move it to pools$/,
    ],
    [
      { POOLS: `defaults: {instance_pool_id: ${poolId}}` },
      "POOLS: defaults.instance_pool_id",
      /^is of one pool/,
    ],
    [{ POOLS: "defaults: {name: web}" }, "POOLS: defaults.name", /^is of one pool/],
    [
      { POOLS: "prometheus: {url: x}" },
      "POOLS: prometheus.url",
      /^unknown key; known are servers, exporters$/,
    ],
    [{ POOLS: "prometheus: http://x" }, "POOLS: prometheus", /^expected an object with servers$/],
    [
      { POOLS: "prometheus: {servers: {a: {url: 'ftp://x'}}}" },
      "POOLS: prometheus.servers.a.url",
      /^not an http\(s\) URL/,
    ],
    [{ PROMETHEUS_URL: "10.0.0.5:9090" }, "PROMETHEUS_URL", /^not an http\(s\) URL/],
    [{ PROMETHEUS_URL: "http://x/?dedup=1" }, "PROMETHEUS_URL", /^must be a base URL/],
    [{ PROMETHEUS_URL: "http://x/#graph" }, "PROMETHEUS_URL", /^must be a base URL/],
    [
      { PROMETHEUS_HEADERS: "{", PROMETHEUS_URL: "http://x" },
      "PROMETHEUS_HEADERS",
      /^must be a JSON object/,
    ],
    [
      { PROMETHEUS_URL: "http://x", PROMETHEUS_QUERY_PARAMETERS: '{"query":"up"}' },
      "PROMETHEUS_QUERY_PARAMETERS.query",
      /^is set by the function itself$/,
    ],
    [
      { PROMETHEUS_URL: "http://x", PROMETHEUS_QUERY_PARAMETERS: '{"a":["b"]}' },
      "PROMETHEUS_QUERY_PARAMETERS.a",
      /^expected string \| number \| boolean$/,
    ],
    [
      { PROMETHEUS_URL: "https://x", PROMETHEUS_OAUTH2_CLIENT_ID: "me" },
      "PROMETHEUS_OAUTH2_TOKEN_URL",
      /^is missing$/,
    ],
    [
      { PROMETHEUS_URL: "https://x", PROMETHEUS_BEARER_TOKEN: "a", PROMETHEUS_USERNAME: "b" },
      "PROMETHEUS_*",
      /^give either bearerToken/,
    ],
    [
      { PROMETHEUS_URL: "https://x", PROMETHEUS_SERVER_NAME: "10.0.0.5" },
      "PROMETHEUS_SERVER_NAME",
      /^not a host name$/,
    ],
    [
      { POOLS: 'prometheus: {servers: {a: {url: "http://x", queryParameters: {__proto__: "b"}}}}' },
      "POOLS: prometheus.servers.a.queryParameters.__proto__",
      /^can't be a key here$/,
    ],
    [
      { POOLS: "prometheus: {exporters: {mine: {cpu: up, unit: ratio}}}" },
      "POOLS: prometheus.exporters.mine.cpu",
      /^has no \$selector: it would be about every host of the server, got "up"$/,
    ],
    [
      { POOLS: "prometheus: {exporters: {mine: {cpu: 'up{$selector}'}}}" },
      "POOLS: prometheus.exporters.mine.unit",
      /^is missing$/,
    ],
    [
      { POOLS: "prometheus: {exporters: {mine: {cpu: 'up{$selector}', unit: share}}}" },
      "POOLS: prometheus.exporters.mine.unit",
      /^expected "percent" \| "ratio", got "share"$/,
    ],
    [
      { POOLS: "prometheus: {exporters: {auto: {cpu: 'up{$selector}', unit: ratio}}}" },
      "POOLS: prometheus.exporters.auto",
      /^is the name of an exporter that is known$/,
    ],
    [
      { POOLS: "prometheus: {exporters: [mine]}" },
      "POOLS: prometheus.exporters",
      /^expected an object of exporters by name$/,
    ],
    [
      { POOLS: "prometheus: {servers: [{url: 'http://x'}]}" },
      "POOLS: prometheus.servers",
      /^expected an object of servers by name$/,
    ],
    [
      {
        POOLS:
          "prometheus: {servers: {a: {url: 'http://x', auth: {oauth2: {tokenUrl: 'http://x/#a', clientId: a, clientSecret: b}}}}}",
      },
      "POOLS: prometheus.servers.a.auth.oauth2.tokenUrl",
      /^must have no fragment$/,
    ],
    [{ OCI_PROXY: "proxy.example" }, "OCI_PROXY", /^not an http\(s\) URL$/],
    [{ OCI_PROXY: "socks5://proxy.example" }, "OCI_PROXY", /^not an http\(s\) URL$/],
    [{ OCI_AUTH: "api_key" }, "OCI_AUTH", /^must be resource_principal/],
    [{ LOG_LEVEL: "loud" }, "LOG_LEVEL", /^must be DEBUG/],
    [{ LOG_SAMPLE_RATE: "10%" }, "LOG_SAMPLE_RATE", /^must be a number from 0 to 1$/],
    [{ LOG_SAMPLE_RATE: "1.5" }, "LOG_SAMPLE_RATE", /^must be a number from 0 to 1$/],
    [{ LOG_EVENT: "yes" }, "LOG_EVENT", /^must be true or false$/],
    [{ ON_ERROR: "ignore" }, "ON_ERROR", /^must be return or throw/],
  ])("says what is wrong with %j", (variables, path, message) => {
    const { problems } = configurationOf(variables as Record<string, string>);

    expect(problems).toContainEqual({ path, message: expect.stringMatching(message) });
  });

  it.each([
    [{ headers: { "X-Tenant": "ä" } }, "headers.X-Tenant", "must be printable ASCII on one line"],
    [{ headers: { "X Tenant": "a" } }, 'headers["X Tenant"]', "not a header name"],
    [{ ca: "/etc/ca.pem" }, "ca", "not a PEM certificate"],
    [{ clientCert: "a", clientKey: "b" }, "clientKey", "not a PEM private key"],
    [{ queryParameters: { "": "a" } }, 'queryParameters[""]', "a parameter has a name"],
    [{ proxy: "http://user%:password@proxy.example" }, "proxy", "not an http(s) URL"],
  ])("says what is wrong with the server's %j", (settings, key, message) => {
    const servers = { a: { url: "http://x", ...settings } };
    const { problems } = configurationOf({ POOLS: JSON.stringify({ prometheus: { servers } }) });

    expect(problems).toContainEqual({ path: `POOLS: prometheus.servers.a.${key}`, message });
  });

  it("reads what each query of a server is sent with, as YAML has it", () => {
    const text =
      "prometheus: {servers: {a: {url: 'https://x', queryParameters: {dedup: true, max: 5, tenant: web}, serverName: prometheus.example.com}}}";

    expect(configurationOf({ POOLS: text }).servers.get("a")).toMatchObject({
      queryParameters: { dedup: "true", max: "5", tenant: "web" },
      serverName: "prometheus.example.com",
    });
  });

  it("never repeats what may be a secret", () => {
    const { problems } = configurationOf({
      PROMETHEUS_URL: "http://user:hunter2@10.0.0.5",
      PROMETHEUS_BEARER_TOKEN: "hunter2\n",
      PROMETHEUS_PASSWORD: "hunter2",
    });

    expect(problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });

  it.each([
    "prometheus: { servers: { a: { url: 'http://x', auth: { bearerToken: *hunter2 } } } }",
    "prometheus: { servers: { a: { url: 'http://x', auth: { bearerToken: !hunter2 } } } }",
    "password: |hunter2",
    "pools: [{ instancePoolId: x, prometheus_url: 'http://:hunter2@x' }]",
    '{"password": "hunter2",,}',
  ])("keeps a secret even in a document that is broken: %s", (text) => {
    const { problems, pools, servers } = configurationOf({ POOLS: text });
    const wrongPools = pools.flatMap(({ spec }) => (spec.ok ? [] : spec.problems));

    expect([...problems, ...wrongPools].length).toBeGreaterThan(0);
    expect(JSON.stringify([problems, wrongPools, [...servers.keys()]])).not.toContain("hunter2");
  });

  it("lets a pool that is written wrongly fail alone", () => {
    const pools = [
      { name: "web", instancePoolId: poolId },
      { name: "db", instancePoolId: "nonsense" },
    ];
    const configuration = configurationOf({ POOLS: JSON.stringify({ pools }) });

    expect(configuration.problems).toEqual([]);
    expect(configuration.pools.map(({ spec }) => spec.ok)).toEqual([true, false]);
  });
});
