#!/usr/bin/env bash
# Found: VictoriaMetrics' delta() counts from the last sample before the range, Prometheus' from the first
#   one in it. A counter that rose only in the minute before the first sample of the range has risen by 60,
#   says VictoriaMetrics, and by 0, says Prometheus; both count the same five samples in the range.
# Versions: Debian 12's prometheus 2.42.0 and victoria-metrics 1.79.5.
# Date: 2026-11-29.
# Why it matters: who divides such a difference by the time between the samples of the range is right on
#   neither server in the same way: with a sample each minute and a range of five, VictoriaMetrics' is of a
#   quarter more time. A share of CPU that is checked so can hide modes that are not kept.
# Source: VictoriaMetrics' MetricsQL page says that it takes the sample before the range; measured.
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

# A sample each minute; the counter rises by 60 between the last sample before the range and the first in it.
at=$(( $(date +%s) / 60 * 60 - 60 ))
python3 - "$at" > history.om <<'PY'
import sys
at = int(sys.argv[1])
print("# TYPE work_seconds counter")
for step in range(-20, 2):
    print(f'work_seconds_total{{instance="a"}} {100_000 if step < -4 else 100_060} {at + 60 * step - 20}')
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
awk '/^work/ { printf "%s %s %d000\n", $1, $2, $3 }' history.om | curl -sf --data-binary @- "http://127.0.0.1:$v/api/v1/import/prometheus"
curl -sf "http://127.0.0.1:$v/internal/force_flush" || true
ask() { curl -sf "http://127.0.0.1:$1/api/v1/query" --data-urlencode "query=$2" --data-urlencode "time=$at" --data-urlencode nocache=1 |
  python3 -c 'import json,sys; rows = json.load(sys.stdin)["data"]["result"]; print(round(float(rows[0]["value"][1]), 2) if rows else "none")'; }
sleep 2
p_delta=$(ask "$p" 'delta(work_seconds_total[5m])'); v_delta=$(ask "$v" 'delta(work_seconds_total[5m])')
p_count=$(ask "$p" 'count_over_time(work_seconds_total[5m])'); v_count=$(ask "$v" 'count_over_time(work_seconds_total[5m])')
echo "samples in the range: $p_count and $v_count; delta: Prometheus $p_delta, VictoriaMetrics $v_delta"
[ "$p_count $v_count $p_delta $v_delta" = "5.0 5.0 0.0 60.0" ] && echo "as found" || { echo "changed"; exit 1; }
