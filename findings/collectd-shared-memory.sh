#!/usr/bin/env bash
# Found: collectd's plugin memory counts shared memory as cached. When 600 MB of it are taken, as a database does for
#   its buffers, "used" stays where it was: "free", "buffered", "cached" and "slab_recl" add up to what they did, while
#   Linux's MemAvailable falls by all of them.
# Versions: Debian 12's collectd-core 5.12.0; Linux 6.
# Date: 2026-11-29.
# Why it matters: of a host whose database takes half of the memory, "used" shows nearly nothing, and an autoscaler
#   takes it for idle. node_exporter has MemAvailable; collectd has its plugin vmem, which shows shmem in pages.
# Source: https://github.com/collectd/collectd/issues/1618 says that Shmem is not considered.
# Needs: Debian 12, apt-get (root or not), 1 GB of free memory, /dev/shm.
set -euo pipefail
folder=$(mktemp -d); shared=$(mktemp -p /dev/shm); server=
trap 'rm -f "$shared"; [ -z "$server" ] || kill "$server" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
cd "$folder"
mkdir -p state/lists/partial cache/archives/partial
cat > apt.conf <<APT
Dir::State "$folder/state";
Dir::Cache "$folder/cache";
APT::Sandbox::User "root";
APT
apt-get -qq -c apt.conf update
apt-get -qq -c apt.conf download 'collectd-core=5.12.0*' >/dev/null
for package in *.deb; do dpkg-deb -x "$package" .; done
cat > collectd.conf <<CONF
Hostname "this"
FQDNLookup false
BaseDir "$folder"
PIDFile "$folder/pid"
PluginDir "$folder/usr/lib/collectd"
TypesDB "$folder/usr/share/collectd/types.db"
Interval 1
LoadPlugin memory
LoadPlugin csv
<Plugin csv>
  DataDir "$folder/csv"
</Plugin>
CONF
usr/sbin/collectd -f -C collectd.conf >log 2>&1 & server=$!

newest() { tail -qn 1 csv/this/memory/memory-"$1"-* | cut -d, -f2 | cut -d. -f1; }
samples() { (cat csv/this/memory/memory-used-* 2>/dev/null || true) | wc -l; }
next_sample() {
  local had; had=$(samples)
  for _ in $(seq 600); do [ "$(samples)" -gt "$had" ] && return; sleep 0.02; done
  echo "no samples"; cat log; exit 1
}
# By how much collectd's states say that more is available than MemAvailable, in MB: the middle of nine samples, as
# others take and free memory meanwhile.
too_much() {
  for _ in $(seq 9); do
    next_sample
    local kernel; kernel=$((1024 * $(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)))
    echo $((($(newest free) + $(newest buffered) + $(newest cached) + $(newest slab_recl) - kernel) / 1048576))
  done | sort -n | sed -n 5p
}
next_sample; next_sample
before=$(too_much)
head -c 600M /dev/zero > "$shared"
next_sample
after=$(too_much)
echo "free + buffered + cached + slab_recl are ${before} MB more than MemAvailable,"
echo "and ${after} MB more when 600 MB of shared memory are taken"
[ $((after - before)) -gt 400 ] && [ $((after - before)) -lt 800 ] && echo "as found" || { echo "changed"; exit 1; }
