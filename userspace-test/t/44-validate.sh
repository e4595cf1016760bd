#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Caches that are broken on purpose are validated, on every stock kernel: what is wrong is
# named, what cannot be is used no more, and the cache works on and goes in the end.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug/mempool
	dmesg -n 1
	insmod /invariants.ko || exit 1
	echo "mode: $(stat -c %a $dbg/invariants/validate)"
	sed 's/^/window: /' $dbg/invariants/validate
	sed 's/^/window again: /' $dbg/invariants/validate
	rmmod mempool_invariants
	dmesg | sed 's/^\[[^]]*\] //'
	echo "caches-left: $(tail -n +3 $dbg/stats | wc -l)"
	echo "slabs-left: $(grep -c objcache- /proc/slabinfo)"
	rmmod mempool; echo "unloaded: $?"
	GUEST
}

# case | result, once more, does it work, is it gone | faults, and what they say
OFF='magazines and depots are off from now on'
expected() {
	cat <<-TABLE
	sound|0 0 1 0|0|
	sound-in-use|0 0 1 0|0|
	sound-debugged|0 0 1 0|0|
	twice|-117 0 1 0|3|'invariants': [0-9a-f]* is in two places: slot 21* of CPU 0's magazine and slot 21* of CPU 0's magazine.*20 objects are cached by the counters, 21 were found.*$OFF
	strange|-117 0 1 0|3|[0-9a-f]* in slot 21 of CPU 0's magazine is no object of this cache.*$OFF
	lost|0 0 1 0|1|20 objects are cached by the counters, 19 were found
	front|-117 0 1 0|2|magazine of CPU 0: [0-9a-f]* in front of its slots.*$OFF
	behind|-117 0 1 0|2|magazine of CPU 0: [0-9a-f]* behind its slots, not the sentinel.*$OFF
	hint|-117 0 1 0|2|magazine of CPU 0: hint [0-9]* is beyond its [0-9]* slots.*$OFF
	cap|-117 0 1 0|2|magazine of CPU 0: capacity [0-9]* is beyond its [0-9]* slots.*$OFF
	phys|-117 0 1 0|2|magazine of CPU 0: has 257 slots, not 256.*$OFF
	counters|0 0 1 0|1|15 objects are cached by the counters, 20 were found
	more-frees|0 0 1 0|1|1020 objects were freed, of 20 that were allocated
	traffic|0 0 1 0|0|
	window|0 0 1 0|2|hint [0-9]* is beyond its [0-9]* slots.*$OFF
	TABLE
}

# What is said between a cache's beginning and its end.
faults_of() {
	awk -v name="$1" '
		$0 == "mempool_invariants: begin " name { on = 1; next }
		index($0, "mempool_invariants: end " name ": ") == 1 { exit }
		on && /^mempool: / { print }' "$out"
}

check_cases() {
	local name results faults says said got

	while IFS='|' read -r name results faults says; do
		got=$(sed -n "s/^mempool_invariants: end $name: //p" "$out")
		said=$(faults_of "$name")
		if [ "$got" != "$results" ]; then
			not_ok "$lane: $name" "ended with '$got', want '$results'"
		elif [ "$(grep -c . <<<"$said" || true)" != "$faults" ]; then
			not_ok "$lane: $name" "not $faults faults: $said"
		elif ! [[ ${said//$'\n'/ } =~ $says ]]; then
			not_ok "$lane: $name" "said '$said', want '$says'"
		else
			ok "$lane: $name"
		fi
	done < <(expected)
}

check_others() {
	local line

	while IFS= read -r line; do
		if grep -qxE -- "$line" "$out"; then
			ok "$lane: $line"
		else
			not_ok "$lane: $line" "got '$(grep -F -- "${line%: *}: " "$out" || true)'"
		fi
	done <<-'TABLE'
	mempool_invariants: case in-use: 0
	mempool_invariants: case lost: -117
	mempool_invariants: case counters: -117
	mempool_invariants: case more-frees: -117
	mempool_invariants: case traffic: 0
	mode: 400
	window: magazine of CPU 0: hint [0-9]* is beyond its [0-9]* slots
	window again: ok
	caches-left: 0
	slabs-left: 0
	unloaded: 0
	TABLE
}

guest_script >"$SCRATCH/validate.sh"
for lane in ${LANES:-6.1 6.12 7}; do
	out=$SCRATCH/$lane.out
	"$ROOT/lab/build" --lane "$lane" >/dev/null
	"$ROOT/lab/vm" --lane "$lane" --copy "$SCRATCH/validate.sh:/t.sh" \
		--copy "$ROOT/build/$lane/userspace-test/helpers/invariants/mempool_invariants.ko:/invariants.ko" \
		-- sh /t.sh >"$out" 2>"$out.err" || {
		not_ok "$lane: the guest ends well" "status $?"
		tail -n 20 "$out" "$out.err" | diag
	}
	check_cases
	check_others
done
