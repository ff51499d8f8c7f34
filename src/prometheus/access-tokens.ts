import type { AxiosInstance, AxiosResponse } from "axios";
import {
  allowInsecureRequests,
  ClientSecretBasic,
  type CustomFetchOptions,
  clientCredentialsGrantRequest,
  customFetch,
  processClientCredentialsResponse,
  ResponseBodyError,
} from "oauth4webapi";
import type { OAuth2Config } from "../config/prometheus-servers.ts";
import {
  DeadlineExceededError,
  NotAuthenticatedError,
  SourceUnavailableError,
  UtilizationError,
} from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import type { Endpoint } from "../resilience/endpoint.ts";
import { transientFailure } from "../resilience/transient-failure.ts";
import { type Asked, CredentialsRefusedError, mediaType, unanswered } from "./refusal.ts";
import { shorten } from "./response.ts";

/** How long a token is used whose issuer doesn't say. */
const unsaidLifeMs = 3_600_000;

/** A token is used no more so shortly before it expires: it has to get there, and clocks differ. */
const marginMs = 30_000;

/** Far more than any token takes. */
const maximumTokenBytes = 100_000;

/** The function's account at an issuer, and how that is reached. */
export interface TokenAccount extends OAuth2Config {
  readonly clientSecret: string;
  readonly http: AxiosInstance;
  readonly endpoint: Endpoint;
  readonly now: () => Date;
  /** Issuers repeat what they got. */
  readonly redact: (text: string) => string;
}

interface Token {
  readonly text: string;
  /** Epoch milliseconds. */
  readonly usedUntil: number;
}

/** The issuer doesn't take the account's secret: a newer one might do. */
class ClientRefusedError extends CredentialsRefusedError {
  override readonly by = "issuer";
}

const urlHint = "Check tokenUrl of the server's auth.oauth2.";
const clientHint = "Check clientId and the secret of the server's auth.oauth2.";
const scopeHint =
  "Check scope and audience of the server's auth.oauth2, and that the issuer allows the account the client credentials grant.";

/** The tokens of one account, one at a time: what is asked for by several is asked for once. */
export class AccessTokens {
  readonly #account: TokenAccount;
  readonly #issuer: Asked;
  /** Client and secret, as they were sent in `Basic`: RFC 6749 (2.3.1) has them encoded before. */
  #sent: readonly string[] = [];
  #token: Token | undefined;
  #previous: Token | undefined;
  #renewal: Promise<Token> | undefined;

  constructor(account: TokenAccount) {
    this.#account = account;
    this.#issuer = { name: account.endpoint.name, redact: account.redact };
  }

