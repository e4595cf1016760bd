#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The longest section that reclaim runs with interrupts off, counted in instructions on
# every stock kernel: below 20,000 for what mempool and slab do there, whatever the
# objects' size and the order in which they come back.  What the page allocator does when
# slab gives it pages back is shown beside it, without a bound.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

BOUND=20000

# Where an instruction takes 1 ns, longest_transit_ns counts them.
guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug/mempool
	par=/sys/module/mempool_reclaim/parameters
	slab=/sys/kernel/slab/objcache-job
	field() { sed -n "s/^$1 //p" $dbg/job/stats; }
	hold() { echo $1 >$par/hold; }
	give() { echo 1 >$dbg/job/reclaim_now; }
	# The last that was allocated is freed first.
	in_turn() { hold $n; hold 0; give; }
	# Each object that comes back is the last one of its slab.
	last_of_slab() { hold $n; echo $(cat $slab/objs_per_slab) >$par/thin; give; hold 0; give; }
	measure() {
		insmod /reclaim.ko size=$size || exit 1
		[ $1 = returned ] || echo 1000000 >$slab/min_partial
		$2
		echo "$size $2 $1 $(field longest_transit_ns) $(field reclaim_objects)"
		rmmod mempool_reclaim
	}
	dmesg -n 1
	echo 0 >$dbg/cleaner_period_ms
	for size in 64 256 1024 4096 32768; do
		n=$((4000000 / size)); [ $n -lt 20000 ] || n=20000
		for order in in_turn last_of_slab; do
			for pages in kept returned; do measure $pages $order; done
		done
	done
	GUEST
}

for lane in ${LANES:-6.1 6.12 7}; do
	lane_guest "$lane" reclaim --icount --timeout 300
	echo "# $lane: size, order, pages of empty slabs, longest section, objects given"
	sed "s/^/# $lane: /" "$SCRATCH/$lane.out"
	is "$lane: sizes and orders" "$(grep -cE '^[0-9]+ [a-z_]+ [a-z]+ [0-9]+ [0-9]+$' "$SCRATCH/$lane.out")" 20
	is "$lane: sections of $BOUND instructions or more" \
		"$(awk -v bound=$BOUND '$3 == "kept" && $4 >= bound' "$SCRATCH/$lane.out")" ""
	is "$lane: sections that gave nothing" "$(awk '$4 < 100 || $5 < 100' "$SCRATCH/$lane.out")" ""
done
