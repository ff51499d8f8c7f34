#!/usr/bin/env bash
# Found: Prometheus 2 takes labels with a dot by remote write, and shows them, but its own PromQL can't name them:
#   `{host.name="a"}`, `by (host.name)` and `label_join` are errors, and so is the API of the label's values.
#   Only `label_replace` reads such a label, as it doesn't check the name of its source; `without` keeps it.
# Versions: Debian 12's prometheus 2.42.0, with vmagent 1.79.5 as the sender.
# Date: 2026-11-29.
# Why it matters: names of OpenTelemetry have dots, and a sender that keeps them gets no error. All hosts are there,
#   and a query that is to pick one of them, or to group by it, can't be written as one expects.
#   `label_replace(x, "host_name", "$1", "host.name", "(.*)")` gives the label a name that works.
# Source: none; measured.
# Needs: Debian 12, apt-get (root or not), curl, python3.
set -euo pipefail
folder=$(mktemp -d); servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
cd "$folder"
mkdir -p state/lists/partial cache/archives/partial
cat > apt.conf <<APT
Dir::State "$folder/state";
Dir::Cache "$folder/cache";
APT::Sandbox::User "root";
APT
apt-get -qq -c apt.conf update
apt-get -qq -c apt.conf download 'prometheus=2.42.0*' 'victoria-metrics=1.79.5*' >/dev/null
for package in *.deb; do dpkg-deb -x "$package" .; done

echo 'scrape_configs: []' > prometheus.yml
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
p=$(free_port); v=$(free_port)
usr/bin/prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.enable-remote-write-receiver --web.listen-address="127.0.0.1:$p" >/dev/null 2>&1 & servers+=($!)
usr/bin/vmagent -remoteWrite.url="http://127.0.0.1:$p/api/v1/write" -remoteWrite.tmpDataPath=queue -httpListenAddr="127.0.0.1:$v" >/dev/null 2>&1 & servers+=($!)
for url in "http://127.0.0.1:$p/-/ready" "http://127.0.0.1:$v/health"; do
  for _ in $(seq 300); do curl -sf "$url" >/dev/null && break; sleep 0.2; done
done
at=$(date +%s)
for host in a b; do
  printf '{"metric":{"__name__":"busy","host.name":"%s","cpu":"0"},"values":[%s],"timestamps":[%s000]}\n' "$host" "$([ $host = a ] && echo 7 || echo 9)" "$at"
done | curl -sf --data-binary @- "http://127.0.0.1:$v/api/v1/import"
# What an answer says: its rows, or its error without the place in the query.
ask() { curl -s "http://127.0.0.1:$p/api/v1/$1" ${2:+--data-urlencode "query=$2" --data-urlencode "time=$at"} | python3 -c '
import json, sys
answer = json.load(sys.stdin)
if answer["status"] == "error": print("error: " + answer["error"].split("parse error: ")[-1])
elif isinstance(answer["data"], list): print(" ".join(answer["data"]))
else: print("; ".join(sorted(", ".join(k + "=" + v for k, v in row["metric"].items()) + ": " + row["value"][1] for row in answer["data"]["result"])))'; }
for _ in $(seq 150); do [ "$(ask query 'count(busy)')" = ": 2" ] && break; sleep 0.2; done
changed=0
check() { # what, expected, arguments of `ask`
  local says; says=$(ask "${@:3}")
  printf '%-62s %s\n' "$1" "$says"
  [ "$says" = "$2" ] || { changed=1; echo "  expected: $2"; }
}
query() { check "$1" "$2" query "$1"; }
check "labels" "__name__ cpu host.name" labels
check "values of host.name" 'error: invalid label name: "host.name"' label/host.name/values
query 'busy{host.name="a"}' "error: unexpected character inside braces: '.'"
query 'sum by (host.name) (busy)' "error: unexpected character: '.'"
query 'label_join(busy, "host", "", "host.name")' "error: invalid source label name in label_join(): host.name"
query 'sum without (cpu) (busy)' "host.name=a: 7; host.name=b: 9"
query 'sum by (host) (label_replace(busy, "host", "$1", "host.name", "(.*)"))' "host=a: 7; host=b: 9"
[ "$changed" = 0 ] && echo "as found" || { echo "changed"; exit 1; }
