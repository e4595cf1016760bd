#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# /dev/mempool on every stock kernel, by a program of 64 bits and the same of 32: each
# errno, each knob's bounds, who may do what, structures to the byte, the numbers of
# debugfs, a reader that is stuck, and a minute of readers, writers, caches that come
# and go, and attempts to unload.
# parallel: yes
# timeout: 1500
. "$(dirname "$0")/../lib.sh"

RACE_SECONDS=${RACE_SECONDS:-60}
GUEST=$ROOT/userspace-test/guest
HELPERS=userspace-test/helpers
# The kernel's headers for programs are the same for both, but lie with the 64-bit ones.
HEADERS=(-I"$ROOT/include/uapi" -idirafter /usr/include/x86_64-linux-gnu)

compile_header() {
	local bits=$1 language=$2 std=$3

	echo '#include <mempool/mempool_ioctl.h>' |
		gcc-12 -x "$language" -std="$std" -m"$bits" -Wall -Wextra -Wpedantic -Wpadded \
			-Werror "${HEADERS[@]}" -fsyntax-only -
}

compile_test() {
	gcc-12 -m"$1" -std=gnu11 -O1 -Wall -Wextra -Werror -static "${HEADERS[@]}" \
		-o "$SCRATCH/ioctl$1" "$GUEST"/ioctl*.c -pthread
}

# With init_on_alloc=0 a byte that the module did not write is what was there before.
# Both programs print the same, so what they print is shown once, and where they differ.
guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug/mempool
	say() { echo "case $1: $2"; }
	loaded() { lsmod | grep -c '^mempool '; }
	both() {
		/ioctl64 "$@" >/out64; /ioctl32 "$@" >/out32
		cmp -s /out64 /out32 || { echo "32 bits differ in $1"; diff /out64 /out32; }
		cat /out64
	}
	dmesg -n 1
	say "node mode" "$(stat -c %a /dev/mempool)"
	exec 3</dev/mempool
	rmmod mempool 2>/dev/null; say "unload while open" "$(loaded)"
	exec 3<&-
	rmmod mempool; say "unload when closed" "$(loaded) $(ls /dev/mempool 2>/dev/null)"
	insmod /mempool.ko; say "load again" "$(loaded) $(ls /dev/mempool)"

	insmod /crowd.ko caches=150 || exit 1
	both malformed
	both privileges
	both knobs | grep -v '^knob '
	for what in cache module; do
		dir=$dbg; [ $what = module ] || dir=$dbg/crowd-0
		find $dir -maxdepth 1 -type f -perm 0600 | sed 's|.*/||' | sort >/files
		grep "^knob $what " /out64 | sed 's/.* //' | sort >/knobs
		say "knobs of debugfs, $what" "$(diff /files /knobs && wc -l </knobs | sed 's/[1-9].*/all/')"
	done
	same=0
	for c in plain crowd-7 crowd-8 crowd-149; do
		cat $dbg/$c/stats >/want; /ioctl64 values $c >/got64; /ioctl32 values $c >/got32
		cmp /want /got64 && cmp /want /got32 && same=$((same + 1))
	done
	say "numbers of debugfs" $same

	printf '#!/bin/sh\ninsmod /owner.ko && rmmod mempool_owner && cat %s/stats >/dev/null\n' $dbg >/slow.sh
	chmod +x /slow.sh
	both slow /slow.sh

	rmmod mempool_crowd; insmod /crowd.ko caches=10 churn=1
	/ioctl64 race $1 >/race64 & a=$!
	/ioctl32 race $1 >/race32 & b=$!
	n=0 unloaded=0
	while kill -0 $a 2>/dev/null || kill -0 $b 2>/dev/null; do
		insmod /owner.ko; rmmod mempool_owner
		rmmod mempool 2>/dev/null && unloaded=1
		n=$((n + 1))
	done
	cat /race64 /race32
	say "race rounds" "$([ $n -gt 1 ] && echo some)"
	say "race unloaded" $unloaded
	rmmod mempool_crowd; say "race left behind" "$(wc -l <$dbg/stats)"

	insmod /owner.ko objects=3; rmmod mempool_owner
	insmod /crowd.ko caches=150
	/ioctl64 meaning >/out64
	rmmod mempool_crowd; insmod /crowd.ko caches=150
	/ioctl32 meaning >/out32
	cmp -s /out64 /out32 || { echo "32 bits differ in meaning"; diff /out64 /out32; }
	cat /out64
	GUEST
}

