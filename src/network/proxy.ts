import type { Agent } from "node:http";
import type { Secret } from "../secret.ts";
import { agentFor } from "./agents.ts";
import { agentThrough } from "./tunnel.ts";

/** An HTTP proxy, if there is one, and who is reached without it. */
export interface ProxySettings {
  /** With the proxy's user and password, if it has any. */
  readonly OCI_PROXY: Secret | undefined;
  /** As in NO_PROXY: host names, of which the subdomains count, too, and "*" for all. */
  readonly OCI_NO_PROXY: string | undefined;
}

/** Which agent connects to a URL, one for each origin: through the proxy, unless that is an exception. */
export function agentsBy({ OCI_PROXY, OCI_NO_PROXY = "" }: ProxySettings): (url: URL) => Agent {
  const known = new Map<string, Agent>();
  const agentTo = (url: URL) =>
    OCI_PROXY === undefined || isException(url, OCI_NO_PROXY)
      ? agentFor(url)
      : agentThrough(new URL(OCI_PROXY.reveal()), url, {});
  return (url) => {
    const agent = known.get(url.origin) ?? agentTo(url);
    known.set(url.origin, agent);
    return agent;
  };
}

/** `oraclecloud.com`, `.oraclecloud.com` and `*.oraclecloud.com` mean the same, as in curl and Go. */
function isException({ hostname, port }: URL, except: string): boolean {
  return except.split(/[\s,]+/).some((entry) => {
    const [, host = "", onlyPort] = /^\*?\.?([^:]*)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (entry === "*") return true;
    if (host === "" || (onlyPort !== undefined && onlyPort !== port)) return false;
    return hostname === host || hostname.endsWith(`.${host}`);
  });
}
