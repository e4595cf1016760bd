#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Sizes on every stock kernel.  Pools of exact sizes: the first callers for a size, on four
# CPUs and in interrupts, make one cache; what was served meanwhile is freed right; bounds,
# pools that outlive their destruction, and such as were forgotten.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

guest_script() {
	cat <<-'GUEST'
	stats=/sys/kernel/debug/mempool/stats
	say() { echo "$1: $2"; }
	logged() { dmesg | grep -c "$1"; }
	gone() { i=0; while [ $i -lt 100 ] && grep -q "^$1" $stats; do sleep 0.1; i=$((i + 1)); done; grep -c "^$1" $stats; }
	dmesg -n 1
	insmod /sizes.ko || exit 1
	dmesg | sed -n 's/.*mempool_sizes: //p'
	dmesg | sed -n 's/.*mempool: /log: /p'
	say zombie-gone "$(gone zombie)"
	say made-twice "$(logged 'race-[0-9]*.: there is one of this name')"
	rmmod mempool_sizes
	insmod /sizes.ko forget=1; rmmod mempool_sizes
	say forgotten "$(logged "pool 'forgot-.': its module mempool_sizes was unloaded without destroying it")"
	say caches-left "$(tail -n +3 $stats | wc -l)"
	say slabs-left "$(grep -c objcache- /proc/slabinfo)"
	i=0; while [ $i -lt 50 ] && ! rmmod mempool 2>/w; do sleep 0.1; i=$((i + 1)); done
	say unloaded "$(lsmod | grep -c '^mempool ')"
	GUEST
}

expected() {
	cat <<-'TABLE'
	case name-null: -22
	log: exactsize_pool_create: no name (NULL)
	case name-slash: -22
	log: objcache_create: name 'a/b-65536' is not 1 to 31 letters, digits, '-', '_', '.', the first a letter or digit
	case name-long: -36
	case max-zero: -22
	log: pool 'bad': may have 0 sizes
	case max-many: -7
	log: pool 'bad': 129 sizes are more than 128
	case max-absurd: -7
	case good-name-long: 0
	case add: 0
	case add-again: 0
	case add-none: -22
	log: pool 'few': size 0 is not 1 to 65536
	case add-huge: -7
	log: pool 'few': size 65537 is not 1 to 65536
	case sizes-bad: 0
	case sizes: 4
	log: pool 'few': has 4 sizes, the most it may; size 32 and other new ones are served by kmalloc()
	case add-more: -28
	case sizes-fallbacks: 656
	log: pool 'few': free of a NULL object with size 8 by sizes_init [mempool_sizes]
	case free-null: 0
	case destroy-few: 0
	case zombie-made: 1
	case destroy-busy: -16
	log: pool 'zombie': destroyed with 1 objects beside its caches in use; kept until the last is freed
	case zombie-name: -17
	log: pool 'zombie': there is one of this name
	case destroy-null: 0
	case race-cpus: 4
	case race-bad: 0
	case ends-bad: 0
	zombie-gone: 0
	made-twice: 0
	forgotten: 3
	caches-left: 0
	slabs-left: 0
	unloaded: 0
	TABLE
}

for lane in ${LANES:-6.1 6.12 7}; do
	lane_guest "$lane" sizes --smp 4 --timeout 600
	lane_compare "$lane"
done
