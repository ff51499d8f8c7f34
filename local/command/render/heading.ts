import { regionOfOcid } from "../../../src/config/ocid.ts";
import type { PoolResult } from "../../../src/result/result-document.ts";
import type { AnyDocument } from "./document.ts";
import { joined, type Page, paint, printable } from "./page.ts";

/** The regions whose OCIDs have their short key. */
const oldRegions: Readonly<Record<string, string>> = {
  iad: "us-ashburn-1",
  phx: "us-phoenix-1",
  fra: "eu-frankfurt-1",
  lhr: "uk-london-1",
};

/**
 * What all numbers below it have in common: `profile PROD · us-ashburn-1 · 5 min until 20:40 · mean of 60 s`. Of a check,
 * whose tenancy it is about.
 */
export function heading(document: AnyDocument, signer: string, page: Page): readonly string[] {
  const pools = "pools" in document ? document.pools : [];
  if ("pools" in document && pools.length === 0) return [];
  const measured = pools.filter(({ cpu, memory }) => cpu.reporting + memory.reporting > 0);
  const parts = [signer, regionText(pools), windowText(measured), statisticText(measured)];
  const known = parts.filter((part) => part !== undefined).map(printable);
  return joined(page, known).map((line) => paint(page, "dim", line));
}

function regionText(pools: readonly PoolResult[]): string | undefined {
  return common(pools, "several regions", ({ instancePoolId }) => {
    const region = regionOfOcid(instancePoolId ?? "");
    return region === undefined ? undefined : (oldRegions[region] ?? region);
  });
}

function windowText(pools: readonly PoolResult[]): string | undefined {
  return common(pools, "several windows", ({ window }) => {
    if (window === null) return undefined;
    const end = new Date(window.end);
    const minutes = (end.getTime() - Date.parse(window.start)) / 60_000;
    return `${Math.round(minutes)} min until ${end.toTimeString().slice(0, 5)}`;
  });
}

function statisticText(pools: readonly PoolResult[]): string | undefined {
  return common(pools, "several statistics", ({ statistic, resolutionSeconds }) => {
    if (statistic === null) return undefined;
    return resolutionSeconds === null ? statistic : `${statistic} of ${resolutionSeconds} s`;
  });
}

/** What is the same for all pools of which it is known. */
function common(
  pools: readonly PoolResult[],
  several: string,
  textOf: (pool: PoolResult) => string | undefined,
): string | undefined {
  const [first, ...others] = new Set(pools.map(textOf).filter((text) => text !== undefined));
  return others.length > 0 ? several : first;
}
