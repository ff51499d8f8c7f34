import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const docs = new URL("../../../docs/", import.meta.url);
const page = ["performance.md", "performance-one-pool.md"]
  .map((name) => readFileSync(new URL(name, docs), "utf8"))
  .join("\n");

/** The rows of the table of bars: what is measured, and the number to hold. */
const bars = [...page.matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]+ \| (?:yes|\*\*no\*\*) \|$/gm)].map(
  ([, name, bar]) => `${name}: ${bar}`,
);

describe("docs/performance.md", () => {
  it.each([
    /^cold start against the hand-written floor, CPU time: ≤ 1.5 ×$/,
    /^cold start against the unbundled function on oci-sdk, wall time: ≤ 1\/15$/,
    /^cold start against the unbundled function on oci-sdk, CPU time: ≤ 1\/15$/,
    /^resident memory at the first response, oci(, in a container of 128 MB)?: ≤ 75 MB$/,
    /^resident memory after a pool of 1,000, oci(, in a container of 128 MB)?: ≤ 100 MB$/,
    /^resident memory at the first response, prometheus(, in a container of 128 MB)?: ≤ 75 MB$/,
    /^resident memory after a pool of 1,000, prometheus(, in a container of 128 MB)?: ≤ 100 MB$/,
    /^OCI calls for a pool of up to 2,000: 2 metric queries \+ the membership pages/,
    /^calls one after the other for one pool on OCI: 1 warm, 1 cold with a compartment, 2 cold without$/,
    /^metric queries for 100 pools of 10 of one compartment: 2$/,
    /^metric queries for 30 pools of 100 of one compartment: ≤ 10$/,
    /^metric queries for one pool in a compartment of 3,000 streams: 2$/,
    /^round trips for one pool on OCI, warm: ≤ 1.4$/,
    /^round trips for one pool on OCI, cold, with a compartment: ≤ 3.7$/,
    /^round trips for one pool on OCI, cold, without one: ≤ 4.7$/,
    /^round trips for one pool on OCI, after six idle seconds: ≤ 3.6$/,
    /^1,000 pools of 2 of one compartment: calls, and metric queries among them: ≤ 1,010, ≤ 10$/,
    /^1,000 pools of 2 at 20 ms against the build of 6e02f8a: ≥ 6 ×$/,
    /^1,000 pools of 100 members in one request, .*: all measured, ≤ 256 MB$/,
    /^Prometheus requests for a pool of up to 250: 2$/,
    /^1,000 members at 20 ms against one query per instance at concurrency 10, oci: ≥ 5 ×$/,
    /^1,000 members at 20 ms against one query per instance at concurrency 10, prometheus: ≥ 5 ×$/,
    /^bundle: ≤ 1 MiB$/,
    /^metric queries in any second, whatever the number of pools: ≤ 10$/,
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
