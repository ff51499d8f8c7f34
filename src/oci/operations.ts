/** An operation of OCI's API, and the policy that allows it, word for word as in docs/policies.md. */
export interface Operation {
  readonly name: string;
  readonly service: string;
  readonly policy: string;
}

const pools = "in compartment id <pools' compartment OCID>";
const secrets = "in compartment id <secrets' compartment OCID>";

function allow(grant: string, where: string): string {
  return `Allow dynamic-group <group> to ${grant} ${where}`;
}

const instancePools = allow("read instance-pools", pools);

/** Every operation that the function calls. */
export const operations = {
  getInstancePool: { name: "GetInstancePool", service: "Compute", policy: instancePools },
  listInstancePools: { name: "ListInstancePools", service: "Compute", policy: instancePools },
  listInstancePoolInstances: {
    name: "ListInstancePoolInstances",
    service: "Compute",
    policy: instancePools,
  },
  listCompartments: {
    name: "ListCompartments",
    service: "Identity",
    policy: allow("inspect compartments", pools),
  },
  listVnicAttachments: {
    name: "ListVnicAttachments",
    service: "Compute",
    policy: `${allow("inspect vnic-attachments", pools)}; ${allow("inspect instances", pools)}`,
  },
  getVnic: { name: "GetVnic", service: "Networking", policy: allow("inspect vnics", pools) },
  summarizeMetricsData: {
    name: "SummarizeMetricsData",
    service: "Monitoring",
    policy: allow("read metrics", `${pools} where target.metrics.namespace = 'oci_computeagent'`),
  },
  getSecretBundle: {
    name: "GetSecretBundle",
    service: "Vault",
    policy: allow("read secret-bundles", `${secrets} where target.secret.id = '<secret OCID>'`),
  },
  postMetricData: {
    name: "PostMetricData",
    service: "Monitoring",
    policy: allow("use metrics", `${pools} where target.metrics.namespace = '<namespace>'`),
  },
} as const satisfies Readonly<Record<string, Operation>>;
