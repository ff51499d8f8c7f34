import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import type { ResultDocument } from "../../src/result/result-document.ts";
import { nodeOptions } from "../../tools/package/contents.ts";
import { SecretCanary } from "../faults/secret-canary.ts";

/** The built function. */
const bundle = new URL("../../dist/func.cjs", import.meta.url).pathname;

/** The built function in a process of its own, run as Fn runs it. */
export function startFunction(
  environment: Readonly<Record<string, string>>,
  nodePath?: string,
): Promise<FnAgent> {
  const canary = new SecretCanary(environment);
  const options = {
    bundle,
    // With the heap that the image gives it.
    environment: { NODE_OPTIONS: nodeOptions, LOG_LEVEL: "DEBUG", ...environment },
    // As in func.yaml.
    memoryMb: 256,
    timeoutMs: 60_000,
    onLog: (line: string) => {
      canary.watch(line);
      if (canary.seen.length > 0)
        throw new Error(`the function logged a secret: ${hintAt(canary)}`);
    },
  };
  return FnAgent.start(nodePath === undefined ? options : { ...options, nodePath });
}

/** Enough to find which it is, and no more. */
function hintAt({ seen }: SecretCanary): string {
  return `${seen[0]?.slice(0, 6)}…`;
}

/** What the function answers to this request; fails unless Fn would pass the answer on. */
export async function ask(
  agent: FnAgent,
  request: unknown,
  options?: Parameters<FnAgent["invoke"]>[1],
): Promise<ResultDocument> {
  const body = typeof request === "string" ? request : JSON.stringify(request);
  const response = await agent.invoke(body, options);
  if (response.status !== 200) throw new Error(`Fn answers ${response.status}: ${response.body}`);
  return response.json() as ResultDocument;
}

/** The function's log as objects; fails when a line is none. */
export function logOf(agent: FnAgent): readonly Readonly<Record<string, unknown>>[] {
  return agent.logLines().map((line) => JSON.parse(line));
}
