#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Objcaches where the kernel's own ways are used, on every stock kernel: devres, a mempool_t
# on top, frees after a grace period, the usercopy window, functions that know the type.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug
	say() { echo "$1: $2"; }
	dmesg -n 1
	insmod /interop.ko || exit 1
	dmesg | sed -n 's/.*mempool_interop: //p'
	say window-copy "$(printf 'hello, object' >$dbg/mempool_interop/copy && echo ok)"
	rmmod mempool_interop
	say caches-left "$(tail -n +3 $dbg/mempool/stats | wc -l)"
	say slabs-left "$(grep -c objcache- /proc/slabinfo)"
	rmmod mempool; say unloaded "$?"
	GUEST
}

expected() {
	cat <<-'TABLE'
	case mempool-created: 1
	case mempool-reserve: 8
	case mempool-destroy: 0
	case rcu-reader: 4711
	case rcu-not-reused: 1
	case rcu-destroy: 0
	case devm-created: 1
	case devm-duplicate: -17
	case devm-gone: 1
	window-copy: ok
	caches-left: 0
	slabs-left: 0
	unloaded: 0
	TABLE
}

for lane in ${LANES:-6.1 6.12 7}; do
	out=$SCRATCH/$lane.out
	"$ROOT/lab/build" --lane "$lane" >/dev/null
	guest_script >"$SCRATCH/interop.sh"
	"$ROOT/lab/vm" --lane "$lane" --copy "$SCRATCH/interop.sh:/t.sh" \
		--copy "$ROOT/build/$lane/userspace-test/helpers/interop/mempool_interop.ko:/interop.ko" \
		-- sh /t.sh >"$out" 2>"$out.err" || tail -n 20 "$out" "$out.err" | diag
	while IFS= read -r line; do
		if grep -qxF -- "$line" "$out"; then
			ok "$lane: $line"
		else
			not_ok "$lane: $line" "got '$(grep -F -- "${line%: *}: " "$out" || true)'"
		fi
	done < <(expected)
done
