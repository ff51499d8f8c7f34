import { readFile } from "node:fs/promises";
import { editPackage } from "./edits.mjs";
import { loadLazily } from "./lazy-requires.mjs";

/**
 * Packages of our dependencies that the function has no use for, and what stands in for them:
 * - isomorphic-fetch, node-fetch: the SDK brings them for Nodes without a fetch of their own, and
 *   to ask the metadata service of an instance principal. Every supported Node has fetch built in.
 * - jssha: SHA-256 in JavaScript, for browsers; the SDK hashes with it the body that it signs.
 * - form-data: axios brings it, and with it a list of all media types, for forms with files.
 * - debug: a key DEBUG in the function's configuration would have it write to the log what isn't JSON,
 *   and what nobody takes the secrets out of.
 */
const replacements = {
  "isomorphic-fetch": "",
  "node-fetch": "module.exports = (...request) => fetch(...request);",
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
  "form-data": "module.exports = class FormData {};",
  debug: "module.exports = () => () => {};",
};

/** For esbuild. */
export const replacePackages = {
  name: "replace-packages",
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(${Object.keys(replacements).join("|")})$`);
    onResolve({ filter }, ({ path }) => ({ path, namespace: "replacement" }));
    onLoad({ filter, namespace: "replacement" }, ({ path }) => ({ contents: replacements[path] }));
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
