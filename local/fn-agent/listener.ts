import { lstatSync, readlinkSync, statSync } from "node:fs";
import { basename } from "node:path";

/** Also true for a link that leads nowhere. */
export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Fn takes a socket, or a relative link to one in the same directory, which is what FDKs make. */
export function isListener(path: string): boolean {
  try {
    if (lstatSync(path).isSymbolicLink()) {
      const target = readlinkSync(path);
      if (basename(target) !== target) return false;
    }
    return statSync(path).isSocket();
  } catch {
    return false;
  }
}
