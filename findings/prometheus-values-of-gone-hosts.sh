#!/usr/bin/env bash
# Found: Prometheus' API of a label's values takes a start and an end, and answers with the values of the whole
#   blocks of storage that these touch. A host that has been gone for an hour and a half is listed for the last
#   ten minutes, with a `match[]` and without. The API of series, asked for the same times, leaves it out.
# Versions: Debian 12's prometheus 2.42.0.
# Date: 2026-11-29.
# Why it matters: blocks are of two hours at first, and of days when they have been merged. Who takes the hosts of a
#   time from there, to count them or to fill a menu, has those that were replaced long ago among them, and each
#   of them looks like a host that has stopped to report. `count by (instance) (count_over_time(x[10m]))` is exact.
# Source: https://github.com/prometheus/prometheus/pull/17217 wants the documentation to say it.
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
apt-get -qq -c apt.conf download 'prometheus=2.42.0*' >/dev/null
dpkg-deb -x prometheus_*.deb .

# One block of the hours before: `new` reports in all of it, `gone` in its first quarter of an hour.
block=$(( $(date +%s) / 7200 * 7200 - 7200 ))
python3 - "$block" > history.om <<'PY'
import sys
block = int(sys.argv[1])
print("# TYPE up gauge")
for host, minutes in (("gone", 15), ("new", 120)):
    for minute in range(minutes):
        print(f'up{{instance="{host}"}} 1 {block + 60 * minute}')
print("# EOF")
PY
usr/bin/promtool tsdb create-blocks-from openmetrics history.om data >/dev/null
echo 'scrape_configs: []' > prometheus.yml
p=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
usr/bin/prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="127.0.0.1:$p" >/dev/null 2>&1 & servers+=($!)
for _ in $(seq 300); do curl -sf "http://127.0.0.1:$p/-/ready" >/dev/null && break; sleep 0.2; done
start=$(( block + 7200 - 660 )); end=$(( block + 7200 - 60 ))
ask() { curl -sfG "http://127.0.0.1:$p/api/v1/$1" "${@:2}" | python3 -c '
import json, sys
data = json.load(sys.stdin)["data"]
rows = data if isinstance(data, list) else [row["metric"] for row in data["result"]]
print(" ".join(sorted(row if isinstance(row, str) else row["instance"] for row in rows)))'; }
range=(--data-urlencode "start=$start" --data-urlencode "end=$end")
values=$(ask label/instance/values "${range[@]}")
matched=$(ask label/instance/values "${range[@]}" --data-urlencode 'match[]=up')
series=$(ask series "${range[@]}" --data-urlencode 'match[]=up')
counted=$(ask query --data-urlencode 'query=count by (instance) (count_over_time(up[10m]))' --data-urlencode "time=$end")
echo "in ten minutes of which the host 'gone' is gone for an hour and a half:"
echo "values of the label: $values; with match[]: $matched; series: $series; counted by a query: $counted"
[ "$values, $matched, $series, $counted" = "gone new, gone new, new, new" ] && echo "as found" || { echo "changed"; exit 1; }
