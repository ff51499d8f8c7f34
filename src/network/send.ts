import {
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from "node:http";
import { request as requestHttps } from "node:https";

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
