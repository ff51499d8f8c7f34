import { type Exporter, gaugeOf, sum } from "./exporter.ts";

const extra = ["chart", "family"];
const ram = (name: string) => gaugeOf("netdata_system_ram_MiB_average", "dimension", name);
const available = gaugeOf("netdata_mem_available_MiB_average", "dimension", "avail");
const bytes = (mebibytes: number | undefined) => mebibytes && mebibytes * 2 ** 20;

/** netdata, as it exports by default: averages since the server's last scrape, which it stamps. */
export const netdata: Exporter = {
  cpu: {
    name: "netdata_system_cpu_percentage_average",
    stateLabel: "dimension",
    extra,
    idle: ["idle", "iowait"],
    steal: "steal",
    whole: 100,
  },
  memory: {
    extra,
    total: ram("used"),
    gauges: [available, ...["free", "cached", "buffers"].map(ram)],
    size: (value) => bytes(sum(...["used", "free", "cached", "buffers"].map(ram).map(value))),
    available: (value) => bytes(value(available)),
  },
};
