#!/usr/bin/env bash
# Found: a circuit breaker of the OCI SDK for TypeScript doesn't open for an endpoint that refuses
#   connections. Of failures on this side it counts only errors that have a `code`. The fetch that is
#   built into Node puts the code on the error's `cause`, and so none of them counts.
# Versions: oci-common and oci-core 2.139.1, Node.js 20 and newer.
# Date: 2026-11-29.
# Why it matters: an endpoint that is down is what a breaker is for, and for the plainest case of that
#   it never opens. Bring one of your own, or give this one an error filter that reads `cause.code`.
# Source: none; seen with a port that nothing listens on.
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
const provider = new common.SimpleAuthenticationDetailsProvider("ocid1.tenancy.oc1..a", "ocid1.user.oc1..a", "aa:bb", privateKey, null, common.Region.US_ASHBURN_1);

async function callMany(port, calls) {
  const breaker = new common.CircuitBreaker({ ...common.CircuitBreaker.defaultConfiguration, errorThresholdPercentage: 50, volumeThreshold: 5, rollingCountTimeout: 60000, resetTimeout: 60000 });
  const client = new core.ComputeManagementClient(
    { authenticationDetailsProvider: provider },
    { circuitBreaker: breaker, retryConfiguration: common.NoRetryConfigurationDetails },
  );
  client.endpoint = `http://127.0.0.1:${port}`;
  for (let call = 0; call < calls; call += 1) {
    await client.getInstancePool({ instancePoolId: "p" }).catch(() => {});
  }
  return client._circuitBreaker ?? breaker;
}
const stateOf = (b) => (b.circuit ?? b.getCircuit?.() ?? b).opened ? "open" : "closed";
async function main() {
  const failing = createServer((_, response) => { response.statusCode = 503; response.end("{}"); });
  await new Promise((done) => failing.listen(0, "127.0.0.1", done));
  const reserved = createServer(); await new Promise((done) => reserved.listen(0, "127.0.0.1", done));
  const { port: closedPort } = reserved.address(); await new Promise((done) => reserved.close(done));
  const rows = [["answers 503", failing.address().port, "open"], ["refuses connections", closedPort, "closed"]];
  let changed = 0;
  for (const [what, port, expected] of rows) {
    const breaker = await callMany(port, 30);
    const state = stateOf(breaker);
    console.log(`after 30 calls to an endpoint that ${what}: the breaker is ${state}`);
    if (state !== expected) { changed += 1; console.log(`  expected: ${expected}`); }
  }
  failing.close();
  console.log(changed === 0 ? "as found" : `changed: ${changed}`);
  process.exit(changed === 0 ? 0 : 1);
}
main();
JS
# The SDK prints a line for each failed call.
node finding.cjs 2>/dev/null
