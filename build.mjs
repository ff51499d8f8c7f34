// Makes dist/func.cjs, the one file that is the function; with --analyze, says what is in it.
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { analyzeMetafile, build } from "esbuild";

/**
 * The services of `oci-sdk` that the function uses, by the name they have there. The package as
 * such loads every service of Oracle Cloud, for which it needs over 4 seconds and 300 MB: a
 * container on Fn has 5 seconds to come up, and the smallest one has 128 MB.
 */
export const ociServices = {
  common: "oci-common",
  core: "oci-core",
  monitoring: "oci-monitoring",
  secrets: "oci-secrets",
};

/** An import of "oci-sdk" gets only these; another service is an error at build time. */
const ociSdkModule = Object.entries(ociServices)
  .map(([name, service]) => `export * as ${name} from "${service}";`)
  .join("\n");

/** For esbuild. */
const slimOciSdk = {
  name: "slim-oci-sdk",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^oci-sdk$/ }, ({ path }) => ({ path, namespace: "slim-oci-sdk" }));
    onLoad({ filter: /.*/, namespace: "slim-oci-sdk" }, () => ({
      contents: ociSdkModule,
      resolveDir: import.meta.dirname,
    }));
  },
};

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

/** slimOciSdk for Vite, so that tests of src/oci don't load the whole SDK either. */
export const slimOciSdkForVite = {
  name: "slim-oci-sdk",
  enforce: "pre",
  resolveId: (id) => (id === "oci-sdk" ? "\0slim-oci-sdk" : undefined),
  load: (id) => (id === "\0slim-oci-sdk" ? ociSdkModule : undefined),
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
    plugins: [slimOciSdk, ownFetch],
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
