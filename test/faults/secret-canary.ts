import { existsSync, readFileSync } from "node:fs";

/** Secrets of a function under test that are easily recognised. */
export const canaries = {
  bearerToken: "canary-bearer-0b9a6c1e7d",
  tenantHeader: "canary-tenant-header-5f2e8d",
  vaultToken: "canary-vault-token-c41e07",
} as const;

/** Looks for a function's secrets in what is said to others. */
export class SecretCanary {
  readonly #secrets: readonly string[];
  readonly #seen = new Set<string>();

  /** Of a function with this environment. */
  constructor(environment: Readonly<Record<string, string>>) {
    this.#secrets = [
      ...Object.values(canaries),
      ...principalSecrets(environment),
      ...prometheusSecrets(environment),
    ];
  }

  watch(said: string): void {
    for (const secret of this.#secrets) if (said.includes(secret)) this.#seen.add(secret);
  }

  get seen(): readonly string[] {
    return [...this.#seen];
  }
}

function prometheusSecrets(environment: Readonly<Record<string, string>>): readonly string[] {
  const {
    PROMETHEUS_BEARER_TOKEN: bearer = "",
    PROMETHEUS_USERNAME: user = "",
    PROMETHEUS_PASSWORD: password = "",
    PROMETHEUS_CLIENT_KEY: key = "",
    PROMETHEUS_OAUTH2_CLIENT_SECRET: clientSecret = "",
  } = environment;
  const basic = Buffer.from(`${user}:${password}`).toString("base64");
  const passwords = password === "" ? [] : [password, basic];
  return [bearer, clientSecret, ...passwords, ...piecesOf(key)].filter(Boolean);
}

/** The principal's token and key, in the pieces that could be seen of them. */
function principalSecrets(environment: Readonly<Record<string, string>>): readonly string[] {
  return ["OCI_RESOURCE_PRINCIPAL_RPST", "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM"]
    .map((name) => environment[name] ?? "")
    .map((value) => (existsSync(value) ? readFileSync(value, "utf8") : value))
    .flatMap(piecesOf);
}

/** The lines of a key, as such or in one line, and the parts of a token. */
function piecesOf(text: string): readonly string[] {
  return text.split(/\\n|[\n.]/).filter((piece) => piece.length > headerLength);
}

/** A token's header, the same in all tokens, is shorter, as are the lines around a key. */
const headerLength = 60;
