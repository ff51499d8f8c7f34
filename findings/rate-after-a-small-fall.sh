#!/usr/bin/env bash
# Found: one CPU's iowait counter falls by 0.02 s, as Linux' do now and then. Prometheus' rate() takes
#   that for a restart and adds the counter's whole life. In a formula that divides by all modes the
#   host then reads near 0 % until the fall has left the window; its own rows of rate() say that one
#   CPU did more than one CPU's work, so the sum of all modes gives it away. VictoriaMetrics' rate()
#   reads the same samples as 65 %.
# Versions: Debian 12's prometheus 2.42.0 and victoria-metrics 1.79.5.
# Date: 2026-11-29.
# Why it matters: an autoscaler that reads such a formula takes machines away from a busy pool. Before
#   you trust a share of CPU modes, see that the modes of a CPU add up to 1.
# Source: node_exporter's README and issues tell of falling counters; the comparison is our own.
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

# Two CPUs, a sample each 15 s for an hour, of a host that runs for four months: 65 % busy, 0.5 % waiting for I/O; one fall two minutes ago.
python3 - > history.om <<'PY'
import time
now = int(time.time()) // 15 * 15
print("# TYPE node_cpu_seconds counter")
for cpu in ("0", "1"):
    for mode, share in (("user", 0.65), ("idle", 0.345), ("iowait", 0.005)):
        value = 10_000_000 * share
        for step in range(-240, 41):
            at = now + 15 * step
            value += 15 * share
            if (cpu, mode, step) == ("0", "iowait", -8):
                value -= 0.02 + 15 * share
            print(f'node_cpu_seconds_total{{instance="a",cpu="{cpu}",mode="{mode}"}} {value:.4f} {at}')
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
at=$(date +%s)
ask() { curl -sf "http://127.0.0.1:$1/api/v1/query" --data-urlencode "query=$2" --data-urlencode "time=$at" |
  python3 -c 'import json,sys; rows = json.load(sys.stdin)["data"]["result"]; print(round(float(rows[0]["value"][1]), 2) if rows else "none")'; }
busy='100 * sum(rate(node_cpu_seconds_total{mode!~"idle|iowait"}[5m])) / sum(rate(node_cpu_seconds_total[5m]))'
cpus='sum(rate(node_cpu_seconds_total[5m])) / count(node_cpu_seconds_total{mode="idle"})'
sleep 2
echo "what                      Prometheus  VictoriaMetrics (65 is true)"
pb=$(ask "$p" "$busy"); vb=$(ask "$v" "$busy"); pc=$(ask "$p" "$cpus"); vc=$(ask "$v" "$cpus")
printf '%-25s %10s %16s\n' "busy share, percent" "$pb" "$vb" "all modes, per CPU" "$pc" "$vc"
python3 - "$pb" "$vb" "$pc" "$vc" <<'PY'
import sys
pb, vb, pc, vc = map(float, sys.argv[1:])
same = pb < 5 and 63 < vb < 67 and pc > 1.5 and 0.9 < vc < 1.05
print("as found" if same else "changed")
sys.exit(0 if same else 1)
PY
