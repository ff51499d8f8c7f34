// Makes dist/func.cjs, the one file that is the function, and what its image needs to be built; with
// --analyze, says what is in it; with --command, dist/command.cjs, too: the command that asks it.
import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { analyzeMetafile, build } from "esbuild";
import { keepClassNames } from "./build/class-names.mjs";
import { slimOciSdk } from "./build/oci-sdk.mjs";
import { leaveOutTexts, loadPackagesLazily, replacePackages } from "./build/replacements.mjs";

const root = import.meta.dirname;

/**
 * Builds the function; the bundle that isn't minified is for looking into, and has no loader.
 * Resolves to esbuild's record of what went into the bundle.
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
    define: { "import.meta.dirname": "__dirname" },
    minify,
    // A template literal may hold line breaks; see withLoader.
    // The loader's script has no import(): what is imported later is required then.
    supported: { "template-literal": !minify, "dynamic-import": false },
    // Class names are in the log; see class-names.mjs.
    keepNames: true,
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
    write: false,
    plugins: [
      slimOciSdk({ callers: join(root, "src/oci"), headers: "src/oci/request-headers.ts" }),
      replacePackages,
      loadPackagesLazily,
      leaveOutTexts,
    ],
  });
  for (const { path, contents, text } of outputFiles) {
    await replaceFile(
      path,
      minify && /\.c?js$/.test(path) ? await withLoader(keepClassNames(text)) : contents,
    );
  }
  return metafile;
}

/**
 * Builds the command, which runs the function that is beside it, and needs no package but Node's.
 *
 * @param {{ outfile?: string }} [options]
 */
export async function buildCommand({ outfile = "dist/command.cjs" } = {}) {
  await buildTool("local/command/bin.ts", outfile, "#!/usr/bin/env node");
  await chmod(resolve(root, outfile), 0o755);
}

/**
 * Builds what writes the code cache, for the image: its own Node has to do that, and an image that is
 * built without a network has no package.
 *
 * @param {{ outfile?: string }} [options]
 */
export async function buildCodeCacheWriter({ outfile = "dist/write-code-cache.cjs" } = {}) {
  await buildTool("tools/write-code-cache.ts", outfile);
}

async function buildTool(entryPoint, outfile, firstLine = "") {
  await build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "cjs",
    banner: { js: firstLine },
    define: { "import.meta.dirname": "__dirname" },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "linked",
    logLevel: "warning",
  });
}

/** The source as a comment in the file that loads it. */
async function withLoader(bundle) {
  const source = bundle.trimEnd().replace(/\n(?=\/\*!.*$)/, "");
  // A line break would end the comment, and other than Latin-1 doubles the memory that it takes.
  const other = [...source].find((character) => character > "\x7e" || "\r\n".includes(character));
  if (other !== undefined) throw new Error(`The bundle holds ${JSON.stringify(other)}.`);
  const loader = await readFile(join(root, "build/code-cache-loader.cjs"), "utf8");
  const wrapped = `(function(require,module,exports,__filename,__dirname){${source}})`;
  const hash = createHash("sha256").update(wrapped).digest("hex").slice(0, 16);
  return loader.replace("SOURCE_HASH", hash).replace("//SOURCE", () => `//${wrapped}`);
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
  await buildCodeCacheWriter();
  if (process.argv.includes("--command")) await buildCommand();
  if (process.argv.includes("--analyze")) console.log(await analyzeMetafile(metafile));
}
