#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Reserves on every stock kernel: taken last, filled up first, changed at run time; and
# reservations: two tasks that need most of a pool each do not deadlock on halves.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug/mempool
	say() { echo "$1: $2"; }
	field() { sed -n "s/^$1 //p" $dbg/reserved/stats; }
	run() { echo "$1" >/sys/module/mempool_reserve/parameters/run; }
	# The parts of what is cached, once nothing moves.
	parts() { echo "$(field scanned_magazines) $(field scanned_depots) $(field scanned_reserve)"; }
	knob() { printf "$1" | dd of=$dbg/reserved/reserve 2>/w; echo "$(sed -n 's/^dd: .*: //p' /w)$(cat $dbg/reserved/reserve)"; }
	until_reserve() {
		for i in $(seq 100); do
			[ "$(field scanned_reserve)" != "$1" ] || break
			usleep 100000
		done
		field scanned_reserve
	}
	dmesg -n 1
	insmod /reserve.ko || exit 1
	say filled "$(parts) $(field held)"
	echo 1 >$dbg/memory_limit; run take_all; say no-memory "$(field scanned_reserve)"
	echo 0 >$dbg/memory_limit; say memory-again "$(until_reserve 8)"
	run free_all; knob 0 >/w; echo 0 >$dbg/reserved/magazine_capacity
	knob 8 >/w; echo 128 >$dbg/reserved/magazine_capacity; say start "$(parts)"
	hits=$(field reserve_get_hits)
	run bounds
	run take_all; say took "$(($(field reserve_get_hits) - hits)) $(parts)"
	run free_reserve; say first-to-the-reserve "$(parts)"
	run hardirq; say hardirq-took "$(field scanned_reserve)"
	run take_all
	echo 40 >$dbg/reserved/limit; say refilled-by-itself "$(until_reserve 8)"
	run free_all; say back "$(field in_use) $(field scanned_reserve)"
	echo 24 >$dbg/reserved/limit; say limit-again "$(field scanned_reserve) $(($(field held) <= 24))"
	say knob "$(knob 12) $(field scanned_reserve)"
	say knob-lower "$(knob '5\n') $(field scanned_reserve)"
	say knob-limit "$(knob 25) $(field scanned_reserve)"
	say knob-bad "$(knob 5x)"
	say knob-huge "$(knob 4294967296)"
	say knob-off "$(knob 0) $(field scanned_reserve)"
	say knob-again "$(knob 8) $(field scanned_reserve)"
	misses=$(field magazine_free_misses); hits=$(field magazine_free_hits)
	run pairs
	say fast "$(($(field magazine_free_hits) - hits >= 990)) $(($(field magazine_free_misses) - misses <= 10))"
	run prefill; say prefilled "$(($(field cached) >= 18)) $(field held)"
	run halves
	run line
	run gives_up
	say settled "$(field in_use) $(until_reserve 8)"
	peak=$(field held_peak); run race
	say raced "$(field in_use) $(until_reserve 8) $(($(field held_peak) == peak))"
	run race & racing=$!
	for i in $(seq 5); do
		echo 0 >/sys/devices/system/cpu/cpu3/online; usleep 50000
		echo 1 >/sys/devices/system/cpu/cpu3/online; usleep 50000
	done
	wait $racing
	say hotplugged "$(field in_use) $(until_reserve 8)"
	say sums "$(($(field in_use) + $(field cached) - $(field held))) $(($(field cached) - $(field scanned_magazines) - $(field scanned_depots) - $(field scanned_reserve)))"
	run zombie
	for i in $(seq 100); do grep -q ^goner $dbg/stats || break; usleep 100000; done
	say zombie "$(grep -c ^goner $dbg/stats)"
	hits=$(field reserve_get_hits); run no_pages
	say no-pages "$(($(field reserve_get_hits) - hits >= 8)) $(field in_use) $(until_reserve 8)"
	dmesg | sed -n 's/.*mempool_reserve: //p'
	rmmod mempool_reserve; rmmod mempool; say unloaded "$?"
	GUEST
}

expected() {
	cat <<-'TABLE'
	filled: 0 0 8 8
	case all: 8
	no-memory: 0
	memory-again: 8
	start: 0 0 8
	case above-limit: -34 8
	case limit-below: -34 24
	case huge: -34 8
	case huge-no-limit: -34 8
	case try-impossible: -22 0
	case wait-impossible: -22
	case wait-none: -22
	case wait-atomic: -22
	case all: 24
	case none-left: -12
	case more-reserve: -12 8
	took: 8 0 0 0
	first-to-the-reserve: 0 0 8
	case hardirq: 2
	hardirq-took: 6
	refilled-by-itself: 8
	back: 0 8
	limit-again: 8 1
	knob: 12 12
	knob-lower: 5 5
	knob-limit: Numerical result out of range5 5
	knob-bad: Invalid argument5
	knob-huge: Numerical result out of range5
	knob-off: 0 0
	knob-again: 8 8
	fast: 1 1
	case prefill: 0
	case prefill-limit: -12
	prefilled: 1 24
	case one-by-one: -110 12, -110 12
	case reserved: 0 16, 0 16
	case held: 24
	case half-of-it: 0 0
	case first: 0
	case second: 0
	case gave-up: -110 0
	case the-next: 0 1
	case soon: 1
	settled: 0 8
	case race-all-finish: 0
	case race-within-limit: 1
	case race-near-limit: 1
	case race-shared: 0
	raced: 0 8 1
	hotplugged: 0 8
	sums: 0 0
	case destroyed: -16
	zombie: 0
	case no-pages-wait: 1
	no-pages: 1 0 8
	unloaded: 0
	TABLE
}

for lane in ${LANES:-6.1 6.12 7}; do
	lane_guest "$lane" reserve --smp 4 --timeout 600
	lane_compare "$lane"
	is "$lane: no race lost an object" "$(lane_said "$lane" | grep -c 'case race-all-finish: 0')" 2
done
