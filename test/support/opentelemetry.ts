import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { HostMetrics } from "@opentelemetry/host-metrics";
import { HostMetricsInstrumentation } from "@opentelemetry/instrumentation-host-metrics";
import { MeterProvider } from "@opentelemetry/sdk-metrics";

/** This machine as one of OpenTelemetry's two packages for Node processes shows it to Prometheus. */
export async function startOpenTelemetry(name: "host-metrics" | "instrumentation-host-metrics") {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meterProvider = new MeterProvider({ readers: [exporter] });
  if (name === "host-metrics") new HostMetrics({ meterProvider }).start();
  else {
    const instrumentation = new HostMetricsInstrumentation({ enabled: false });
    instrumentation.setMeterProvider(meterProvider);
    instrumentation.enable();
  }
  const server = createServer((request, response) =>
    exporter.getMetricsRequestHandler(request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const kill = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await meterProvider.shutdown();
  };
  return { address: `127.0.0.1:${port}`, kill };
}
