#!/usr/bin/env bash
# Found: the iterators over all pages of the OCI SDK for TypeScript (`listAll…`, `…RecordIterator`) write the
#   page that comes next into the request that they were given. The same request, used a second time, lists
#   the last page only, without an error.
# Versions: oci-core and oci-common 2.139.1, Node.js 20.20.2.
# Date: 2026-11-29.
# Why it matters: a request is made once where all its values are constants, which is natural in a function
#   that is kept warm. Its first call sees all instances of a pool, the next ones see those of the last page,
#   and a mean over them is a wrong number. Lists that fit into one page hide it. Make the request where the
#   list is asked for.
# Source: none; measured.
# Needs: Node.js 20 or newer, npm.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts oci-core@2.139.1 oci-common@2.139.1
cat > finding.cjs <<'JS'
const { createServer } = require("node:http");
const { generateKeyPairSync } = require("node:crypto");
const common = require("oci-common");
const core = require("oci-core");

const pkcs1 = { type: "pkcs1", format: "pem" };
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048, privateKeyEncoding: pkcs1, publicKeyEncoding: pkcs1 });
const authenticationDetailsProvider = new common.SimpleAuthenticationDetailsProvider("ocid1.tenancy.oc1..a", "ocid1.user.oc1..a", "aa:bb", privateKey, null, common.Region.US_ASHBURN_1);

// Three pages of one instance each.
const server = createServer((request, response) => {
  const page = Number(new URL(request.url, "http://x").searchParams.get("page") ?? 1);
  if (page < 3) response.setHeader("opc-next-page", String(page + 1));
  response.setHeader("content-type", "application/json").end(JSON.stringify([{ id: `instance-${page}` }]));
});
server.listen(0, "127.0.0.1", async () => {
  const client = new core.ComputeManagementClient({ authenticationDetailsProvider });
  client.endpoint = `http://127.0.0.1:${server.address().port}`;
  const list = async (request) => {
    const ids = [];
    for await (const { id } of client.listAllInstancePoolInstances(request)) ids.push(id);
    return ids.join(" ");
  };
  const request = () => ({ compartmentId: "c", instancePoolId: "p" });
  const kept = request();
  const rows = [
    ["a request, first time", await list(kept), "instance-1 instance-2 instance-3"],
    ["the same, second time", await list(kept), "instance-3"],
    ["a new one", await list(request()), "instance-1 instance-2 instance-3"],
  ];
  let changed = 0;
  for (const [what, listed, expected] of rows) {
    console.log(`${what.padEnd(22)} lists ${listed}`);
    if (listed !== expected) { changed += 1; console.log(`  expected: ${expected}`); }
  }
  console.log(changed === 0 ? "as found" : `changed: ${changed}`);
  process.exit(changed === 0 ? 0 : 1);
});
JS
node finding.cjs
