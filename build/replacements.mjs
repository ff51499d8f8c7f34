import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { editPackage } from "./edits.mjs";
import { loadLazily } from "./lazy-requires.mjs";

/**
 * Packages that the SDK loads to parse keys, to sign and to read tokens, which Node can do itself in less
 * than a tenth of the time and of the code; our own files stand in for them.
 */
const standIns = new Set(["sshpk", "http-signature", "jsonwebtoken"]);

/**
 * Packages of our dependencies that the function has no use for, and what stands in for them:
 * - isomorphic-fetch, node-fetch: the SDK brings them for Nodes without a fetch of their own, and
 *   to ask the metadata service of an instance principal, whose answer it reads as a stream of Node's.
 *   Every supported Node has fetch built in.
 * - jssha: SHA-256 in JavaScript, for browsers; the SDK hashes with it the body that it signs.
 * - uuid: the SDK marks its requests with one, of which Node makes another kind.
 * - form-data: axios brings it, and with it a list of all media types, for forms with files.
 * - debug: a key DEBUG in the function's configuration would have it write to the log what isn't JSON,
 *   and what nobody takes the secrets out of.
 */
const replacements = {
  "isomorphic-fetch": "",
  "node-fetch": `
    const { Readable } = require("node:stream");
    module.exports = async (...request) => {
      const { body } = await fetch(...request);
      return { body: Readable.fromWeb(body) };
    };`,
  jssha: `
    const { createHash } = require("node:crypto");
    module.exports = class {
      constructor(variant, format) {
        if (variant !== "SHA-256" || format !== "TEXT") throw new Error(\`No \${variant} here.\`);
        this.hash = createHash("sha256");
      }
      update(text) {
        this.hash.update(text, "utf8");
      }
      getHash(format) {
        if (format !== "B64") throw new Error(\`No \${format} here.\`);
        return this.hash.digest("base64");
      }
    };`,
  uuid: 'module.exports = { v1: () => require("node:crypto").randomUUID() };',
  "form-data": "module.exports = class FormData {};",
  debug: "module.exports = () => () => {};",
};

/** For esbuild. */
export const replacePackages = {
  name: "replace-packages",
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(${[...standIns, ...Object.keys(replacements)].join("|")})$`);
    onResolve({ filter }, ({ path }) =>
      standIns.has(path)
        ? { path: join(import.meta.dirname, `stand-ins/${path}.cjs`) }
        : { path, namespace: "replacement" },
    );
    onLoad({ filter, namespace: "replacement" }, ({ path }) => ({ contents: replacements[path] }));
  },
};

/** For esbuild: what the reference says of each key is no part of the function. */
export const leaveOutTexts = {
  name: "leave-out-texts",
  setup({ onLoad }) {
    const contents = "export function doc() {}";
    onLoad({ filter: /[\\/]src[\\/]config[\\/]doc\.ts$/ }, () => ({ contents }));
  },
};

/** For esbuild: CommonJS packages load what they require when they first use it. */
export const loadPackagesLazily = {
  name: "load-packages-lazily",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/].*\.c?js$/ }, async ({ path }) => {
      const source = editPackage(await readFile(path, "utf8"), path);
      return { contents: isModule(source) ? source : loadLazily(source) };
    });
  },
};

function isModule(source) {
  return /^\s*(import|export)\b/m.test(source);
}
