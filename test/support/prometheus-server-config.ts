import {
  type PrometheusServerConfig,
  readPrometheusServer,
} from "../../src/config/prometheus-servers.ts";

/** A configured server as an operator writes it. */
export function prometheusServerConfig(server: object): PrometheusServerConfig {
  const read = readPrometheusServer("default", server, "");
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.value;
}
