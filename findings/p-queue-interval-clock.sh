#!/usr/bin/env bash
# Found: p-queue counts its `interval` by the wall clock (`Date.now()`). When that is set back by five seconds
#   while the queue is empty, the next task waits for five seconds more than the interval, however long ago
#   the last one was: nothing runs, nothing is said. A `timeout` of the task doesn't help, as it begins with it.
# Versions: p-queue 9.3.5, Node.js 20.20.2.
# Date: 2026-11-29.
# Why it matters: `interval` and `intervalCap` are how calls are kept to a service's rate (OCI Monitoring: ten
#   a second). Machines that were suspended, and containers that were frozen, do get their clock corrected; by
#   minutes, and each call of the service fails for as long. Who needs an interval in such a place counts it
#   with timers, which go by the monotonic clock.
# Source: none; measured. The clock is set back for the program alone, by standing in for Date.now.
# Needs: Node.js 20 or newer, npm.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null && npm install --silent --no-audit --no-fund p-queue@9.3.5 >/dev/null
cat > queue.mjs <<'JS'
import { setTimeout as sleep } from "node:timers/promises";
import PQueue from "p-queue";

const clock = Date.now;
async function waited(setBackMs) {
  const queue = new PQueue({ interval: 1_000, intervalCap: 1 });
  await queue.add(async () => {});
  await sleep(2_500); // The interval is over.
  Date.now = () => clock() - setBackMs;
  const asked = performance.now();
  await queue.add(async () => {});
  Date.now = clock;
  return Math.floor((performance.now() - asked) / 1_000);
}
console.log(`${await waited(0)} ${await waited(5_000)}`);
JS
read -r steady back < <(node queue.mjs)
echo "seconds that the next task waited: $steady with a steady clock, $back with one that was set back by 5 s"
[ "$steady" = 0 ] && [ "$back" -ge 3 ] && echo "as found" || { echo "changed"; exit 1; }
