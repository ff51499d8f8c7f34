#!/usr/bin/env bash
# Found: the OCI SDK for TypeScript writes a Date of a query (a start, an end) in the machine's own time zone,
#   and then puts a "Z" behind it, which says UTC. Before ten o'clock the hour has one digit, which is no
#   valid RFC 3339. Dates in a body are right.
# Versions: oci-audit, oci-monitoring and oci-common 2.139.1, Node.js 20.20.2.
# Date: 2026-11-29.
# Why it matters: a function that runs in UTC asks for the right time from ten o'clock on. The same program on
#   a laptop in New York asks for a time five hours ago, in Kolkata for one that is yet to come, and gets an
#   answer, an empty one perhaps, without an error. A string in place of the Date is sent as it is, though the
#   types ask for a Date: `date.toISOString()` is right in each zone and at each hour.
# Source: https://github.com/oracle/oci-typescript-sdk/issues/320 tells of the hour; the zone was measured.
# Needs: Node.js 20 or newer, npm.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts oci-audit@2.139.1 oci-monitoring@2.139.1 oci-common@2.139.1
cat > finding.cjs <<'JS'
const { createServer } = require("node:http");
const { generateKeyPairSync } = require("node:crypto");
const common = require("oci-common");
const { AuditClient } = require("oci-audit");
const { MonitoringClient } = require("oci-monitoring");

const pkcs1 = { type: "pkcs1", format: "pem" };
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048, privateKeyEncoding: pkcs1, publicKeyEncoding: pkcs1 });
const authenticationDetailsProvider = new common.SimpleAuthenticationDetailsProvider("ocid1.tenancy.oc1..a", "ocid1.user.oc1..a", "aa:bb", privateKey, null, common.Region.US_ASHBURN_1);
const startTime = new Date("2026-11-29T08:05:06Z"), endTime = new Date("2026-11-29T20:05:06Z");
let seen;
const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  seen = { query: new URL(request.url, "http://x").searchParams, body };
  response.setHeader("content-type", "application/json").end("[]");
});
server.listen(0, "127.0.0.1", async () => {
  const endpoint = `http://127.0.0.1:${server.address().port}`;
  const audit = new AuditClient({ authenticationDetailsProvider }); audit.endpoint = endpoint;
  await audit.listEvents({ compartmentId: "c", startTime, endTime });
  const query = `${seen.query.get("startTime")} to ${seen.query.get("endTime")}`;
  await audit.listEvents({ compartmentId: "c", startTime: startTime.toISOString(), endTime: endTime.toISOString() });
  const text = `${seen.query.get("startTime")} to ${seen.query.get("endTime")}`;
  const monitoring = new MonitoringClient({ authenticationDetailsProvider }); monitoring.endpoint = endpoint;
  await monitoring.summarizeMetricsData({ compartmentId: "c", summarizeMetricsDataDetails: { namespace: "n", query: "q[1m].mean()", startTime, endTime } });
  const details = JSON.parse(seen.body);
  const body = `${details.startTime} to ${details.endTime}`;
  const right = `${startTime.toISOString()} to ${endTime.toISOString()}`;
  console.log(`${query} by a Date in a query, ${text === right ? "right" : text} by a string, ${body === right ? "right" : body} in a body`);
  process.exit();
});
JS
changed=0
check() { # time zone, what a query says
  local says; says=$(TZ=$1 node finding.cjs)
  echo "08:05:06 to 20:05:06 UTC, asked in $1: $says"
  [ "$says" = "$2 by a Date in a query, right by a string, right in a body" ] || { changed=1; echo "  expected: $2"; }
}
check UTC              "2026-11-29T8:05:06Z to 2026-11-29T20:05:06Z"
check America/New_York "2026-11-29T3:05:06Z to 2026-11-29T15:05:06Z"
check Asia/Kolkata     "2026-11-29T13:35:06Z to 2026-11-30T1:35:06Z"
[ "$changed" = 0 ] && echo "as found" || { echo "changed"; exit 1; }
