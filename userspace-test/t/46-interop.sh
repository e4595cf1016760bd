#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Objcaches where the kernel's own ways are used, on every stock kernel: devres, a mempool_t
# on top, frees after a grace period, the usercopy window, functions that know the type.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug
	say() { echo "$1: $2"; }
	dmesg -n 1
	insmod /interop.ko || exit 1
	dmesg | sed -n 's/.*mempool_interop: //p'
	say window-copy "$(printf 'hello, object' >$dbg/mempool_interop/copy && echo ok)"
	rmmod mempool_interop
	say caches-left "$(tail -n +3 $dbg/mempool/stats | wc -l)"
	say slabs-left "$(grep -c objcache- /proc/slabinfo)"
	rmmod mempool; say unloaded "$?"
	GUEST
}

expected() {
	cat <<-'TABLE'
	case mempool-created: 1
	case mempool-reserve: 8
	case mempool-destroy: 0
	case rcu-reader: 4711
	case rcu-not-reused: 1
	case rcu-destroy: 0
	case devm-created: 1
	case devm-duplicate: -17
	case devm-gone: 1
	window-copy: ok
	caches-left: 0
	slabs-left: 0
	unloaded: 0
	TABLE
}

for lane in ${LANES:-6.1 6.12 7}; do
	lane_guest "$lane" interop
	lane_compare "$lane"
done
