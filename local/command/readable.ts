import { accessSync, constants, readFileSync } from "node:fs";
import { UsageError } from "./usage-error.ts";

/**
 * The function would say it, too, but of a variable that the user has not set.
 * @throws UsageError
 */
export function checkReadable(file: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw cannotRead(file, error);
  }
}

/** The text of a file; "-" is standard input. @throws UsageError */
export function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw cannotRead(file, error);
  }
}

function cannotRead(file: string, error: unknown): UsageError {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EACCES: "permission denied",
    EISDIR: "it is a directory",
  };
  return new UsageError(`Cannot read ${file}: ${reasons[code] ?? code}.`);
}
