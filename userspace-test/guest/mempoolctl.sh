#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mempoolctl.sh - what 53-mempoolctl.sh does inside a guest.  Expects mempoolctl,
# mempool.ko and mempool_crowd.ko in /test.  Prints sections: "@@ FILE" and what
# belongs in that file; golden.txt is what commands say, with their exit status.

set -euo pipefail

DBG=/sys/kernel/debug/mempool
TOOL=/test/mempoolctl

# say COMMAND...: the command, what it says, its exit status if not 0.
say() {
	local rc=0

	echo "\$ ${*/#$TOOL/mempoolctl}"
	"$@" 2>&1 || rc=$?
	[ "$rc" = 0 ] || echo "[$rc]"
}

ctl() {
	say "$TOOL" "$@"
}

quiet_caches() {
	local cache

	for cache in crowd-0 crowd-1; do
		"$TOOL" set "$cache/magazine_capacity" 0
		"$TOOL" set "$cache/depot_capacity" 0
	done
}

dmesg -n 1
echo "@@ golden.txt"
ctl list
insmod /test/mempool.ko
ctl list
insmod /test/mempool_crowd.ko caches=2
echo "@@ reclaim.debugfs"
sed -n 's/^cached \(.*\)/\1 objects went back to slab/p' $DBG/crowd-1/stats
echo "@@ reclaim.tool"
"$TOOL" reclaim crowd-1
echo "@@ golden.txt"
quiet_caches
ctl set crowd-1/limit 500
ctl list
ctl get crowd-1/limit
ctl get memory_limit
ctl set memory_limit 0
ctl set crowd-1/limit -1
ctl set crowd-1/magazine_capacity 257
ctl set crowd-1/limit 99999999999999999999
ctl set crowd-1/limit 5x
ctl set crowd-1/limit ''
ctl set crowd-1/limt 5
ctl set crowd-7/limit 5
ctl set crowd-1 5
ctl set plain/magazine_capacity 5
ctl set crowd-1/reserve 501
ctl set crowd-1/limit
ctl get crowd-1/limit
ctl get crowd-7
ctl get crowd-1/
ctl stats crowd-7
ctl reset-peaks
ctl reset-peaks crowd-1
ctl reset-peaks crowd-7
ctl reclaim crowd-1
ctl reclaim crowd-7
ctl list --prometheus
ctl list --once
ctl top --delay 0
ctl top --delay 1x
ctl top --sort colour
ctl top </dev/null
ctl top --once --delay 0.1 --sort name | grep -v '^Reclaim'
ctl export --json
ctl export /nowhere/mempool.prom
ctl reclaim
say setpriv --reuid 65534 --regid 65534 --clear-groups "$TOOL" list
chmod 0644 /dev/mempool
say setpriv --reuid 65534 --regid 65534 --clear-groups "$TOOL" get crowd-1/limit
say setpriv --reuid 65534 --regid 65534 --clear-groups "$TOOL" set crowd-1/limit 1
say setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$TOOL" set crowd-1/limit 1
say setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$TOOL" reset-peaks
say setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$TOOL" reclaim
ctl get crowd-1/limit

# Something for a scan to find.
"$TOOL" set crowd-0/reserve 5
echo "@@ stats.debugfs"
grep -v '^name ' $DBG/crowd-0/stats
echo "@@ stats.tool"
"$TOOL" stats --scan crowd-0 | awk 'NR > 1 { print $1, $2 }'
echo "@@ memory.debugfs"
cat $DBG/memory
echo "@@ memory.tool"
"$TOOL" memory | awk 'NR > 1 { print $1, $2 }'
echo "@@ limits.debugfs"
awk '$1 ~ /^crowd/ { print $1, $2, $5 }' $DBG/limits
echo "@@ limits.tool"
"$TOOL" list | awk '$2 ~ /^crowd/ { print $2, $10, $9 }'
echo "@@ cycles.debugfs"
sed 1,2d $DBG/reclaim | awk '{ $1 = $1; print }'
echo "@@ cycles.tool"
"$TOOL" cycles | awk 'NR > 1 { $1 = $1; print }'
echo "@@ knobs.debugfs"
(cd $DBG && grep -H . memory_limit idle_percent cleaner_period_ms)
find $DBG/crowd-0 -type f -perm 0600 -printf 'crowd-0/%f\n' | sort |
	while read -r knob; do echo "$knob:$(cat "$DBG/$knob")"; done
