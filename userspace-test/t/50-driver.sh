#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# parallel: yes
# timeout: 600
#
# A real driver on the object cache: samples/mempool_blk on each stock lane,
# from a refused parameter to a file system that fsck likes and nothing left
# behind.  userspace-test/guest/driver.sh is what runs in the guests, two at a
# time.  On lane 6.12 the driver is built as a stranger would: from a copy of
# its folder, against the installed headers and symbols, and so is the first
# driver of the README.  Arguments: the lanes.

# shellcheck source=userspace-test/lib.sh
. "$(dirname "$0")/../lib.sh"

LANES=("$@")
[ $# -gt 0 ] || LANES=(6.1 6.12 7)
OUTSIDE=6.12

# Files of many sizes, with holes and hard links: this tree, and some made up.
make_tree() {
	local tree=$SCRATCH/tree dir

	mkdir "$tree"
	for dir in kmod include samples userspace-test lab; do
		cp -a "$ROOT/$dir" "$tree/"
	done
	head -c 2097153 /dev/urandom >"$tree/random"
	truncate -s 1M "$tree/hole"
	head -c 5000 /dev/urandom >>"$tree/hole"
	ln "$tree/random" "$tree/link"
	tar -C "$tree" -cSf "$SCRATCH/tree.tar" .
}

# The two files that the README shows, as they stand there.
readme_driver() {
	mkdir "$SCRATCH/first"
	awk -v dir="$SCRATCH/first" '
		/^```make$/ { file = dir "/Kbuild"; next }
		/^```c$/ { file = dir "/first.c"; next }
		/^```/ { file = ""; next }
		file { print > file }' "$ROOT/README.md"
}

# drive LANE: leaves LANE.{out,err,rc}.
drive() {
	local lane=$1 rc=0
	local driver=$ROOT/build/$lane/samples/mempool_blk/mempool_blk.ko

	[ "$lane" != "$OUTSIDE" ] || driver=$SCRATCH/outside/mempool_blk.ko
	"$ROOT/lab/vm" --lane "$lane" --no-mempool --packages 'e2fsprogs fio' \
		--copy "$ROOT/build/$lane/kmod/mempool.ko:/test/" \
		--copy "$driver:/test/" \
		--copy "$SCRATCH/tree.tar:/test/" \
		--copy "$ROOT/userspace-test/guest/driver.sh:/test/" \
		-- /test/driver.sh >"$SCRATCH/$lane.out" 2>"$SCRATCH/$lane.err" || rc=$?
	echo "$rc" >"$SCRATCH/$lane.rc"
}

# report LANE: the guest's lines become ours.
report() {
	local lane=$1 line
	local out=$SCRATCH/$lane.out rc

	rc=$(cat "$SCRATCH/$lane.rc")
	while IFS= read -r line; do
		case $line in
		'ok - '*) ok "$lane: ${line#ok - }" ;;
		'not ok - '*)
			line=${line#not ok - }
			not_ok "$lane: ${line%%: *}" "${line#*: }"
			;;
		'#'*) echo "$line" ;;
		esac
	done <"$out"
	is "$lane: the guest came to its end" "$(tail -n 1 "$out")" end
	if [ "$rc" = 0 ]; then
		ok "$lane: the kernel had no complaint"
	elif ! grep -q '^not ok' "$out" || [ "$rc" -gt 123 ]; then
		not_ok "$lane: the kernel had no complaint" "lab/vm's status is $rc"
		diag 60 <"$SCRATCH/$lane.err"
	fi
}

make_tree
cp -r "$ROOT/samples/mempool_blk" "$SCRATCH/outside"
for lane in "${LANES[@]}"; do
	try "$lane: the driver builds in this tree" "$ROOT/lab/build" --lane "$lane"
done
try "$OUTSIDE: the driver builds outside of it" \
	"$ROOT/lab/build" --lane "$OUTSIDE" "$SCRATCH/outside"
is "$OUTSIDE: lab/build says where it is" "$(cat "$OUT")" \
	"$SCRATCH/outside/mempool_blk.ko"
readme_driver
try "$OUTSIDE: the README's driver builds" \
	"$ROOT/lab/build" --lane "$OUTSIDE" "$SCRATCH/first"
capture "$ROOT/lab/vm" --lane "$OUTSIDE" --module "$SCRATCH/first/first.ko" \
	-- cat /sys/kernel/debug/mempool/stats
[ "$RC" = 0 ] || head -n 20 "$ERR" | diag
like "$OUTSIDE: and has its cache (lab/vm's status $RC)" "$(cat "$OUT" "$ERR")" '^first_order +live +104 '

for lane in "${LANES[@]}"; do
	while [ "$(jobs -rp | wc -l)" -ge 2 ]; do
		wait -n
	done
	drive "$lane" &
done
wait
for lane in "${LANES[@]}"; do
	report "$lane"
done
