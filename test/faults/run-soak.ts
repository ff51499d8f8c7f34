import type { FnResponse } from "../../local/fn-agent/response.ts";
import { ociDialect, prometheusDialect } from "../support/source-dialects.ts";
import type { Outcome } from "./cell.ts";
import { outcomeOf } from "./outcome.ts";
import { descriptorsOf, memoryOf } from "./process-usage.ts";
import { randomFault, seededRandom } from "./random-faults.ts";
import { Sources } from "./sources.ts";
import { World } from "./world.ts";

export interface SoakOptions {
  readonly invocations: number;
  readonly seed: number;
  readonly onProgress?: (invocations: number) => void;
}

/** An answer that should not have been. */
interface WrongAnswer {
  readonly invocation: number;
  readonly outcome: Outcome;
  readonly body: string;
}

export interface SoakReport {
  readonly invocations: number;
  /** How many answers there were of each kind. */
  readonly answers: ReadonlyMap<Outcome, number>;
  readonly wrong: readonly WrongAnswer[];
  readonly faults: number;
  readonly faultyCalls: number;
  /** Processes that it took. */
  readonly processes: number;
  /** In the course of time, at equal distances; empty where the system doesn't tell. */
  readonly memory: readonly number[];
  readonly descriptors: readonly number[];
  readonly leaks: readonly string[];
}

/** Of the requests that the function makes. */
const faultRate = 0.03;
/** Monitoring may be asked ten times a second, which would make most of the time waiting. */
const ociShare = 0.1;
/** Longer than a circuit breaker stays open. */
const breakerMemoryMs = 35_000;
const timeoutMs = 8_000;
const measurements = 40;
/**
 * As Node sets it in a container of 128 MB; where there is more, the heap grows for a long time, and
 * that of Node 24 grows for a thousand calls unless it is to be small.
 */
const smallHeap = ["--max-old-space-size=64", "--max-semi-space-size=1", "--optimize-for-size"];

/** Calls one function process over and over, while its network fails at random. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { invocations, seed, onProgress } = options;
  const sources = await Sources.start();
  const world = await World.start(sources, {
    source: "oci",
    timeoutMs,
    environment: { LOG_LEVEL: "INFO" },
    nodeArguments: smallHeap,
  });
  const random = seededRandom(seed);
  injectFaults(world, random);
  const answers = new Map<Outcome, number>();
  const wrong: WrongAnswer[] = [];
  const [memory, descriptors, pids] = [[] as number[], [] as number[], new Set<number>()];
  let faultyCalls = 0;
  let lastFault = Number.NEGATIVE_INFINITY;
  try {
    for (let invocation = 1; invocation <= invocations; invocation++) {
      const source = random() < ociShare ? "oci" : "prometheus";
      const before = world.faults;
      const response = await world.ask(source);
      const outcome = outcomeOf(response, source);
      answers.set(outcome, (answers.get(outcome) ?? 0) + 1);
      const faulty = world.faults > before;
      if (faulty) {
        faultyCalls++;
        lastFault = performance.now();
      }
      const recent = performance.now() - lastFault < breakerMemoryMs;
      if (!isSound(outcome, response, faulty, recent)) {
        wrong.push({ invocation, outcome, body: response.body.toString().slice(0, 500) });
      }
      const { pid } = world.agent;
      if (pid !== undefined) pids.add(pid);
      if (invocation % Math.ceil(invocations / measurements) === 0) {
        memory.push(...[memoryOf(pid)?.resident ?? []].flat());
        descriptors.push(...[descriptorsOf(pid) ?? []].flat());
        onProgress?.(invocation);
        sources.emulator.clearRequests();
      }
    }
    const { faults } = world;
    const leaks = world.leaks();
    const processes = pids.size;
    return {
      invocations,
      answers,
      wrong,
      faults,
      faultyCalls,
      processes,
      memory,
      descriptors,
      leaks,
    };
  } finally {
    await world.close();
    await sources.close();
  }
}

function injectFaults({ proxies }: World, random: () => number): void {
  const where = () => random() < faultRate;
  proxies.compute.inject(randomFault(ociDialect, random), { where });
  proxies.monitoring.inject(randomFault(ociDialect, random), { where });
  proxies.prometheus.inject(randomFault(prometheusDialect, random), { where });
}

/** Without a fault, an answer is right; with one, it is not wrong. */
function isSound(outcome: Outcome, response: FnResponse, faulty: boolean, recent: boolean) {
  if (response.status !== 200 || outcome === "wrong") return false;
  if (faulty || outcome === "ok") return true;
  // The pool of one call may pay for the faults of those before.
  return recent && (outcome === "CIRCUIT_OPEN" || outcome === "partial");
}
