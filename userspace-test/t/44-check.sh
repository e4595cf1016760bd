#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Crimes against debugged caches, on every stock kernel: objects freed twice in all contexts
# and ways, pointers that are no objects, objects of other caches, writes to free objects.
# Each is reported with who had the object last, and the machine is none the worse for it.
# parallel: yes
# timeout: 1200
. "$(dirname "$0")/../lib.sh"

guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug/mempool
	dmesg -n 1
	insmod /crimes.ko || exit 1
	for cache in crimes crimes-other crimes-plain; do
		awk -v cache=$cache '$1 ~ /^(in_use|bad_frees|bad_writes|cached|scanned_quarantine)$/ {
			print cache "-" $1 ": " $2 }' $dbg/$cache/stats
	done
	echo "knob: $(cat $dbg/crimes/debug) $(cat $dbg/crimes-plain/debug)"
	for value in 2 -1 x ''; do
		echo "$value" 2>/dev/null >$dbg/crimes/debug; echo "knob-'$value': $?"
	done
	echo 1 >$dbg/crimes-plain/debug; echo "knob-on: $? $(cat $dbg/crimes-plain/debug)"
	echo 0 >$dbg/crimes-plain/debug; echo "knob-off: $? $(cat $dbg/crimes-plain/debug)"
	rmmod mempool_crimes
	sleep 1
	dmesg | sed 's/^\[[^]]*\] //'
	echo "caches-left: $(tail -n +3 $dbg/stats | wc -l)"
	echo "slabs-left: $(grep -c objcache- /proc/slabinfo)"
	rmmod mempool; echo "unloaded: $?"
	GUEST
}

