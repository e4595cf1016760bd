#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Hard limits on every stock kernel: never exceeded by one object while four CPUs race,
# and whoever sleeps at one is served in order, or sent away with the right errno.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug/mempool
	say() { echo "$1: $2"; }
	field() { sed -n "s/^$1 //p" $dbg/limited/stats; }
	dmesg -n 1
	insmod /limits.ko || exit 1
	dmesg | sed -n 's/.*mempool_limits: //p'
	say held-peak "$(field held_peak)"
	say in-use "$(field in_use)"
	say sums "$(($(field in_use) + $(field cached) - $(field held))) $(($(field cached) - $(field scanned_magazines) - $(field scanned_depots)))"
	say limit-hits "$([ "$(field limit_hits)" -gt 0 ] && echo some)"
	say knob "$(cat $dbg/limited/limit)"
	echo 0 >$dbg/limited/limit; say knob-off "$(cat $dbg/limited/limit) $(field magazine_capacity_in_force)"
	echo 9 >$dbg/limited/limit; say knob-low "$(cat $dbg/limited/limit) $(field held)"
	printf 9x | dd of=$dbg/limited/limit 2>/w; say knob-bad "$(sed -n 's/^dd: .*: //p' /w)"
	echo 20000 >$dbg/limited/limit_bytes; say bytes "$(cat $dbg/limited/limit_bytes) $(field magazine_capacity_in_force)"
	for bad in 127 -1 1k; do say "bytes-bad $bad" "$(printf $bad | dd of=$dbg/limited/limit_bytes 2>&1 | sed -n 's/^dd: .*: //p')"; done
	say bytes-unchanged "$(cat $dbg/limited/limit_bytes) $(cat $dbg/limited/limit)"
	echo 0 >$dbg/limited/limit; say bytes-alone "$(field magazine_capacity_in_force)"
	echo 0 >$dbg/limited/limit_bytes; say bytes-off "$(cat $dbg/limited/limit_bytes) $(field magazine_capacity_in_force)"
	say memory-limit "$(cat $dbg/memory_limit)"
	echo 1 >$dbg/memory_limit; rmmod mempool_limits; dmesg -c >/dev/null
	insmod /limits.ko race_only=1
	say memory-limit-bites "$(dmesg | sed -n 's/.*mempool_limits: case race-peak: //p')"
	echo 0 >$dbg/memory_limit
	rmmod mempool_limits; rmmod mempool; say unloaded "$?"
	GUEST
}

expected() {
	cat <<-'TABLE'
	case bytes-race-within-limit: 1
	case bytes-race-near-limit: 1
	case race-within-limit: 1
	case race-near-limit: 1
	case at-limit: 0
	case timeout: -110
	case no-timeout: -110
	case atomic: -22
	case state: -22
	case interrupted: -4
	case not-killed: -110
	case fifo: 1
	case hardirq-serves: 1
	case none-stranded: 8
	case not-one-more: 0
	case limit-of: 8
	held-peak: 20
	in-use: 0
	sums: 0 0
	limit-hits: some
	knob: 20
	knob-off: 0 128
	knob-low: 9 0
	knob-bad: Invalid argument
	bytes: 20000 1
	bytes-bad 127: Numerical result out of range
	bytes-bad -1: Invalid argument
	bytes-bad 1k: Invalid argument
	bytes-unchanged: 20000 9
	bytes-alone: 19
	bytes-off: 0 128
	memory-limit: 0
	memory-limit-bites: 0
	unloaded: 0
	TABLE
}

# A guest under emulation is no clock, so ten times what is promised.
LATENCY_US=200000

for lane in ${LANES:-6.1 6.12 7}; do
	lane_guest "$lane" limits --smp 4 --timeout 600
	lane_compare "$lane"
	latency=$(lane_said "$lane" | sed -n 's/^latency_us: //p' | head -n 1)
	if [ "${latency:-$LATENCY_US}" -lt "$LATENCY_US" ]; then
		ok "$lane: served after $latency us"
	else
		not_ok "$lane: served soon" "after ${latency:-no} us"
	fi
done
