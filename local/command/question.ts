import { poolSettings, sources } from "../../src/config/pool-spec.ts";
import { suggestion } from "../../src/config/problems.ts";
import type { Values } from "./arguments.ts";
import { readText } from "./readable.ts";
import { UsageError } from "./usage-error.ts";

/** What the function is asked. */
export type Question =
  | { readonly kind: "pools"; readonly pools: readonly string[] }
  /** What the emulated tenancy shows unasked. */
  | { readonly kind: "demo" }
  | { readonly kind: "all" }
  | { readonly kind: "select"; readonly select: Selection }
  | { readonly kind: "doctor"; readonly pool: string }
  | { readonly kind: "health" }
  | { readonly kind: "payload"; readonly text: string };

/** The pools of a compartment, as the request has it. */
interface Selection {
  readonly compartmentId: string;
  readonly includeSubcompartments?: true;
  readonly displayName?: string;
  readonly freeformTags?: Readonly<Record<string, string>>;
  readonly definedTags?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Whether it is about pools of the configuration. */
export function namesConfigured(question: Question): boolean {
  if (question.kind === "doctor") return !isOcid(question.pool);
  return question.kind === "all" || (question.kind === "pools" && !question.pools.every(isOcid));
}

/** A pool's OCID, or its name. */
export function isOcid(pool: string): boolean {
  return /^ocid1\./i.test(pool);
}

/** Keys of a pool spec that go before what is configured. */
export interface Overrides {
  readonly windowMinutes?: number;
  readonly statistic?: string;
  readonly source?: string;
}

/** @throws UsageError when it is not clear what is asked. */
export function readQuestion(
  values: Values,
  positionals: readonly string[],
  { kind }: { readonly kind: "emulated" | "own" },
): Question {
  const { pool, all, compartment, file, doctor, health } = values;
  const payload = onePayload(positionals, file);
  const asked = named({
    "--pool": pool,
    "--all": all,
    "--compartment": compartment,
    "a payload": payload,
  });
  if (asked.length > 1) throw new UsageError(`Give one of ${asked.join(" and ")}.`);
  if (compartment === undefined) refuseFilters(values);
  if (health) return healthQuestion(asked.length > 0 || doctor === true);
  if (doctor) return doctorQuestion(asked.length === 0 && kind === "emulated" ? ["web"] : pool);
  if (pool !== undefined) return { kind: "pools", pools: pool };
  if (all) return { kind: "all" };
  if (compartment !== undefined) {
    return { kind: "select", select: readSelection(values, compartment) };
  }
  if (payload !== undefined) return { kind: "payload", text: payload };
  if (kind === "emulated") return { kind: values.config === undefined ? "demo" : "all" };
  throw new UsageError(
    "Say which pools: --pool <name or OCID>, --all, --compartment <OCID>, a payload; or --demo.",
  );
}

/** The names of those that are given. */
function named(options: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : name));
}

function refuseFilters({ name, tag, subcompartments }: Values): void {
  const stray = named({ "--name": name, "--tag": tag, "--subcompartments": subcompartments });
  if (stray.length > 0) throw new UsageError(`${stray.join(" and ")} goes with --compartment.`);
}

function healthQuestion(asksMore: boolean): Question {
  if (asksMore) throw new UsageError("--health looks at everything at once.");
  return { kind: "health" };
}

function doctorQuestion([first, ...others]: readonly string[] = []): Question {
  if (first !== undefined && others.length === 0) return { kind: "doctor", pool: first };
  throw new UsageError("--doctor goes with one --pool.");
}

function onePayload(positionals: readonly string[], file: string | undefined): string | undefined {
  const [payload, ...more] = positionals;
  if (payload === undefined) return file === undefined ? undefined : readText(file);
  if (/^[^\s{["]+$/.test(payload)) {
    const pools = positionals.map((name) => `--pool ${name}`).join(" ");
    throw new UsageError(`"${payload}" is no request; did you mean ${pools}?`);
  }
  if (more.length > 0) throw new UsageError("Give one payload, in quotes for the shell.");
  if (file !== undefined) throw new UsageError("Give the payload, or --file, but not both.");
  return payload;
}

function readSelection(
  { subcompartments, name, tag = [] }: Values,
  compartmentId: string,
): Selection {
  const freeformTags: Record<string, string> = {};
  const definedTags: Record<string, Record<string, string>> = {};
  for (const text of tag) {
    // Keys of tags hold no dots: with one, it is a namespace and a key.
    const [, namespace, key, value] = /^(?:([^.=]+)\.)?([^.=]+)=(.*)$/.exec(text) ?? [];
    if (key === undefined || value === undefined) {
      throw new UsageError(`--tag takes key=value or namespace.key=value, not "${text}".`);
    }
    if (namespace === undefined) freeformTags[key] = value;
    else definedTags[namespace] = { ...definedTags[namespace], [key]: value };
  }
  return {
    compartmentId,
    ...(subcompartments ? { includeSubcompartments: true } : {}),
    ...(name === undefined ? {} : { displayName: name }),
    ...(Object.keys(freeformTags).length === 0 ? {} : { freeformTags }),
    ...(Object.keys(definedTags).length === 0 ? {} : { definedTags }),
  };
}

/** @throws UsageError for a value that can't be, or where there is no pool to apply it to. */
export function readOverrides(values: Values, { kind }: Question): Overrides {
  const { window, statistic, source } = values;
  const names = named({ "--window": window, "--statistic": statistic, "--source": source });
  if (names.length > 0 && (kind === "payload" || kind === "health")) {
    const place = kind === "payload" ? "; write it into the payload" : "";
    throw new UsageError(`${names.join(" and ")} goes with pools${place}.`);
  }
  return {
    ...(window === undefined ? {} : { windowMinutes: readMinutes(window) }),
    ...(statistic === undefined ? {} : { statistic: oneOf("--statistic", statistic, statistics) }),
    ...(source === undefined ? {} : { source: oneOf("--source", source, sources) }),
  };
}

const statistics = poolSettings.entries.statistic.wrapped.options;

function readMinutes(text: string): number {
  const minutes = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (minutes >= 1 && minutes <= 1_440) return minutes;
  throw new UsageError(`--window takes whole minutes, 1 to 1440, not "${text}".`);
}

function oneOf(option: string, text: string, known: readonly string[]): string {
  if (known.includes(text)) return text;
  const meant = suggestion(text, known);
  const help = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw new UsageError(`${option} takes ${known.join(", ")}, not "${text}".${help}`);
}