# crime | value at its end | reports, and what they say in order, joined by blanks: the
# line of the crime, and then whatever of it is named here.
expected() {
	local context

	# What the magazine alone knows.
	for context in task irqs-off softirq hardirq nmi; do
		echo "last-$context|0|1|'crimes-plain': double free of an object by thief_frees"
	done
	for context in task irqs-off:task softirq hardirq nmi; do
		echo "double-${context%:*}|0|1|'crimes': double free of [0-9a-f]* by thief_frees.* allocated .* ago on CPU 0 by pid [0-9]* \(insmod\), task: owner_allocates.* freed .*, ${context#*:}: owner_frees.* now on CPU 0 by .*, ${context#*:}: thief_frees"
	done
	cat <<-'TABLE'
	double-other-cpu|0|1|double free of .* by thief_frees.* freed .* on CPU 0 .*owner_frees.* now on CPU 1 by pid [0-9]* \(kworker.*thief_frees
	double-after-others|0|1|double free of .* by thief_frees.* owner_allocates.* freed .*owner_frees
	double-in-bulk|0|1|double free of .* by thief_frees_in_bulk.* freed .*thief_frees_in_bulk
	double-race|0|2|double free of .* by thief_frees.* owner_allocates.* freed .*thief_frees.*double free of .* by thief_frees
	reservation-free|0|1|free of [0-9a-f]*, which lies in a reservation, by thief_frees
	reservation-put-twice|2|1|free of [0-9a-f]*, which lies in a reservation, by run_
	reservation-released|0|1|double free of .* by thief_frees
	reservation-put-free|0|1|double free of .* by run_
	rcu-free|0|1|free of [0-9a-f]*, which is left to RCU, by thief_frees.* left to RCU .*owner_leaves_to_rcu
	rcu-twice|0|1|free of [0-9a-f]*, which is left to RCU, by run_.* left to RCU .*owner_leaves_to_rcu
	rcu-over|0|1|double free of .* by thief_frees.* left to RCU .*owner_leaves_to_rcu
	mempool-twice|0|1|double free of .* by run_
	reserve-twice|0|1|double free of .* by thief_frees
	foreign-stack|0|1|'crimes': free of [0-9a-f]*, which is no object, by thief_frees.*vmalloc
	foreign-vmalloc|0|1|which is no object, by thief_frees.*vmalloc.*run_
	foreign-kmalloc|0|1|an object of another cache, by thief_frees.* it is slab kmalloc-
	foreign-page|0|1|which is no object, by thief_frees.* it is non-slab/vmalloc memory
	foreign-data|0|1|which is no object, by thief_frees
	foreign-low|0|1|which is no object, by thief_frees.* it is non-paged memory
	foreign-user|0|1|which is no object, by thief_frees.* it is non-paged memory
	foreign-error|0|1|which is no object, by thief_frees.* it is non-paged memory
	foreign-no-memory|0|1|which is no object, by thief_frees.* it is non-paged memory
	foreign-inside|0|1|free of [0-9a-f]*, 16 bytes into an object, by thief_frees.* allocated .*owner_allocates
	foreign-unaligned|0|1|free of [0-9a-f]*, 3 bytes into an object, by thief_frees.* allocated .*owner_allocates
	wrong-cache|0|1|'crimes': free of [0-9a-f]*, an object of another cache, by thief_frees.* slab objcache-crimes-other.* of cache 'crimes-other': allocated .*owner_allocates
	wrong-cache-plain|0|1|'crimes': free of [0-9a-f]*, an object of another cache, by thief_frees.* slab objcache-crimes-plain
	sizes-wrong|0|1|'crimes-sizes-64': free of .*, an object of another cache, .* of cache 'crimes-sizes-256': allocated .*run_
	sizes-twice|0|1|'crimes-sizes-256': double free of .* by run_
	sizes-foreign|0|2|'crimes-sizes': free of an object of 0 bytes.*free of an object of 0 bytes
	write-last|0|1|'crimes': write after free to [0-9a-f]*, byte 77: 58 6b.* allocated .*owner_allocates.* freed .*owner_frees
	write-some|0|1|write after free to [0-9a-f]*, byte 5: 58 6b
	write-none|0|0|
	ctor-kept|0|0|
	ctor-twice|0|1|'crimes-ctor': double free of .* by thief_frees
	switch-on|0|0|
	before-debugging|0|0|
	before-debugging-twice|0|1|'crimes-switch': double free of .* by thief_frees.* allocated before debugging began freed .*owner_frees
	switch-off|0|0|
	switch-on-again|0|1|'crimes-switch': double free of .* by thief_frees.*owner_allocates.*owner_frees
	switch-destroy|0|0|
	leak|-16|3|destroyed with 2 objects in use.* object [0-9a-f]* is in use allocated .*owner_allocates.* object [0-9a-f]* is in use
	leak-twice|0|1|'crimes-leak': double free of .* by thief_frees
	destroy|0|-|
	destroy-other|0|-|
	destroy-plain|0|-|
	TABLE
}

# What the log says between the beginning of a crime and its end.
report_of() {
	awk -v name="$1" '
		$0 == "mempool_crimes: begin " name { on = 1; next }
		index($0, "mempool_crimes: end " name ": ") == 1 { exit }
		on && /^mempool: / { sub(/^mempool: */, ""); print }' "$out"
}

check_crimes() {
	local name value reports says said got

	while IFS='|' read -r name value reports says; do
		got=$(sed -n "s/^mempool_crimes: end $name: //p" "$out")
		said=$(report_of "$name")
		if [ "$got" != "$value" ]; then
			not_ok "$lane: $name" "ended with '$got', want $value"
		elif [ "$reports" != - ] &&
			[ "$(grep -cE "^(cache|pool) '" <<<"$said" || true)" != "$reports" ]; then
			not_ok "$lane: $name" "not $reports reports: $said"
		elif ! [[ ${said//$'\n'/ } =~ $says ]]; then
			not_ok "$lane: $name" "said '$said', want '$says'"
		else
			ok "$lane: $name"
		fi
	done < <(expected)
}

check_after() {
	local line

	while IFS= read -r line; do
		if grep -qxF -- "$line" "$out"; then
			ok "$lane: $line"
		else
			not_ok "$lane: $line" "got '$(grep -F -- "${line%: *}: " "$out" || true)'"
		fi
	done <<-'TABLE'
	crimes-in_use: 0
	crimes-bad_frees: 32
	crimes-bad_writes: 2
	crimes-other-in_use: 0
	crimes-other-bad_frees: 0
	crimes-plain-in_use: 0
	knob: 1 0
	knob-'2': 1
	knob-'-1': 1
	knob-'x': 1
	knob-'': 1
	knob-on: 0 1
	knob-off: 0 0
	caches-left: 0
	slabs-left: 0
	unloaded: 0
	TABLE
	is "$lane: what is cached is in quarantine" "$(sed -n 's/^crimes-cached: //p' "$out")" \
		"$(sed -n 's/^crimes-scanned_quarantine: //p' "$out")"
}

guest_script >"$SCRATCH/check.sh"
for lane in ${LANES:-6.1 6.12 7}; do
	out=$SCRATCH/$lane.out
	"$ROOT/lab/build" --lane "$lane" >/dev/null
	"$ROOT/lab/vm" --lane "$lane" --copy "$SCRATCH/check.sh:/t.sh" \
		--copy "$ROOT/build/$lane/userspace-test/helpers/crimes/mempool_crimes.ko:/crimes.ko" \
		-- sh /t.sh >"$out" 2>"$out.err" || {
		not_ok "$lane: the guest ends well" "status $?"
		tail -n 20 "$out" "$out.err" | diag
	}
	check_crimes
	check_after
done
