const endings = new Set<() => void>();

/**
 * Has `end` called when this process ends, by whatever but SIGKILL; it can't wait for anything.
 * The function returned takes that back.
 */
export function atProcessEnd(end: () => void): () => void {
  if (!process.listeners("exit").includes(runEndings)) listen();
  endings.add(end);
  return () => endings.delete(end);
}

function listen(): void {
  process.on("exit", runEndings);
  // A signal's default action would skip "exit" handlers.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.once(signal, () => {
      // Whoever else listens decides what becomes of the process, and comes by "exit".
      if (process.listenerCount(signal) > 0) return;
      runEndings();
      process.kill(process.pid, signal);
    });
  }
}

function runEndings(): void {
  for (const end of endings) end();
}
