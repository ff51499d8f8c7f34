import { once } from "node:events";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { dirname, join } from "node:path";
import type { common } from "oci-sdk";
import { afterEach, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { userId } from "../../local/oci-emulator/principal.ts";
import { steady, tenancyId } from "../../local/oci-emulator/tenancy.ts";
import { readEnvironment } from "../../src/config/environment.ts";
import type { HealthDocument } from "../../src/health/health-document.ts";
import { authenticate } from "../../src/oci/authentication.ts";
import { CertificateAuthority } from "../support/certificates.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { instanceServices } from "../support/instance-services.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { ServiceClock } from "../support/service-clock.ts";

const instance = {
  id: instanceId("a"),
  displayName: "inst-a-web",
  state: "Running",
  cpu: steady(20),
  memory: steady(40),
};
const tenancy = {
  pools: [{ id: poolId, displayName: "web", compartmentId, instances: [instance] }],
};

const minuteMs = 60_000;

/** As far as the SDK's signer looks at one. */
const anInstance: common.AuthenticationDetailsProvider = {
  getKeyId: async () => "",
  getPrivateKey: () => "",
  getPassphrase: () => null,
};

describe("authentication", () => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });

  async function emulate(options: Omit<Parameters<typeof OciEmulator.start>[0], "tenancy"> = {}) {
    const emulator = await OciEmulator.start({ tenancy, ...options });
    cleanups.push(() => emulator.close());
    return emulator;
  }

  /** The clock of the emulator, which began an hour ago, and lifetimes that are over by now. */
  async function anHourAgo() {
    const clock = await ServiceClock.start(60 * minuteMs);
    cleanups.push(() => clock.close());
    return { clock, now: clock.now, lifetimeMs: 30 * minuteMs };
  }

  async function functionWith(environment: Readonly<Record<string, string>>): Promise<FnAgent> {
    const agent = await startFunction(environment);
    cleanups.push(() => agent.close());
    return agent;
  }

  async function listening(server: Server): Promise<string> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanups.push(async () => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** A proxy whose tunnels lead to servers of the test, and what they were asked to lead to. */
  async function proxyTo(leadsTo: (authority: string) => string) {
    const tunnels: string[] = [];
    const server = createServer().on("connect", (request, socket) => {
      tunnels.push(String(request.url));
      const { hostname, port } = new URL(leadsTo(String(request.url)));
      const through = connect(Number(port), hostname, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        through.pipe(socket).pipe(through);
      });
      for (const end of [socket, through]) end.on("error", () => undefined);
    });
    return { proxy: await listening(server), tunnels };
  }

  it.each(["files", "inline"] as const)(
    "signs with a resource principal given as %s",
    async (principal) => {
      const emulator = await emulate({ principal });
      const agent = await functionWith(emulator.environment);

      expect((await ask(agent, { instancePoolId: poolId })).status).toBe("ok");
      expect(emulator.requests.every(({ status }) => status === 200)).toBe(true);
    },
  );

  it("takes up a principal's new key and token when the old token has expired", async () => {
    const emulator = await emulate({ tokenLifetimeMs: -1000 });
    const agent = await functionWith(emulator.environment);
    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("failed");

    emulator.rotatePrincipal({ lifetimeMs: 60_000 });

    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("ok");
  });

  it("says so when the principal's token is gone by the time that it has to be renewed", async () => {
    const { clock, now, lifetimeMs } = await anHourAgo();
    const emulator = await emulate({ tokenLifetimeMs: lifetimeMs, now });
    const agent = await functionWith({ ...emulator.environment, ...clock.environment });
    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("ok");

    rmSync(emulator.environment["OCI_RESOURCE_PRINCIPAL_RPST"] ?? "");
    clock.setBehind(0);

    const { pools } = await ask(agent, { instancePoolId: poolId });
    expect(pools[0]?.error?.code).toBe("NOT_AUTHENTICATED");
  });

  it("signs with the API key of a config file", async () => {
    const emulator = await emulate();
    const { configFile, profile } = emulator.createApiKey();
    const agent = await functionWith({
      ...emulator.environment,
      OCI_RESOURCE_PRINCIPAL_VERSION: "",
      OCI_AUTH: "config_file",
      OCI_CONFIG_FILE: configFile,
      OCI_CONFIG_PROFILE: profile,
    });

    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("ok");
  });

  it("signs with what `oci` takes from its environment, without any file, and shows no key", async () => {
    const emulator = await emulate();
    const file = readFileSync(emulator.createApiKey().configFile, "utf8");
    const line = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(file)?.[1] ?? "";
    const agent = await functionWith({
      ...emulator.environment,
      HOME: "/nowhere",
      OCI_AUTH: "config_file",
      OCI_CLI_TENANCY: line("tenancy"),
      OCI_CLI_USER: line("user"),
      OCI_CLI_FINGERPRINT: line("fingerprint"),
      OCI_CLI_KEY_CONTENT: readFileSync(line("key_file"), "utf8"),
      LOG_LEVEL: "DEBUG",
    });

    const health = await agent.invoke('{"check":"health"}');
    const { status } = await ask(agent, { instancePoolId: poolId });

    expect(status).toBe("ok");
    expect(health.json()).toMatchObject({
      checks: {
        principal: {
          kind: "api_key",
          id: userId,
          profile:
            "environment (OCI_CLI_TENANCY, OCI_CLI_USER, OCI_CLI_FINGERPRINT, OCI_CLI_KEY_CONTENT)",
        },
      },
    });
    expect(health.body + agent.logLines().join("\n")).not.toMatch(/PRIVATE KEY|MII/);
  });

  it("signs as a session, says as whom, and takes up its new token when the old one has expired", async () => {
    const { clock, now, lifetimeMs } = await anHourAgo();
    const emulator = await emulate({ now });
    const session = emulator.createSession({ lifetimeMs });
    const agent = await functionWith({
      ...emulator.environment,
      ...clock.environment,
      OCI_AUTH: "config_file",
      OCI_CONFIG_FILE: session.configFile,
    });
    const { checks } = (await agent.invoke('{"check":"health"}')).json() as HealthDocument;
    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("ok");
    const tokenUsed = emulator.requests.every(({ status }) => status === 200);
    clock.setBehind(0);

    const expired = await ask(agent, { instancePoolId: poolId });
    const { configFile, tokenFile } = emulator.createSession();
    copyFileSync(tokenFile, session.tokenFile);
    copyFileSync(configFile, session.configFile);
    const renewed = await ask(agent, { instancePoolId: poolId });

    expect(tokenUsed).toBe(true);
    expect(checks.principal).toMatchObject({
      status: "ok",
      kind: "session",
      id: userId,
      tenancyId,
      region: "us-ashburn-1",
      profile: `profile "DEFAULT" of ${session.configFile}`,
    });
    expect(expired.pools[0]?.error).toMatchObject({
      code: "NOT_AUTHENTICATED",
      message: expect.stringContaining(`has a token that expired at`),
      hint: expect.stringContaining("oci session refresh --profile DEFAULT"),
    });
    expect(renewed.status).toBe("ok");
  });

  it("has no tick for a session that has expired", async () => {
    const emulator = await emulate();
    const { configFile } = emulator.createSession({ lifetimeMs: -5_000 });
    const agent = await functionWith({
      ...emulator.environment,
      OCI_AUTH: "config_file",
      OCI_CONFIG_FILE: configFile,
    });

    const health = (await agent.invoke('{"check":"health"}')).json();
    const doctor = (
      await agent.invoke(JSON.stringify({ check: "doctor", instancePoolId: poolId }))
    ).json();

    expect(health).toMatchObject({ status: "failed", checks: { principal: { status: "failed" } } });
    expect(doctor).toMatchObject({
      status: "failed",
      findings: expect.arrayContaining([
        expect.objectContaining({ step: "principal", status: "failed", code: "NOT_AUTHENTICATED" }),
      ]),
    });
    expect(emulator.requests).toEqual([]);
  });

  it("signs as Cloud Shell's user, with the instance's signature and the user's token", async () => {
    const emulator = await emulate();
    const { configFile } = emulator.createSession();
    const folder = dirname(configFile);
    writeFileSync(join(folder, "delegation_token"), emulator.issueToken().token);
    writeFileSync(
      join(folder, "cloud-shell"),
      `[us-ashburn-1]\ndelegation_token_file=${folder}/delegation_token\nauthentication_type=instance_principal\n`,
    );
    const environment = readEnvironment({
      OCI_AUTH: "config_file",
      OCI_CONFIG_FILE: join(folder, "cloud-shell"),
      OCI_CONFIG_PROFILE: "us-ashburn-1",
    });
    const instance = emulator.issueToken();
    const provider = { ...anInstance, getPrivateKey: () => instance.privateKey };
    provider.getKeyId = async () => `ST$${instance.token}`;
    const { signer, identify } = await authenticate(environment, new Date(), async () => provider);

    const send = async (change: (headers: Headers) => void) => {
      const uri = `${emulator.url}/20160918/instancePools/${poolId}`;
      const request = { uri, method: "GET" as const, headers: new Headers() };
      await signer.signHttpRequest(request);
      change(request.headers);
      return (await fetch(uri, { headers: request.headers })).status;
    };

    expect(await identify()).toMatchObject({ kind: "cloud_shell", id: userId, tenancyId });
    expect(await send(() => {})).toBe(200);
    expect(await send((headers) => headers.set("opc-obo-token", "another"))).toBe(401);
  });

  it("tells a person of groups and profiles, and a function of dynamic groups", async () => {
    const emulator = await emulate({ denied: () => ["GetInstancePool"] });
    const { configFile } = emulator.createApiKey();
    const person = { OCI_AUTH: "config_file", OCI_CONFIG_FILE: configFile };
    const hints = [];
    for (const who of [person, {}]) {
      const agent = await functionWith({ ...emulator.environment, ...who });
      hints.push((await ask(agent, { instancePoolId: poolId })).pools[0]?.error?.hint);
    }

    expect(hints).toEqual([
      "Check the OCID, the region and the tenancy (--profile takes another profile), and that a policy says: Allow group <group> to read instance-pools in compartment id <pools' compartment OCID>",
      "Check the OCID and the region, and that a policy says: Allow dynamic-group <group> to read instance-pools in compartment id <pools' compartment OCID>",
    ]);
  });

  it("reaches OCI, and exceptions without it, through OCI_PROXY", async () => {
    const emulator = await emulate();
    const { proxy, tunnels } = await proxyTo(() => emulator.url);
    const behind = { ...emulator.environment, OCI_PROXY: proxy };

    for (const OCI_NO_PROXY of ["", ".oraclecloud.com, 127.0.0.1"]) {
      const agent = await functionWith({ ...behind, OCI_NO_PROXY });
      expect((await ask(agent, { instancePoolId: poolId })).status).toBe("ok");
      if (OCI_NO_PROXY === "")
        expect(new Set(tunnels)).toEqual(new Set([new URL(emulator.url).host]));
      else expect(tunnels).toEqual([]);
      tunnels.length = 0;
    }
  });

  it.each([
    ["an instance", { OCI_AUTH: "instance_principal" }, "instance_principal"],
    ["Cloud Shell's user", { OCI_AUTH: "config_file" }, "cloud_shell"],
  ])(
    "signs as %s, with a token from Identity through the proxy, and metadata from no proxy",
    async (_, auth, kind) => {
      const emulator = await emulate();
      const authority = await CertificateAuthority.create();
      const certificate = await authority.serverCertificate("auth.us-ashburn-1.oraclecloud.com");
      const { metadata, identity, requests } = await instanceServices(emulator, certificate);
      const identityUrl = await listening(identity);
      const { proxy, tunnels } = await proxyTo((authority) =>
        authority.startsWith("auth.") ? identityUrl : emulator.url,
      );
      const folder = dirname(emulator.createSession().configFile);
      writeFileSync(join(folder, "ca.pem"), authority.cert);
      writeFileSync(join(folder, "delegation"), emulator.issueToken().token);
      writeFileSync(
        join(folder, "config"),
        `[DEFAULT]\ndelegation_token_file=${folder}/delegation\n`,
      );
      const agent = await functionWith({
        ...emulator.environment,
        ...auth,
        OCI_CONFIG_FILE: join(folder, "config"),
        OCI_PROXY: proxy,
        METADATA_SERVICE: await listening(metadata),
        NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
        NODE_OPTIONS: `--require ${join(import.meta.dirname, "../support/metadata-service.cjs")}`,
      });

      const { status } = await ask(agent, { instancePoolId: poolId });
      const health = await agent.invoke('{"check":"health"}');

      expect(status).toBe("ok");
      expect(health.json()).toMatchObject({ checks: { principal: { status: "ok", kind } } });
      expect(new Set(tunnels)).toEqual(
        new Set([new URL(emulator.url).host, "auth.us-ashburn-1.oraclecloud.com:443"]),
      );
      expect(new Set(requests)).toEqual(
        new Set([
          "GET /opc/v2/instance/region Bearer Oracle",
          "GET /opc/v2/identity/cert.pem Bearer Oracle",
          "GET /opc/v2/identity/key.pem Bearer Oracle",
          "GET /opc/v2/identity/intermediate.pem Bearer Oracle",
          `POST /v1/x509 ${tenancyId}/fed-x509`,
        ]),
      );
    },
  );

  it("finds a principal that comes later", async () => {
    const emulator = await emulate();
    const { configFile, profile } = emulator.createApiKey();
    const laterFile = `${configFile}-later`;
    const agent = await functionWith({
      ...emulator.environment,
      OCI_AUTH: "config_file",
      OCI_CONFIG_FILE: laterFile,
      OCI_CONFIG_PROFILE: profile,
    });
    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("failed");

    copyFileSync(configFile, laterFile);

    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("ok");
  });

  it("says that the key of a config file can't be read, and shows nothing of it", async () => {
    const emulator = await emulate();
    const { configFile, profile } = emulator.createApiKey();
    const text = readFileSync(configFile, "utf8");
    const [, keyFile = ""] = /^key_file\s*=\s*(.*)$/m.exec(text) ?? [];
    writeFileSync(keyFile, "s3cret-nonsense");
    const agent = await functionWith({
      ...emulator.environment,
      OCI_AUTH: "config_file",
      OCI_CONFIG_FILE: configFile,
      OCI_CONFIG_PROFILE: profile,
    });

    const { pools } = await ask(agent, { instancePoolId: poolId });
    const health = await agent.invoke('{"check":"health"}');

    expect(pools[0]?.error).toMatchObject({ code: "NOT_AUTHENTICATED" });
    expect(health.json()).toMatchObject({ checks: { principal: { status: "failed" } } });
    expect(agent.logLines().join("\n")).not.toContain("s3cret");
  });

  it("says that a token has expired", async () => {
    const emulator = await emulate({ tokenLifetimeMs: -1000 });
    const agent = await functionWith(emulator.environment);

    const { pools } = await ask(agent, { instancePoolId: poolId });

    expect(pools[0]?.error).toMatchObject({
      code: "NOT_AUTHENTICATED",
      message: expect.stringMatching(/401 NotAuthenticated: .*expired/),
      hint: expect.stringContaining("has expired"),
    });
  });

  it("says that a key is wrong", async () => {
    const [emulator, other] = [await emulate(), await emulate()];
    other.rotatePrincipal();
    const agent = await functionWith({
      ...emulator.environment,
      OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM:
        other.environment["OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM"] ?? "",
    });

    const { pools } = await ask(agent, { instancePoolId: poolId });

    expect(pools[0]?.error).toMatchObject({
      code: "NOT_AUTHENTICATED",
      message: expect.stringMatching(/401 NotAuthenticated: .*signature/i),
    });
  });

  it.each([
    [{ OCI_RESOURCE_PRINCIPAL_VERSION: "" }, /OCI_AUTH=resource_principal/, /OCI_AUTH=config_file/],
    [
      { OCI_RESOURCE_PRINCIPAL_VERSION: "3.0" },
      /OCI_AUTH=resource_principal/,
      /OCI_RESOURCE_PRINCIPAL_/,
    ],
    [{ OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: "/missing.pem" }, /principal/, undefined],
    [{ OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: "nonsense" }, /principal/, undefined],
    [
      { OCI_AUTH: "config_file", OCI_CONFIG_FILE: "/missing" },
      /no OCI config file \/missing/,
      /OCI_CONFIG_FILE/,
    ],
  ])("says who is missing with %j", async (variables, message, hint) => {
    const emulator = await emulate();
    const agent = await functionWith({
      ...emulator.environment,
      ...(variables as Record<string, string>),
    });

    const { pools } = await ask(agent, { instancePoolId: poolId });

    expect(pools[0]?.error).toMatchObject({
      code: "NOT_AUTHENTICATED",
      message: expect.stringMatching(message),
      ...(hint === undefined ? {} : { hint: expect.stringMatching(hint) }),
    });
    expect((await ask(agent, "{")).error?.code).toBe("INVALID_REQUEST");
  });
});