# What every command says to calls that are wrong in one thing.
expected_malformed() {
	local command

	echo 'unknown commands refused: 7'
	for command in INFO LIST ITEMS STATS KNOBS GET MEMORY CYCLES SET RESET_PEAKS RECLAIM; do
		cat <<-TABLE | sed "s/^/$command /"
		right: 0
		size 0: EINVAL
		short: EINVAL
		longer, zeros: 0
		longer, not zeros: E2BIG
		over a page: E2BIG
		writes within its size: 1
		unknown flags refused: 32
		at NULL: EFAULT
		half of it there: EFAULT
		in read-only memory: EFAULT
		TABLE
	done
	for command in STATS KNOBS GET SET RESET_PEAKS RECLAIM; do
		echo "$command no such cache: ENOENT"
	done
	for command in ITEMS KNOBS; do
		echo "$command reserved field: EINVAL"
	done
	for command in LIST ITEMS STATS KNOBS MEMORY CYCLES; do
		cat <<-TABLE | sed "s/^/$command /"
		room that is not there: EFAULT
		room in the kernel: EFAULT
		no room: EINVAL
		short entries: EINVAL
		entries over a page: E2BIG
		fills the room: 1
		and nothing behind it: 1
		longer entries: 0
		end in zeros: 1
		much room: 0
		TABLE
	done
}

# Who, then: read and change through a descriptor that is read-only, write-only,
# both, neither.
expected_privileges() {
	local who open change way read set

	while IFS=: read -r who open change; do
		echo "$who open: $open"
		echo "$who open to write: $open"
		while read -r way read set; do
			[ "$set" != change ] || set=$change
			echo "$who $way, read: $read"
			echo "$who $way, set: $set"
			echo "$who $way, reset: $set"
			echo "$who $way, reclaim: $set"
		done <<-WAYS
		read-only 0 EBADF
		write-only EBADF change
		read-write 0 change
		neither EBADF EBADF
		WAYS
	done <<-WHO
	root:0:0
	nobody:EACCES:EPERM
	root without CAP_SYS_ADMIN:0:EPERM
	WHO
}

