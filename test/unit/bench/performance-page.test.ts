import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const docs = new URL("../../../docs/", import.meta.url);
const page = readFileSync(new URL("performance.md", docs), "utf8");

/** The rows of the table of bars: what is measured, and the number to hold. */
const bars = [...page.matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]+ \| (?:yes|\*\*no\*\*) \|$/gm)].map(
  ([, name, bar]) => `${name}: ${bar}`,
);

describe("docs/performance.md", () => {
  it.each([
    /^cold start against hello-world, wall time: ≤ 1.5 ×$/,
    /^cold start against hello-world, CPU time: ≤ 1.5 ×$/,
    /^cold start against the unbundled function on oci-sdk, wall time: ≤ 1\/15$/,
    /^cold start against the unbundled function on oci-sdk, CPU time: ≤ 1\/15$/,
    /^resident memory at the first response, oci(, in a container of 128 MB)?: ≤ 75 MB$/,
    /^resident memory after a pool of 1,000, oci(, in a container of 128 MB)?: ≤ 100 MB$/,
    /^resident memory at the first response, prometheus(, in a container of 128 MB)?: ≤ 75 MB$/,
    /^resident memory after a pool of 1,000, prometheus(, in a container of 128 MB)?: ≤ 100 MB$/,
    /^OCI calls for a pool of up to 2,000: 2 metric queries \+ the membership pages/,
    /^metric queries for 100 pools of one compartment: ≤ 20$/,
    /^Prometheus requests for a pool of up to 250: 2$/,
    /^1,000 members at 20 ms against one query per instance at concurrency 10, oci: ≥ 5 ×$/,
    /^1,000 members at 20 ms against one query per instance at concurrency 10, prometheus: ≥ 5 ×$/,
    /^bundle: ≤ 1.5 MB$/,
    /^metric queries in any second, whatever the number of pools: ≤ 10$/,
    /^CPU of a warm call for 100 members, against JSON.parse of its responses, oci: ≤ 3 ×$/,
  ])("says whether the bar %s holds", (bar) => {
    expect(bars.filter((row) => bar.test(row))).toHaveLength(1);
  });

  it("shows plots that are there", () => {
    const plots = [...page.matchAll(/\]\((performance\/[^)]+\.svg)\)/g)].map(
      ([, path]) => path ?? "",
    );

    expect(plots.length).toBeGreaterThan(2);
    expect(plots.filter((path) => !existsSync(new URL(path, docs)))).toEqual([]);
  });
});
