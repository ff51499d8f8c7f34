import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { CertificateAuthority } from "../support/certificates.ts";
import { EmulatedPrometheus } from "../support/emulated-prometheus.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { SecurePrometheus } from "../support/secure-prometheus.ts";
import { TokenIssuer } from "../support/token-issuer.ts";

const instance = { id: instanceId("a"), displayName: "inst-a-web", state: "Running" };
const pool = { id: poolId, displayName: "web", compartmentId, instances: [instance] };
const host = { labels: { instance: "inst-a-web:9100" }, up: 1, cpu: 40, memory: 60 };
const request = { instancePoolId: poolId, source: "prometheus" };

const secretId = "ocid1.vaultsecret.oc1.iad.amaaaaaathesecret";
/** Each of these characters is another one in Basic, unless it is encoded as RFC 6749 says. */
const account = { clientId: "pools:web", clientSecret: "s3cret +%/&:=", scope: "metrics.read" };

describe("a Prometheus server that wants an issuer's token", () => {
  let authority: CertificateAuthority;
  let prometheus: EmulatedPrometheus;
  let secure: SecurePrometheus;
  let emulator: OciEmulator;
  let issuer: TokenIssuer;
  let secret = account.clientSecret;
  let revoked: readonly string[] = [];
  let agent: FnAgent | undefined;

  beforeAll(async () => {
    authority = await CertificateAuthority.create();
    const certificate = await authority.serverCertificate("127.0.0.1");
    prometheus = await EmulatedPrometheus.start(() => [host]);
    secure = await SecurePrometheus.start(prometheus.url, certificate);
    emulator = await OciEmulator.start({
      tenancy: () => ({ pools: [pool], secrets: [{ id: secretId, content: secret }] }),
    });
  });
  beforeEach(async () => {
    issuer = await TokenIssuer.start(account, await authority.serverCertificate("127.0.0.1"));
    revoked = [];
    secure.authorize = ({ headers }) =>
      issuer.tokens.some(
        (token) => headers.authorization === `Bearer ${token}` && !revoked.includes(token),
      );
  });
  afterEach(async () => {
    await agent?.close();
    await issuer.close();
  });
  afterAll(async () => {
    await secure.close();
    await prometheus.close();
    await emulator.close();
  });

  async function start(environment: Readonly<Record<string, string>> = {}): Promise<FnAgent> {
    agent = await startFunction({
      ...emulator.environment,
      PROMETHEUS_URL: secure.url,
      PROMETHEUS_CA: authority.cert,
      PROMETHEUS_OAUTH2_TOKEN_URL: issuer.tokenUrl,
      PROMETHEUS_OAUTH2_CLIENT_ID: account.clientId,
      PROMETHEUS_OAUTH2_CLIENT_SECRET: account.clientSecret,
      PROMETHEUS_OAUTH2_SCOPE: account.scope,
      ...environment,
    });
    return agent;
  }

  it("is shown one, for all queries of the process", async () => {
    const fn = await start();

    for (let call = 0; call < 3; call++) {
      expect((await ask(fn, request)).pools[0]).toMatchObject({ cpu: { average: 40 } });
    }

    expect(issuer.tokens).toHaveLength(1);
    expect(fn.logLines().join("\n")).not.toMatch(new RegExp(`s3cret|${issuer.tokens[0]}`));
  });

  it("is shown a new one when it refuses the old one, once for all who wait", async () => {
    const fn = await start();
    await ask(fn, request);
    revoked = [...issuer.tokens];

    expect((await ask(fn, request)).status).toBe("ok");

    expect(issuer.tokens).toHaveLength(2);
  });

  it("is known by a secret of Vault's, in its newest version", async () => {
    secret = "s3cret-old";
    const fn = await start({
      PROMETHEUS_OAUTH2_CLIENT_SECRET: "",
      PROMETHEUS_OAUTH2_CLIENT_SECRET_SECRET_ID: secretId,
    });
    expect((await ask(fn, request)).pools[0]?.error).toMatchObject({
      code: "NOT_AUTHENTICATED",
      message: expect.stringMatching(/token endpoint \(.*\) answered 401: invalid_client/),
      hint: expect.stringContaining("clientId and the secret"),
    });

    secret = account.clientSecret;

    expect((await ask(fn, request)).status).toBe("ok");
  });

  it("says whose refusal it is when no token will do", async () => {
    secure.authorize = () => false;
    const fn = await start();

    const { pools } = await ask(fn, request);

    expect(pools[0]?.error).toMatchObject({
      code: "NOT_AUTHENTICATED",
      message: expect.stringContaining("answered 401: unauthorized: who are you?"),
      hint: expect.stringContaining("refuses the issuer's token: check scope and audience"),
    });
  });

  it("says what the issuer has against the scope", async () => {
    const fn = await start({ PROMETHEUS_OAUTH2_SCOPE: "metrics.write" });

    const { pools } = await ask(fn, request);

    expect(pools[0]?.error).toMatchObject({
      code: "NOT_AUTHENTICATED",
      message: expect.stringContaining("answered 400: invalid_scope"),
      hint: expect.stringContaining("scope and audience"),
    });
    expect(JSON.stringify(pools)).not.toContain("s3cret");
  });

  it("is not asked when the issuer isn't there", async () => {
    const fn = await start();
    await issuer.close();

    const { pools } = await ask(fn, request);

    expect(pools[0]?.error).toMatchObject({
      code: "SOURCE_UNAVAILABLE",
      retryable: true,
      message: expect.stringMatching(/token endpoint \(.*\) can't be reached: .*ECONNREFUSED/),
    });
  });

  it("is not asked when the issuer's certificate is nobody's", async () => {
    const fn = await start({
      PROMETHEUS_OAUTH2_TOKEN_URL: issuer.tokenUrl,
      PROMETHEUS_CA: "",
    });

    expect((await ask(fn, request)).pools[0]?.error?.message).toMatch(
      /token endpoint .* can't be reached: .*certificate/,
    );
    expect(issuer.tokens).toEqual([]);
  });
});
