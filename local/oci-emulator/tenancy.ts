/** The six raw 10-second samples (percent) that the agent emits in the minute beginning at `minute`; empty when it emits nothing. */
export type MetricStream = (minute: Date) => readonly number[];

export interface EmulatedVnic {
  readonly privateIp: string;
  /** The host name's first label; left out where the subnet has no DNS. */
  readonly hostnameLabel?: string;
  /** @default the instance's first is */
  readonly isPrimary?: boolean;
  /** Of its attachment. While that is "ATTACHING" it names no VNIC. @default "ATTACHED" */
  readonly attachmentState?: string;
  readonly ipv6Addresses?: readonly string[];
}

/** What an instance emitted under labels that are no longer its own. */
interface FormerStreams {
  /** @default the instance's */
  readonly displayName?: string;
  /** @default the instance's */
  readonly instancePoolDimension?: string;
  readonly cpu?: MetricStream;
  readonly memory?: MetricStream;
}

export interface EmulatedInstance {
  readonly id: string;
  readonly displayName: string;
  /** As the service spells it: "Running". It doesn't silence the streams: what is given is emitted. */
  readonly state: string;
  /** @default the pool's: instances can be moved, and their metrics move with them */
  readonly compartmentId?: string;
  /** ISO instant. */
  readonly timeCreated?: string;
  /** Without a stream the instance emits nothing, like one whose agent is off. */
  readonly cpu?: MetricStream;
  readonly memory?: MetricStream;
  /** The value of the metrics' instancePoolId dimension. @default the pool's OCID */
  readonly instancePoolDimension?: string;
  /** From before it was renamed, or attached to its pool; each is a stream of its own. */
  readonly former?: readonly FormerStreams[];
  /** @default none */
  readonly vnics?: readonly EmulatedVnic[];
}

export interface EmulatedPool {
  readonly id: string;
  readonly displayName: string;
  readonly compartmentId: string;
  readonly instances: readonly EmulatedInstance[];
  /** @default "RUNNING" */
  readonly lifecycleState?: string;
  /** @default none */
  readonly freeformTags?: Readonly<Record<string, string>>;
  /** By namespace. @default none */
  readonly definedTags?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A compartment that is more than the place of something: it has one above it. */
export interface EmulatedCompartment {
  readonly id: string;
  /** @default the tenancy */
  readonly parentId?: string;
  /** @default "ACTIVE" */
  readonly lifecycleState?: string;
}

/** A secret of OCI Vault. */
interface EmulatedSecret {
  readonly id: string;
  /** Its current version. */
  readonly content: string;
}

export interface EmulatedTenancy {
  readonly pools: readonly EmulatedPool[];
  /** Those that ListCompartments knows. @default none */
  readonly compartments?: readonly EmulatedCompartment[];
  /** @default none */
  readonly secrets?: readonly EmulatedSecret[];
  /** The most items a page has, whatever limit was asked for: a service may give fewer. */
  readonly pageSize?: number;
}

/** The root compartment of every emulated tenancy. */
export const tenancyId = "ocid1.tenancy.oc1..aaaaaaaaemulatedtenancy";

/** The one emulated region; the oldest regions' OCIDs and instance summaries have its short key. */
export const region = { id: "us-ashburn-1", key: "iad" } as const;

export const defaultTimeCreated = "2026-01-05T08:00:00.000Z";

/** The one subnet that all VNICs are in. */
export const subnetId = `ocid1.subnet.oc1.${region.key}.aaaaaaaaemulatedsubnet`;

const samplesPerMinute = 6;
const minuteMs = 60_000;

/** The same value in every sample. */
export function steady(percent: number): MetricStream {
  const samples: readonly number[] = Array.from({ length: samplesPerMinute }, () => percent);
  return () => samples;
}

/** A wave around `mean` that repeats every hour; the same minute always has the same samples. */
export function wavering(mean: number, amplitude: number): MetricStream {
  return (minute) => {
    const minutes = minute.getTime() / minuteMs;
    return Array.from({ length: samplesPerMinute }, (_, index) => {
      const hours = (minutes + index / samplesPerMinute) / 60;
      return mean + amplitude * Math.sin(2 * Math.PI * hours);
    });
  };
}

/** The samples of the minutes from `from` (inclusive) to `to` (exclusive), and none else. */
export function during(
  stream: MetricStream,
  { from = new Date(0), to }: { readonly from?: Date; readonly to?: Date },
): MetricStream {
  return (minute) => {
    const isIn = minute >= from && (to === undefined || minute < to);
    return isIn ? stream(minute) : [];
  };
}

/** Where an instance stands: one of three availability domains, each of three fault domains. */
export function placementOf(index: number): {
  readonly availabilityDomain: string;
  readonly faultDomain: string;
} {
  return {
    availabilityDomain: `eMuL:US-ASHBURN-AD-${(index % 3) + 1}`,
    faultDomain: `FAULT-DOMAIN-${(Math.floor(index / 3) % 3) + 1}`,
  };
}

export const shape = "VM.Standard.E5.Flex";

const compartments = new WeakMap<EmulatedTenancy, ReadonlySet<string>>();

/** Every compartment that something of the tenancy lives in; looked up once. */
export function compartmentsOf(tenancy: EmulatedTenancy): ReadonlySet<string> {
  const known = compartments.get(tenancy) ?? findCompartments(tenancy);
  compartments.set(tenancy, known);
  return known;
}

function findCompartments(tenancy: EmulatedTenancy): ReadonlySet<string> {
  const ids = new Set([tenancyId, ...(tenancy.compartments ?? []).map(({ id }) => id)]);
  for (const pool of tenancy.pools) {
    ids.add(pool.compartmentId);
    for (const { compartmentId } of pool.instances) {
      if (compartmentId !== undefined) ids.add(compartmentId);
    }
  }
  return ids;
}
