import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parse } from "acorn";
import { simple } from "acorn-walk";
import { transform } from "esbuild";
import { editPackage } from "./edits.mjs";
import { loadLazily } from "./lazy-requires.mjs";
import { exportsOf } from "./sdk-index.mjs";
import { keepCalledMethods } from "./slim-client.mjs";

/**
 * The services of `oci-sdk` that the function uses, by the name they have there. The package as
 * such loads every service of Oracle Cloud, for which it needs over 4 seconds and 300 MB: a
 * container on Fn has 5 seconds to come up, and the smallest one has 128 MB.
 */
const ociServices = {
  common: "oci-common",
  core: "oci-core",
  identity: "oci-identity",
  monitoring: "oci-monitoring",
  secrets: "oci-secrets",
};

/** An import of "oci-sdk" gets only these; another service is an error at build time. */
const ociSdkModule = Object.entries(ociServices)
  .map(([name, service]) => `export * as ${name} from "${service}";`)
  .join("\n");

/** slimOciSdk for Vite, so that tests of src/oci don't load the whole SDK either. */
export const slimOciSdkForVite = {
  name: "slim-oci-sdk",
  enforce: "pre",
  resolveId: (id) => (id === "oci-sdk" ? "\0slim-oci-sdk" : undefined),
  load: (id) => (id === "\0slim-oci-sdk" ? ociSdkModule : undefined),
};

/**
 * For esbuild: of the SDK, what the sources in `callers` name, and what that needs. Clients keep
 * the methods that are called there; models and the parts of oci-common are loaded when they are
 * first used. So nothing has to be listed, but a call must be written out: `client[name]()` finds
 * nothing.
 *
 * @param {{ callers: string, headers: string }} options `callers`: a directory; `headers`: the file
 *   whose RequestHeaders the SDK's requests have instead of Node's Headers
 */
export function slimOciSdk({ callers, headers }) {
  return {
    name: "slim-oci-sdk",
    async setup({ onResolve, onLoad, initialOptions }) {
      const called = await namesUsedIn(callers);
      onResolve({ filter: /^oci-sdk$/ }, ({ path }) => ({ path, namespace: "slim-oci-sdk" }));
      onLoad({ filter: /.*/, namespace: "slim-oci-sdk" }, () => ({
        contents: ociSdkModule,
        resolveDir: callers,
      }));
      onLoad({ filter: sdkFile }, async ({ path }) => {
        const source = editPackage(await readFile(path, "utf8"), path);
        const { service, file } = sdkFile.exec(path).groups;
        if (file === "index")
          return { contents: slimIndex(exportsOf(source, dirname(path)), called) };
        const kept = file === "lib/client" ? keepCalledMethods(source, called) : source;
        const lazy = loadLazily(kept, (module, name) => originOf(module, name, path));
        if (`${service}/${file}` !== "oci-common/lib/request-generator") return { contents: lazy };
        return { contents: withHeaders(lazy, join(initialOptions.absWorkingDir, headers)) };
      });
    },
  };
}

const sdkFile = /[\\/]node_modules[\\/](?<service>oci-[^\\/]+)[\\/](?<file>index|lib[\\/].+)\.js$/;

/** An index file that loads what it exports when that is first used. */
function slimIndex(exported, called) {
  const getters = [...exported]
    .filter(([name]) => called.has(name))
    .map(([name, expression]) => `get ${name}() { return ${expression}; },`);
  return `module.exports = { ${getters.join("\n")} };`;
}

function withHeaders(source, path) {
  if (source.split("new Headers()").length !== 2)
    throw new Error("The SDK makes headers elsewhere.");
  const made = `new (require(${JSON.stringify(path)}).RequestHeaders)()`;
  return source.replace("new Headers()", made);
}

/** The SDK's files name everything of another package, and every model, through an index file. */
function originOf(module, name, importer) {
  const index = /^oci-|[\\/]model$/.test(module ?? "") && createRequire(importer).resolve(module);
  if (!index) return undefined;
  const known = indexes.get(index) ?? exportsOf(readFileSync(index, "utf8"), dirname(index));
  indexes.set(index, known);
  if (!known.has(name)) throw new Error(`${module} exports no ${name}, which ${importer} uses.`);
  return known.get(name);
}

const indexes = new Map();

/** Every property that the TypeScript sources in a directory read. */
async function namesUsedIn(directory) {
  const names = new Set();
  const files = await readdir(directory, { recursive: true });
  for (const file of files.filter((name) => name.endsWith(".ts"))) {
    const { code } = await transform(await readFile(join(directory, file)), { loader: "ts" });
    simple(parse(code, { ecmaVersion: "latest", sourceType: "module" }), {
      MemberExpression: ({ property }) => names.add(property.name ?? property.value),
      ObjectPattern({ properties }) {
        for (const { key } of properties) names.add(key?.name);
      },
    });
  }
  return names;
}
