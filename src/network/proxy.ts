import type { Secret } from "../secret.ts";
import type { Agents } from "./agents.ts";
import { agentsThrough } from "./tunnel.ts";

/** An HTTP proxy, if there is one, and who is reached without it. */
export interface ProxySettings {
  /** With the proxy's user and password, if it has any. */
  readonly OCI_PROXY: Secret | undefined;
  /** As in NO_PROXY: host names, of which the subdomains count, too, and "*" for all. */
  readonly OCI_NO_PROXY: string | undefined;
}

/** Which agents a URL takes: those of the proxy, unless it is an exception. */
export function agentsBeside(direct: Agents, { OCI_PROXY, OCI_NO_PROXY = "" }: ProxySettings) {
  if (OCI_PROXY === undefined) return () => direct;
  const through = agentsThrough(new URL(OCI_PROXY.reveal()), {});
  return (url: URL) => (isException(url, OCI_NO_PROXY) ? direct : through);
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
