#!/usr/bin/env bash
# Found: the gauge system.cpu.utilization of OpenTelemetry's host metrics for Node is the share since the
#   process was last read, by any reader, and not over a time that belongs to the one who reads. With a
#   second scraper, or a person who looks at the page, a host that was busy for the whole interval reads
#   as idle.
# Versions: @opentelemetry/host-metrics 0.39.0 with exporter-prometheus 0.301.0 and sdk-metrics 3.1.1,
#   Node.js 20 and newer.
# Date: 2026-11-29.
# Why it matters: with two Prometheus replicas the gauge of one is cut short by the other, and its average
#   is wrong though every sample is there. The counter system.cpu.time has no such trouble: take its rate.
# Source: none; measured.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @opentelemetry/host-metrics@0.39.0 @opentelemetry/exporter-prometheus@0.301.0 @opentelemetry/sdk-metrics@3.1.1 @opentelemetry/api@1.10.0
cat > finding.cjs <<'JS'
const { spawn } = require("node:child_process");
const { cpus } = require("node:os");
const { setTimeout: delay } = require("node:timers/promises");
const { HostMetrics } = require("@opentelemetry/host-metrics");
const { PrometheusExporter } = require("@opentelemetry/exporter-prometheus");
const { MeterProvider } = require("@opentelemetry/sdk-metrics");

/** Idle shares by the gauge (mean over the CPUs) and idle seconds by the counter (sum). */
async function read(url) {
  const text = await (await fetch(url)).text();
  const values = (name, state) => text.split("\n").filter((line) => line.startsWith(`${name}{`) && line.includes(`system_cpu_state="${state}"`)).map((line) => Number(line.split(" ")[1]));
  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
  const idle = values("system_cpu_utilization", "idle");
  return { gauge: 100 * (1 - sum(idle) / idle.length), idleSeconds: sum(values("system_cpu_time_total", "idle")) };
}
async function main() {
  const exporter = new PrometheusExporter({ host: "127.0.0.1", port: 0, preventServerStart: true });
  const meterProvider = new MeterProvider({ readers: [exporter] });
  const { createServer } = require("node:http");
  const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${server.address().port}/metrics`;
  new HostMetrics({ meterProvider }).start();
  await read(url); await delay(1000);
  const first = await read(url);
  // All CPUs work for six seconds; then it is quiet for two, and somebody else reads in between.
  const workers = cpus().map(() => spawn(process.execPath, ["-e", "for (const end = Date.now() + 6000; Date.now() < end;);"]));
  await Promise.all(workers.map((worker) => new Promise((done) => worker.on("exit", done))));
  await read(url);
  await delay(2000);
  const last = await read(url);
  const seconds = 8 * cpus().length;
  const byCounter = 100 * (1 - (last.idleSeconds - first.idleSeconds) / seconds);
  console.log(`over 8 seconds, of which the CPUs worked 6: ${byCounter.toFixed(0)} % by the counter, ${last.gauge.toFixed(0)} % by the gauge`);
  const found = byCounter > 60 && last.gauge < byCounter - 20;
  console.log(found ? "as found" : "changed (or the machine was busy with something else)");
  process.exit(found ? 0 : 1);
}
main();
JS
node finding.cjs
