import { vi } from "vitest";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { type EmulatedInstance, steady } from "../../local/oci-emulator/tenancy.ts";
import { OCIMetricsCollector } from "../../src/collectors/oci-metrics-collector.ts";
import { readEnvironment } from "../../src/config/environment.ts";
import type { PoolSpec } from "../../src/config/pool-spec.ts";
import { InstanceManager } from "../../src/instance-manager/instance-manager.ts";
import type { Invocation } from "../../src/invocation.ts";
import { OciClients } from "../../src/oci/clients.ts";
import { FaultyServer } from "../support/faulty-server.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { poolSpec } from "../support/pool-spec.ts";
import {
  describeMetricsCollector,
  type Member,
  measureWith,
  nameOf,
} from "./metrics-collector-contract.ts";

describeMetricsCollector("OCIMetricsCollector", async () => {
  let members: readonly Member[] = [];
  // One for each measurement: what the one before asked may still be under way.
  let measurements = 0;
  const instancePoolId = () => `${poolId}${measurements}`;
  const pool = () => ({
    id: instancePoolId(),
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
      measurements += 1;
      const faulty = fault && (await FaultyServer.start(fault));
      const endpoint = faulty && { OCI_MONITORING_ENDPOINT: faulty.url };
      const environment = readEnvironment({ ...emulator.environment, ...endpoint });
      const clients = new OciClients(environment, () => new Date());
      const calls = ({ instancePoolId: ocid }: PoolSpec, invocation: Invocation) =>
        clients.callsFor({ ocid }, invocation);
      const collector = new OCIMetricsCollector(
        new InstanceManager(
          async (...pool) => (await calls(...pool)).compute,
          () => new Date(),
        ),
        async (...pool) => (await calls(...pool)).monitoring,
        () => new Date(),
      );
      const spec = { ...poolSpec(settings), instancePoolId: instancePoolId() };
      return measureWith(collector, spec).finally(() => faulty?.close());
    },
    // While the members are listed.
    queriesBeforehand: 2,
    metricQueries: () =>
      emulator.requests.filter(({ body }) => JSON.stringify(body)?.includes(instancePoolId()))
        .length,
    close: async () => {
      vi.unstubAllEnvs();
      await emulator.close();
    },
  };
});

function instanceOf(member: Member): EmulatedInstance {
  const { unique, state = "Running", timeCreated, cpu, memory } = member;
  return {
    id: instanceId(unique),
    displayName: nameOf(member),
    state,
    ...(timeCreated === undefined ? {} : { timeCreated }),
    ...(cpu === null ? {} : { cpu: steady(cpu) }),
    ...(memory === null ? {} : { memory: steady(memory) }),
  };
}
