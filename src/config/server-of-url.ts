import { listNames } from "./problems.ts";
import { type PrometheusServerConfig, readPrometheusServer } from "./prometheus-servers.ts";

/** The Prometheus servers by name. */
export type Servers = ReadonlyMap<string, PrometheusServerConfig>;

/** The name of the server that the original's `prometheus_url` means, beside which one may be named. */
export type ServerOfUrl = (
  url: string,
  named: string | undefined,
) => { readonly server: string } | { readonly message: string };

/** In the configuration itself, it configures a server. */
export function configuringServers(servers: Map<string, PrometheusServerConfig>): ServerOfUrl {
  return (url, named) => {
    const read = readPrometheusServer(url, { url }, "");
    if (!read.ok) return { message: "not an http(s) base URL" };
    const known = [...servers.values()].filter((server) => server.url === read.value.url);
    const server = known.find(({ name }) => name === named) ?? known[0] ?? read.value;
    if (named !== undefined && named !== server.name) return anotherServer(named);
    servers.set(server.name, server);
    return { server: server.name };
  };
}

/**
 * A payload may name a server by its URL, but it can't point the function, and the credentials it holds,
 * at a server nobody configured.
 */
export function configuredServers(servers: Servers): ServerOfUrl {
  return (url, server) => {
    const asked = placeOf(url);
    const sameOrigin = [...servers.values()].filter(
      (one) => placeOf(one.url).origin === asked.origin,
    );
    if (sameOrigin.length === 0) {
      return {
        message: `not the origin of a configured Prometheus server; ${whatIsConfigured(servers)}`,
      };
    }
    const named = sameOrigin.filter(({ name }) => server === undefined || name === server);
    const exact = named.filter((one) => placeOf(one.url).path === asked.path);
    const [meant, ...others] = exact.length > 0 || asked.path !== "" ? exact : named;
    if (meant === undefined) {
      return server === undefined
        ? { message: `no server of this origin has this path; ${whatIsConfigured(servers)}` }
        : anotherServer(server);
    }
    // Behind one origin there may be a server for each tenant, and they must not be mixed up.
    return others.length === 0
      ? { server: meant.name }
      : { message: "several servers have this origin; name one with prometheus.server" };
  };
}

function anotherServer(named: string) {
  return { message: `not the URL of "${named}", which prometheus.server names; keep one` };
}

function placeOf(text: string) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return { origin: url?.origin, path: url?.pathname.replace(/\/+$/, "") };
}

/** What to say of a server that isn't there. */
export function whatIsConfigured(servers: Servers): string {
  return servers.size === 0
    ? "none is configured: set PROMETHEUS_URL"
    : `configured are ${listNames([...servers.keys()])}`;
}
