#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who sleeps for objects, on every stock kernel and PREEMPT_RT: served from another CPU's magazine and with
# memory that another cache has cached, also while CPU hotplug stands still; its time
# ends when it says so; limits that change and caches that die meanwhile.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug/mempool
	say() { echo "$1: $2"; }
	run() { echo "$1" >/sys/module/mempool_waiters/parameters/run; }
	field() { sed -n "s/^$2 //p" $dbg/$1/stats; }
	dmesg -n 1
	insmod /waiters.ko || exit 1
	say held "$(field own held) $(field hoarder held) $(field squeezed held)"
	run limits
	echo $((128 * 256)) >$dbg/memory_limit
	run cached
	run squeezed
	say held-still "$(($(field own held) + $(field hoarder held) + $(field squeezed held)))"
	echo 0 >/sys/devices/system/cpu/cpu3/online; say offline "$?"
	echo 1 >/sys/devices/system/cpu/cpu3/online; say online "$?"
	say by-cycles "$(awk '$1 == "limit" { print ($2 > 0), ($3 >= 2) }' $dbg/reclaim)"
	echo 0 >$dbg/memory_limit
	run dies
	for i in $(seq 100); do grep -q ^dying $dbg/stats || break; usleep 100000; done
	say zombie "$(grep -c ^dying $dbg/stats)"
	dmesg | sed -n 's/.*mempool_waiters: //p'
	rmmod mempool_waiters; rmmod mempool; say unloaded "$?"
	GUEST
}

expected() {
	cat <<-'TABLE'
	held: 64 64 0
	case raised: 0
	case lowered: -22
	case cached: 0
	case in-vain: -110
	case squeezed-before: 0
	case squeezed: 0
	case squeezed-back: 64
	held-still: 128
	case hotplug-cached: 0
	case hotplug-in-vain: -110
	case hotplug-squeezed-before: 0
	case hotplug-squeezed: 0
	offline: 0
	online: 0
	by-cycles: 1 1
	case destroyed: -16
	case dies: -19 -19
	zombie: 0
	unloaded: 0
	TABLE
}

# A guest under emulation is no clock, so ten times what is promised.
LATENCY_US=200000

for lane in ${LANES:-6.1 6.12 7 rt}; do
	lane_guest "$lane" waiters --smp 4 --timeout 600
	lane_compare "$lane"
	worst=$(lane_said "$lane" | sed -n 's/^latency_us: //p' | sort -n | tail -n 1)
	if [ "${worst:-$LATENCY_US}" -lt "$LATENCY_US" ]; then
		ok "$lane: with another cache's memory after $worst us"
	else
		not_ok "$lane: served soon with another cache's memory" "after ${worst:-no} us"
	fi
done