  /** What texts of the server, or of the issuer, may hold. */
  get secrets(): readonly string[] {
    const tokens = [this.#token, this.#previous].flatMap((token) => token?.text ?? []);
    return [this.#account.clientSecret, ...this.#sent, ...tokens];
  }

  /**
   * A token that is good for now.
   * @throws ClientRefusedError, NotAuthenticatedError, SourceUnavailableError, ThrottledError,
   * CircuitOpenError or DeadlineExceededError
   */
  async get(invocation: Invocation): Promise<string> {
    for (;;) {
      const token = this.#token;
      if (token !== undefined && this.#account.now().getTime() < token.usedUntil) return token.text;
      const joined = this.#renewal !== undefined;
      this.#renewal ??= this.#renew(invocation);
      try {
        return (await invocation.inTime(this.#renewal)).text;
      } catch (error) {
        if (!(error instanceof DeadlineExceededError)) throw error;
        // The time of the invocation that asked first may be over before ours is.
        if (joined && !invocation.signal.aborted) continue;
        const { name, silenceHint: hint } = this.#account.endpoint;
        throw new DeadlineExceededError(`${name} did not answer in time.`, { hint });
      }
    }
  }

  async #renew(invocation: Invocation): Promise<Token> {
    try {
      const { endpoint } = this.#account;
      const token = await endpoint.call(invocation, (signal) => this.#request(signal), "token");
      this.#previous = this.#token;
      this.#token = token;
      return token;
    } finally {
      this.#renewal = undefined;
    }
  }

  async #request(signal: AbortSignal): Promise<Token> {
    const { tokenUrl, clientId, clientSecret, scope, audience, now } = this.#account;
    const issuer = { issuer: tokenUrl, token_endpoint: tokenUrl };
    const client = { client_id: clientId };
    const parameters = { ...(scope && { scope }), ...(audience && { audience }) };
    let answer: AxiosResponse<string> | undefined;
    const options = {
      // Whether HTTP will do is decided where the configuration is read.
      [allowInsecureRequests]: true,
      [customFetch]: async (_: string, request: TokenRequest) => {
        answer = await this.#post(request, signal);
        return readable(answer);
      },
    };
    const askedAt = now().getTime();
    try {
      const response = await clientCredentialsGrantRequest(
        issuer,
        client,
        ClientSecretBasic(clientSecret),
        parameters,
        options,
      );
      const granted = await processClientCredentialsResponse(issuer, client, response);
      const { access_token: text, expires_in: seconds } = granted;
      if (!/^[\x21-\x7e]+$/.test(text)) throw this.#unusable("a token that no header can carry");
      const lifeMs = seconds === undefined ? unsaidLifeMs : seconds * 1000;
      return { text, usedUntil: askedAt + lifeMs - Math.min(marginMs, lifeMs / 2) };
    } catch (error) {
      if (error instanceof UtilizationError || answer === undefined) throw this.#unanswered(error);
      throw answer.status === 200 ? this.#unread(error, answer) : this.#refused(error, answer);
    }
  }

  #post({ body, headers }: TokenRequest, signal: AbortSignal): Promise<AxiosResponse<string>> {
    const { tokenUrl, http } = this.#account;
    const basic = headers["authorization"]?.replace(/^Basic /, "") ?? "";
    const [, secret = ""] = Buffer.from(basic, "base64").toString().split(":");
    this.#sent = [secret, basic];
    return http.post<string>(tokenUrl, String(body), {
      headers: { ...headers, "Accept-Encoding": "identity" },
      signal,
      responseType: "text",
      // What isn't JSON is told apart by the library.
      transformResponse: (text: unknown) => text,
      maxContentLength: maximumTokenBytes,
    });
  }

  #unanswered(error: unknown): UtilizationError {
    const isLarge = error instanceof Error && error.message.startsWith("maxContentLength");
    return isLarge ? this.#unusable("more than any token") : unanswered(error, this.#issuer);
  }

  #unread(error: unknown, { headers }: AxiosResponse<string>): UtilizationError {
    const type = mediaType(headers["content-type"], this.#issuer);
    if (!/^application\/([\w.-]+\+)?json/.test(type)) return this.#unusable(`${type}, not JSON`);
    // The library's words are about names of the answer, not about its values.
    const why = error instanceof Error ? shorten(this.#issuer.redact(error.message)) : "";
    return this.#unusable(`JSON that holds no token (${why})`);
  }

  /** Nothing of its answer is repeated but the error's own words. */
  #refused(error: unknown, { status, headers }: AxiosResponse<string>): UtilizationError {
    const { name, redact } = this.#issuer;
    const known = error instanceof ResponseBodyError ? error : undefined;
    const said = [known?.error, known?.error_description].filter((text) => text !== undefined);
    const reason = said.length === 0 ? "" : `: ${shorten(redact(said.join(": ")))}`;
    const message = `${name} answered ${status}${reason}`;
    if (status === 401 || known?.error === "invalid_client")
      return new ClientRefusedError(message, { hint: clientHint });
    const transient = transientFailure(status, message, headers["retry-after"]?.toString());
    if (transient !== undefined) return transient;
    if (known !== undefined) return new NotAuthenticatedError(message, { hint: scopeHint });
    return new SourceUnavailableError(message, { hint: urlHint, retryable: false });
  }

  #unusable(what: string): SourceUnavailableError {
    const message = `${this.#issuer.name} answered with ${what}.`;
    return new SourceUnavailableError(message, { hint: urlHint, retryable: false });
  }
}

type TokenRequest = CustomFetchOptions<"POST", URLSearchParams>;

/** What the library reads of an answer: it gives up on one with a challenge before it reads why. */
function readable({ data, status, headers }: AxiosResponse<string>): Response {
  const type = headers["content-type"]?.toString();
  // A 204 may have no body, and an unknown status makes no Response.
  const known = status === 200 || (status >= 400 && status < 600) ? status : 400;
  return new Response(data, {
    status: known,
    headers: type === undefined ? {} : { "content-type": type },
  });
}
