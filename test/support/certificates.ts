import { isIP } from "node:net";
import { generate } from "selfsigned";

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/**
 * An authority of the test's own, whose certificates nobody trusts who isn't given `cert`. It needs
 * no openssl, and its keys are of the kind that is quick to make.
 */
export class CertificateAuthority {
  /** PEM, for whoever is to trust this authority. */
  readonly cert: string;
  readonly #key: string;

  private constructor({ cert, key }: KeyPair) {
    this.cert = cert;
    this.#key = key;
  }

  static async create(name = "Test authority"): Promise<CertificateAuthority> {
    const made = await generate([{ name: "commonName", value: name }], {
      ...signedQuickly,
      extensions: [
        { name: "basicConstraints", cA: true, critical: true },
        { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
      ],
    });
    return new CertificateAuthority({ cert: made.cert, key: made.private });
  }

  /** For a server of this name, or of this IPv4 address. */
  serverCertificate(name: string): Promise<KeyPair> {
    const isAddress = isIP(name) !== 0;
    return this.#issue(name, [
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [isAddress ? { type: 7, ip: name } : { type: 2, value: name }],
      },
    ]);
  }

  /** For a client that proves who it is (mTLS). */
  clientCertificate(name: string): Promise<KeyPair> {
    return this.#issue(name, [{ name: "extKeyUsage", clientAuth: true }]);
  }

  async #issue(name: string, extensions: Extensions): Promise<KeyPair> {
    const made = await generate([{ name: "commonName", value: name }], {
      ...signedQuickly,
      ca: { cert: this.cert, key: this.#key },
      extensions: [
        { name: "basicConstraints", cA: false, critical: true },
        { name: "keyUsage", digitalSignature: true, critical: true },
        ...extensions,
      ],
    });
    return { cert: made.cert, key: made.private };
  }
}

type Extensions = NonNullable<NonNullable<Parameters<typeof generate>[1]>["extensions"]>;

/** The day before is for clocks that differ, as in tests of clock skew. */
const signedQuickly = {
  keyType: "ec",
  algorithm: "sha256",
  notBeforeDate: new Date(Date.now() - 24 * 60 * 60_000),
} as const;
