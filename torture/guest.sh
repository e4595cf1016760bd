#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: run mempool_torture for $1 seconds while somebody reads the statistics,
# then check that every object is accounted for.  Prints "KEY: VALUE" lines.
dbg=/sys/kernel/debug/mempool

# "none voluntary (full)": the mode in brackets is the one in force.
sed -n 's/.*(\([a-z]*\)).*/preempt: \1/p' /sys/kernel/debug/sched/preempt 2>/dev/null || true

dmesg -n 1
while :; do cat $dbg/stats $dbg/*/stats >/dev/null 2>&1; done &
reader=$!
insmod /mempool_torture.ko seconds="$1" && echo "insmod: 0" || echo "insmod: failed"
kill $reader
wait $reader 2>/dev/null
dmesg | sed -n 's/.*mempool_torture: //p'

# A free that was left to an irq_work has arrived by now; so has a zombie's end.
sleep 1
awk '{ v[$1] = $2 }
	END {
		print "in_use: " v["in_use"]
		print "waits: " v["waits"]
		print "lost: " v["allocs"] - v["frees"]
		print "cached_minus_scanned: " v["cached"] - v["scanned_magazines"] - v["scanned_depots"]
		print "held_minus_cached: " v["held"] - v["cached"]
		print "over_capacity: " (v["scanned_magazines"] > v["magazine_capacity"] * '"$(nproc)"')
	}' $dbg/torture/stats
rmmod mempool_torture && echo "rmmod: 0"
echo "caches_left: $(tail -n +3 $dbg/stats | wc -l)"
rmmod mempool && echo "rmmod_mempool: 0"
echo "slabs_left: $(grep -c objcache- /proc/slabinfo)"
