#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# demo-guest.sh - the part of the demo that runs in the guest, where mempool is
# loaded.  Each claim is checked: what does not hold ends it with status 1.

set -euo pipefail
shopt -s inherit_errexit

DEV=/dev/mempool_blk0
STATS=/sys/kernel/debug/mempool
PAGES=$STATS/mempool_blk_page
LOG=/tmp/log

step() { printf '\n%s%s. %s%s\n' "$BOLD" "$1" "$2" "$PLAIN"; }
say() { printf '   %s\n' "$*"; }

fail() {
	say "FAILED: $*"
	tail -n 30 $LOG
	exit 1
}

# run COMMAND...: shown, and quiet unless it fails.
run() {
	say "$DIM\$ $*$PLAIN"
	"$@" >$LOG 2>&1 </dev/null || fail "$*"
}

number() { awk -v n="$2" '$1 == n { print $2 }' "$STATS/$1/stats"; }
page_number() { number mempool_blk_page "$1"; }
percent() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f %%", b ? 100 * a / b : 0 }'; }

table() {
	local c

	printf '   %-20s %8s %8s %8s %9s %9s  %s\n' cache "in use" cached held \
		allocs frees "from magazines"
	for c in mempool_blk_page mempool_blk_request; do
		printf '   %-20s %8s %8s %8s %9s %9s  %s\n' $c \
			"$(number $c in_use)" "$(number $c cached)" "$(number $c held)" \
			"$(number $c allocs)" "$(number $c frees)" \
			"$(percent "$(number $c magazine_alloc_hits)" "$(number $c allocs)")"
	done
}

# adds_up: what was counted, and what is found by looking.
adds_up() {
	local c

	sync
	for c in mempool_blk_page mempool_blk_request; do
		[ $(($(number $c in_use) + $(number $c cached))) = "$(number $c held)" ] &&
			[ $(($(number $c scanned_magazines) + $(number $c scanned_depots) + \
				$(number $c scanned_reserve))) = "$(number $c cached)" ] || return 1
	done
	[ "$(page_number in_use)" = "$(cat /sys/kernel/debug/mempool_blk/pages)" ] &&
		[ "$(number mempool_blk_request in_use)" = 0 ]
}

# Writeback may be under way for a moment.
check_sums() {
	local i

	for ((i = 0; i < 20; i++)); do
		! adds_up || return 0
		sleep 0.2
	done
	cat $STATS/*/stats >$LOG
	fail "the statistics do not add up"
}

say "Linux $(uname -r), booted in $(cut -d. -f1 /proc/uptime) s"

step 3 "Load the driver: a RAM disk, its pages and its requests from objcaches"
run insmod /demo/mempool_blk.ko size_mb=64
table

step 4 "Use it: a file system, with every byte checked"
mkdir -p /mnt/disk /tmp/tree
tar -C /tmp/tree -xf /demo/tree.tar
(cd /tmp/tree && find . -type f -exec sha256sum {} +) >/tmp/sums
run mkfs.ext4 -q $DEV
run mount -o discard $DEV /mnt/disk
run tar -C /mnt/disk -xf /demo/tree.tar
# Not from the page cache.
umount /mnt/disk
mount -o discard $DEV /mnt/disk
(cd /mnt/disk && sha256sum --quiet -c /tmp/sums) >$LOG 2>&1 || fail "a file is not as it was"
files=$(wc -l </tmp/sums)
say "$files files, $(du -sm /tmp/tree | cut -f1) MiB: each as it was"
run fio --name=verify --directory=/mnt/disk --size=6m --rw=randwrite --bs=4k \
	--direct=1 --ioengine=libaio --iodepth=8 --verify=crc32c --verify_fatal=1
say "6 MiB written at random and read back: each block as it was"
check_sums
table
used=$(page_number in_use)

step 5 "Give memory back: delete, trim, check the file system"
rm -rf /mnt/disk/*
sync
run fstrim /mnt/disk
run umount /mnt/disk
run fsck.ext4 -fn $DEV
check_sums
table
say "the disk gave $((used - $(page_number in_use))) of $used pages back"

step 6 "Turn a knob: how many free pages each CPU's magazine may hold"
# The same each time: 2048 pages are written and discarded, four times.
workload() {
	local i

	for ((i = 0; i < 4; i++)); do
		dd if=/dev/zero of=$DEV bs=1M count=8 oflag=direct status=none
		blkdiscard -f $DEV 2>/dev/null
	done
}

# turn CAPACITY: sets RATE, MISSES and CACHED.
turn() {
	local allocs hits

	echo "$1" >$PAGES/magazine_capacity
	allocs=$(page_number allocs) hits=$(page_number magazine_alloc_hits)
	MISSES=$(page_number magazine_alloc_misses)
	workload
	allocs=$(($(page_number allocs) - allocs))
	hits=$(($(page_number magazine_alloc_hits) - hits))
	MISSES=$(($(page_number magazine_alloc_misses) - MISSES))
	CACHED=$(page_number cached)
	RATE=$(percent $hits $allocs)
	printf '   %8s %9s %9s %8s %10s %12s\n' "$1" $allocs $hits $MISSES "$RATE" \
		"$CACHED pages"
}

usual=$(cat $PAGES/magazine_capacity)
blkdiscard -f $DEV 2>/dev/null
say "${DIM}\$ echo N > $PAGES/magazine_capacity$PLAIN"
printf '   %8s %9s %9s %8s %10s %12s\n' capacity allocs hits misses "hit rate" "kept free"
turn 0
[ "$CACHED" = 0 ] || fail "capacity 0, and $CACHED pages are cached"
turn "$usual"
usual_rate=$RATE usual_misses=$MISSES usual_cached=$CACHED
turn 64
check_sums
[ "$MISSES" -lt "$usual_misses" ] || fail "capacity 64 has no fewer misses than $usual"

step 7 "Unload: nothing is left"
run rmmod mempool_blk
! grep -q mempool_blk $STATS/stats || fail "a cache is left"
run rmmod mempool
! grep -q '^objcache-' /proc/slabinfo || fail "a slab cache is left"

printf '\n%sIn short%s\n' "$BOLD" "$PLAIN"
say "A driver with two objcaches carried a file system of $files files on a stock"
say "kernel, and not a byte and not an object was lost.  Its magazines answered"
say "$usual_rate of the page allocations at capacity $usual, $RATE at 64: that costs"
say "$(((CACHED - usual_cached) * 4)) KiB more of free memory kept, and saves $((usual_misses - MISSES)) of $usual_misses trips to the slow path."
