#!/usr/bin/env bash
# Found: the OCI SDK for TypeScript writes query values into the URL as they are. A page token is
#   opaque text; one that holds "+", "&" or "%" reaches the service as another token, and one that
#   holds "|" is signed in one spelling and sent in another, so that the signature doesn't hold.
# Versions: oci-core and oci-common 2.139.1, Node.js 20 and newer.
# Date: 2026-11-29.
# Why it matters: a loop over `opcNextPage` ends with 400 or 401 in the middle of a list, or asks for
#   a page that isn't the next one. `encodeURIComponent` around the token mends it.
# Source: none; seen with a server of our own.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts oci-core@2.139.1 oci-common@2.139.1 http-signature@1.4.0
cat > finding.cjs <<'JS'
const { createServer } = require("node:http");
const { generateKeyPairSync } = require("node:crypto");
const common = require("oci-common");
const core = require("oci-core");
const httpSignature = require("http-signature");

const pkcs1 = { type: "pkcs1", format: "pem" };
const keys = generateKeyPairSync("rsa", {
  modulusLength: 2048, privateKeyEncoding: pkcs1, publicKeyEncoding: pkcs1,
});
const provider = new common.SimpleAuthenticationDetailsProvider(
  "ocid1.tenancy.oc1..a", "ocid1.user.oc1..a", "aa:bb", keys.privateKey, null, common.Region.US_ASHBURN_1,
);
const tokens = ["plain", "a+b", "a&b", "a%2Fb", "a|b", "a b", "a/b=="];
const expected = {
  plain: "same token, signature holds",
  "a+b": "another token, signature holds",
  "a&b": "another token, signature holds",
  "a%2Fb": "another token, signature holds",
  "a|b": "same token, signature does not hold",
  "a b": "same token, signature holds",
  "a/b==": "same token, signature holds",
};
let seen;
const server = createServer((request, response) => {
  const got = new URL(request.url, "http://x").searchParams.get("page");
  const parsed = httpSignature.parseRequest(request, { authorizationHeaderName: "authorization" });
  seen = { got, holds: httpSignature.verifySignature(parsed, keys.publicKey) };
  response.setHeader("content-type", "application/json").end("[]");
});
server.listen(0, "127.0.0.1", async () => {
  const client = new core.ComputeManagementClient({ authenticationDetailsProvider: provider });
  client.endpoint = `http://127.0.0.1:${server.address().port}`;
  let changed = 0;
  for (const page of tokens) {
    seen = undefined;
    await client.listInstancePoolInstances({ compartmentId: "c", instancePoolId: "p", page }).catch((e) => console.log(e.message));
    const says = `${seen.got === page ? "same token" : "another token"}, signature ${seen.holds ? "holds" : "does not hold"}`;
    console.log(`${JSON.stringify(page).padEnd(10)} arrives as ${JSON.stringify(seen.got).padEnd(10)} ${says}`);
    if (says !== expected[page]) { changed += 1; console.log(`  expected: ${expected[page]}`); }
  }
  server.close();
  console.log(changed === 0 ? "as found" : `changed: ${changed}`);
  process.exit(changed === 0 ? 0 : 1);
});
JS
node finding.cjs
