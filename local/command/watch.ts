import type { AnyDocument } from "./render/document.ts";

/** What is known at a moment of watching. */
export interface Sight {
  /** The last one there was. */
  readonly document: AnyDocument | undefined;
  /** Why the last question got no document. */
  readonly failure: string | undefined;
  /** On the clock of `now`: since when a question is under way, or when the next one is due. */
  readonly askedAt: number | undefined;
  readonly dueAt: number;
}

export interface WatchDependencies {
  readonly seconds: number;
  readonly ask: () => Promise<AnyDocument>;
  /** Called when something has changed. */
  readonly show: (sight: Sight) => void;
  /** Resolves after these milliseconds, or sooner if the user or `signal` wants so. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Milliseconds. */
  readonly now: () => number;
  /** Ends the watching, even while a question is under way. */
  readonly signal: AbortSignal;
}

/** Asks again and again, until the signal; a question that fails doesn't end it. */
export async function watch(dependencies: WatchDependencies): Promise<Sight> {
  const { seconds, ask, show, pause, now, signal } = dependencies;
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  let sight: Sight = { document: undefined, failure: undefined, askedAt: undefined, dueAt: now() };
  const see = (change: Partial<Sight>) => {
    sight = { ...sight, ...change };
    show(sight);
  };
  while (!signal.aborted) {
    const askedAt = now();
    const dueAt = askedAt + seconds * 1_000;
    see({ askedAt, dueAt });
    const answer = await Promise.race([aborted, ask().then(asDocument, asFailure)]);
    if (answer === undefined) break;
    see({ ...answer, askedAt: undefined });
    await pause(Math.max(0, dueAt - now()));
  }
  return sight;
}

function asDocument(document: AnyDocument) {
  return { document, failure: undefined };
}

function asFailure(error: unknown) {
  return { failure: error instanceof Error ? error.message : String(error) };
}
