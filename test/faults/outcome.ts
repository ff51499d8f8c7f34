import type { FnResponse } from "../../local/fn-agent/response.ts";
import type { ResultDocument } from "../../src/result/result-document.ts";
import type { Outcome } from "./cell.ts";
import { truth } from "./sources.ts";
import type { WorldOptions } from "./world.ts";

/** What an answer says, and whether it is true. */
export function outcomeOf(response: FnResponse, source: WorldOptions["source"]): Outcome {
  if (response.status !== 200) return `Fn: ${response.status}`;
  const { error, pools } = response.json() as ResultDocument;
  const [pool] = pools;
  if (pool === undefined) return error?.code ?? "wrong";
  if (pool.error !== undefined) return pool.error.code;
  const right = (["cpu", "memory"] as const).every((metric) => {
    const { average, reporting } = pool[metric];
    const missing = average === null && reporting === 0;
    return (pool.status === "partial" && missing) || average === truth[source][metric];
  });
  return right && pool.status !== "failed" ? pool.status : "wrong";
}
