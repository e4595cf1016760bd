#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bad arguments on every stock kernel: the errno of each, one message that names the thing
# and the value, and nothing left behind.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

# what errno message (empty: none)
expected() {
	cat <<-'TABLE'
	name-null|-22|objcache_create: no name \(NULL\)
	name-empty|-22|name '' is not 1 to 31 letters
	name-long|-36|name 'a-name-of-thirty-two-characters-...' is longer than 31
	name-slash|-22|name 'a/b' is not 1 to 31 letters
	name-space|-22|name 'a b' is not 1 to 31 letters
	name-newline|-22|name 'a\\nb' is not 1 to 31 letters
	name-dot|-22|name '\.hidden' is not 1 to 31 letters
	name-dots|-22|name '\.\.' is not 1 to 31 letters
	name-reserved|-22|name 'stats' is that of a file
	name-duplicate|-17|cache 'badargs': there is one of this name
	size-zero|-22|cache 'bad': object size 0
	size-huge|-7|cache 'bad': object size 65537 is more than 65536
	size-absurd|-7|cache 'bad': object size 4294967295 is more than 65536
	align-three|-22|cache 'bad': alignment 3 is not a power of two up to 4096
	align-huge|-22|cache 'bad': alignment 8192 is not a power of two up to 4096
	flags-unknown|-22|cache 'bad': unknown flags 0x80000000
	usercopy-outside|-22|cache 'bad': usercopy window of 5 bytes at 60 is not in 64 bytes
	usercopy-wraps|-22|cache 'bad': usercopy window of 4294967291 bytes at 8 is not in 64 bytes
	node-negative|-22|cache 'bad': node -1 is not online
	node-offline|-22|cache 'bad': node [0-9]+ is not online
	good-size-one|0|
	good-size-max|0|
	good-name-long|0|
	good-align-page|0|
	good-usercopy|0|
	good-node|0|
	free-null|0|cache 'badargs': free of a NULL object by badargs_init
	free-null-inline|0|cache 'badargs': free of a NULL object by badargs_init
	destroy-null|0|
	double-free|0|cache 'badargs': double free of an object by badargs_init
	double-free-inline|0|cache 'badargs': double free of an object by badargs_init
	two-owners|0|
	capacity-max|0|
	capacity-more|-34|cache 'badargs': magazine capacity 257 is more than 256
	capacity-after|256|
	depot-more|-34|cache 'badargs': depot capacity 4294967295 is more than [0-9]+
	destroy-busy|-16|cache 'badargs': destroyed with 1 objects in use
	destroy-twice|-16|cache 'badargs': destroyed twice
	alloc-after|-12|cache 'badargs': allocation after objcache_destroy\(\) by badargs_init
	TABLE
}

# The messages of mempool between the line of the case before and that of this one.
messages_of() {
	awk -v what="$2" '
		/mempool_badargs: case / { if (index($0, "case " what ": ")) { printf "%s", said; exit } said = ""; next }
		/mempool: / { sub(/^.*mempool: /, ""); said = said $0 "\n" }' "$1"
}

check_lane() {
	local lane=$1 log=$SCRATCH/$1.log what errno message said got left

	"$ROOT/lab/build" --lane "$lane" >/dev/null
	# shellcheck disable=SC2016
	if ! "$ROOT/lab/vm" --lane "$lane" \
		--copy "$ROOT/build/$lane/userspace-test/helpers/badargs/mempool_badargs.ko:/b.ko" -- sh -c '
		dmesg -n 1; insmod /b.ko && dmesg && rmmod mempool_badargs
		i=0; while [ $i -lt 50 ] && grep -q badargs /sys/kernel/debug/mempool/stats; do sleep 0.1; i=$((i + 1)); done
		echo "LEFT stats: $(tail -n +3 /sys/kernel/debug/mempool/stats)"
		echo "LEFT debugfs: $(ls /sys/kernel/debug/mempool | tr "\n" " ")"
		echo "LEFT slabs: $(grep -c objcache- /proc/slabinfo)"
		rmmod mempool; echo "LEFT rmmod: $?"' >"$log" 2>"$log.err"; then
		not_ok "$lane: the guest ran" "$(tail -n 3 "$log.err")"
		return
	fi
	while IFS='|' read -r what errno message _; do
		got=$(sed -n "s/.*mempool_badargs: case $what: //p" "$log")
		said=$(messages_of "$log" "$what")
		if [ "$got" != "$errno" ]; then
			not_ok "$lane: $what" "got '$got', want $errno"
		elif [ -n "$message" ] && ! [[ $said =~ $message ]]; then
			not_ok "$lane: $what" "said '$said', want '$message'"
		elif [ -n "$message" ] && [ "$(wc -l <<<"$said")" != 1 ]; then
			not_ok "$lane: $what" "more than one message: $said"
		elif [ -z "$message" ] && [ -n "$said" ]; then
			not_ok "$lane: $what" "said '$said', want nothing"
		else
			ok "$lane: $what: $errno"
		fi
	done < <(expected)
	for left in 'stats: ' 'debugfs: cleaner_period_ms idle_percent limits memory memory_limit pools reclaim reclaim_now stats ' 'slabs: 0' 'rmmod: 0'; do
		if grep -qx "LEFT $left" "$log"; then
			ok "$lane: nothing left behind (${left%%:*})"
		else
			not_ok "$lane: nothing left behind (${left%%:*})" "$(grep "LEFT ${left%%:*}" "$log")"
		fi
	done
}

for lane in ${LANES:-6.1 6.12 7}; do
	check_lane "$lane"
done
