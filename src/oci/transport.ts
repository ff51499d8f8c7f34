import type { common } from "oci-sdk";

/** How long one request to OCI may take, in milliseconds; the SDK itself would wait forever. */
const requestTimeoutMs = 10_000;

/**
 * Sends what the SDK built, signed by the SDK, over Node's own fetch. The SDK's FetchHttpClient
 * can't be given a timeout per request, and its circuit breaker counts on timers that stand still
 * while Fn freezes the container.
 */
export class OciTransport implements common.HttpClient {
  readonly #signer: common.DefaultRequestSigner;

  constructor(signer: common.DefaultRequestSigner) {
    this.#signer = signer;
  }

  async send(request: common.HttpRequest, forceExcludeBody = false): Promise<Response> {
    await this.#signer.signHttpRequest(request, forceExcludeBody);
    const { method, headers, body, uri } = request;
    return fetch(uri, {
      method,
      headers,
      body: body ?? null,
      redirect: "error",
      signal: AbortSignal.timeout(requestTimeoutMs),
    }).catch(describeNetworkFailure);
  }
}

/** fetch says only "fetch failed"; what did is in its cause, which the SDK would drop. */
function describeNetworkFailure(error: unknown): never {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
  throw new Error(reason, { cause: error });
}
