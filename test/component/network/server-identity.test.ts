import { X509Certificate } from "node:crypto";
import type { PeerCertificate } from "node:tls";
import { beforeAll, describe, expect, it } from "vitest";
import { checkIdentity } from "../../../src/network/agents.ts";
import { CertificateAuthority } from "../../support/certificates.ts";

describe("checkIdentity", () => {
  let authority: CertificateAuthority;
  beforeAll(async () => {
    authority = await CertificateAuthority.create();
  });

  /** What is wrong with the certificate made for a name, on a server that is called so. */
  async function wrong(name: string, host: string): Promise<string | undefined> {
    const { cert } = await authority.serverCertificate(name);
    const certificate: unknown = new X509Certificate(cert).toLegacyObject();
    return checkIdentity(host, certificate as PeerCertificate)?.message;
  }

  it.each([
    ["fd00::5", "fd00::5"],
    ["fd00::5", "[fd00::5]"],
    ["fd00::5", "fd00:0:0:0::5"],
    ["10.0.0.5", "10.0.0.5"],
    ["prometheus.example.com", "prometheus.example.com"],
  ])("takes the certificate of %s for that of %s", async (name, host) => {
    expect(await wrong(name, host)).toBe(undefined);
  });

  it.each([
    ["fd00::5", "fd00::6"],
    ["fd00::5", "::"],
    ["10.0.0.5", "10.0.0.6"],
    ["10.0.0.5", "::ffff:a00:5"],
    ["prometheus.example.com", "fd00::5"],
    ["prometheus.example.com", "example.com"],
  ])("takes the certificate of %s for none of %s", async (name, host) => {
    expect(await wrong(name, host)).toMatch(/does not match certificate/);
  });
});
