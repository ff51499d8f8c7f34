#!/usr/bin/env bash
# Found: the common formula `1 - rate(idle[5m])` reads 79 % busy for a host that is 10 % busy and has reported for
#   one minute only. Prometheus' rate() extrapolates by some seconds at most, and divides by all five minutes, so
#   that the four before, of which nobody counted the idle seconds, look like work. The share of idle in all
#   modes reads 10 %. VictoriaMetrics' rate() divides by the time between the samples: both formulas read 10 %.
# Versions: Debian 12's prometheus 2.42.0 and victoria-metrics 1.79.5.
# Date: 2026-11-29.
# Why it matters: each instance that an autoscaler adds reads as busy in its first minutes, and so does one whose
#   exporter was down for a while. The pool looks busier for each new one, and gets the next. Divide by all modes,
#   or leave out hosts whose samples don't fill the window.
# Source: https://github.com/samber/awesome-prometheus-alerts/issues/336 tells of alerts for rebooted hosts; measured.
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

# A CPU that is 10 % busy, a sample each 15 s: of `old` for an hour, of `new` for the last minute.
at=$(( $(date +%s) / 60 * 60 - 60 ))
python3 - "$at" > history.om <<'PY'
import sys
at = int(sys.argv[1])
print("# TYPE node_cpu_seconds counter")
for host, first in (("old", -240), ("new", -4)):
    for mode, share in (("idle", 0.9), ("user", 0.1)):
        for step in range(first, 1):
            print(f'node_cpu_seconds_total{{instance="{host}",cpu="0",mode="{mode}"}} {share * (50_000 + 15 * step)} {at + 15 * step - 3}')
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
awk '/^node/ { printf "%s %s %d000\n", $1, $2, $3 }' history.om | curl -sf --data-binary @- "http://127.0.0.1:$v/api/v1/import/prometheus"
curl -sf "http://127.0.0.1:$v/internal/force_flush" || true
sleep 2
ask() { curl -sf "http://127.0.0.1:$1/api/v1/query" --data-urlencode "query=$2" --data-urlencode "time=$at" --data-urlencode nocache=1 | python3 -c '
import json, sys
print(" ".join(sorted(row["metric"]["instance"] + " " + str(round(float(row["value"][1]))) for row in json.load(sys.stdin)["data"]["result"])))'; }
idle='100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])))'
modes='100 * (1 - sum by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) / sum by (instance) (rate(node_cpu_seconds_total[5m])))'
p_idle=$(ask "$p" "$idle"); p_modes=$(ask "$p" "$modes"); v_idle=$(ask "$v" "$idle"); v_modes=$(ask "$v" "$modes")
echo "percent busy; both hosts are 10 % busy, and the new one has reported for a minute"
echo "Prometheus:      by 1 - idle: $p_idle; by all modes: $p_modes"
echo "VictoriaMetrics: by 1 - idle: $v_idle; by all modes: $v_modes"
[ "$p_idle; $p_modes; $v_idle; $v_modes" = "new 79 old 10; new 10 old 10; new 10 old 10; new 10 old 10" ] && echo "as found" || { echo "changed"; exit 1; }
