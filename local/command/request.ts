import { readFileSync } from "node:fs";
import { readEnvironment } from "../../src/config/environment.ts";
import { isJsonObject } from "../../src/config/json-object.ts";
import { readPoolsDocument } from "../../src/config/pools-document.ts";
import { isOcid, type Overrides, type Question } from "./question.ts";

/** What is asked beside the question itself. */
export interface Wishes {
  readonly overrides: Overrides;
  /** Whether the members of every pool are wanted, too. */
  readonly members: boolean;
  /** The function's environment, where its pools are. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The body that the function is sent; members are shown where a pool is asked for by itself. */
export function requestOf(question: Question, wishes: Wishes): string {
  const settings = { ...wishes.overrides, ...(wishes.members ? { includeInstances: true } : {}) };
  switch (question.kind) {
    case "payload":
      return question.text;
    case "health":
      return JSON.stringify({ check: "health" });
    case "doctor":
      return JSON.stringify({ check: "doctor", ...poolKey(question.pool), ...wishes.overrides });
    case "select":
      return JSON.stringify({ select: question.select, ...settings });
    case "all":
      return Object.keys(settings).length === 0 ? "" : allWith(settings, wishes.environment);
    case "demo":
    case "pools": {
      const pools = question.kind === "demo" ? ["web"] : question.pools;
      const asked = pools.map((pool) => ({
        ...poolKey(pool),
        ...settings,
        includeInstances: true,
      }));
      return JSON.stringify({ pools: asked });
    }
  }
}

/** A request for all pools takes no settings, so each is named; what is wrong, the function says. */
function allWith(settings: object, environment: Wishes["environment"]): string {
  const read = readPoolsDocument(readEnvironment(environment), (path) =>
    readFileSync(path, "utf8"),
  );
  if (read.pools.length === 0) return "";
  const pools = read.pools.map((entry) => {
    if (!isJsonObject(entry)) return entry;
    const { name } = entry;
    return typeof name === "string" ? { pool: name, ...settings } : { ...entry, ...settings };
  });
  return JSON.stringify({ pools });
}

function poolKey(pool: string) {
  return isOcid(pool) ? { instancePoolId: pool } : { pool };
}
