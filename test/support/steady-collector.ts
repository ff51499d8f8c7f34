import { MetricsCollector, type PoolDirectory } from "../../src/collectors/metrics-collector.ts";
import { explainAnySource } from "../../src/result/explanation.ts";
import type { InstanceReadings } from "../../src/result/reading.ts";
import { compartmentId, instanceId } from "./ocids.ts";

const member = { id: instanceId("a"), displayName: "a", compartmentId, state: "RUNNING" };

/** Pools of one running member, called by their OCIDs. */
export const oneMemberPools: PoolDirectory = {
  getInstancesFromInstancePool: async ({ instancePoolId: id, name = id }) => ({
    id,
    name,
    instances: [member],
  }),
};

/** A source on which the member of `oneMemberPools` always has the same readings. */
export class SteadyCollector extends MetricsCollector {
  override readonly explain = explainAnySource;
  readonly #readings: InstanceReadings;

  constructor(readings: InstanceReadings, directory = oneMemberPools) {
    super(directory, () => new Date("2026-11-23T20:40:00Z"));
    this.#readings = readings;
  }

  override describe() {
    return { name: "a steady source", matching: "" };
  }

  protected override async fetchInstanceMetrics() {
    return {
      window: { start: new Date("2026-11-23T20:35:00Z"), end: new Date("2026-11-23T20:40:00Z") },
      resolutionSeconds: 60,
      readings: new Map([[member.id, this.#readings]]),
      warnings: [],
      failures: [],
    };
  }
}
