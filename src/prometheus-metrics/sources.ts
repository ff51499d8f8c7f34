import type { Hosts } from "../instance-manager/host-directory.ts";
import type { Instance } from "../instance-manager/instance-pool.ts";
import type { QueryApi } from "../prometheus/query-api.ts";
import type { Exporter } from "./exporters/exporter.ts";

/** Who is asked, who knows hosts, and what is known already. */
export interface Sources {
  readonly server: QueryApi;
  readonly hostsOf: (instances: readonly Instance[]) => Promise<Hosts>;
  readonly now: () => Date;
  readonly shown: Shown;
  /** The labels that the configuration matches by; the values of others are not for callers. */
  readonly matchLabels: ReadonlySet<string>;
}

/** What pools and servers have shown before. */
export class Shown {
  /** Of what a named exporter may be, what each pool showed the last time, by its OCID. */
  readonly exporters = new Map<string, Exporter>();
  /** Servers that have labels with dots, by their names. */
  readonly dotted = new Set<string>();
  /** By how much servers' answers are older than they say, in ms, by the servers' names. */
  readonly lagsMs = new Map<string, number>();
}
