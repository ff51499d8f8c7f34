// The emulated tenancy in a process of its own.
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import type { RecordedRequest } from "../../local/oci-emulator/exchange.ts";
import type { EmulatedTenancy } from "../../local/oci-emulator/tenancy.ts";
import { serveParent } from "../child.ts";
import { poolsOf, type Size } from "../tenancy.ts";
import { WireBytes } from "./wire-bytes.ts";

let tenancy: EmulatedTenancy = { pools: [] };
let latencyMs = 0;
const bytes = new WireBytes();
const emulator = await OciEmulator.start({
  tenancy: () => tenancy,
  get latencyMs() {
    return latencyMs;
  },
  // Longer than any run.
  tokenLifetimeMs: 24 * 60 * 60_000,
});

const methods = {
  /** What a process needs to find the emulator and to be let in. */
  environment: () => emulator.environment,
  load: (size: Size) => {
    tenancy = { pools: poolsOf(size) };
  },
  setLatency: (ms: number) => {
    latencyMs = ms;
  },
  /** What was asked since the last time. */
  take: (): { readonly requests: readonly RecordedRequest[]; readonly bytes: number } => {
    const { requests } = emulator;
    emulator.clearRequests();
    return { requests, bytes: bytes.take() };
  },
};

export type OciServer = typeof methods;

serveParent(methods);
