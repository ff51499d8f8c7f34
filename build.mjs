// Makes dist/func.cjs, the one file that is the function; with --analyze, says what is in it.
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { analyzeMetafile, build, transform } from "esbuild";
import { slimOciSdk } from "./build/oci-sdk.mjs";
import { loadPackagesLazily, replacePackages } from "./build/replacements.mjs";

export { ociServices, slimOciSdkForVite } from "./build/oci-sdk.mjs";

const root = import.meta.dirname;

/**
 * Builds the function; resolves to esbuild's record of what went into the bundle.
 *
 * @param {{ outfile?: string, minify?: boolean }} [options]
 */
export async function buildFunction({ outfile = "dist/func.cjs", minify = true } = {}) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["src/func.ts"],
    outfile,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify,
    // Class names are in the log.
    keepNames: true,
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
    write: false,
    plugins: [
      slimOciSdk({ callers: join(root, "src/oci"), headers: "src/oci/request-headers.ts" }),
      replacePackages,
      loadPackagesLazily,
    ],
  });
  for (const { path, contents, text } of outputFiles) {
    await replaceFile(path, path.endsWith(".cjs") ? await withLoader(text) : contents);
  }
  await rm(join(root, `${outfile}.cache`), { force: true });
  return metafile;
}

/** The source within the file that runs it. */
async function withLoader(source) {
  const loader = await readFile(join(root, "build/code-cache-loader.cjs"), "utf8");
  const wrapped = `(function(require,module,exports,__filename,__dirname){${source}})`;
  const { code } = await transform(loader, { minify: true, target: "node22" });
  return `${code}run(${JSON.stringify(wrapped)});\n`;
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
