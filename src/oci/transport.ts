import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage } from "node:http";
import { urlToHttpOptions } from "node:url";
import type { common } from "oci-sdk";
import { NotAuthenticatedError, SourceUnavailableError, type UtilizationError } from "../errors.ts";
import type { Usage } from "../invocation.ts";
import { hasMoreValues } from "../json-size.ts";
import { type Agents, agentOf } from "../network/agents.ts";
import { AnswerTooLargeError, describeNetworkFailure } from "../network/network-failure.ts";
import { send } from "../network/send.ts";

/** What goes with one call through the SDK, which has no argument for it. */
export interface CallContext {
  readonly service: string;
  readonly signal: AbortSignal;
  readonly usage: Usage;
  /** What the transport threw; the SDK makes a plain object of it, without the cause. */
  failure?: UtilizationError;
  /** The Retry-After header of the answer; the SDK drops it. */
  retryAfter?: string | undefined;
}

/** The call that is under way; set around each call of an SDK client. */
export const callContext = new AsyncLocalStorage<CallContext>();

/** Twice what 2,000 streams of 50 points, or a page of 1,000 members, can take. */
const maximumAnswerBytes = 16_000_000;
const maximumAnswerValues = 1_000_000;

/**
 * Sends what the SDK built, signed by the SDK. The SDK's own FetchHttpClient can't be given a
 * timeout per request, an address guard or a limit, and its circuit breaker counts on timers that
 * stand still while Fn freezes the container.
 */
export class OciTransport implements common.HttpClient {
  readonly #signer: common.DefaultRequestSigner;
  readonly #agents: Agents;

  constructor(signer: common.DefaultRequestSigner, agents: Agents) {
    this.#signer = signer;
    this.#agents = agents;
  }

  async send(request: common.HttpRequest, forceExcludeBody = false): Promise<Response> {
    const context = callContext.getStore();
    if (context === undefined) throw new Error("an OCI call outside of a call context");
    try {
      await this.#signer.signHttpRequest(request, forceExcludeBody);
    } catch (cause) {
      context.failure = new NotAuthenticatedError("The OCI principal can't sign any more.", {
        hint: "Its token or key has gone, or can't be renewed.",
        cause,
      });
      throw context.failure;
    }
    try {
      const { incoming, body } = await this.#exchange(request, context);
      context.retryAfter = incoming.headers["retry-after"];
      context.usage.bytes += body.length;
      return toResponse(incoming, body);
    } catch (error) {
      context.failure = networkFailure(context.service, error);
      throw context.failure;
    }
  }

  #exchange({ uri, method, headers, body }: common.HttpRequest, { signal }: CallContext) {
    const url = new URL(uri);
    const options = {
      ...urlToHttpOptions(url),
      method,
      headers: Object.fromEntries(headers),
      agent: agentOf(url, this.#agents),
      signal,
    };
    return new Promise<{ incoming: IncomingMessage; body: Buffer }>((resolve, reject) => {
      const outgoing = send(options, (incoming) => {
        readBody(incoming).then((bytes) => resolve({ incoming, body: bytes }), reject);
      });
      outgoing.on("error", reject);
      outgoing.end(typeof body === "string" ? body : undefined);
    });
  }
}

/** @throws AnswerTooLargeError, or whatever ended the connection in the middle. */
async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += chunk.length;
    // Leaving the loop destroys the connection.
    if (bytes > maximumAnswerBytes) throw new AnswerTooLargeError();
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (hasMoreValues(body, maximumAnswerValues)) throw new AnswerTooLargeError();
  return body;
}

/** As much of a Response as the SDK uses: the real one takes undici along, 20 ms and 5 MB. */
function toResponse({ statusCode, headers }: IncomingMessage, body: Buffer): Response {
  const text = () => body.toString("utf8");
  const response = {
    status: statusCode,
    headers: { get: (name: string) => headers[name.toLowerCase()]?.toString() ?? null },
    text: async () => text(),
    json: async () => JSON.parse(text()),
  };
  return response as unknown as Response;
}

function networkFailure(service: string, error: unknown): SourceUnavailableError {
  const { reason, transient } = describeNetworkFailure(error);
  return new SourceUnavailableError(`${service} can't be reached: ${reason}`, {
    hint: "A function in a private subnet needs a service gateway or NAT to reach OCI's services.",
    transient,
    cause: error,
  });
}
