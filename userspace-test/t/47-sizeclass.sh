#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Size classes on every stock kernel: tables that are refused, all sizes and both ways to
# free them, what is above the last class in every form, growing buffers, reallocation on
# four CPUs, a pool that outlives its destruction, and one that was forgotten.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

# what value message (empty: none)
expected() {
	cat <<-'TABLE'
	table-zero|-22|pool 'bad': class 1 has size 0
	table-descending|-22|pool 'bad': class size 64 after 128 is not ascending
	table-duplicate|-22|pool 'bad': class size 64 after 64 is not ascending
	table-overlap|-22|pool 'bad': class sizes 57 and 64 are both 64 when rounded up
	table-large|-7|pool 'bad': class size 65537 is more than 65536
	table-absurd|-7|pool 'bad': class size 4294967295 is more than 65536
	table-many|-7|pool 'bad': 33 classes are more than 32
	table-empty|-22|pool 'bad': no classes
	name-null|-22|sizeclass_pool_create: no name \(NULL\)
	name-slash|-22|name 'a/b-8' is not 1 to 31 letters
	name-long|-36|name 'thirty-characters-and-a-suffix-8\.\.\.' is longer than 31
	name-taken|-17|pool 'classes': there is one of this name
	good-one|0|
	good-large|0|
	table-null|-22|pool 'bad': no classes
	sizes-bad|0|
	sizes-fallbacks|193|
	fallback-vmalloc|1|
	fallback-counted|3|
	fallback-atomic|1|
	fallback-atomic-huge|1|
	fallback-absurd|1|
	zero-size|1|
	append-bad|0|
	append-room|524288|
	free-foreign|0|pool 'classes': free of an object of 96 bytes, which no class has, by classes_init
	free-null|0|pool 'classes': free of a NULL object by classes_init
	threads|4|
	threads-bad|0|
	destroy-busy|-16|pool 'zombie': destroyed with 1 objects beside its caches in use
	destroy-null|0|
	destroy|0|
	TABLE
}

# shellcheck disable=SC2016 # expanded by the guest's shell
GUEST='
	stats=/sys/kernel/debug/mempool/stats
	gone() { i=0; while [ $i -lt 100 ] && grep -q "$1" $stats; do sleep 0.1; i=$((i + 1)); done; }
	dmesg -n 1
	insmod /c.ko; gone zombie
	echo "LEFT in use: $(awk "/^classes/ { n += \$6 } END { print n }" $stats)"
	echo "LEFT classes: $(awk "/^classes/ { printf \"%s \", \$1 }" $stats)"
	rmmod mempool_classes
	insmod /c.ko forget=1 && rmmod mempool_classes
	gone classes
	dmesg
	echo "LEFT forgotten: $(dmesg | grep -c "was unloaded without destroying it")"
	echo "LEFT stats: $(tail -n +3 $stats)"
	echo "LEFT slabs: $(grep -c objcache- /proc/slabinfo)"
	i=0; while [ $i -lt 50 ] && ! rmmod mempool 2>/rmmod; do sleep 0.1; i=$((i + 1)); done
	echo "LEFT mempool: $(lsmod | grep -c "^mempool ")"'

left() {
	cat <<-'TABLE'
	in use: 0
	classes: classes-64 classes-128 classes-256 classes-512 classes-1024 classes-2048 classes-4096 classes-8192 
	forgotten: 1
	stats: 
	slabs: 0
	mempool: 0
	TABLE
}

# The messages of mempool between the line of the case before and that of this one.
messages_of() {
	awk -v what="$2" '
		/mempool_classes: case / { if (index($0, "case " what ": ")) { printf "%s", said; exit } said = ""; next }
		/mempool: / { sub(/^.*mempool: /, ""); said = said $0 "\n" }' "$1"
}

check_lane() {
	local lane=$1 log=$SCRATCH/$1.log what value message said got line

	"$ROOT/lab/build" --lane "$lane" >/dev/null
	if ! "$ROOT/lab/vm" --lane "$lane" --smp 4 \
		--copy "$ROOT/build/$lane/userspace-test/helpers/classes/mempool_classes.ko:/c.ko" \
		-- sh -c "$GUEST" >"$log" 2>"$log.err"; then
		not_ok "$lane: the guest ran" "$(tail -n 3 "$log.err")"
		diag <"$log"
		return
	fi
	while IFS='|' read -r what value message _; do
		got=$(sed -n "s/.*mempool_classes: case $what: //p" "$log")
		said=$(messages_of "$log" "$what")
		if [ "$got" != "$value" ]; then
			not_ok "$lane: $what" "got '$got', want $value"
		elif [ -n "$message" ] && ! [[ $said =~ $message ]]; then
			not_ok "$lane: $what" "said '$said', want '$message'"
		elif [ -z "$message" ] && [ -n "$said" ] && [ "$what" != destroy-null ] &&
			[ "$what" != destroy ]; then
			not_ok "$lane: $what" "said '$said', want nothing"
		else
			ok "$lane: $what: $value"
		fi
	done < <(expected)
	while IFS= read -r line; do
		if grep -qxF -- "LEFT $line" "$log"; then
			ok "$lane: left $line"
		else
			not_ok "$lane: left $line" "$(grep "LEFT ${line%%:*}" "$log")"
		fi
	done < <(left)
}

for lane in ${LANES:-6.1 6.12 7}; do
	check_lane "$lane"
done
