import { readdirSync, readFileSync } from "node:fs";
import { FnAgent } from "../local/fn-agent/fn-agent.ts";

/** A function whose start is measured: what Node runs, and the one request it answers. */
export interface Subject {
  readonly bundle: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly nodeArguments?: readonly string[];
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
  /** @default this process's node */
  readonly nodePath?: string;
}

/**
 * Starts the subjects by turns, so that what else the machine does falls on all of them, and returns
 * each one's starts. Linux only.
 * @throws Error when a subject doesn't answer with status 200.
 */
export async function measureColdStart<Name extends string>(
  options: ColdStartOptions<Name>,
): Promise<Record<Name, readonly ColdStart[]>> {
  const { subjects, runs = 15, nodePath = process.execPath } = options;
  const names = Object.keys(subjects) as Name[];
  const starts = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    ColdStart[]
  >;
  // The first turn only brings the files into the page cache.
  for (let turn = 0; turn <= runs; turn += 1) {
    for (const name of names) {
      const start = await startOnce(subjects[name], nodePath);
      if (turn > 0) starts[name].push(start);
    }
  }
  return starts;
}

async function startOnce({ body, ...container }: Subject, nodePath: string): Promise<ColdStart> {
  const startedAt = performance.now();
  const agent = await FnAgent.start({ ...container, nodePath });
  try {
    const response = await agent.invoke(body);
    const wallMs = performance.now() - startedAt;
    if (response.status !== 200) throw new Error(`${response.status}: ${response.body}`);
    return { wallMs, ...resourcesOf(agent.pid) };
  } finally {
    await agent.close();
  }
}

function resourcesOf(pid: number | undefined): Pick<ColdStart, "cpuMs" | "residentMb"> {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) =>
    // In nanoseconds, where /proc/<pid>/stat counts hundredths of a second.
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return {
    cpuMs: threads.reduce((sum, thread) => sum + thread, 0) / 1e6,
    residentMb: Number(resident) / 1024,
  };
}
