import type { MeasuredSource } from "../naive/way.ts";

/** A table; a header that ends with ":" has its column to the right, as numbers are. */
export function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const titles = headers.map((header) => header.replace(/:$/, ""));
  const rules = headers.map((header) => (header.endsWith(":") ? "---:" : "---"));
  return [titles, rules, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export function plot(name: string, what: string): string {
  return `![${what}](performance/${name}.svg)`;
}

export function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

export function sourceName(source: MeasuredSource): string {
  return { oci: "OCI Monitoring", prometheus: "Prometheus" }[source];
}
