import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Child } from "../child.ts";
import { FunctionProcess } from "../function-process.ts";
import type { DistantServers } from "../servers/distant.ts";
import { loadOnePool, type Site } from "../site.ts";
import { compartmentId, poolIdOf } from "../tenancy.ts";

/** How long a call for one pool on OCI takes, in round trips to services over TLS; one value for each turn. */
export interface RoundTrips {
  /** The first call of a process, with the pool's compartment in the request. */
  readonly coldWithCompartment: readonly number[];
  readonly cold: readonly number[];
  /** Half a second after the call before. */
  readonly warm: readonly number[];
  /** Six seconds after the call before, when idle connections aren't trusted any more. */
  readonly afterIdle: readonly number[];
}

/** Far enough that what the machine itself takes is little beside it; in ms. */
export const roundTripMs = 250;
const members = 5;
const turns = 5;
const pauseMs = 500;
const idleMs = 6_000;

/** Each build by turns, so that what else the machine does falls on all of them. */
export async function measureRoundTrips<Name extends string>(
  site: Site,
  bundles: Readonly<Record<Name, string>>,
): Promise<Readonly<Record<Name, RoundTrips>>> {
  await loadOnePool(site, members, 0);
  const distant = await Child.start<DistantServers>("./servers/distant.ts");
  try {
    const environment = await atDistance(site, distant);
    const names = Object.keys(bundles) as Name[];
    const measured = Object.fromEntries(names.map((name) => [name, emptyRow()])) as Record<
      Name,
      ReturnType<typeof emptyRow>
    >;
    for (let turn = 0; turn < turns; turn++) {
      // Side by side, as they wait nearly all of the time.
      await Promise.all(
        names.map((name) => measureTurn(bundles[name], environment, measured[name])),
      );
    }
    return measured;
  } finally {
    await distant.close();
  }
}

function emptyRow() {
  const row = { coldWithCompartment: [], cold: [], warm: [], afterIdle: [] };
  return row as { [K in keyof RoundTrips]: number[] };
}

async function measureTurn(
  bundle: string,
  environment: Readonly<Record<string, string>>,
  row: ReturnType<typeof emptyRow>,
): Promise<void> {
  const request = { instancePoolId: poolIdOf(0) };
  const ask = async (fn: FunctionProcess, body: object) => (await fn.ask(body)).ms / roundTripMs;
  const first = await FunctionProcess.start(environment, { bundle });
  try {
    row.coldWithCompartment.push(await ask(first, { ...request, compartmentId }));
  } finally {
    await first.close();
  }
  const second = await FunctionProcess.start(environment, { bundle });
  try {
    row.cold.push(await ask(second, request));
    await delay(pauseMs);
    row.warm.push(await ask(second, request));
    await delay(idleMs);
    row.afterIdle.push(await ask(second, request));
  } finally {
    await second.close();
  }
}

/** The site's environment, with services that are far away; each on a host of its own, as OCI's are. */
async function atDistance({ environment }: Site, distant: Child<DistantServers>) {
  const endpoints = Object.entries(environment).filter(([key]) => /^OCI_.*_ENDPOINT$/.test(key));
  const far: Record<string, string> = {};
  for (const [key, url] of endpoints) far[key] = await distant.ask("open", url, roundTripMs);
  const authority = join(mkdtempSync(join(tmpdir(), "bench-")), "authority.pem");
  writeFileSync(authority, await distant.ask("authority"));
  return { ...environment, ...far, NODE_EXTRA_CA_CERTS: authority };
}
