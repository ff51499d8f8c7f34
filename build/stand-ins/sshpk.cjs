// What the SDK asks of sshpk, as Node's own crypto has it.
const { createPrivateKey, createPublicKey, X509Certificate } = require("node:crypto");

/** The SDK parses a key for each of its parts that needs it: this is the last one. */
let lastKey;

module.exports = {
  /** @throws Error when the text is no key, or its passphrase is another. */
  parsePrivateKey(text, _format, { passphrase } = {}) {
    if (lastKey?.text !== text || passphrase !== undefined) {
      lastKey = new PrivateKey(text, createPrivateKey({ key: text, passphrase }), passphrase);
    }
    return lastKey;
  },

  /** @throws Error when the text is no certificate. */
  parseCertificate: (text) => new Certificate(new X509Certificate(text)),
};

class PrivateKey {
  #publicText;

  constructor(text, keyObject, passphrase) {
    this.keyObject = keyObject;
    this.text =
      passphrase === undefined ? text : keyObject.export({ type: "pkcs8", format: "pem" });
  }

  toBuffer() {
    return Buffer.from(this.text);
  }

  toPublic() {
    return {
      toString: () => {
        this.#publicText ??= createPublicKey(this.keyObject).export({
          type: "spki",
          format: "pem",
        });
        return this.#publicText;
      },
    };
  }
}

class Certificate {
  constructor(x509) {
    this.x509 = x509;
  }

  get subjects() {
    const values = Object.values(this.x509.toLegacyObject().subject).flat();
    return [{ components: values.map((value) => ({ value })) }];
  }

  fingerprint(algorithm) {
    if (algorithm !== "sha1") throw new Error(`No ${algorithm} here.`);
    return { toString: () => this.x509.fingerprint.toLowerCase() };
  }

  toString() {
    return this.x509.toString();
  }
}
