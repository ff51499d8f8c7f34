import type { Question } from "./options.ts";

/** The body that the function is sent; members are shown where a pool is asked for by itself. */
export function requestOf(question: Question): string {
  switch (question.kind) {
    case "payload":
      return question.text;
    case "all":
      return "";
    case "doctor":
      return JSON.stringify({ check: "doctor", ...poolKey(question.pool) });
    case "pools":
      return JSON.stringify({
        pools: question.pools.map((pool) => ({ ...poolKey(pool), includeInstances: true })),
      });
  }
}

function poolKey(pool: string) {
  return /^ocid1\./i.test(pool) ? { instancePoolId: pool } : { pool };
}
