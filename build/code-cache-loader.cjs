/* The first lines of the bundle; its last line but one is the function's source, as a comment. */
const { readFileSync, renameSync, writeFileSync } = require("node:fs");
const { Script } = require("node:vm");

/**
 * Compiles the source with the help of func.cjs.cache beside this file, if that is there: it holds
 * what V8 compiled for a request before; func.cjs.prometheus.cache also what it compiled for one on
 * Prometheus, which takes longer to read, and which no function without such a server needs. As a comment, the source isn't parsed by Node first. V8
 * ignores a cache of another version of Node, but it tells sources apart only by their length.
 */
function loadFunction(sourceHash) {
  const { PROMETHEUS_URL, POOLS_FILE, POOLS } = process.env;
  const mayAskPrometheus = PROMETHEUS_URL || POOLS_FILE || /prometheus/i.test(POOLS ?? "");
  const cacheFile = `${__filename}${mayAskPrometheus ? ".prometheus" : ""}.cache`;
  // The text of a function is a part of the file's, which is neither read again nor copied.
  const text = commented.toString();
  const source = text.slice(text.indexOf("//") + 2, text.lastIndexOf("\n"));
  const cache = readIfThere(cacheFile);
  const isOfSource = cache?.latin1Slice(0, sourceHash.length) === sourceHash;
  const cachedData = isOfSource ? cache.subarray(sourceHash.length) : undefined;
  const script = new Script(source, { filename: __filename, cachedData });
  script.runInThisContext()(require, module, exports, __filename, __dirname);
  if (process.env.WRITE_CODE_CACHE) {
    process.on("SIGUSR2", () => {
      const cached = Buffer.concat([Buffer.from(sourceHash), script.createCachedData()]);
      // Who waits for the file may end this process as soon as it is there.
      writeFileSync(`${cacheFile}.new`, cached);
      renameSync(`${cacheFile}.new`, cacheFile);
    });
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

loadFunction("SOURCE_HASH");

function commented() {
  //SOURCE
}
