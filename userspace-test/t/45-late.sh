#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Frees in hardirq on a CPU until it is dead, on every stock kernel and on PREEMPT_RT:
# all come back to slab while it stays off, and the cache can be destroyed.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

guest_script() {
	cat <<-'GUEST'
	say() { echo "$1: $2"; }
	field() { sed -n "s/^$1 //p" /sys/kernel/debug/mempool/late/stats; }
	dmesg -n 1
	insmod /late.ko || exit 1
	say freeing "$(($(field in_use) > 50000))"
	echo 0 >/sys/devices/system/cpu/cpu3/online
	say while-it-died "$(($(field in_use) > 0))"
	for i in $(seq 300); do [ "$(field in_use)" != 0 ] || break; usleep 100000; done
	for i in $(seq 50); do [ "$(field held)" != 0 ] || break; usleep 100000; done
	say left "$(field in_use) $(field held)"
	say deferred "$(($(field frees_deferred) > 0)) $(cat /sys/kernel/realtime 2>/dev/null)"
	rmmod mempool_late; say destroyed "$?"
	say objects-lost "$(dmesg | grep -c 'objects lost')"
	rmmod mempool; say unloaded "$?"
	GUEST
}

expected() {
	cat <<-'TABLE'
	freeing: 1
	while-it-died: 1
	left: 0 0
	destroyed: 0
	objects-lost: 0
	unloaded: 0
	TABLE
}

for lane in ${LANES:-6.1 6.12 7 rt}; do
	lane_guest "$lane" late --smp 4 --timeout 600
	lane_compare "$lane"
	[ "$lane" != rt ] ||
		is "rt: slab was out of reach there" \
			"$(lane_said "$lane" | sed -n 's/^deferred: //p')" "1 1"
done
