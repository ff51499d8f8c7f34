import type { Agent, OutgoingHttpHeaders } from "node:http";
import { exchange } from "../network/send.ts";

interface Request {
  /** The form of a POST; without one it is a GET. */
  readonly body: URLSearchParams | undefined;
  readonly headers: OutgoingHttpHeaders;
  readonly signal: AbortSignal;
}

/** Asks servers of the configuration, by its own headers, and gives an answer as it begins. No redirect is followed. */
export function senderOf(agent: Agent, own: OutgoingHttpHeaders) {
  // So that servers' logs say who asks.
  const always = { "User-Agent": "oci-pool-utilization", ...own, Accept: "application/json" };
  return (url: string, { body, headers, signal }: Request) => {
    const form = body && { "Content-Type": "application/x-www-form-urlencoded" };
    const method = body === undefined ? "GET" : "POST";
    const sent = { headers: { ...always, ...form, ...headers }, body: body?.toString() };
    const options = { agent, method, ...sent, signal };
    return exchange(new URL(url), options, async (incoming) => incoming);
  };
}

export type Send = ReturnType<typeof senderOf>;
