import { setTimeout as delay } from "node:timers/promises";
import { FnAgent } from "../local/fn-agent/fn-agent.ts";
import type { ResultDocument } from "../src/result/result-document.ts";
import type { MeasuredSource } from "./naive/way.ts";

/** The built function. */
export const bundle = "dist/func.cjs";

/** So long as OCI's ten queries a second allow two of them four times; in ms. */
const betweenCallsMs = 250;

export interface ProcessOptions {
  /** @default the function of this work tree */
  readonly bundle?: string;
  /** Of its container, where this machine can limit it. @default no limit */
  readonly memoryMb?: number;
}

/** The function as it is deployed, in a process of its own on an Fn agent. */
export class FunctionProcess {
  readonly #agent: FnAgent;
  #calledAt = 0;

  private constructor(agent: FnAgent) {
    this.#agent = agent;
  }

  /** Without `memoryMb`, the process has the whole machine. */
  static async start(
    environment: Readonly<Record<string, string>>,
    { bundle: file = bundle, memoryMb }: ProcessOptions = {},
  ): Promise<FunctionProcess> {
    // The timeout is func.yaml's.
    const options = { bundle: file, environment, timeoutMs: 60_000 };
    const limits = memoryMb === undefined ? { limited: false } : { memoryMb };
    return new FunctionProcess(await FnAgent.start({ ...options, ...limits }));
  }

  get pid(): number | undefined {
    return this.#agent.pid;
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  /** The document, and how long its caller waited. Throws when Fn would not pass it on. */
  async ask(request: object): Promise<{ readonly document: ResultDocument; readonly ms: number }> {
    const startedAt = performance.now();
    const response = await this.#agent.invoke(JSON.stringify(request));
    const ms = performance.now() - startedAt;
    if (response.status !== 200) throw new Error(`Fn answers ${response.status}: ${response.body}`);
    return { document: response.json() as ResultDocument, ms };
  }

  /**
   * As `ask`, but not so soon after the call before that the function would have to hold back its
   * queries to OCI Monitoring. A function is called once a minute, and never has to.
   */
  async askInTurn(request: { readonly instancePoolId: string; readonly source: MeasuredSource }) {
    if (request.source === "oci") {
      await delay(Math.max(0, this.#calledAt + betweenCallsMs - performance.now()));
    }
    this.#calledAt = performance.now();
    return this.ask(request);
  }
}
