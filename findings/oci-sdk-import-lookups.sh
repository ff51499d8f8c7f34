#!/usr/bin/env bash
# Found: to load the OCI SDK for TypeScript is to look for one file over and over: each of its known regions, when it
#   is defined, asks whether ~/.oci/developer-tool-configuration.json exists. With more regions it becomes more.
# Versions: oci-common 2.139.1, Node.js 20 and newer.
# Date: 2026-11-29.
# Why it matters: it happens in each cold start of a function, before the first request, and each look is a call of
#   the system that waits: 0.3 ms on a local disk, more where the home is on a network or a sandbox checks each call.
# Source: none; measured.
# Needs: Node.js 20 or newer, npm.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts oci-common@2.139.1
cat > finding.cjs <<'JS'
const fs = require("node:fs");
const { existsSync } = fs;
const lookups = new Map();
fs.existsSync = (path) => {
  lookups.set(path, (lookups.get(path) ?? 0) + 1);
  return existsSync(path);
};
const { Region } = require("oci-common");
const known = [...Region.KNOWN_REGIONS.keys()].length;
const [[path, times] = ["", 0]] = [...lookups].sort(([, a], [, b]) => b - a);
console.log(`${known} regions, ${times} lookups of ${path.replace(require("node:os").homedir(), "~")}`);
const found = known > 50 && times === known && path.endsWith("developer-tool-configuration.json");
console.log(found ? "as found" : "changed");
process.exit(found ? 0 : 1);
JS
node finding.cjs
