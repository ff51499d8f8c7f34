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
  if (spec.source === "prometheus" && !servers.has(spec.prometheus.server)) {
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
  const origin = URL.canParse(prometheusUrl) ? new URL(prometheusUrl).origin : undefined;
  const sameOrigin = [...servers.values()].filter(({ url }) => new URL(url).origin === origin);
  const exact = sameOrigin.find(({ url }) => url === prometheusUrl.replace(/\/+$/, ""));
  const [first, ...others] = sameOrigin;
  if (first === undefined) {
    return failed(at, `not the origin of a configured Prometheus server; ${configured(servers)}`);
  }
  // Behind one origin there may be a server for each tenant, and they must not be mixed up.
  if (exact === undefined && others.length > 0) {
    return failed(at, "several servers have this origin; name one with prometheus.server");
  }
  return { ok: true, value: withServer(settings, (exact ?? first).name) };
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
