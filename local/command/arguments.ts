import { type ParseArgsConfig, parseArgs } from "node:util";
import { suggestion } from "../../src/config/problems.ts";
import { UsageError } from "./usage-error.ts";

/** Seconds between two questions of `--watch`: OCI has a new value each minute. */
const defaultWatchSeconds = "30";

const options = {
  pool: { type: "string", multiple: true },
  all: { type: "boolean" },
  compartment: { type: "string" },
  subcompartments: { type: "boolean" },
  name: { type: "string" },
  tag: { type: "string", multiple: true },
  file: { type: "string", short: "f" },
  doctor: { type: "boolean" },
  health: { type: "boolean" },
  window: { type: "string" },
  statistic: { type: "string" },
  source: { type: "string" },
  demo: { type: "boolean" },
  profile: { type: "string" },
  "config-file-auth": { type: "boolean" },
  config: { type: "string" },
  "prometheus-url": { type: "string" },
  watch: { type: "string", short: "w" },
  "fail-on": { type: "string", multiple: true },
  json: { type: "boolean" },
  verbose: { type: "boolean", short: "v" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const satisfies ParseArgsConfig["options"];

/**
 * The arguments as Node's parser reads them.
 * @throws UsageError for those that don't exist, or lack their value.
 */
export function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: withWatchSeconds(args), allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(explain(error));
  }
}

export type Values = ReturnType<typeof parseArguments>["values"];

/** Node's messages are about parseArgs; ours say which option was probably meant. */
function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const option = /^Unknown option '(-[^']*)'/.exec(message)?.[1];
  if (option !== undefined) {
    const meant = suggestion(option.replace(/^-+/, ""), Object.keys(options));
    return `There is no option ${option}${meant === undefined ? "." : `; did you mean --${meant}?`}`;
  }
  const [, name = ""] = /^Option '(?:-\w, )?(--[\w-]+)/.exec(message) ?? [];
  return /does not take an argument/.test(message)
    ? `${name} takes no value.`
    : `${name} takes a value, which is missing.`;
}

/** Node's parser has no options whose value may be left out. A payload never is a number. */
function withWatchSeconds(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    if (arg !== "--watch" && arg !== "-w") return [arg];
    const hasSeconds = /^\d/.test(args[index + 1] ?? "");
    return [arg, ...(hasSeconds ? [] : [defaultWatchSeconds])];
  });
}

/** Settings of npm's own, which may be in anybody's .npmrc. */
const npmSettings: ReadonlySet<string> = new Set(["tag", "version", "help", "name"]);

/**
 * npm takes options for its own that stand before `--`, and tells its scripts by variables.
 * @throws UsageError that says how to write it.
 */
export function refuseSwallowed(variables: Readonly<Record<string, string | undefined>>): void {
  if (variables["npm_lifecycle_event"] !== "start") return;
  const swallowed = Object.keys(options).filter((name) => {
    return !npmSettings.has(name) && variables[`npm_config_${name.replaceAll("-", "_")}`];
  });
  if (swallowed.length === 0) return;
  const named = swallowed.map((name) => `--${name}`).join(" ");
  throw new UsageError(
    `npm took ${named} for an option of its own. Write: npm start -- ${named} …`,
  );
}
