import { memberCases } from "./cases-oci.ts";
import { hostCases } from "./cases-prometheus.ts";
import { judge, type Row } from "./judge.ts";
import { measureOnOci } from "./measure-oci.ts";
import { measureOnPrometheus, ofPool } from "./measure-prometheus.ts";

/** Measures every host of the table by a real Prometheus; takes half a minute. */
export async function prometheusRows(): Promise<readonly Row[]> {
  const { busy, idle } = await measureOnPrometheus(hostCases);
  return [...judge(ofPool(hostCases, "busy"), busy), ...judge(ofPool(hostCases, "idle"), idle)];
}

/** Measures every member of the table by the emulated OCI Monitoring. */
export async function ociRows(): Promise<readonly Row[]> {
  return judge(memberCases, await measureOnOci(memberCases));
}
