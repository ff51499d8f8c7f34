import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { UsageError } from "./usage-error.ts";

/**
 * The function would say it, too, but of a variable that the user has not set.
 * @throws UsageError
 */
export function checkReadable(file: string): void {
  const isDirectory = reading(file, () => {
    accessSync(file, constants.R_OK);
    return statSync(file).isDirectory();
  });
  if (isDirectory) throw cannotRead(file, "EISDIR");
}

/** The text of a file; "-" is standard input. @throws UsageError */
export function readText(file: string): string {
  return reading(file, () => readFileSync(file === "-" ? 0 : file, "utf8"));
}

function reading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw cannotRead(
      file,
      error instanceof Error && "code" in error ? String(error.code) : `${error}`,
    );
  }
}

function cannotRead(file: string, code: string): UsageError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EACCES: "permission denied",
    EISDIR: "it is a directory",
  };
  return new UsageError(`Cannot read ${file}: ${reasons[code] ?? code}.`);
}
