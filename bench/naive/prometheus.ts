import axios from "axios";
import type { InstanceSource } from "./way.ts";

/** A GET for each instance and metric, with the formulas that everyone copies. */
export function prometheusSource(url: string): InstanceSource {
  const measure = async (query: string) => {
    const { data: body } = await axios.get<{
      readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
    }>(`${url}/api/v1/query`, { params: { query } });
    return Number(body.data.result[0]?.value[1] ?? 0);
  };
  return {
    cpuOf: ({ displayName }) =>
      measure(
        `100 - avg(rate(node_cpu_seconds_total{mode="idle",instance=~"${displayName}.*"}[5m])) * 100`,
      ),
    memoryOf: ({ displayName }) => {
      const instance = `{instance=~"${displayName}.*"}`;
      return measure(
        `(1 - node_memory_MemAvailable_bytes${instance} / node_memory_MemTotal_bytes${instance}) * 100`,
      );
    },
  };
}
