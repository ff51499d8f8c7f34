import { accessSync, constants, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArguments } from "./arguments.ts";
import { UsageError } from "./usage-error.ts";

/** What the function is asked. */
export type Question =
  | { readonly kind: "pools"; readonly pools: readonly string[] }
  | { readonly kind: "all" }
  | { readonly kind: "doctor"; readonly pool: string }
  | { readonly kind: "payload"; readonly text: string };

/** Who is asked about pools: an emulator, or OCI on behalf of the user. */
export type Tenancy =
  | { readonly kind: "emulated"; readonly prometheusUrl: string | undefined }
  | {
      readonly kind: "own";
      readonly prometheusUrl: string | undefined;
      readonly profile: string | undefined;
      /** Absolute path of the file of pools. */
      readonly poolsFile: string | undefined;
    };

export interface Options {
  readonly question: Question;
  readonly tenancy: Tenancy;
  /** `table` for a person, `json` for a program, or the document with the table on stderr. */
  readonly output: "table" | "json" | "both";
  /** Undefined to ask once. */
  readonly watchSeconds: number | undefined;
  readonly verbose: boolean;
}

/** Whom a command asks that doesn't say whom. */
export type DefaultTenancy = Tenancy["kind"];

type Values = ReturnType<typeof parseArguments>["values"];

/** Half a day: more is a mistake, and more than 24 days would be no pause at all. */
const longestPauseSeconds = 43_200;

/**
 * Reads the command's arguments, and the payload's file.
 * @throws UsageError that says what is wrong.
 */
export function readOptions(
  args: readonly string[],
  defaultTenancy: DefaultTenancy,
): Options | "help" | "version" {
  const { values, positionals } = parseArguments(args);
  if (values.help) return "help";
  if (values.version) return "version";
  const tenancy = readTenancy(values, defaultTenancy);
  const question = readQuestion(values, positionals, tenancy);
  const asked = values.pool ?? values.all ?? values.doctor ?? values.watch;
  return {
    question,
    tenancy,
    output: values.json ? "json" : asked === undefined ? "both" : "table",
    watchSeconds: values.watch === undefined ? undefined : readSeconds(values.watch),
    verbose: values.verbose ?? false,
  };
}

function readTenancy(values: Values, defaultTenancy: DefaultTenancy): Tenancy {
  const { demo, profile, config, pool, all } = values;
  const prometheusUrl = values["prometheus-url"];
  const ownOnly = { "--profile": profile, "--config": config };
  const named = Object.entries({ ...ownOnly, "--config-file-auth": values["config-file-auth"] });
  const own = named.filter(([, value]) => value !== undefined).map(([name]) => name);
  if (demo && own.length > 0) {
    throw new UsageError(`${own.join(" and ")} ask your tenancy, --demo asks an emulated one.`);
  }
  const asksOwn = own.length > 0 || (!demo && (pool !== undefined || all === true));
  if (demo || (!asksOwn && defaultTenancy === "emulated")) {
    return { kind: "emulated", prometheusUrl };
  }
  const poolsFile = config === undefined ? undefined : readablePath(config);
  return { kind: "own", prometheusUrl, profile, poolsFile };
}

function readQuestion(values: Values, positionals: readonly string[], tenancy: Tenancy): Question {
  const { pool, all, file, doctor } = values;
  const [payload, ...more] = positionals;
  if (more.length > 0) throw new UsageError("One payload, please; quote it for the shell.");
  if (payload !== undefined && file !== undefined) {
    throw new UsageError("Give the payload, or --file, but not both.");
  }
  const asked = [pool, all, payload ?? file].filter((value) => value !== undefined);
  if (asked.length > 1) throw new UsageError("Give one of --pool, --all and a payload.");
  if (doctor) return doctorQuestion(values, asked.length, tenancy);
  if (pool !== undefined) return { kind: "pools", pools: pool };
  if (all) return { kind: "all" };
  if (payload !== undefined) return { kind: "payload", text: payload };
  if (file !== undefined) return { kind: "payload", text: readPayload(file) };
  if (tenancy.kind === "emulated") return { kind: "pools", pools: ["web"] };
  throw new UsageError("Say which pools: --pool <name or OCID>, --all, a payload; or --demo.");
}

function doctorQuestion({ pool = [] }: Values, asked: number, { kind }: Tenancy): Question {
  const [first, ...others] = asked === 0 && kind === "emulated" ? ["web"] : pool;
  if (first !== undefined && others.length === 0) return { kind: "doctor", pool: first };
  throw new UsageError("--doctor goes with one --pool.");
}

/** The function would say it, too, but of a variable that the user has not set. */
function readablePath(file: string): string {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw cannotRead(file, error);
  }
  return resolve(file);
}

function readPayload(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw cannotRead(file, error);
  }
}

function cannotRead(file: string, error: unknown): UsageError {
  return new UsageError(`Cannot read ${file}: ${error instanceof Error ? error.message : error}`);
}

function readSeconds(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 1 && seconds <= longestPauseSeconds) return seconds;
  throw new UsageError(`--watch takes whole seconds, 1 to ${longestPauseSeconds}, not "${text}".`);
}
