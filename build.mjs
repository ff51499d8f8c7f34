// Makes dist/func.cjs, the one file that is the function; with --analyze, says what is in it.
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { analyzeMetafile, build } from "esbuild";
import { slimOciSdk } from "./build/oci-sdk.mjs";

/**
 * The SDK brings node-fetch, for Nodes without a fetch of their own, and to ask the metadata service
 * of an instance principal. Every supported Node has fetch built in.
 */
const ownFetch = {
  name: "own-fetch",
  setup({ onResolve, onLoad }) {
    const filter = /^(isomorphic|node)-fetch$/;
    onResolve({ filter }, ({ path }) => ({ path, namespace: "own-fetch" }));
    onLoad({ filter, namespace: "own-fetch" }, () => ({ contents: "module.exports = fetch;" }));
  },
};

/** Builds the function; resolves to esbuild's record of what went into the bundle. */
export async function buildFunction() {
  const { metafile, outputFiles } = await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: ["src/func.ts"],
    outfile: "dist/func.cjs",
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify: true,
    // Class names are in the log.
    keepNames: true,
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
    write: false,
    plugins: [slimOciSdk(join(import.meta.dirname, "src/oci")), ownFetch],
  });
  for (const { path, contents } of outputFiles) await replaceFile(path, contents);
  return metafile;
}

/** Never leaves half a file: a function may be starting from it just now. */
async function replaceFile(path, contents) {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
}

if (process.argv[1] === import.meta.filename) {
  const metafile = await buildFunction();
  if (process.argv.includes("--analyze")) console.log(await analyzeMetafile(metafile));
}
