#!/usr/bin/env bash
# Found: of a profile that `oci session authenticate` wrote, the OCI SDK's
#   ConfigFileAuthenticationDetailsProvider reads the key, drops the token without a word, and signs
#   with a key id that has no user in it. SessionAuthDetailProvider takes the token; of a profile that
#   has none it makes the key id "ST$undefined", without a word, too.
# Versions: oci-common 2.139.1, Node.js 20 and newer.
# Date: 2026-11-29.
# Why it matters: most people sign in by a session. Their program gets 401 from every service, and
#   neither provider says that the other is the one for this profile: look for `security_token_file`
#   before you choose.
# Source: none; seen with profiles of our own.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts oci-common@2.139.1
cat > finding.cjs <<'JS'
const { generateKeyPairSync } = require("node:crypto");
const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
const common = require("oci-common");

const pkcs1 = { type: "pkcs1", format: "pem" };
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048, privateKeyEncoding: pkcs1, publicKeyEncoding: pkcs1,
});
const here = (name) => join(process.cwd(), name);
writeFileSync(here("key.pem"), privateKey);
writeFileSync(here("token"), "header.payload.signature");
const shared = ["fingerprint=aa:bb", `key_file=${here("key.pem")}`, "tenancy=ocid1.tenancy.oc1..t", "region=us-ashburn-1"];
writeFileSync(here("config"), [
  "[SESSION]", ...shared, `security_token_file=${here("token")}`,
  "[API_KEY]", "user=ocid1.user.oc1..u", ...shared, "",
].join("\n"));

async function keyIdOf(make) {
  try {
    return await make().getKeyId();
  } catch (error) {
    return `throws: ${error.message ?? error}`;
  }
}
async function main() {
  const config = here("config");
  const rows = [
    ["config file provider, session profile", () => new common.ConfigFileAuthenticationDetailsProvider(config, "SESSION"), "ocid1.tenancy.oc1..t//aa:bb"],
    ["session provider, session profile", () => new common.SessionAuthDetailProvider(config, "SESSION"), "ST$header.payload.signature"],
    ["session provider, API key profile", () => new common.SessionAuthDetailProvider(config, "API_KEY"), "ST$undefined"],
  ];
  let changed = 0;
  for (const [what, make, expected] of rows) {
    const keyId = await keyIdOf(make);
    console.log(`${what.padEnd(40)} key id ${keyId}`);
    if (keyId !== expected) { changed += 1; console.log(`  expected: ${expected}`); }
  }
  console.log(changed === 0 ? "as found" : `changed: ${changed}`);
  process.exit(changed === 0 ? 0 : 1);
}
main();
JS
node finding.cjs 2>/dev/null