echo "@@ knobs.tool"
"$TOOL" get | awk '/memory_limit|idle_percent|cleaner_period_ms/ { print $1 ":" $2 }'
"$TOOL" get crowd-0 | awk 'NR > 1 { print "crowd-0/" $1 ":" $2 }' | sort

echo "@@ list.json"
"$TOOL" list --json
echo "@@ stats.json"
"$TOOL" --json stats
echo "@@ stats-cache.json"
"$TOOL" stats -j -s crowd-1
echo "@@ memory.json"
"$TOOL" memory --json
echo "@@ cycles.json"
"$TOOL" cycles --json
echo "@@ reclaim.json"
"$TOOL" reclaim --json
echo "@@ reclaim-cache.json"
"$TOOL" reclaim --json crowd-1
echo "@@ get.json"
"$TOOL" get --json
echo "@@ get-cache.json"
"$TOOL" get --json crowd-1
echo "@@ get-knob.json"
"$TOOL" get --json crowd-1/limit
echo "@@ set.json"
"$TOOL" set --json crowd-1/limit 600
echo "@@ reset-peaks.json"
"$TOOL" reset-peaks --json crowd-1

echo "@@ export.prom"
"$TOOL" export --prometheus
echo "@@ promtool.txt"
"$TOOL" export --scan >/scanned.prom
rc=0
promtool check metrics </scanned.prom 2>&1 || rc=$?
echo "promtool says $rc"
echo "@@ export.txt"
mkdir /small
mount -t tmpfs -o size=4k none /small
echo old >/small/mempool.prom
say "$TOOL" export /small/mempool.prom
cat /small/*
mount -o remount,size=1m /small
say "$TOOL" export /small/mempool.prom
stat -c '%a %n' /small/*
"$TOOL" export >/mempool.prom
say cmp /small/mempool.prom /mempool.prom
echo "@@ top.txt"
"$TOOL" set crowd-0/reserve 10
"$TOOL" set crowd-1/reserve 20
export TERM=screen LANG=C.UTF-8
tmux -f /dev/null new-session -d -x 120 -y 20 "$TOOL top --delay 0.5; echo \$? >/status; sleep 1"
screen() { tmux capture-pane -p | awk '$1 ~ /^(NAME|plain|crowd)/ { printf "%s ", $1 }'; }
# shows WHAT WANT: waits for it.
shows() {
	local i

	for ((i = 0; i < 100; i++)); do
		[[ $(screen) != "$2" ]] || break
		sleep 0.2
	done
	echo "$1: $(screen)"
}
shows "by memory" "NAME crowd-1 crowd-0 plain "
tmux send-keys n
shows "by name" "NAME crowd-0 crowd-1 plain "
tmux send-keys c
shows "by cached" "NAME crowd-1 crowd-0 plain "
tmux resize-window -x 60 -y 5
shows "small" "NAME crowd-1 "
tmux resize-window -x 120 -y 20
tmux send-keys q
for ((i = 0; i < 100; i++)); do [ ! -s /status ] || break; sleep 0.2; done
echo "ends with $(cat /status)"
rmmod mempool_crowd
insmod /test/mempool_crowd.ko caches=1 churn=1
echo "@@ top.json"
"$TOOL" top --json --delay 1
echo "@@ full.txt"
{ "$TOOL" list >/dev/full; } 2>&1 || echo "[$?]"
echo "@@ end"
