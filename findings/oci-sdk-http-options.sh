#!/usr/bin/env bash
# Found: a client of the OCI SDK for TypeScript that is given `httpOptions` fails with "response.text is not
#   a function" for each call that the service answers with 200. With options, the SDK hands on what its
#   circuit breaker gives, an object around the response, and not the response; without options, or without
#   a breaker, it hands on the response. Clients have a breaker by default.
# Versions: oci-core and oci-common 2.139.1, Node.js 20.20.2.
# Date: 2026-11-29.
# Why it matters: `httpOptions` is the place for options of fetch, such as a dispatcher for a proxy. Who sets
#   them gets an error that names neither, after a call that has been done: one that creates something has
#   created it. Give the client `new CircuitBreaker({ disableClientCircuitBreaker: true })`, too.
# Source: none; read in the SDK's http.js, and measured.
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

let answered = 0;
const server = createServer((_, response) => {
  answered += 1;
  response.setHeader("content-type", "application/json").end('{"id":"pool"}');
});
server.listen(0, "127.0.0.1", async () => {
  const httpOptions = { redirect: "follow" }; // What fetch does by itself.
  const rows = [
    ["no options", {}, "pool"],
    ["options", { httpOptions }, "response.text is not a function"],
    ["options, no breaker", { httpOptions, circuitBreaker: new common.CircuitBreaker({ disableClientCircuitBreaker: true }) }, "pool"],
  ];
  let changed = 0;
  for (const [what, configuration, expected] of rows) {
    answered = 0;
    const client = new core.ComputeManagementClient({ authenticationDetailsProvider }, { retryConfiguration: common.NoRetryConfigurationDetails, ...configuration });
    client.endpoint = `http://127.0.0.1:${server.address().port}`;
    const says = await client.getInstancePool({ instancePoolId: "pool" }).then(({ instancePool }) => instancePool.id, ({ message }) => message);
    console.log(`${what.padEnd(20)} the service answered 200 to ${answered} call(s), the client says: ${says}`);
    if (says !== expected || answered !== 1) { changed += 1; console.log(`  expected: ${expected}`); }
  }
  console.log(changed === 0 ? "as found" : `changed: ${changed}`);
  process.exit(changed === 0 ? 0 : 1);
});
JS
# The SDK prints a line for each failed call.
node finding.cjs 2>/dev/null
