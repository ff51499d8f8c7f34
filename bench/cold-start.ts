import { FnAgent } from "../local/fn-agent/fn-agent.ts";
import { cpuMsOf, residentMbOf } from "./process-usage.ts";

/** A function whose start is measured: what Node runs, and the one request it answers. */
interface Subject {
  readonly bundle: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly nodeArguments?: readonly string[];
  /** @default Fn's 5 seconds */
  readonly startTimeoutMs?: number;
}

/** From the start of a process to the end of its first response. */
export interface ColdStart {
  readonly wallMs: number;
  /** Of all threads, in user mode and kernel. */
  readonly cpuMs: number;
  readonly residentMb: number;
}

export interface ColdStartOptions<Name extends string> {
  readonly subjects: Readonly<Record<Name, Subject>>;
  /** How often each is started. @default 15 */
  readonly runs?: number;
}

/**
 * Starts the subjects by turns, so that what else the machine does falls on all of them, and returns
 * each one's starts. Linux only.
 * @throws Error when a subject doesn't answer with status 200.
 */
export async function measureColdStart<Name extends string>({
  subjects,
  runs = 15,
}: ColdStartOptions<Name>): Promise<Record<Name, readonly ColdStart[]>> {
  const names = Object.keys(subjects) as Name[];
  const starts = Object.fromEntries(names.map((name) => [name, [] as ColdStart[]])) as Record<
    Name,
    ColdStart[]
  >;
  // The first turn only brings the files into the page cache.
  for (let turn = 0; turn <= runs; turn++) {
    for (const name of names) {
      const start = await startOnce(subjects[name]);
      if (turn > 0) starts[name].push(start);
    }
  }
  return starts;
}

async function startOnce({ body, ...container }: Subject): Promise<ColdStart> {
  const startedAt = performance.now();
  // Unbundled, the SDK takes more memory than the smallest function has.
  const agent = await FnAgent.start({ ...container, limited: false });
  try {
    const response = await agent.invoke(body);
    const wallMs = performance.now() - startedAt;
    if (response.status !== 200) throw new Error(`${response.status}: ${response.body}`);
    return { wallMs, cpuMs: cpuMsOf(agent.pid), residentMb: residentMbOf(agent.pid) };
  } finally {
    await agent.close();
  }
}
