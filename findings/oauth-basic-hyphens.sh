#!/usr/bin/env bash
# Found: oauth4webapi's ClientSecretBasic percent-encodes even the hyphen, underscore and dot of a client id and
#   a secret before it puts them into the Basic header. A server that doesn't decode them, as
#   @node-oauth/oauth2-server, reads "pool%2Dreader" for "pool-reader" and answers 401. The same client gets its
#   token by `curl -u`, and by oauth4webapi's ClientSecretPost.
# Versions: oauth4webapi 3.8.8, @node-oauth/oauth2-server 5.3.0, Node.js 20.20.2.
# Date: 2026-11-29.
# Why it matters: client ids with hyphens are common (each UUID has them), so it looks like a wrong secret, while
#   the test by hand works. The library is right by RFC 6749 (section 2.3.1, appendix B), the server goes by
#   RFC 7617 alone. A client of both kinds of servers needs a switch between header and body.
# Source: https://github.com/panva/oauth4webapi/issues/199 tells of another such server; measured.
# Needs: Node.js 20 or newer, npm, curl.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts oauth4webapi@3.8.8 @node-oauth/oauth2-server@5.3.0
cat > finding.mjs <<'JS'
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { promisify } from "node:util";
import OAuth2Server from "@node-oauth/oauth2-server";
import * as oauth from "oauth4webapi";

const secret = "secret";
const clientIds = ["poolreader", "pool-reader", "pool_reader", "pool.reader"];
let asked;
const server = new OAuth2Server({
  model: {
    getClient: async (id, given) => {
      asked = id;
      return clientIds.includes(id) && given === secret ? { id, grants: ["client_credentials"] } : null;
    },
    getUserFromClient: async ({ id }) => ({ id }),
    saveToken: async (token, client, user) => ({ ...token, client, user }),
  },
});
const http = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  const { method, headers } = request;
  const answer = new OAuth2Server.Response();
  const question = new OAuth2Server.Request({ method, headers, query: {}, body: Object.fromEntries(new URLSearchParams(text)) });
  await server.token(question, answer).catch(() => {}); // The answer says it, too.
  response.writeHead(answer.status, { ...answer.headers, "content-type": "application/json" }).end(JSON.stringify(answer.body));
});
http.listen(0, "127.0.0.1", async () => {
  const endpoint = `http://127.0.0.1:${http.address().port}/token`;
  const by = (authentication) => async (client_id) => {
    const as = { issuer: "http://127.0.0.1", token_endpoint: endpoint };
    const options = { [oauth.allowInsecureRequests]: true };
    return (await oauth.clientCredentialsGrantRequest(as, { client_id }, authentication(secret), {}, options)).status;
  };
  const byCurl = async (clientId) => {
    const { stdout } = await promisify(execFile)("curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-u", `${clientId}:${secret}`, "-d", "grant_type=client_credentials", endpoint]);
    return Number(stdout);
  };
  let changed = 0;
  for (const clientId of clientIds) {
    const post = await by(oauth.ClientSecretPost)(clientId), curl = await byCurl(clientId), basic = await by(oauth.ClientSecretBasic)(clientId);
    console.log(`${clientId.padEnd(12)} ClientSecretPost ${post}, curl -u ${curl}, ClientSecretBasic ${basic}, where the server reads ${asked}`);
    const expected = clientId === "poolreader" ? 200 : 401;
    if (post !== 200 || curl !== 200 || basic !== expected) { changed += 1; console.log(`  expected: 200, 200, ${expected}`); }
  }
  console.log(changed === 0 ? "as found" : `changed: ${changed}`);
  process.exit(changed === 0 ? 0 : 1);
});
JS
node finding.mjs
