#!/usr/bin/env bash
# Found: a host whose total is 0 (a share of 0/0) is a row with the value NaN in Prometheus' answer. In
#   VictoriaMetrics' there is no row: it drops every NaN from an answer, those that it was given, too.
# Versions: Debian 12's prometheus 2.42.0 and victoria-metrics 1.79.5.
# Date: 2026-11-29.
# Why it matters: code that tells "the host reports nonsense" from "the host is silent" by that row tells
#   them apart on one of the two only, and a test against the other doesn't show it. Ask for the parts of
#   a share beside it, or count the hosts by a series that is always there.
# Source: none; measured.
# Needs: Debian 12, apt-get (root or not), curl, python3.
set -euo pipefail
folder=$(mktemp -d); servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; rm -rf "$folder"' EXIT
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
python3 - > history.om <<'PY'
import time
now = int(time.time()) // 15 * 15
for gauge, values in (("total", {"a": "8", "b": "0", "c": "8"}), ("free", {"a": "2", "b": "0", "c": "NaN"})):
    print(f"# TYPE memory_{gauge}_bytes gauge")
    for host, value in values.items():
        for step in range(-20, 21):
            print(f'memory_{gauge}_bytes{{instance="{host}"}} {value} {now + 15 * step}')
print("# EOF")
PY
usr/bin/promtool tsdb create-blocks-from openmetrics history.om data >/dev/null
echo 'scrape_configs: []' > prometheus.yml
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
p=$(free_port); v=$(free_port)
usr/bin/prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="127.0.0.1:$p" >/dev/null 2>&1 & servers+=($!)
usr/bin/victoria-metrics -storageDataPath=vm -httpListenAddr="127.0.0.1:$v" -retentionPeriod=1y >/dev/null 2>&1 & servers+=($!)
for url in "http://127.0.0.1:$p/-/ready" "http://127.0.0.1:$v/health"; do
  for _ in $(seq 300); do curl -sf "$url" >/dev/null && break; sleep 0.2; done
done
# Its import takes milliseconds.
awk '/^memory/ { printf "%s %s %d000\n", $1, $2, $3 }' history.om | curl -sf --data-binary @- "http://127.0.0.1:$v/api/v1/import/prometheus"
curl -sf "http://127.0.0.1:$v/internal/force_flush" || true
sleep 2
at=$(date +%s)
ask() { curl -sf "http://127.0.0.1:$1/api/v1/query" --data-urlencode "query=$2" --data-urlencode "time=$at" |
  python3 -c 'import json,sys; print(" ".join(sorted(r["metric"]["instance"] + "=" + r["value"][1] for r in json.load(sys.stdin)["data"]["result"])))'; }
share='1 - memory_free_bytes / memory_total_bytes'
fromPrometheus=$(ask "$p" "$share"); fromVictoriaMetrics=$(ask "$v" "$share")
echo "a has 8 bytes of which 2 are free; b has 0 of 0; c has NaN of 8"
echo "Prometheus:      $fromPrometheus"
echo "VictoriaMetrics: $fromVictoriaMetrics"
[ "$fromPrometheus" = "a=0.75 b=NaN c=NaN" ] && [ "$fromVictoriaMetrics" = "a=0.75" ] && echo "as found" || { echo "changed"; exit 1; }
