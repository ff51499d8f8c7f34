#!/usr/bin/env bash
# Found: Fn's FDK for Node decodes each piece of a request body by itself. In its input modes `json`
#   (the default) and `string`, a character whose bytes lie in two pieces becomes U+FFFD, and the
#   handler gets the rest as valid JSON: no error, other text. Mode `buffer` is whole.
# Versions: @fnproject/fdk 0.0.76, Node.js 20 and newer.
# Date: 2026-11-29.
# Why it matters: Fn sends bodies in chunks. A name outside of ASCII in a large body is changed now
#   and then, by where a chunk ends. Take `inputMode: "buffer"` and decode it yourself.
# Source: none; seen over the FDK's own socket.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @fnproject/fdk@0.0.76
cat > func.cjs <<'JS'
const fdk = require("@fnproject/fdk");
const inputMode = process.env.MODE;
fdk.handle((body) => {
  const text = Buffer.isBuffer(body) ? JSON.parse(body.toString()).name : typeof body === "string" ? JSON.parse(body).name : body.name;
  return { changed: [...text].filter((character) => character === "\uFFFD").length, whole: text === "é".repeat(1000) };
}, { inputMode });
JS
cat > finding.cjs <<'JS'
const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const { request } = require("node:http");
const { setTimeout: delay } = require("node:timers/promises");
const body = Buffer.from(JSON.stringify({ name: "é".repeat(1000) }));

/** Posts the body in two chunks, of which the first ends inside of a character. */
function post(socketPath, cut) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "fn-call-id": "1", "fn-deadline": new Date(Date.now() + 30_000).toISOString() };
    const call = request({ socketPath, path: "/call", method: "POST", headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => { text += part; }).on("end", () => resolve(JSON.parse(text)));
    });
    call.on("error", reject);
    call.write(body.subarray(0, cut), async () => { await delay(200); call.end(body.subarray(cut)); });
  });
}
async function main() {
  let differs = 0;
  for (const [mode, expected] of [["json", { changed: 2, whole: false }], ["string", { changed: 2, whole: false }], ["buffer", { changed: 0, whole: true }]]) {
    const socket = `${process.cwd()}/${mode}.sock`;
    const env = { ...process.env, MODE: mode, FN_FORMAT: "http-stream", FN_LISTENER: `unix:${socket}`, FN_MEMORY: "128" };
    const child = spawn(process.execPath, ["func.cjs"], { env, stdio: "ignore" });
    for (let tries = 0; tries < 200 && !existsSync(socket); tries += 1) await delay(50);
    const answer = await post(socket, 510);
    child.kill("SIGKILL");
    console.log(`inputMode ${mode.padEnd(6)} characters changed: ${answer.changed}, text is whole: ${answer.whole}`);
    if (answer.changed !== expected.changed || answer.whole !== expected.whole) { differs += 1; console.log(`  expected ${JSON.stringify(expected)}`); }
  }
  console.log(differs === 0 ? "as found" : `changed: ${differs}`);
  process.exit(differs === 0 ? 0 : 1);
}
main();
JS
node finding.cjs
