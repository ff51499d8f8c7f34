import type { FnResponse } from "../../local/fn-agent/response.ts";
import type { ErrorCode } from "../../src/errors.ts";
import type { Sources } from "./sources.ts";
import type { World, WorldOptions } from "./world.ts";

/**
 * What a caller gets: a sound result with the right averages ("ok"), a part of one, the code of a
 * failure, or something that must never be: "wrong" averages, or Fn's own word, such as "Fn: 504".
 */
export type Outcome = "ok" | "partial" | "wrong" | ErrorCode | `Fn: ${number}`;

/** How often a service is asked that answers with a fault: "once" is without retries. */
export type Asked = "never" | "once" | "again" | "any";

/** One fault, what it does to one call, and how it passes. */
export interface Cell {
  readonly target: string;
  readonly fault: string;
  /** The fault's outcome has to be one of these. */
  readonly expected: readonly Outcome[];
  readonly asked: Asked;
  readonly options: (sources: Sources) => WorldOptions | Promise<WorldOptions>;
  /** Makes keys, which holds up whoever else is under way: it is played before the others. */
  readonly makesKeys?: boolean;
  /** Its call spends the time waiting, so that it need not wait for its turn. */
  readonly sleeps?: boolean;
  /** Comes after a good call, so that there are connections. @default false */
  readonly warm?: boolean;
  readonly inject: (world: World) => unknown;
  /** @default asks for the pool */
  readonly call?: (world: World) => Promise<FnResponse>;
  readonly heal: (world: World) => unknown;
}

/** What became of it. */
export interface CellResult {
  readonly cell: Pick<Cell, "target" | "fault">;
  readonly outcome: Outcome;
  /** From the call to its answer. */
  readonly durationMs: number;
  /** From the call to the deadline that Fn set. */
  readonly timeoutMs: number;
  /** Requests that the fault met; 0 when it was in the connection. */
  readonly faults: number;
  /** What the call after the fault got. */
  readonly next: Outcome;
  /** Whether the next call came after a circuit breaker had refused one. */
  readonly afterBreaker: boolean;
  /** Whether one process answered all calls. */
  readonly survived: boolean;
  /** The most memory the process ever had, in MB; undefined where the system doesn't tell. */
  readonly peakMegabytes: number | undefined;
  /** Requests that were led to another origin. */
  readonly strayed: number;
  /** Secrets that were shown to somebody. */
  readonly leaks: readonly string[];
}
