import { strToU8, unzipSync, zipSync } from "fflate";

/** The files of an archive by their paths in it. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** What OCI takes as an upload; from Object Storage it takes ten times as much. */
export const maximumUploadBytes = 25 * 1024 * 1024;

/** The file that OCI is told to run, in the folder where it looks for it. */
export const handler = "func.js";

/** Folders that OCI allows at the root of a Node.js archive that has no native code. */
const rootFolders = ["function", "node_modules", "resources"];

const unix = 3;
const readableByAll = 0o100644;
const compression = 9;

/**
 * A ZIP that has the same bytes wherever and whenever it is made: sorted, without times, and
 * compressed by code of its own, as zlib's output differs from one Node to the next.
 */
export function writeArchive(files: Files): Uint8Array {
  const sorted = Object.entries(files).toSorted(([one], [other]) => (one < other ? -1 : 1));
  // A ZIP has local times without a zone; this one is midnight everywhere.
  const mtime = new Date(1980, 0, 1);
  return zipSync(Object.fromEntries(sorted), {
    level: compression,
    mtime,
    os: unix,
    attrs: readableByAll << 16,
  });
}

/** What OCI would refuse an archive for, a sentence each, with what to do about it. */
export function archiveProblems(archive: Uint8Array): readonly string[] {
  const paths = Object.keys(unzipSync(archive));
  const outside = paths.filter((path) => !isInRootFolder(path));
  const native = paths.filter((path) => path.endsWith(".node"));
  return [
    ...(archive.length > maximumUploadBytes ? [tooLarge(archive.length)] : []),
    ...(paths.includes(`function/${handler}`)
      ? []
      : [`There is no function/${handler}, which OCI runs.`]),
    ...(outside.length === 0
      ? []
      : [`OCI allows only ${rootFolders.join("/, ")}/ at the root: move ${outside.join(", ")}.`]),
    ...(native.length === 0
      ? []
      : [`Native code runs on one architecture only: leave out ${native.join(", ")}.`]),
  ];
}

function isInRootFolder(path: string): boolean {
  const [folder = "", ...rest] = path.split("/");
  return rootFolders.includes(folder) && rest.length > 0 && !rest.includes("..");
}

function tooLarge(bytes: number): string {
  const megabytes = (bytes / 1024 / 1024).toFixed(1);
  return `The package has ${megabytes} MB, and OCI takes 25 MB as an upload: make the file of pools smaller, or put the package into Object Storage, from where OCI takes 250 MB.`;
}

/** Text as the bytes of a file. */
export function textFile(text: string): Uint8Array {
  return strToU8(text);
}
