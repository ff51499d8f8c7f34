import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { buildFunction } from "../../build.mjs";
import packageJson from "../../package.json" with { type: "json" };
import { writeCodeCaches } from "../code-cache.ts";
import { type Files, handler, textFile } from "./archive.ts";

export interface PackageOptions {
  /** A file of pools that goes into `resources/`. */
  readonly poolsFile?: string | undefined;
  /** The Node whose code cache goes beside the function. @default none, which suits every Node */
  readonly codeCacheOf?: string | undefined;
}

/** What the smallest function has to be configured with: V8 would take more than its memory. */
export const nodeOptions = "--max-old-space-size=56";

const license = new URL("../../LICENSE", import.meta.url);

/** Builds the function, and gives the files of its package. */
export async function packageContents(options: PackageOptions): Promise<Files> {
  const { poolsFile, codeCacheOf } = options;
  const directory = await mkdtemp(join(tmpdir(), "package-"));
  try {
    const bundle = join(directory, handler);
    await buildFunction({ outfile: bundle });
    const { name, version } = packageJson;
    return {
      [`function/${handler}`]: await readFile(bundle),
      [`function/${handler}.LEGAL.txt`]: await readFile(`${bundle}.LEGAL.txt`),
      "function/LICENSE": await readFile(license),
      // Says that func.js is CommonJS, whatever stands above it where it is unpacked.
      "function/package.json": textFile(`${JSON.stringify({ name, version, type: "commonjs" })}\n`),
      ...(poolsFile === undefined ? {} : { [resourceOf(poolsFile)]: await readFile(poolsFile) }),
      ...(codeCacheOf === undefined ? {} : await codeCaches(bundle, codeCacheOf)),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function codeCaches(bundle: string, nodePath: string): Promise<Files> {
  const files = await writeCodeCaches(bundle, { nodePath, nodeOptions });
  const entries = files.map(
    async (file) => [`function/${basename(file)}`, await readFile(file)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** The path in the package that a file of pools gets; as `POOLS_FILE`, the function finds it. */
export function resourceOf(poolsFile: string): string {
  return `resources/pools${extname(poolsFile) === ".json" ? ".json" : ".yaml"}`;
}
