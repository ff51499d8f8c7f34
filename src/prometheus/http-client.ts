import type { Agent } from "node:http";
import axios, { type AxiosInstance } from "axios";
import { send } from "../network/send.ts";

/** Asks servers of the configuration, and no others: nothing is followed, nothing is found. An answer is a stream. */
export function httpClient(
  agent: Agent,
  headers: Readonly<Record<string, string>> = {},
): AxiosInstance {
  return axios.create({
    httpAgent: agent,
    httpsAgent: agent,
    transport: { request: send },
    headers: { ...headers, Accept: "application/json", "Accept-Encoding": "gzip" },
    responseType: "stream",
    // axios would decompress Brotli, too, and the sender chooses how many megabytes that takes.
    decompress: false,
    // A redirect turns the POST into a GET, and takes tenant headers along to strangers.
    maxRedirects: 0,
    // A function's configuration is its environment: a key HTTP_PROXY would divert the tokens.
    proxy: false,
    validateStatus: () => true,
  });
}
