// The per-instance way of the original framework, in a process of its own.
import PQueue from "p-queue";
import { serveParent } from "../child.ts";
import { listInstances, ociClients, ociSource } from "./oci.ts";
import { prometheusSource } from "./prometheus.ts";
import type { NaiveRequest, NaiveResult } from "./way.ts";

const { OCI_MONITORING_ENDPOINT = "", PROMETHEUS_URL = "" } = process.env;
const { telemetry, compute } = ociClients(OCI_MONITORING_ENDPOINT);

async function measure(request: NaiveRequest): Promise<NaiveResult> {
  const {
    source,
    instancePoolId,
    compartmentId,
    concurrency,
    most,
    prometheusUrl = PROMETHEUS_URL,
  } = request;
  const startedAt = performance.now();
  const instances = await listInstances(compute, instancePoolId, compartmentId);
  const listedAt = performance.now();
  const { cpuOf, memoryOf } =
    source === "oci" ? ociSource(telemetry, compartmentId) : prometheusSource(prometheusUrl);
  const queue = new PQueue({ concurrency });
  const readings = await queue.addAll(
    instances.slice(0, most).map((instance) => async () => ({
      cpu: await cpuOf(instance),
      memory: await memoryOf(instance),
    })),
  );
  return {
    cpu: mean(readings.map(({ cpu }) => cpu)),
    memory: mean(readings.map(({ memory }) => memory)),
    listMs: listedAt - startedAt,
    queryMs: performance.now() - listedAt,
    asked: readings.length,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const methods = { measure };

export type NaiveWay = typeof methods;

serveParent(methods);
