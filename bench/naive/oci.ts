import { createRequire } from "node:module";
import type { common, core, monitoring } from "oci-sdk";
import type { InstanceSource, NaiveInstance } from "./way.ts";

const windowMs = 5 * 60_000;

// The packages that oci-sdk is made of: as a whole it loads for seconds, which is not what is measured here.
const packages = createRequire(createRequire(import.meta.url).resolve("oci-sdk"));
const { ResourcePrincipalAuthenticationDetailsProvider }: typeof common = packages("oci-common");
const { ComputeManagementClient }: typeof core = packages("oci-core");
const { MonitoringClient }: typeof monitoring = packages("oci-monitoring");

/** The SDK's clients as its documentation makes them, signing with the resource principal. */
export function ociClients(endpoint: string) {
  const authenticationDetailsProvider = ResourcePrincipalAuthenticationDetailsProvider.builder();
  const telemetry = new MonitoringClient({ authenticationDetailsProvider });
  const compute = new ComputeManagementClient({ authenticationDetailsProvider });
  telemetry.endpoint = endpoint;
  compute.endpoint = endpoint;
  return { telemetry, compute };
}

/** The original read one page only; here it gets all of them, as it could do no measuring else. */
export async function listInstances(
  compute: core.ComputeManagementClient,
  instancePoolId: string,
  compartmentId: string,
): Promise<readonly NaiveInstance[]> {
  const instances: NaiveInstance[] = [];
  let page: string | undefined;
  do {
    const { items, opcNextPage } = await compute.listInstancePoolInstances({
      instancePoolId,
      compartmentId,
      limit: 1000,
      // The SDK writes it into the URL as it is.
      ...(page && { page: encodeURIComponent(page) }),
    });
    for (const { id, displayName = "", state } of items) {
      if (state === "Running") instances.push({ id, displayName });
    }
    page = opcNextPage;
  } while (page);
  return instances;
}

/** The original's query for each instance and metric: the first point of the minutes' maxima. */
export function ociSource(
  telemetry: monitoring.MonitoringClient,
  compartmentId: string,
): InstanceSource {
  const measure = async (metric: string, { id }: NaiveInstance) => {
    const now = Date.now();
    const { items } = await telemetry.summarizeMetricsData({
      compartmentId,
      summarizeMetricsDataDetails: {
        namespace: "oci_computeagent",
        query: `${metric}[1m]{resourceId = "${id}"}.max()`,
        startTime: new Date(now - windowMs),
        endTime: new Date(now),
      },
    });
    return items[0]?.aggregatedDatapoints[0]?.value ?? 0;
  };
  return {
    cpuOf: (instance) => measure("CpuUtilization", instance),
    memoryOf: (instance) => measure("MemoryUtilization", instance),
  };
}
