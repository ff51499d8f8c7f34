import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Environment } from "../config/environment.ts";
import { suggestion } from "../config/problems.ts";
import { type ProfileValues, profileVariables, userLacks } from "../config/profile-variables.ts";
import { NotAuthenticatedError } from "../errors.ts";

const defaultProfile = "DEFAULT";

/** What makes a config file, for those who have none. */
const makeOne =
  "Run `oci setup config` for a profile with an API key, or `oci session authenticate` for one with a session.";

type Lines = ReadonlyMap<string, string>;

/** A profile as `oci` reads it: the environment goes before its lines, and they before DEFAULT's. */
export class Profile {
  readonly name: string;
  /** `profile "PROD" of ~/.oci/config (OCI_CLI_USER)`, for a person. */
  readonly shown: string;
  readonly #where: string;
  readonly #texts: Map<string, string>;
  readonly #variables = new Map<string, string>();

  /** @param lines those of a profile after those of DEFAULT */
  constructor(name: string, where: string, values: ProfileValues, lines: readonly Lines[]) {
    this.#texts = new Map(lines.flatMap((pairs) => [...pairs]));
    const variables = setVariables(values);
    for (const variable of variables) {
      this.#texts.set(profileVariables[variable].line, values[variable]?.reveal() ?? "");
      this.#variables.set(profileVariables[variable].line, variable);
    }
    this.name = name;
    this.shown = variables.length === 0 ? where : `${where} (${variables.join(", ")})`;
    this.#where = where;
  }

  /** Undefined for a key that is absent or empty. */
  value(key: string): string | undefined {
    return this.#texts.get(key) || undefined;
  }

  /** What is wrong, with the value of a key if it is with one; it holds nothing of what is secret. */
  error(says: string, hint: string, key = ""): NotAuthenticatedError {
    const variable = this.#variables.get(key);
    if (variable === undefined) {
      return new NotAuthenticatedError(`The ${this.#where} ${says}.`, { hint });
    }
    // Keys without a "_" are words as well.
    const named = key.includes("_") ? hint.replaceAll(key, variable) : hint;
    return new NotAuthenticatedError(`The environment ${says} (${variable}).`, { hint: named });
  }
}

/**
 * Reads a profile of a config file (default ~/.oci/config, DEFAULT), if one is needed.
 * @throws NotAuthenticatedError that says what is wrong with the file; it quotes no line of it, as that
 *   may be a secret.
 */
export function readProfile(environment: Environment): Profile {
  const { OCI_CONFIG_PROFILE: name = defaultProfile, OCI_CONFIG_FILE: ownPath } = environment;
  if (userLacks(environment).length === 0) return new Profile(name, "environment", environment, []);
  const path = ownPath === undefined ? join(homedir(), ".oci", "config") : expanded(ownPath);
  const file = shownPath(path);
  const profiles = parseProfiles(readConfigFile(path, file, environment), file);
  const own = profiles.get(name);
  if (own === undefined) throw noSuchProfile(name, file, [...profiles.keys()]);
  const lines = [profiles.get(defaultProfile) ?? new Map(), own];
  return new Profile(name, `profile "${name}" of ${file}`, environment, lines);
}

function setVariables(values: ProfileValues): readonly (keyof ProfileValues)[] {
  const variables = Object.keys(profileVariables) as (keyof ProfileValues)[];
  return variables.filter((variable) => values[variable] !== undefined);
}

/** `~` at the start of a path is the home directory, as in a shell. */
export function expanded(path: string): string {
  return /^~(?=$|[\\/])/.test(path) ? join(homedir(), path.slice(1)) : path;
}

/** A path for messages. */
export function shownPath(path: string): string {
  const home = `${homedir()}/`;
  return path.startsWith(home) ? `~/${path.slice(home.length)}` : path;
}

/** Why a file can't be read, in words; undefined when it is not there. */
export function unreadable(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  if (code === "EISDIR") return "it is a directory";
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  return code;
}

function readConfigFile(path: string, file: string, values: ProfileValues): string {
  try {
    return readFileSync(path, "utf8").replace(/^\ufeff/, "");
  } catch (error) {
    const reason = unreadable(error);
    if (reason !== undefined) {
      throw new NotAuthenticatedError(`The OCI config file ${file} can't be read: ${reason}.`, {
        hint: `OCI_CONFIG_FILE (or OCI_CLI_CONFIG_FILE) is the path of a file, such as ~/.oci/config; its owner may have to run \`chmod u+r ${file}\`.`,
      });
    }
    throw new NotAuthenticatedError(`There is no OCI config file ${file}.`, {
      hint: `${makeOne} If you have one elsewhere, set OCI_CONFIG_FILE or OCI_CLI_CONFIG_FILE to its path.${withoutFile(values)}`,
    });
  }
}

/** For those who set some of the variables, and wanted no file. */
function withoutFile(values: ProfileValues): string {
  if (setVariables(values).length === 0) return "";
  const missing = userLacks(values).join(", ");
  return ` The environment does without a file when it has ${missing}, too.`;
}

function parseProfiles(text: string, file: string): Map<string, Map<string, string>> {
  const profiles = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const content = line.trim();
    if (content === "" || /^[#;]/.test(content)) continue;
    const profile = /^\[([^\]]+)\]$/.exec(content)?.[1]?.trim();
    if (profile) {
      current = profiles.get(profile) ?? new Map();
      profiles.set(profile, current);
      continue;
    }
    const [, key = "", value = ""] = /^([\w.-]+)\s*[=:]\s*(.*)$/.exec(content) ?? [];
    const [says, hint] = mistakeOf(key, current) ?? [];
    if (says !== undefined) {
      const at = `Line ${index + 1} of the OCI config file ${file}`;
      throw new NotAuthenticatedError(`${at} ${says}.`, { hint });
    }
    current?.set(key.toLowerCase(), value);
  }
  if (profiles.size > 0) return profiles;
  throw new NotAuthenticatedError(`The OCI config file ${file} has no profile.`, { hint: makeOne });
}

/** What a line says, and its remedy, where it is wrong. */
function mistakeOf(key: string, current: Lines | undefined) {
  if (key === "") {
    const hint =
      "Correct that line, or put a # before it. Keys and tokens have files of their own.";
    return ["is neither [PROFILE] nor key=value", hint] as const;
  }
  if (current === undefined) {
    return ["stands before any profile", "Begin the file with the line [DEFAULT]."] as const;
  }
  if (!current.has(key.toLowerCase())) return undefined;
  const says = `has ${key} for the second time in its profile`;
  return [says, "Keep one of the two lines: `oci` refuses both."] as const;
}

function noSuchProfile(name: string, file: string, names: readonly string[]) {
  const meant = suggestion(name, names);
  return new NotAuthenticatedError(
    `The OCI config file ${file} has no profile "${name}"; it has ${names.join(", ")}.`,
    {
      hint: `${meant === undefined ? "Choose one" : `Did you mean ${meant}? Choose it`} with --profile or OCI_CONFIG_PROFILE, or run \`oci session authenticate --profile-name ${name}\`.`,
    },
  );
}
