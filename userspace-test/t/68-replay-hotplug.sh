#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# CPUs go and come back on every stock kernel while a recorded trace is replayed, by the
# very CPUs that go: no allocation fails, no object is lost and none stays behind.
# parallel: yes
# timeout: 900

# shellcheck source=userspace-test/lib.sh
. "$(dirname "$0")/../lib.sh"

"$ROOT/lab/get" xz-utils
xz -dc "$ROOT/bench/traces/git.mptrace.xz" >"$SCRATCH/trace"

# Four vCPUs: the replay's two threads are pushed to CPUs 2 and 3, which are unplugged
# under them, again and again; then they run wherever they can.
guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug/mempool
	keep=/sys/kernel/debug/mempool_replay/keep
	say() { echo "$1: $2"; }
	# The classes' sums: in use, cached, held, allocations, frees, failures.
	sums() { awk '$1 ~ /^replay-/ { for (i = 6; i <= 11; i++) s[i] += $i } END { print s[6], s[7], s[8], s[9], s[10], s[11] }' $dbg/stats; }
	# What counters say is cached, less what is found: per class.
	astray() { for f in $dbg/replay-*/stats; do awk '{ v[$1] = $2 } END { if (v["cached"] != v["scanned_magazines"] + v["scanned_depots"]) print FILENAME }' $f; done; }
	power() { echo $2 >/sys/devices/system/cpu/cpu$1/online; }
	workers() { ps | awk '$3 ~ /^.replay.[01].$/ { print $1 }'; }
	push() { for pid in $(workers); do taskset -p c $pid >/dev/null 2>&1; done; }
	there() { for pid in $(workers); do awk '$39 >= 2' /proc/$pid/stat; done 2>/dev/null; }
	# Counts the times that one of the threads was there when its CPU went.
	plug() {
		while [ ! -e /stop ]; do
			push; push
			[ -z "$(there)" ] || echo once >>/caught
			power 2 0 && power 3 0
			power 2 1 && power 3 1 && echo twice >>/plugged
		done
	}
	lines() { cat $1 2>/dev/null | wc -l; }
	insmod /replay.ko trace=/trace roam=1 || exit 1
	echo 1 >$keep; kept=$(cat $keep)
	set -- $(sums); in_use=$1 allocs=$4
	echo 0 >$keep
	say trace "$kept $([ $in_use -gt 30000 ] && echo 'many in use')"
	plug & plug=$!
	round=0 wrong=0
	while [ $(lines /caught) -lt 10 ] && [ $round -lt 50 ]; do
		round=$((round + 1))
		echo 1 >$keep || say failed "in round $round"
		set -- $(sums)
		[ "$(cat $keep) $1 $4" = "$kept $in_use $(((round + 1) * allocs))" ] ||
			wrong=$((wrong + 1))
		echo 0 >$keep
	done
	>/stop; wait $plug
	say rounds-wrong $wrong
	# Once more all of it there; then both go for good, with what they have cached.
	while [ ! -e /done ]; do push; done & push=$!
	echo 1 >$keep; >/done; wait $push; echo 0 >$keep
	power 2 0; power 3 0
	say unplugs "$([ $(lines /plugged) -ge 10 ] && echo enough || lines /plugged)"
	say caught "$([ $(lines /caught) -ge 10 ] && echo often || lines /caught)"
	echo "# $round rounds, $(lines /plugged) times 2 CPUs unplugged, $(lines /caught) times caught"
	set -- $(sums)
	say in-use "$1"; say all-counted "$(($1 + $2 - $3)) $(($4 - $5))"
	say alloc-failed "$6"; say astray "$(astray)"
	rmmod mempool_replay; say pool-left "$(grep -c ^replay- $dbg/stats)"
	dmesg | grep -E 'mempool: (cache|pool)'
	rmmod mempool; say unloaded "$?"
	GUEST
}

expected() {
	cat <<-'TABLE'
	trace: 37270 many in use
	rounds-wrong: 0
	unplugs: enough
	caught: often
	in-use: 0
	all-counted: 0 0
	alloc-failed: 0
	astray: 
	pool-left: 0
	unloaded: 0
	TABLE
}

check_lane() {
	local lane=$1 out=$SCRATCH/$1.out line

	"$ROOT/lab/build" --lane "$lane" >/dev/null
	guest_script >"$SCRATCH/hotplug.sh"
	try "$lane: the guest is well" "$ROOT/lab/vm" --lane "$lane" --smp 4 --timeout 600 \
		--copy "$SCRATCH/hotplug.sh:/t.sh" --copy "$SCRATCH/trace:/trace" \
		--copy "$ROOT/build/$lane/bench/mempool_replay.ko:/replay.ko" -- sh /t.sh
	cp "$OUT" "$out"
	grep '^#' "$out" || true
	while IFS= read -r line; do
		is "$lane: ${line%%: *}" "$(grep "^${line%%: *}: " "$out" || true)" "$line"
	done < <(expected)
	is "$lane: mempool has nothing to say" "$(grep '^mempool:\|] mempool:' "$out" || true)" ''
}

for lane in ${LANES:-6.1 6.12 7}; do
	check_lane "$lane"
done
