import { readFileSync } from "node:fs";
import { type Configuration, readConfiguration } from "../src/config/configuration.ts";
import { allVariables, readEnvironment } from "../src/config/environment.ts";
import { labelOf } from "../src/config/pool-selection.ts";
import { suggestion } from "../src/config/problems.ts";
import { placesIn, syntaxMistakes } from "./document-places.ts";
import { problemsOfExporters } from "./promql.ts";

/** What OCI keeps of a function's configuration: all keys and values together, as UTF-8. */
const configurationBytes = 4_096;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Every problem of a file of pools as a line, `pools.yaml:3:5: pools[0].region: …`, as the function
 * would find it in POOLS_FILE; one that is not of the file begins with its variable.
 */
export function problemsOfPools(file: string, variables: Variables = process.env) {
  const { pools, exporters, problems } = configurationOf(file, variables);
  const promql = problemsOfExporters(exporters, "POOLS_FILE: prometheus.exporters");
  const ofPools = pools.flatMap(({ spec }) => (spec.ok ? [] : spec.problems));
  const all = [...problems, ...promql, ...ofPools];
  if (all.length === 0) return [];
  const text = readIfThere(file);
  const mistakes = text === undefined ? [] : syntaxMistakes(text);
  if (mistakes.length > 0) return mistakes.map((mistake) => `${file}:${mistake}`);
  const placeOf = text === undefined ? () => undefined : placesIn(text);
  const lines = all.map(({ path, message }) => {
    const inFile = /^POOLS_FILE(?:: (.*))?$/.exec(path);
    const isPath = inFile !== null || /^(?:pools|defaults|prometheus)\b/.test(path);
    const at = inFile === null ? path : (inFile[1] ?? "");
    const place = isPath ? placeOf(at) : undefined;
    const where = isPath ? `${[file, ...(place === undefined ? [] : [place])].join(":")}: ` : "";
    return { place, line: `${where}${at === "" ? message : `${at}: ${message}`}` };
  });
  return inFileOrder(lines).map(({ line }) => line);
}

/** What is about no place of the file comes first. */
function inFileOrder<L extends { readonly place: string | undefined }>(lines: readonly L[]) {
  return lines.toSorted(({ place: a = "" }, { place: b = "" }) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
}

/** What is right as it is written, and can hardly be meant. */
export function warningsOfPools(file: string, variables: Variables = process.env) {
  const { servers, warnings } = configurationOf(file, variables);
  const halves = [...servers.values()].flatMap(({ name, username, credentials }) => {
    const { password } = credentials;
    if ((username === undefined) === (password === undefined)) return [];
    const [there, missing] =
      username === undefined ? ["password", "username"] : ["username", "password"];
    return [`The Prometheus server "${name}" has a ${there} and no ${missing}.`];
  });
  return [...warnings, ...halves, ...withoutUrl(variables), ...mistyped(variables)];
}

function withoutUrl(variables: Variables): readonly string[] {
  if (variables["PROMETHEUS_URL"]) return [];
  const set = Object.keys(allVariables()).filter(
    (name) => name.startsWith("PROMETHEUS_") && variables[name],
  );
  if (set.length === 0) return [];
  return [
    `${set.join(" and ")} ${set.length > 1 ? "are" : "is"} of no use without PROMETHEUS_URL.`,
  ];
}

/** Only what begins as ours: a shell has many variables. */
function mistyped(variables: Variables): readonly string[] {
  const known = Object.keys(allVariables());
  return Object.keys(variables).flatMap((name) => {
    if (
      known.includes(name) ||
      !/^(?:PROM\w*_|POOL|OCI_(?!CLI_)|LOG_|ON_ER|FUNCTION_M|SERVICE_N)/.test(name)
    )
      return [];
    const meant = suggestion(name, known);
    return meant === undefined ? [] : [`${name} is not read; did you mean ${meant}?`];
  });
}

/** The names of a file's pools, or their OCIDs, and what is said of those that it selects. */
export function namesOfPools(file: string): readonly string[] {
  const { pools } = configurationOf(file, process.env);
  return pools.map(({ name, instancePoolId, select }) =>
    select === undefined ? (name ?? instancePoolId ?? "?") : labelOf(select),
  );
}

/** What to do with a file that is too long for POOLS; undefined when it fits. */
export function tooLongForPools(json: string): string | undefined {
  const bytes = Buffer.byteLength(`POOLS${json}`);
  return bytes <= configurationBytes
    ? undefined
    : `As POOLS it takes ${bytes.toLocaleString("en")} bytes, and OCI has room for 4,096, which all keys share: put it into the package (npm run package -- --pools <file>) or into the image, and set POOLS_FILE.`;
}

function configurationOf(file: string, variables: Variables): Configuration {
  const environment = readEnvironment({ ...variables, POOLS: "", POOLS_FILE: file });
  return readConfiguration(environment, (path) => readFileSync(path, "utf8"));
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
