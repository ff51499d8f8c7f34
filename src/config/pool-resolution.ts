import type { PoolEntry } from "./pool-settings.ts";
import { completePoolSpec, type PoolSettings, type PoolSpec } from "./pool-spec.ts";
import { type Checked, joinPath } from "./problems.ts";
import type { PrometheusServerConfig } from "./prometheus-servers.ts";

/** The Prometheus servers by name. */
export type Servers = ReadonlyMap<string, PrometheusServerConfig>;

/** Completes the layers (weakest first) to a spec, or says what they lack. */
export function resolvePoolSpec(
  layers: readonly PoolSettings[],
  servers: Servers,
  path: string,
): Checked<PoolSpec> {
  const instancePoolId = layers.findLast((layer) => layer.instancePoolId)?.instancePoolId;
  if (instancePoolId === undefined) return failed(joinPath(path, "instancePoolId"), "is missing");
  const spec = completePoolSpec(instancePoolId, ...layers);
  const named = layers.some(({ prometheus }) => prometheus?.server !== undefined);
  if ((named || spec.source === "prometheus") && !servers.has(spec.prometheus.server)) {
    const at = joinPath(joinPath(path, "prometheus"), "server");
    return failed(at, `no Prometheus server "${spec.prometheus.server}"; ${configured(servers)}`);
  }
  return { ok: true, value: spec };
}

/**
 * The settings of an entry that a caller sent. A payload may name a server by its URL, but it
 * can't point the function, and the credentials it holds, at a server nobody configured.
 */
export function settingsOfPayload(
  entry: PoolEntry,
  servers: Servers,
  path: string,
): Checked<PoolSettings> {
  const { prometheusUrl, settings } = entry;
  if (prometheusUrl === undefined) return { ok: true, value: settings };
  const at = joinPath(path, "prometheus_url");
  const asked = placeOf(prometheusUrl);
  const sameOrigin = [...servers.values()].filter(
    ({ url }) => placeOf(url).origin === asked.origin,
  );
  if (sameOrigin.length === 0) {
    return failed(at, `not the origin of a configured Prometheus server; ${configured(servers)}`);
  }
  const server = settings.prometheus?.server;
  const named = sameOrigin.filter(({ name }) => server === undefined || name === server);
  const exact = named.filter(({ url }) => placeOf(url).path === asked.path);
  const [meant, ...others] = exact.length > 0 || asked.path !== "" ? exact : named;
  if (meant === undefined) {
    return server === undefined
      ? failed(at, `no server of this origin has this path; ${configured(servers)}`)
      : failed(at, anotherServer(server));
  }
  // Behind one origin there may be a server for each tenant, and they must not be mixed up.
  if (others.length > 0) {
    return failed(at, "several servers have this origin; name one with prometheus.server");
  }
  return { ok: true, value: withServer(settings, meant.name) };
}

/** What to say of a URL that isn't that of the server that is named beside it. */
export function anotherServer(named: string): string {
  return `not the URL of "${named}", which prometheus.server names; keep one`;
}

function placeOf(text: string) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return { origin: url?.origin, path: url?.pathname.replace(/\/+$/, "") };
}

/** The settings with another Prometheus server. */
export function withServer(settings: PoolSettings, server: string): PoolSettings {
  return { ...settings, prometheus: { ...settings.prometheus, server } };
}

function configured(servers: Servers): string {
  return servers.size === 0
    ? "none is configured: set PROMETHEUS_URL"
    : `configured are ${[...servers.keys()].join(", ")}`;
}

function failed(path: string, message: string): Checked<never> {
  return { ok: false, problems: [{ path, message }] };
}
