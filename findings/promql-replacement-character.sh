#!/usr/bin/env bash
# Found: PromQL refuses U+FFFD, the replacement character, in a string ("invalid UTF-8 rune"), although it is
#   valid UTF-8 and label values may have it: Prometheus stores a scraped one as it is. The escape `\ufffd`
#   in double quotes is taken and finds it; in back quotes, which know no escapes, it can't be written at all.
#   VictoriaMetrics takes both.
# Versions: Debian 12's prometheus 2.42.0 and victoria-metrics 1.79.5; Debian testing's prometheus 3.5.3 (by hand).
# Date: 2026-11-29.
# Why it matters: U+FFFD is what a decoder leaves where a name had a broken byte, so it does come in names of
#   machines and in labels made from them. A program that writes such a value into a matcher, escaped as the
#   documentation says (backslash and quote), gets a parse error instead of the series.
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

at=$(( $(date +%s) / 60 * 60 - 60 ))
printf '# TYPE room gauge\nroom{name="caf\xef\xbf\xbd"} 21 %s\n# EOF\n' "$at" > history.om
usr/bin/promtool tsdb create-blocks-from openmetrics history.om data >/dev/null
echo 'scrape_configs: []' > prometheus.yml
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
p=$(free_port); v=$(free_port)
usr/bin/prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="127.0.0.1:$p" >/dev/null 2>&1 & servers+=($!)
usr/bin/victoria-metrics -storageDataPath=vm -httpListenAddr="127.0.0.1:$v" >/dev/null 2>&1 & servers+=($!)
for url in "http://127.0.0.1:$p/-/ready" "http://127.0.0.1:$v/health"; do
  for _ in $(seq 300); do curl -sf "$url" >/dev/null && break; sleep 0.2; done
done
printf 'room{name="caf\xef\xbf\xbd"} 21 %s000\n' "$at" | curl -sf --data-binary @- "http://127.0.0.1:$v/api/v1/import/prometheus"
sleep 2
ask() { curl -s "http://127.0.0.1:$1/api/v1/query" --data-urlencode "query=$2" --data-urlencode "time=$at" --data-urlencode nocache=1 |
  python3 -c 'import json,sys; a = json.load(sys.stdin); print(a["data"]["result"][0]["value"][1] if a["status"] == "success" else a["error"].rpartition(": ")[2])'; }
raw=$(printf 'room{name="caf\xef\xbf\xbd"}'); escaped='room{name="caf\ufffd"}'
p_raw=$(ask "$p" "$raw"); p_escaped=$(ask "$p" "$escaped"); v_raw=$(ask "$v" "$raw"); v_escaped=$(ask "$v" "$escaped")
echo "Prometheus: raw $p_raw, escaped $p_escaped; VictoriaMetrics: raw $v_raw, escaped $v_escaped"
[ "$p_raw, $p_escaped, $v_raw, $v_escaped" = "invalid UTF-8 rune, 21, 21, 21" ] && echo "as found" || { echo "changed"; exit 1; }
