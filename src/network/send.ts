import {
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from "node:http";
import { request as requestHttps } from "node:https";
import { urlToHttpOptions } from "node:url";

/** Nobody asks a server to speak another protocol; one that does so all the same is none of ours. */
class SwitchedProtocolsError extends Error {
  override readonly name = "SwitchedProtocolsError";
  override readonly message = "it answered 101 Switching Protocols";
}

/**
 * Node's request, over TLS where the protocol is `https:`. An answer of 101 is an error of the request:
 * Node would close the connection, and tell nobody.
 */
export function send(
  options: RequestOptions,
  answered?: (incoming: IncomingMessage) => void,
): ClientRequest {
  const request = options.protocol === "https:" ? requestHttps : requestHttp;
  const outgoing = request(options, answered);
  return outgoing.on("upgrade", (_, socket) => {
    socket.destroy();
    outgoing.emit("error", new SwitchedProtocolsError());
  });
}

/** Sends a request, and gives what is read of its answer. @throws What ended the connection, or `read` threw. */
export function exchange<T>(
  url: URL,
  { body, ...options }: RequestOptions & { readonly body?: unknown },
  read: (incoming: IncomingMessage) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const outgoing = send({ ...urlToHttpOptions(url), ...options }, (incoming) => {
      read(incoming).then(resolve, reject);
    });
    outgoing.on("error", reject).end(typeof body === "string" ? body : undefined);
  });
}
