import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import type { KeyPair } from "./certificates.ts";

/** An account at the issuer. */
export interface IssuerAccount {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

/** A real OAuth 2 issuer, over TLS, that gives tokens to one account by the client credentials grant. */
export class TokenIssuer {
  readonly tokenUrl: string;
  readonly #server: ReturnType<typeof createServer>;
  readonly #tokens: string[];

  private constructor(server: ReturnType<typeof createServer>, tokens: string[]) {
    const { port } = server.address() as AddressInfo;
    this.tokenUrl = `https://127.0.0.1:${port}/token`;
    this.#server = server;
    this.#tokens = tokens;
  }

  static async start(
    { clientId, clientSecret, scope }: IssuerAccount,
    tls: KeyPair,
  ): Promise<TokenIssuer> {
    const tokens: string[] = [];
    const provider = new Provider("https://127.0.0.1", {
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          grant_types: ["client_credentials"],
          redirect_uris: [],
          response_types: [],
          token_endpoint_auth_method: "client_secret_basic",
          scope,
        },
      ],
      features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
      // One that it knows, and allows to nobody.
      scopes: [scope, "metrics.write"],
      ttl: { ClientCredentials: 600 },
    });
    provider.on("client_credentials.saved", ({ jti }) => tokens.push(jti));
    const server = createServer(tls, provider.callback());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new TokenIssuer(server, tokens);
  }

  /** Those that it has given, oldest first. */
  get tokens(): readonly string[] {
    return this.#tokens;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
