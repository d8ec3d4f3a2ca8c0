#!/bin/bash
# A throw-away S3 server for tests: Ceph's RADOS gateway over one in-memory store, all on 127.0.0.1.
# usage: start-radosgw.sh FOLDER PORT KEY SECRET   (the monitor takes PORT+1)
# Prints "ready" when it answers, and stops with everything it started when its standard input ends, so that it never
# outlives the tests, however they end. Exits with 77 and a reason when the programs are not installed.
set -euo pipefail
folder=$1 port=$2 key=$3 secret=$4

for program in radosgw radosgw-admin ceph ceph-mon ceph-osd ceph-authtool monmaptool; do
  command -v "$program" >/dev/null || { echo "$program is not installed (Debian packages radosgw ceph-mon ceph-osd)"; exit 77; }
done

mkdir -p "$folder"/{mon,osd,run,log}
cd "$folder"
export CEPH_CONF=$folder/ceph.conf
fsid=$(cat /proc/sys/kernel/random/uuid)
cat >ceph.conf <<CONF
[global]
fsid = $fsid
mon host = v1:127.0.0.1:$((port + 1))
auth cluster required = none
auth service required = none
auth client required = none
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr2 = false
run dir = $folder/run
admin socket = $folder/run/\$name.\$pid.asok
log file = $folder/log/\$name.log
crash dir = $folder/log
mon data = $folder/mon
mon allow pool size one = true
mon max pg per osd = 1000
osd data = $folder/osd
osd objectstore = memstore
memstore device bytes = 2147483648
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd crush chooseleaf type = 0
osd crush update on start = false
osd class update on start = false
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$port
rgw thread pool size = 16
CONF

pids=()
stop() { kill -9 "${pids[@]}" 2>/dev/null || true; }
trap stop EXIT
# A monitor that has only just begun to listen refuses what it will take a moment later.
retry() { for _ in $(seq 30); do timeout 60 "$@" && return; sleep 0.5; done; return 1; }
daemon() { "$@" >"log/$1.out" 2>&1 </dev/null & pids+=($!); }

{
  ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *'
  monmaptool --create --clobber --addv a "[v1:127.0.0.1:$((port + 1))]" --fsid "$fsid" monmap
  ceph-mon --mkfs -i a --monmap monmap --keyring keyring
  daemon ceph-mon -i a -f
  osd=$(cat /proc/sys/kernel/random/uuid)
  retry ceph osd new "$osd"
  ceph-osd -i 0 --mkfs --osd-uuid "$osd"
  daemon ceph-osd -i 0 -f
  retry ceph osd crush add osd.0 1.0 host=test root=default
  daemon radosgw -n client.rgw -f
  timeout 90 radosgw-admin -n client.rgw user create --uid=test --display-name=test --access-key="$key" --secret-key="$secret"
} >log/setup.out 2>&1 || { tail -n 20 log/setup.out log/*.out >&2; exit 1; }

for _ in $(seq 1200); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    echo ready
    cat >/dev/null # until the tests are gone
    exit 0
  fi
  sleep 0.1
done
tail -n 20 log/*.out >&2
exit 1
