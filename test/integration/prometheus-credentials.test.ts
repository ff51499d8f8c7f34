import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { CertificateAuthority, type KeyPair } from "../support/certificates.ts";
import { EmulatedPrometheus } from "../support/emulated-prometheus.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { type Authorize, SecurePrometheus } from "../support/secure-prometheus.ts";

const instance = { id: instanceId("a"), displayName: "inst-a-web", state: "Running" };
const pool = { id: poolId, displayName: "web", compartmentId, instances: [instance] };
const host = { labels: { instance: "inst-a-web:9100" }, up: 1, cpu: 40, memory: 60 };
const request = { instancePoolId: poolId, source: "prometheus" };

const secretId = "ocid1.vaultsecret.oc1.iad.amaaaaaathesecret";
const basicOf = (credentials: string) => `Basic ${Buffer.from(credentials).toString("base64")}`;
const basic = basicOf("pools:s3cret-password");

const header =
  (name: string, value: string): Authorize =>
  ({ headers }) =>
    headers[name] === value;

describe("a Prometheus server that wants to know who asks, over TLS", () => {
  let authority: CertificateAuthority;
  let client: KeyPair;
  let prometheus: EmulatedPrometheus;
  let secure: SecurePrometheus;
  let emulator: OciEmulator;
  let secret: string;
  let agent: FnAgent | undefined;

  beforeAll(async () => {
    authority = await CertificateAuthority.create();
    client = await authority.clientCertificate("pool-utilization");
    const server = await authority.serverCertificate("127.0.0.1");
    prometheus = await EmulatedPrometheus.start(() => [host]);
    const asking = { requestCert: true, rejectUnauthorized: false, ca: authority.cert };
    secure = await SecurePrometheus.start(prometheus.url, { ...server, ...asking });
    emulator = await OciEmulator.start({
      tenancy: () => ({ pools: [pool], secrets: [{ id: secretId, content: secret }] }),
    });
  });
  afterEach(() => agent?.close());
  afterAll(async () => {
    await secure.close();
    await prometheus.close();
    await emulator.close();
  });

  async function start(environment: Readonly<Record<string, string>>): Promise<FnAgent> {
    agent = await startFunction({
      ...emulator.environment,
      PROMETHEUS_URL: secure.url,
      PROMETHEUS_CA: authority.cert,
      ...environment,
    });
    return agent;
  }

  const clientNamed =
    (name: string): Authorize =>
    (_, peer) =>
      peer === name;
  const bearer = header("authorization", "Bearer s3cret-token");
  const tenant = header("x-scope-orgid", "s3cret-tenant");

  it.each<[string, Authorize, () => Record<string, string>]>([
    ["a bearer token", bearer, () => ({ PROMETHEUS_BEARER_TOKEN: "s3cret-token" })],
    [
      "a user and a password",
      header("authorization", basic),
      () => ({ PROMETHEUS_USERNAME: "pools", PROMETHEUS_PASSWORD: "s3cret-password" }),
    ],
    [
      "a tenant header",
      tenant,
      () => ({ PROMETHEUS_HEADERS: '{"X-Scope-OrgID":"s3cret-tenant"}' }),
    ],
    [
      "a tenant in its URL",
      ({ url = "" }) => new URL(url, "http://x").searchParams.get("tenant") === "web & shop",
      () => ({ PROMETHEUS_QUERY_PARAMETERS: '{"tenant":"web & shop","dedup":true}' }),
    ],
    [
      "a client certificate",
      clientNamed("pool-utilization"),
      () => ({ PROMETHEUS_CLIENT_CERT: client.cert, PROMETHEUS_CLIENT_KEY: client.key }),
    ],
    [
      "a client certificate, on one line as OCI's configuration wants it",
      clientNamed("pool-utilization"),
      () => ({
        PROMETHEUS_CA: oneLine(authority.cert),
        PROMETHEUS_CLIENT_CERT: oneLine(client.cert),
        PROMETHEUS_CLIENT_KEY: oneLine(client.key),
      }),
    ],
  ])("is shown %s, and gives its answer to nobody else", async (_, authorize, variables) => {
    secure.authorize = authorize;
    const stranger = await start({});
    expect((await ask(stranger, request)).pools[0]?.error).toMatchObject({
      code: "NOT_AUTHENTICATED",
    });
    await stranger.close();

    const known = await start(variables());

    expect((await ask(known, request)).pools[0]).toMatchObject({
      status: "ok",
      cpu: { average: 40 },
    });
    expect(known.logLines().join("\n")).not.toMatch(/s3cret|PRIVATE KEY/);
  });

  it.each<[string, string, Authorize, () => string, Record<string, string>]>([
    ["a bearer token", "PROMETHEUS_BEARER_TOKEN_SECRET_ID", bearer, () => "s3cret-token\n", {}],
    [
      "a password",
      "PROMETHEUS_PASSWORD_SECRET_ID",
      header("authorization", basic),
      () => "s3cret-password",
      { PROMETHEUS_USERNAME: "pools" },
    ],
    [
      "headers",
      "PROMETHEUS_HEADERS_SECRET_ID",
      tenant,
      () => '{"X-Scope-OrgID":"s3cret-tenant"}',
      {},
    ],
    [
      "a client's key",
      "PROMETHEUS_CLIENT_KEY_SECRET_ID",
      clientNamed("pool-utilization"),
      () => client.key,
      {},
    ],
  ])("is shown %s that is in Vault, fetched once", async (_, name, authorize, content, more) => {
    secure.authorize = authorize;
    secret = content();
    emulator.clearRequests();
    const cert = name.includes("KEY") ? { PROMETHEUS_CLIENT_CERT: client.cert } : {};
    const fn = await start({ [name]: secretId, ...cert, ...more });

    for (let call = 0; call < 3; call++) expect((await ask(fn, request)).status).toBe("ok");

    expect(vaultCalls()).toBe(1);
    expect(fn.logLines().join("\n")).not.toMatch(/s3cret|PRIVATE KEY/);
  });

  it("is shown the new version of a secret, when it refuses the old one", async () => {
    secure.authorize = bearer;
    secret = "s3cret-token";
    emulator.clearRequests();
    const fn = await start({ PROMETHEUS_BEARER_TOKEN_SECRET_ID: secretId });
    expect((await ask(fn, request)).status).toBe("ok");

    secret = "s3cret-rotated";
    secure.authorize = header("authorization", "Bearer s3cret-rotated");

    expect((await ask(fn, request)).status).toBe("ok");
    expect(vaultCalls()).toBe(2);
  });

  it("stays refused, when Vault has nothing better", async () => {
    secure.authorize = () => false;
    secret = "s3cret-wrong";
    const fn = await start({ PROMETHEUS_BEARER_TOKEN_SECRET_ID: secretId });

    const { pools } = await ask(fn, request);

    expect(pools[0]?.error).toMatchObject({
      code: "NOT_AUTHENTICATED",
      message: expect.stringContaining("answered 401: unauthorized: who are you?"),
    });
  });

  it("is not asked when Vault does not give the secret, and the policy is named", async () => {
    secure.refused = 0;
    secure.authorize = () => false;
    const fn = await start({ PROMETHEUS_BEARER_TOKEN_SECRET_ID: `${secretId}gone` });

    const { pools } = await ask(fn, request);

    expect(pools[0]?.error).toMatchObject({
      code: "NOT_AUTHENTICATED",
      message: expect.stringContaining("can't be read: Vault answered GetSecretBundle with 404"),
      hint: expect.stringContaining("read secret-bundles"),
    });
    expect(secure.refused).toBe(0);
  });

  it.each([
    ["unknown authority", { PROMETHEUS_CA: "" }, /certificate/],
    ["key of another certificate", {}, /can't be used/],
  ])("is not trusted with an %s", async (what, variables, message) => {
    const other = await authority.clientCertificate("other");
    const keys = { PROMETHEUS_CLIENT_CERT: client.cert, PROMETHEUS_CLIENT_KEY: other.key };
    const fn = await start(what.startsWith("key") ? keys : variables);

    expect((await ask(fn, request)).pools[0]?.error?.message).toMatch(message);
  });

  it("is reached through the proxy that is configured for it, which sees no credential", async () => {
    secure.authorize = bearer;
    const proxy = await startProxy();
    const fn = await start({
      PROMETHEUS_BEARER_TOKEN: "s3cret-token",
      PROMETHEUS_PROXY: proxy.url,
    });

    expect((await ask(fn, request)).pools[0]?.error).toBe(undefined);

    expect(proxy.seen).toContain(`CONNECT ${new URL(secure.url).host}`);
    expect(proxy.seen.join("\n")).not.toContain("s3cret");
    await proxy.close();
  });

  it("is reached through a proxy that wants a password, which is in Vault", async () => {
    secure.authorize = () => true;
    const proxy = await startProxy({ authorization: basicOf("me:s3cret@proxy") });
    secret = proxy.url.replace("://", "://me:s3cret%40proxy@");
    const fn = await start({ PROMETHEUS_PROXY_SECRET_ID: secretId });

    expect((await ask(fn, request)).pools[0]?.error).toBe(undefined);

    expect(fn.logLines().join("\n")).not.toContain("s3cret");
    await proxy.close();
  });

  it("is reached through a proxy whose password was changed, in Vault as well", async () => {
    secure.authorize = () => true;
    const proxy = await startProxy({ authorization: basicOf("me:s3cret-old") });
    secret = proxy.url.replace("://", "://me:s3cret-old@");
    const fn = await start({ PROMETHEUS_PROXY_SECRET_ID: secretId });
    expect((await ask(fn, request)).status).toBe("ok");
    proxy.wantInstead(basicOf("me:s3cret-new"));

    expect((await ask(fn, request)).pools[0]?.error).toMatchObject({
      code: "NOT_AUTHENTICATED",
      message: expect.stringContaining("answered 407"),
      hint: expect.stringContaining("proxy"),
    });
    secret = proxy.url.replace("://", "://me:s3cret-new@");
    expect((await ask(fn, request)).status).toBe("ok");

    expect(fn.logLines().join("\n")).not.toContain("s3cret");
    await proxy.close();
  });

  it("is known by its IPv6 address behind a proxy, too", async () => {
    const address = "fd00::5";
    const certificate = await authority.serverCertificate(address);
    const behind = await SecurePrometheus.start(prometheus.url, certificate);
    const proxy = await startProxy({ destination: new URL(behind.url) });
    const fn = await start({
      PROMETHEUS_URL: `https://[${address}]:9090`,
      PROMETHEUS_PROXY: proxy.url,
    });

    expect((await ask(fn, request)).pools[0]?.error).toBe(undefined);

    expect(proxy.seen).toContain(`CONNECT [${address}]:9090`);
    await proxy.close();
    await behind.close();
  });

  it.each([
    ["an authority that is trusted", () => authority, undefined],
    ["an authority that nobody trusts", () => CertificateAuthority.create(), /certificate/],
  ])("is reached over TLS through a proxy with %s", async (_, authorityOf, message) => {
    secure.authorize = () => true;
    const certificate = await (await authorityOf()).serverCertificate("127.0.0.1");
    const proxy = await startProxy({ authorization: basicOf("me:s3cret"), certificate });
    const fn = await start({ PROMETHEUS_PROXY: proxy.url.replace("://", "://me:s3cret@") });

    const error = (await ask(fn, request)).pools[0]?.error;

    if (message === undefined) expect(error).toBe(undefined);
    else expect(error?.message).toMatch(message);
    expect(proxy.seen.length > 0).toBe(message === undefined);
    await proxy.close();
  });

  it("is reached directly, whatever proxies the environment names otherwise", async () => {
    secure.authorize = () => true;
    const proxy = await startProxy();
    const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"];
    const fn = await start({
      ...Object.fromEntries(names.map((name) => [name, proxy.url])),
      NODE_USE_ENV_PROXY: "1",
    });

    expect((await ask(fn, request)).status).toBe("ok");

    expect(proxy.seen).toEqual([]);
    await proxy.close();
  });

  const vaultCalls = () =>
    emulator.requests.filter(({ operation }) => operation === "GetSecretBundle").length;
});

const oneLine = (pem: string) => pem.replaceAll("\n", "\\n");

interface ProxyOptions {
  /** What it wants to know of its clients. */
  readonly authorization?: string;
  /** Where its tunnels lead, if not to where the client wants to go. */
  readonly destination?: URL;
  /** With one it speaks TLS. */
  readonly certificate?: KeyPair;
}

/** A proxy that makes tunnels, for those it knows, and remembers what it was asked for. */
async function startProxy({ destination, certificate, ...options }: ProxyOptions = {}) {
  let { authorization } = options;
  const seen: string[] = [];
  const refuse: RequestListener = (incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    response.writeHead(502).end();
  };
  const server = certificate ? createTlsServer(certificate, refuse) : createServer(refuse);
  const tunnels: Duplex[] = [];
  server.on("connect", (incoming, socket, head) => {
    tunnels.push(socket);
    seen.push(`CONNECT ${incoming.url}`, JSON.stringify(incoming.headers));
    if (incoming.headers["proxy-authorization"] !== authorization) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const { hostname, port } = destination ?? new URL(`http://${incoming.url}`);
    const upstream = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const dropTunnels = () => {
    for (const tunnel of tunnels.splice(0)) tunnel.destroy();
  };
  const wantInstead = (other: string) => {
    authorization = other;
    dropTunnels();
  };
  const close = async () => {
    dropTunnels();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const url = `${certificate ? "https" : "http"}://127.0.0.1:${port}`;
  return { url, seen, wantInstead, close };
}
