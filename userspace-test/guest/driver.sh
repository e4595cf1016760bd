#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# driver.sh - what 50-driver.sh does inside a guest: the sample driver's whole
# life.  Expects /test/{mempool.ko,mempool_blk.ko,tree.tar}, e2fsprogs and fio.
# Prints "ok - what" and "not ok - what: why", and "end" when it came that far.

set -euo pipefail

DEV=/dev/mempool_blk0
STATS=/sys/kernel/debug/mempool
CACHES='mempool_blk_page mempool_blk_request'
FAILED=0

ok() { echo "ok - $1"; }
not_ok() { FAILED=1; echo "not ok - $1: $2"; }
is() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got '$2', want '$3'"; fi; }

# try WHAT COMMAND...
try() {
	local what=$1 rc=0

	shift
	"$@" >/tmp/try.log 2>&1 </dev/null || rc=$?
	if [ "$rc" = 0 ]; then
		ok "$what"
	else
		not_ok "$what" "exit status $rc"
		tail -n 30 /tmp/try.log | sed 's/^/# /'
	fi
}

caches() { awk '!/^(mempool - |# )/ { print $1 }' $STATS/stats | xargs; }
driver_pages() { cat /sys/kernel/debug/mempool_blk/pages; }

# number CACHE NAME: one statistic of one cache.
number() { awk -v n="$2" '$1 == n { print $2 }' "$STATS/$1/stats"; }

# sums: what is wrong with the statistics, or nothing.
sums() {
	local c

	for c in $CACHES; do
		awk -v c="$c" '{ n[$1] = $2 } END {
			if (n["allocs"] - n["frees"] != n["in_use"])
				print c ": allocs " n["allocs"] " - frees " n["frees"] \
					" is not in_use " n["in_use"]
			if (n["in_use"] + n["cached"] != n["held"])
				print c ": in_use " n["in_use"] " + cached " n["cached"] \
					" is not held " n["held"]
			if (n["slab_taken"] - n["slab_given"] != n["held"])
				print c ": slab_taken " n["slab_taken"] " - slab_given " \
					n["slab_given"] " is not held " n["held"]
			if (n["scanned_magazines"] + n["scanned_depots"] + n["scanned_reserve"] != n["cached"])
				print c ": magazines " n["scanned_magazines"] " + depots " \
					n["scanned_depots"] " + reserve " n["scanned_reserve"] \
					" is not cached " n["cached"]
			if (n["scanned_reserve"] != n["reserve"])
				print c ": the reserve has " n["scanned_reserve"] " of " n["reserve"]
			if (n["allocs_failed"]) print c ": allocations failed"
		}' "$STATS/$c/stats"
	done
	[ "$(number mempool_blk_page in_use)" = "$(driver_pages)" ] ||
		echo "pages in use: $(number mempool_blk_page in_use), the driver's: $(driver_pages)"
	[ "$(number mempool_blk_request in_use)" = 0 ] ||
		echo "requests in use: $(number mempool_blk_request in_use)"
}

# Exact only when nothing is going on: writeback may be, for a moment.
add_up() {
	local i wrong=

	sync
	for ((i = 0; i < 20; i++)); do
		wrong=$(sums)
		[ -n "$wrong" ] || break
		sleep 0.2
	done
	is "$1: the statistics add up" "$wrong" ""
}

# refused PARAMETER MESSAGE: EINVAL, a line in the log, and nothing left behind.
refused() {
	local rc=0 said

	dmesg --clear
	insmod /test/mempool_blk.ko "$1" 2>/tmp/insmod.log || rc=$?
	[ "$rc" = 0 ] && rmmod mempool_blk
	# This is how insmod says EINVAL.
	said=$(grep -o 'Invalid parameters' /tmp/insmod.log || cat /tmp/insmod.log)
	is "$1 is refused" "$rc $said" "1 Invalid parameters"
	if dmesg | grep -q -- "mempool_blk: $2"; then
		ok "$1: the log says why"
	else
		not_ok "$1: the log says why" "no '$2' in: $(dmesg)"
	fi
	is "$1 leaves no cache behind" "$(caches)" ""
}

# fill BYTES: a file of BYTES letters x.
fill() { head -c "$1" /dev/zero | tr '\0' x; }

# ---- loading ----

try "mempool loads" insmod /test/mempool.ko
if lsmod | grep -q '^mempool_blk'; then not_ok "a fresh guest" "has mempool_blk"; fi
refused size_mb=0 'size_mb=0: must be 1 to [0-9]*,'
refused size_mb=4000000000 'size_mb=4000000000: must be 1 to [0-9]*,'
refused size_mb=-1 ".-1' invalid for parameter .size_mb'"
refused size_mb=much ".much' invalid for parameter .size_mb'"
refused magazine_capacity=-2 'magazine_capacity=-2: must be '
refused magazine_capacity=100000 'magazine_capacity=100000: must be '
refused magazine_capacity=few ".few' invalid for parameter .magazine_capacity'"

