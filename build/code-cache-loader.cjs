const { readFileSync, writeFileSync } = require("node:fs");
const { Script } = require("node:vm");

/**
 * Runs the function's source, which the build appends here as a string: V8 then doesn't parse what
 * never runs, if func.cjs.cache beside this file holds what it compiled of it before. A cache of
 * another source or another version of Node is ignored.
 */
function run(source) {
  const cacheFile = `${__filename}.cache`;
  const filename = __filename;
  const script = new Script(source, { filename, cachedData: readIfThere(cacheFile) });
  script.runInThisContext()(require, module, exports, __filename, __dirname);
  if (process.env.WRITE_CODE_CACHE) {
    process.on("SIGUSR2", () => writeFileSync(cacheFile, script.createCachedData()));
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