expected() {
	expected_malformed
	expected_privileges
	cat <<-'TABLE'
	node mode: 600
	unload while open: 1
	unload when closed: 0 
	load again: 1 /dev/mempool
	module list: 0
	module all that info counts: 1
	module bounds hold: 1
	cache list: 0
	cache all that info counts: 1
	cache bounds hold: 1
	knob the most: 0
	knob is: 0
	knob so many: 256
	knob one more: ERANGE
	knob far too many: ERANGE
	knob negative: ERANGE
	knob unknown: ENOENT
	knob unknown to read: ENOENT
	knob of the module: ENOENT
	knob of a cache: ENOENT
	knob no name: ENOENT
	knob passed through: EPERM
	knob endless name: EINVAL
	knob memory: 0
	knob no memory: ENOMEM
	knob memory again: 0
	knob a reserve: 0
	knob a limit below it: ERANGE
	knob no reserve: 0
	knobs of debugfs, cache: all
	knobs of debugfs, module: all
	numbers of debugfs: 4
	slow reader stops nobody: 0
	slow reader is served: 0
	race workers were well: 4
	race rounds: some
	race unloaded: 0
	race left behind: 2
	info call: 0
	info commands: 0x700ff
	info version: 1
	list all that info counts: 1
	list by sevens: 1
	list by hundreds: 1
	list defined to the last byte: 1
	list ascending: 1
	list owner: mempool_crowd
	items call: 0
	items all that info counts: 1
	items defined to the last byte: 1
	items the last: 0
	items is the last: 1
	items behind it: 0
	items is nothing: 0
	items far behind it: 0
	stats room for three: 0
	stats three came: 3
	stats at that time: 1
	stats no scan: 1
	stats object size: 100
	stats in use: 20
	stats in use, bytes: 2080
	stats of each cache add up: 1
	stats of all are the sums: 1
	peak stays: 1
	peak reset: 0
	peak is what is held: 1
	peak of another stays: 1
	peak reset of all: 0
	peak of another too: 1
	memory room for three: 0
	memory three came: 3
	memory call: 0
	memory at that time: 1
	memory defined to the last byte: 1
	memory caches: 1
	memory sums of the statistics: 6
	memory what is in use: 1
	memory what caches did that are gone: 1
	memory is what the limit counts: 1
	memory limit: 0
	one reclaim call: 0
	one reclaim was something: 1
	one reclaim of all that was cached: 1
	one reclaim leaves: 0
	one reclaim is a cycle: 1
	one reclaim is counted: 1
	one reclaim in bytes too: 1
	one reclaim took: 1
	one reclaim just now: 1
	reclaim of all call: 0
	reclaim of all was something: 1
	reclaim of all of all that was cached: 1
	reclaim of all leaves: 0
	reclaim of all is a cycle: 1
	reclaim of all is counted: 1
	reclaim of all in bytes too: 1
	reclaim of all took: 1
	reclaim of all just now: 1
	cycles call: 0
	cycles defined to the last byte: 1
	cycles first: forced
	cycles add up to those of the memory: 1
	zombie is listed: 1
	zombie as such: 1
	zombie has no owner: 1
	zombie can be read: 1
	zombie in use: 3
	zombie get: 0
	zombie set: ENODEV
	zombie reset peaks: ENODEV
	zombie reclaim: ENODEV
	TABLE
}

lane_said() {
	sed -n 's/^case //p' "$SCRATCH/$1.out"
}

check_lane() {
	local lane=$1 build=$ROOT/build/$1 out=$SCRATCH/$1.out wrong=0

	"$ROOT/lab/build" --lane "$lane" >/dev/null
	guest_script >"$SCRATCH/guest.sh"
	"$ROOT/lab/vm" --lane "$lane" --timeout 1200 --append init_on_alloc=0 \
		--copy "$SCRATCH/guest.sh:/t.sh" \
		--copy "$SCRATCH/ioctl64:/ioctl64" --copy "$SCRATCH/ioctl32:/ioctl32" \
		--copy "$build/kmod/mempool.ko:/mempool.ko" \
		--copy "$build/$HELPERS/crowd/mempool_crowd.ko:/crowd.ko" \
		--copy "$build/$HELPERS/owner/mempool_owner.ko:/owner.ko" \
		-- sh /t.sh "$RACE_SECONDS" >"$out" 2>"$out.err" || wrong=$?
	lane_compare "$lane"
	is "$lane: the guest had no complaint" "$wrong" 0
	unlike "$lane: 64 and 32 bits agree, knobs and numbers too" "$(cat "$out")" \
		'bits differ|do not hold|no statistic|^cmp|^[<>]'
	is "$lane: all answers came" "$(grep -c '^case ' "$out")" "$(expected_lines)"
	[ "$TEST_FAILED" = 0 ] || tail -n 30 "$out.err" | diag
}

# Those lines that come more than once: two programs' slow and race, two caches' peaks.
expected_lines() {
	echo $(($(expected | wc -l) + 2))
}

"$ROOT/lab/get" gcc-12 g++-12 libc6-dev gcc-12-multilib libc6-dev-i386
for bits in 64 32; do
	try "the header compiles alone, $bits bits, C11, without padding" compile_header $bits c c11
	try "the header compiles alone, $bits bits, C++17, without padding" compile_header $bits c++ c++17
	try "the test compiles, $bits bits" compile_test $bits
done
for lane in ${LANES:-6.1 6.12 7}; do
	check_lane "$lane"
done
