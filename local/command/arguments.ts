import { parseArgs } from "node:util";
import { UsageError } from "./usage-error.ts";

/** Seconds between two questions of `--watch`: OCI has a new value each minute. */
const defaultWatchSeconds = "30";

/**
 * The arguments as Node's parser reads them.
 * @throws UsageError for those that don't exist, or lack their value.
 */
export function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: withWatchSeconds(args),
      allowPositionals: true,
      options: {
        pool: { type: "string", multiple: true },
        all: { type: "boolean" },
        file: { type: "string", short: "f" },
        doctor: { type: "boolean" },
        demo: { type: "boolean" },
        profile: { type: "string" },
        "config-file-auth": { type: "boolean" },
        config: { type: "string" },
        "prometheus-url": { type: "string" },
        watch: { type: "string", short: "w" },
        json: { type: "boolean" },
        verbose: { type: "boolean", short: "v" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Node's parser has no options whose value may be left out. A payload never is a number. */
function withWatchSeconds(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    if (arg !== "--watch" && arg !== "-w") return [arg];
    const hasSeconds = /^\d/.test(args[index + 1] ?? "");
    return [arg, ...(hasSeconds ? [] : [defaultWatchSeconds])];
  });
}
