import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OciEmulator } from "../../../local/oci-emulator/emulator.ts";
import { principalOf, providerOf, type RawCall, rawCall } from "../../support/sdk-calls.ts";

const path = "/20180401/metrics/actions/summarizeMetricsData?compartmentId=c";
const body = JSON.stringify({ namespace: "oci_vcn", query: "M[1m].mean()" });
const call = { method: "POST", path, body } as const;

/** Who signs well is refused only because there is no such compartment. */
const letIn = 404;

describe("the emulator's signature check", () => {
  let emulator: OciEmulator;
  let stranger: OciEmulator;

  beforeAll(async () => {
    emulator = await OciEmulator.start({ tenancy: { pools: [] } });
    stranger = await OciEmulator.start({ tenancy: { pools: [] } });
  });

  afterAll(async () => {
    await emulator.close();
    await stranger.close();
  });

  function send(options: Partial<RawCall> = {}, to = emulator) {
    const { keyId, privateKey } = principalOf(emulator);
    return rawCall(to, providerOf(keyId, privateKey), { ...call, ...options });
  }

  function sendAs(keyId: string, privateKey: string) {
    return rawCall(emulator, providerOf(keyId, privateKey), call);
  }

  it("lets a request in that the SDK signed", async () => {
    expect(await send()).toMatchObject({ status: letIn });
  });

  it.each<[string, Partial<RawCall>, string]>([
    [
      "a body that was changed",
      { tamper: (request) => Object.assign(request, { body: body.replace("1m", "5m") }) },
      "x-content-sha256 is not the hash of the body",
    ],
    [
      "a path that was changed",
      { tamper: (request) => Object.assign(request, { uri: `${request.uri}d` }) },
      "the signature does not match",
    ],
    [
      "a signature that is none",
      {
        tamper: ({ headers }) =>
          replaceAuthorization(headers, /signature="[^"]+"/, 'signature="aa"'),
      },
      "the signature does not match",
    ],
    [
      "no signature",
      { tamper: ({ headers }) => headers.delete("authorization") },
      "there is no authorization header",
    ],
    [
      "another scheme",
      { tamper: ({ headers }) => headers.set("authorization", 'Bearer version="1"') },
      'scheme was not "Signature"',
    ],
    [
      "a signature of another version",
      { tamper: ({ headers }) => replaceAuthorization(headers, 'version="1",', "") },
      'not Signature version="1"',
    ],
    [
      "another algorithm",
      { tamper: ({ headers }) => replaceAuthorization(headers, "rsa-sha256", "rsa-sha1") },
      "rsa-sha1 is not a supported algorithm",
    ],
    [
      "a body whose hash was not signed",
      { tamper: ({ headers }) => replaceAuthorization(headers, " x-content-sha256", "") },
      "not signed: x-content-sha256",
    ],
    [
      "a date that was not signed",
      { tamper: ({ headers }) => replaceAuthorization(headers, "x-date ", "") },
      "not signed: x-date or date",
    ],
    [
      "a host that was not signed",
      { tamper: ({ headers }) => replaceAuthorization(headers, " host", "") },
      "host was not a signed header",
    ],
    [
      "a clock that is 6 minutes slow",
      { headers: { "x-date": new Date(Date.now() - 6 * 60_000).toUTCString() } },
      "x-date is more than 5 minutes off",
    ],
    [
      "a clock that is 6 minutes fast",
      { headers: { "x-date": new Date(Date.now() + 6 * 60_000).toUTCString() } },
      "x-date is more than 5 minutes off",
    ],
    ["a date that is none", { headers: { "x-date": "today" } }, "x-date is not a date"],
  ])("refuses %s", async (_, options, reason) => {
    expect(await send(options)).toMatchObject({
      status: 401,
      answer: { code: "NotAuthenticated", message: expect.stringContaining(reason) },
    });
  });

  it("allows a clock to be 4 minutes off", async () => {
    const headers = { "x-date": new Date(Date.now() - 4 * 60_000).toUTCString() };
    expect(await send({ headers })).toMatchObject({ status: letIn });
  });

  it("refuses a key that is not the token's", async () => {
    const other = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
    const pem = other.export({ type: "pkcs1", format: "pem" }).toString();

    expect(await sendAs(principalOf(emulator).keyId, pem)).toMatchObject({
      status: 401,
      answer: { message: expect.stringContaining("the signature does not match") },
    });
  });

  it("refuses a token that has expired", async () => {
    const stale = await OciEmulator.start({ tenancy: { pools: [] }, tokenLifetimeMs: -60_000 });
    const { keyId, privateKey } = principalOf(stale);

    const refusal = await rawCall(stale, providerOf(keyId, privateKey), call);
    await stale.close();

    expect(refusal).toMatchObject({
      status: 401,
      answer: { message: expect.stringContaining("the session token has expired") },
    });
  });

  it("refuses a token that another tenancy gave out", async () => {
    const { keyId, privateKey } = principalOf(stranger);
    expect(await sendAs(keyId, privateKey)).toMatchObject({
      status: 401,
      answer: { message: expect.stringContaining("the session token is not this tenancy's") },
    });
  });

  it("refuses a token that somebody wrote without signing", async () => {
    const { keyId, privateKey } = principalOf(emulator);
    const [, claims] = keyId.split(".");
    const header = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");

    expect(await sendAs(`ST$${header}.${claims}.`, privateKey)).toMatchObject({ status: 401 });
    expect(await sendAs("ST$nonsense", privateKey)).toMatchObject({ status: 401 });
  });

  it("refuses an API key that nobody registered", async () => {
    const { privateKey } = principalOf(emulator);
    expect(await sendAs("tenancy/user/fingerprint", privateKey)).toMatchObject({
      status: 401,
      answer: { message: expect.stringContaining("names no API key") },
    });
  });

  it("does not tell a stranger what there is", async () => {
    const tamper = ({ headers }: { headers: Headers }) => headers.delete("authorization");
    const unknown = { path: "/nowhere", method: "DELETE", tamper } as const;
    const tooLong = { body: " ".repeat(1024 * 1024 + 1), tamper } as const;

    expect(await send(unknown)).toMatchObject({ status: 401 });
    expect(await send(tooLong)).toMatchObject({ status: 401 });
  });
});

function replaceAuthorization(headers: Headers, what: string | RegExp, by: string): void {
  headers.set("authorization", (headers.get("authorization") ?? "").replace(what, by));
}