try "loads with magazines off" insmod /test/mempool_blk.ko size_mb=1 magazine_capacity=0
is "size_mb is the size" "$(blockdev --getsize64 $DEV)" 1048576
is "magazine_capacity is the capacity" \
	"$(cat $STATS/mempool_blk_page/magazine_capacity)" 0
fill 1048576 >/tmp/x
try "works with magazines off" dd if=/tmp/x of=$DEV bs=64k conv=fsync
is "what was written is read" "$(cmp /tmp/x $DEV 2>&1)" ""
is "a full disk has all its pages" "$(driver_pages)" 256
add_up "magazines off"
try "unloads while it has pages" rmmod mempool_blk

# ---- the device itself ----

try "loads" insmod /test/mempool_blk.ko size_mb=48
is "both caches are there" "$(caches)" "$CACHES"
is "requests have a reserve" "$(number mempool_blk_request reserve)" 16
is "a hole reads as zeroes" "$(head -c 1048576 $DEV | tr -d '\0' | wc -c)" 0
is "reading makes no pages" "$(driver_pages)" 0

# Zeroes and discards that begin and end within a page: 1536 to 25088 is the end
# of page 0, pages 1 to 5, the beginning of page 6.
fill 65536 >/tmp/want
dd if=/tmp/want of=$DEV bs=64k conv=fsync status=none
dd if=/dev/zero of=/tmp/want bs=512 seek=3 count=46 conv=notrunc status=none
try "zeroes are written" blkdiscard -z -o 1536 -l 23552 $DEV
is "as zeroes, and nothing beside them" "$(cmp -n 65536 /tmp/want $DEV 2>&1)" ""
is "whole pages of zeroes are freed" "$(driver_pages)" 11
try "a discard" blkdiscard -o 30208 -l 23552 $DEV
dd if=/dev/zero of=/tmp/want bs=4096 seek=8 count=5 conv=notrunc status=none
is "frees whole pages and touches no other" "$(cmp -n 65536 /tmp/want $DEV 2>&1)" ""
is "as the driver says" "$(driver_pages)" 6
add_up "after discards"

# io_uring asks first without waiting: REQ_NOWAIT reaches the driver.
FIO=(fio --name=job --rw=randwrite --direct=1 --verify=crc32c --verify_fatal=1
	--group_reporting --minimal --randseed=7)
try "fio verify on the raw disk, io_uring" "${FIO[@]}" --filename=$DEV --size=6m \
	--bsrange=512-16k --ioengine=io_uring --iodepth=8
try "all discarded" blkdiscard $DEV
is "an empty disk has no page" "$(driver_pages)" 0
add_up "an empty disk"

# ---- a file system on it ----

try "mkfs.ext4" mkfs.ext4 -q $DEV
mkdir -p /mnt/disk /tmp/tree
try "mount with discard" mount -t ext4 -o discard $DEV /mnt/disk
try "a tree is unpacked" tar -C /mnt/disk -xf /test/tree.tar
tar -C /tmp/tree -xf /test/tree.tar
(cd /tmp/tree && find . -type f -exec sha256sum {} +) >/tmp/sums
# Not from the page cache.
umount /mnt/disk
mount -t ext4 -o discard $DEV /mnt/disk
try "each file of it is as it was" \
	sh -c 'cd /mnt/disk && sha256sum --quiet -c /tmp/sums'
try "fio verify on files" "${FIO[@]}" --directory=/mnt/disk --size=3m \
	--bs=4k --numjobs=2 --ioengine=libaio --iodepth=8
add_up "a used file system"
before=$(driver_pages)
rm -rf /mnt/disk/*
sync
try "fstrim" fstrim /mnt/disk
after=$(driver_pages)
is "deleted files give their pages back" "$((after < before / 2))" 1
echo "# pages: $before used, $after after deletion and fstrim"
try "umount" umount /mnt/disk
try "fsck" fsck.ext4 -fn $DEV
add_up "at the end"

# ---- unloading ----

is "mempool stays while a driver uses it" "$(rmmod mempool 2>&1 | grep -c 'in use')" 1
dmesg --clear
try "rmmod mempool_blk" rmmod mempool_blk
is "none of its caches is left" "$(caches)" ""
is "mempool has no complaint" "$(dmesg | grep 'mempool' || true)" ""
try "rmmod mempool" rmmod mempool
is "no slab cache is left" "$(grep -o '^objcache-[^ ]*' /proc/slabinfo | xargs)" ""

# ---- without magazines, as under KASAN ----

try "mempool loads, and passes through" insmod /test/mempool.ko passthrough=on
try "magazine_capacity does not keep the driver out" \
	insmod /test/mempool_blk.ko size_mb=1 magazine_capacity=4
try "it works" dd if=/tmp/x of=$DEV bs=64k conv=fsync
add_up "passed through"
try "rmmod both" rmmod mempool_blk mempool
echo end
exit "$FAILED"
