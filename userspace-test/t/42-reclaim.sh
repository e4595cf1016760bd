#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Reclaim on every stock kernel: what a forced cycle gives back and counts, and that no
# allocation fails while cycles run and caches come and go.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

# Runs in the guest: prints "KEY: VALUE" lines, which are compared below.
guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug/mempool
	par=/sys/module/mempool_reclaim/parameters
	say() { echo "$1: $2"; }
	field() { sed -n "s/^$1 //p" $dbg/${2:-job}/stats; }
	# What a trigger counted: cycles, objects, bytes, total_ns, last_ns, last_at_ns.
	row() { awk -v t=$1 '$1 == t { print $2, $3, $4, $5, $6, $7 }' $dbg/reclaim; }
	write() { printf "$2" | dd of=$1 2>/w && echo ok || sed -n 's/^dd: .*: //p' /w; }
	hold() { echo $1 >$par/hold; }
	dmesg -n 1
	insmod /reclaim.ko || exit 1

	# Forced: all but the reserve, and all of it counted.
	say modes "$(stat -c '%a' $dbg/reclaim $dbg/reclaim_now $dbg/job/reclaim_now | tr '\n' ' ')"
	say header "$(head -n 1 $dbg/reclaim)"
	say none-yet "$(row forced)"
	echo 20 >$dbg/job/reserve
	hold 1500; hold 500
	cached=$(field cached)
	for bad in 0 2 11 '1\n\n' x '1 ' ''; do say "bad '$bad'" "$(write $dbg/job/reclaim_now "$bad")"; done
	say bad-did-nothing "$(($(field cached) - cached)) $(row forced)"
	say now "$(write $dbg/job/reclaim_now '1\n')"
	say only-reserve-left "$(field in_use) $(field cached) $(field scanned_magazines) $(field scanned_depots) $(field scanned_reserve)"
	set -- $(row forced)
	say counted "$1 $(($2 - cached + 20)) $(($3 - $2 * 256))"
	say counted-here "$(field reclaim_cycles) $(($(field reclaim_objects) - $2)) $(($(field slab_given) - $2))"
	say durations "$(($4 - $5)) $([ $5 -gt 0 ] && echo some)"
	now=$(date +%s); say last-at "$([ $((now - $6 / 1000000000)) -lt 100 ] && echo just)"
	hold 1000; hold 0; cached=$(field cached)
	say now-all "$(write $dbg/reclaim_now 1)"
	say all-of-it "$(field held) $(($(field reclaim_objects) - $2 - cached + 20))"
	hold 300; hold 0; cached=$(field cached)
	echo one >$par/reclaim
	say by-driver "$(($(cat $par/reclaim) - cached + 20)) $(field held)"
	say forced-cycles "$(row forced | cut -d ' ' -f 1)"

	# Under load, from two sides, with caches and CPUs that come and go.
	cycles() { while [ ! -e /stop ]; do echo 1 >$dbg/reclaim_now; echo once >>/cycles; done; }
	echo 1 >$par/load
	cycles & one=$!; cycles & two=$!
	i=0; while [ $i -lt 600 ]; do
		i=$((i + 1)); sleep 0.1
		set -- $(cat $par/load)
		[ $1 -lt 1500 ] || [ $3 -lt 3 ] || [ $(wc -l </cycles) -lt 100 ] || break
	done
	>/stop; wait $one $two
	echo "# $(cat $par/load) rounds, failed, caches; $(wc -l </cycles) cycles"
	say load-long-enough "$([ $1 -ge 1500 ] && [ $3 -ge 3 ] && [ $(wc -l </cycles) -ge 100 ] && echo yes)"
	say load-failed "$(cut -d ' ' -f 2 <$par/load)"
	say load-reclaimed "$([ $(field reclaim_objects exact-task-1) -gt 100 ] && [ $(field reclaim_objects exact-timer-1) -gt 100 ] && echo much)"
	say load-full "$(field held_peak exact-task-1) $(field held_peak exact-timer-1)"
	echo 0 >$par/load
	rm /stop
	say leftover "$(ls $dbg | grep -cE 'exact|come|shared')"

	rmmod mempool_reclaim; say unloaded-user "$?"
	rmmod mempool; say unloaded "$?"
	GUEST
}

expected() {
	cat <<-'TABLE'
	modes: 400 200 200 
	header: mempool reclaim - version: 1.0
	none-yet: 0 0 0 0 0 0
	bad '0': Invalid argument
	bad '2': Invalid argument
	bad '11': Invalid argument
	bad '1\n\n': Invalid argument
	bad 'x': Invalid argument
	bad '1 ': Invalid argument
	bad '': ok
	bad-did-nothing: 0 0 0 0 0 0 0
	now: ok
	only-reserve-left: 500 20 0 0 20
	counted: 1 0 0
	counted-here: 1 0 0
	durations: 0 some
	last-at: just
	now-all: ok
	all-of-it: 20 0
	by-driver: 0 20
	forced-cycles: 3
	load-long-enough: yes
	load-failed: 0
	load-reclaimed: much
	load-full: 64 64
	leftover: 0
	unloaded-user: 0
	unloaded: 0
	TABLE
}

for lane in ${LANES:-6.1 6.12 7}; do
	lane_guest "$lane" reclaim --smp 4 --timeout 600
	grep '^#' "$SCRATCH/$lane.out" || true
	lane_compare "$lane"
done
