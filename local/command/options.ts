import { resolve } from "node:path";
import { parseArguments, refuseSwallowed, type Values } from "./arguments.ts";
import { type Condition, readConditions } from "./fail-on.ts";
import {
  namesConfigured,
  type Overrides,
  type Question,
  readOverrides,
  readQuestion,
} from "./question.ts";
import { checkReadable } from "./readable.ts";
import { UsageError } from "./usage-error.ts";

/** Who is asked about pools: an emulator, or OCI on behalf of the user. */
export type Tenancy = {
  readonly prometheusUrl: string | undefined;
  /** Absolute path of the file of pools. */
  readonly poolsFile: string | undefined;
} & (
  | { readonly kind: "emulated" }
  | { readonly kind: "own"; readonly profile: string | undefined }
);

export interface Options {
  readonly question: Question;
  readonly overrides: Overrides;
  readonly tenancy: Tenancy;
  /** `auto`: a table on a terminal, else JSON for a program and the table on stderr. */
  readonly output: "table" | "json" | "auto";
  /** Undefined to ask once. */
  readonly watchSeconds: number | undefined;
  readonly failOn: readonly Condition[];
  readonly verbose: boolean;
}

/** Whom a command asks that doesn't say whom. */
export type DefaultTenancy = Tenancy["kind"];

/** Half a day: more is a mistake, and more than 24 days would be no pause at all. */
const longestPauseSeconds = 43_200;

/**
 * Reads the command's arguments, and the payload's file.
 * @throws UsageError that says what is wrong.
 */
export function readOptions(
  args: readonly string[],
  defaultTenancy: DefaultTenancy,
  variables: Readonly<Record<string, string | undefined>> = {},
): Options | "help" | "version" {
  refuseSwallowed(variables);
  const { values, positionals } = parseArguments(args);
  if (values.help) return "help";
  if (values.version) return "version";
  const tenancy = readTenancy(values, defaultTenancy);
  const question = readQuestion(values, positionals, tenancy);
  const overrides = readOverrides(values, question);
  const failOn = readConditions(values["fail-on"] ?? []);
  if (failOn.length > 0 && (question.kind === "doctor" || question.kind === "health")) {
    throw new UsageError("--fail-on is about pools that are measured.");
  }
  const asked = question.kind !== "payload" && question.kind !== "demo";
  return {
    question,
    overrides,
    tenancy,
    output: values.json ? "json" : asked || values.watch !== undefined ? "table" : "auto",
    watchSeconds: values.watch === undefined ? undefined : readSeconds(values.watch),
    failOn,
    verbose: values.verbose ?? false,
  };
}

/** @throws UsageError where configured pools are meant, and nothing is configured. */
export function checkConfigured(
  { question, tenancy }: Pick<Options, "question" | "tenancy">,
  { POOLS, POOLS_FILE }: Readonly<Record<string, string | undefined>>,
): void {
  if (tenancy.kind === "emulated" || tenancy.poolsFile || POOLS || POOLS_FILE) return;
  if (!namesConfigured(question)) return;
  throw new UsageError("No pool is configured: give --config <file>, or --pool <OCID>.");
}

function readTenancy(values: Values, defaultTenancy: DefaultTenancy): Tenancy {
  const { demo, profile, config, pool, all, compartment } = values;
  const prometheusUrl = values["prometheus-url"];
  if (prometheusUrl !== undefined && !/^https?:\/\/[^/]/i.test(prometheusUrl)) {
    throw new UsageError("--prometheus-url takes a URL such as http://localhost:9090.");
  }
  const ownOnly = { "--profile": profile, "--config-file-auth": values["config-file-auth"] };
  const own = Object.entries(ownOnly).flatMap(([name, value]) => (value === undefined ? [] : name));
  if (demo && own.length > 0) {
    const asks = own.length > 1 ? "ask" : "asks";
    throw new UsageError(`${own.join(" and ")} ${asks} your tenancy, --demo an emulated one.`);
  }
  if (config !== undefined) checkReadable(config);
  const poolsFile = config === undefined ? undefined : resolve(config);
  if (demo && prometheusUrl !== undefined && poolsFile !== undefined) {
    throw new UsageError("In the emulated tenancy, give one of --config and --prometheus-url.");
  }
  const named = [pool, all, compartment, config].some((value) => value !== undefined);
  const asksOwn = own.length > 0 || (!demo && named);
  return demo || (!asksOwn && defaultTenancy === "emulated")
    ? { kind: "emulated", prometheusUrl, poolsFile }
    : { kind: "own", prometheusUrl, profile, poolsFile };
}

function readSeconds(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 1 && seconds <= longestPauseSeconds) return seconds;
  throw new UsageError(`--watch takes whole seconds, 1 to ${longestPauseSeconds}, not "${text}".`);
}
