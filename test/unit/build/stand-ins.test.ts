import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { createRequire } from "node:module";
import httpSignature from "http-signature";
import { generate } from "selfsigned";
import { describe, expect, it } from "vitest";

/** As far as the SDK uses the packages that they stand in for. */
interface PrivateKey {
  toBuffer(format: "pem", options: object): Buffer;
  toPublic(): { toString(format: "pem"): string };
}

interface Certificate {
  readonly subjects: readonly { readonly components: readonly { readonly value: string }[] }[];
  fingerprint(algorithm: "sha1"): { toString(format: "hex"): string };
  toString(format: "pem"): string;
}

interface Sshpk {
  parsePrivateKey(text: string, format: "auto", options: { passphrase?: string }): PrivateKey;
  parseCertificate(text: string, format: "pem"): Certificate;
}

interface SignedRequest {
  readonly method: string;
  readonly path: string;
  getHeader(name: string): string | null;
  setHeader(name: string, value: string): void;
}

interface HttpSignature {
  sign(
    request: SignedRequest,
    options: { key: PrivateKey | Buffer; keyId: string; headers: readonly string[] },
  ): void;
}

interface JsonWebToken {
  decode(token: string): { readonly payload: unknown } | undefined;
}

const require = createRequire(import.meta.url);
const sshpk: Sshpk = require("../../../build/stand-ins/sshpk.cjs");
const signatures: HttpSignature = require("../../../build/stand-ins/http-signature.cjs");
const tokens: JsonWebToken = require("../../../build/stand-ins/jsonwebtoken.cjs");

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const spki = publicKey.export({ type: "spki", format: "pem" }).toString();
const parse = (text: string, options = {}) => sshpk.parsePrivateKey(text, "auto", options);

describe("what stands in for sshpk", () => {
  it.each([
    ["PKCS #1", privateKey.export({ type: "pkcs1", format: "pem" }), undefined],
    ["PKCS #8", privateKey.export({ type: "pkcs8", format: "pem" }), undefined],
    [
      "PKCS #1 with a passphrase",
      privateKey.export({ type: "pkcs1", format: "pem", cipher: "aes128", passphrase: "s3cret" }),
      "s3cret",
    ],
    [
      "PKCS #8 with a passphrase",
      privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes256", passphrase: "s3cret" }),
      "s3cret",
    ],
  ])("reads a key in %s", (_format, text, passphrase) => {
    const key = parse(text.toString(), passphrase === undefined ? {} : { passphrase });

    expect(key.toPublic().toString("pem")).toBe(spki);
    expect(createPrivateKey(key.toBuffer("pem", {})).equals(privateKey)).toBe(true);
  });

  it("refuses what is no key, and a wrong passphrase", () => {
    const options = {
      type: "pkcs8",
      format: "pem",
      cipher: "aes256",
      passphrase: "s3cret",
    } as const;
    const encrypted = privateKey.export(options).toString();

    expect(() => parse("no key")).toThrow();
    expect(() => parse(encrypted, { passphrase: "wrong" })).toThrow();
  });

  it("reads whose an instance's certificate is, and its fingerprint", async () => {
    const names = ["opc-instance:ocid1.instance.oc1..a", "opc-tenant:ocid1.tenancy.oc1..b"];
    const attributes = names.map((value) => ({ shortName: "OU", value }));
    const { cert } = await generate([{ name: "commonName", value: "an instance" }, ...attributes]);

    const certificate = sshpk.parseCertificate(cert, "pem");

    const values = certificate.subjects.flatMap(({ components }) => components);
    expect(values.map(({ value }) => value)).toEqual(expect.arrayContaining(names));
    const { fingerprint, raw } = new X509Certificate(cert);
    expect(certificate.fingerprint("sha1").toString("hex")).toBe(fingerprint.toLowerCase());
    expect(new X509Certificate(certificate.toString("pem")).raw).toEqual(raw);
  });
});

describe("what stands in for http-signature", () => {
  const headers = ["date", "x-date", "(request-target)", "host", "Content-Type"];

  function requestWith(values: Readonly<Record<string, string>>) {
    const found = new Map(Object.entries(values));
    const request: SignedRequest = {
      method: "POST",
      path: "/20180401/metrics?compartmentId=a",
      getHeader: (name) => found.get(name.toLowerCase()) ?? null,
      setHeader: (name, value) => found.set(name.toLowerCase(), value),
    };
    return { request, found };
  }

  it.each([
    ["a parsed key", parse(privateKey.export({ type: "pkcs8", format: "pem" }).toString())],
    ["the text of one", Buffer.from(privateKey.export({ type: "pkcs8", format: "pem" }))],
  ])("signs with %s what http-signature verifies", (_key, key) => {
    const values = { "x-date": new Date().toUTCString(), host: "a", "content-type": "b" };
    const { request, found } = requestWith(values);

    signatures.sign(request, { key, keyId: "ST$token", headers });

    const { method, path: url } = request;
    const received = { method, url, headers: Object.fromEntries(found) };
    const parsed = httpSignature.parseRequest(received as never, {
      headers: ["(request-target)", "host"],
      algorithms: ["rsa-sha256"],
      strict: true,
    });
    expect(httpSignature.verifySignature(parsed, spki)).toBe(true);
    expect(parsed.params).toMatchObject({ keyId: "ST$token", headers: headers.map(lowerCase) });
  });

  it("signs no request that lacks a header, and with no key that OCI doesn't take", () => {
    const { request } = requestWith({ host: "a" });
    const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const key = Buffer.from(elliptic.export({ type: "pkcs8", format: "pem" }));

    const pem = Buffer.from(privateKey.export({ type: "pkcs8", format: "pem" }));
    expect(() => signatures.sign(request, { key: pem, keyId: "", headers })).toThrow("x-date");
    expect(() => signatures.sign(request, { key, keyId: "", headers: ["host"] })).toThrow("RSA");
  });
});

describe("what stands in for jsonwebtoken", () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

  it("reads what a token says", () => {
    const payload = { exp: 1_800_000_000, res_compartment: "ocid1.compartment.oc1..ä" };

    const decoded = tokens.decode(`${part({ alg: "RS256" })}.${part(payload)}.signature`);

    expect(decoded?.payload).toEqual(payload);
  });

  it("has nothing of what is no token", () => {
    expect(tokens.decode("no token")).toBeUndefined();
    expect(() => tokens.decode("bm8.anNvbg.signature")).toThrow(SyntaxError);
  });
});

function lowerCase(name: string): string {
  return name.toLowerCase();
}
