import { vi } from "vitest";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { type EmulatedInstance, steady } from "../../local/oci-emulator/tenancy.ts";
import { OCIMetricsCollector } from "../../src/collectors/oci-metrics-collector.ts";
import { readEnvironment } from "../../src/config/environment.ts";
import { InstanceManager } from "../../src/instance-manager/instance-manager.ts";
import { OciClients } from "../../src/oci/clients.ts";
import { processPool } from "../../src/process-pool.ts";
import { FaultyServer } from "../support/faulty-server.ts";
import { silentLogger } from "../support/logger.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { poolSpec } from "../support/pool-spec.ts";
import { describeMetricsCollector, type Member } from "./metrics-collector-contract.ts";

describeMetricsCollector("OCIMetricsCollector", async () => {
  let members: readonly Member[] = [];
  const pool = () => ({
    id: poolId,
    displayName: "web",
    compartmentId,
    instances: members.map(instanceOf),
  });
  const emulator = await OciEmulator.start({ tenancy: () => ({ pools: [pool()] }) });
  // The SDK reads its resource principal from the process' environment.
  for (const [name, value] of Object.entries(emulator.environment)) vi.stubEnv(name, value);
  vi.spyOn(console, "warn").mockReturnValue();
  return {
    measure: async (instances, settings = {}, fault) => {
      members = instances;
      emulator.clearRequests();
      const faulty = fault && (await FaultyServer.start(fault));
      const endpoint = faulty && { OCI_MONITORING_ENDPOINT: faulty.url };
      const clients = new OciClients(readEnvironment({ ...emulator.environment, ...endpoint }).oci);
      const collector = new OCIMetricsCollector(
        new InstanceManager(async (spec) => (await clients.forPool(spec)).compute),
        async (spec) => (await clients.forPool(spec)).monitoring,
        () => new Date(),
      );
      const requested = { spec: poolSpec(settings), warnings: [] };
      const collectors = { oci: collector, prometheus: collector };
      return processPool(requested, collectors, silentLogger).finally(() => faulty?.close());
    },
    metricQueries: () =>
      emulator.requests.filter(({ operation }) => operation === "SummarizeMetricsData").length,
    close: async () => {
      vi.unstubAllEnvs();
      await emulator.close();
    },
  };
});

function instanceOf(member: Member): EmulatedInstance {
  const { unique, displayName = `inst-${unique}`, state = "Running", cpu, memory } = member;
  return {
    id: instanceId(unique),
    displayName,
    state,
    ...(cpu === null ? {} : { cpu: steady(cpu) }),
    ...(memory === null ? {} : { memory: steady(memory) }),
  };
}
