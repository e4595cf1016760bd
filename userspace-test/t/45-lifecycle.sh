#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Life and death on every stock kernel: drivers that forget their cache, drivers built
# against another layout, open files at unload, the knob's bounds, a CPU that dies.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

# Runs in the guest: prints "KEY: VALUE" lines, which are compared below.
guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug/mempool
	say() { echo "$1: $2"; }
	row() { awk -v c="$1" '$1 == c { print $2, $6 }' $dbg/stats; }
	gone() { i=0; while [ $i -lt 50 ] && grep -q "^$1 " $dbg/stats; do sleep 0.1; i=$((i + 1)); done; row "$1"; }
	write() { printf "$1" | dd of=$knob 2>/w && echo ok || sed -n 's/^dd: .*: //p' /w; }
	logged() { dmesg | grep -c "$1"; }
	dmesg -n 1

	insmod /stale.ko 2>/dev/null; say stale-refused "$(lsmod | grep -c mempool_owner)"
	say stale-message "$([ "$(logged 'mempool_owner: Unknown symbol objcache_layout_0')" -gt 0 ] && echo yes)"

	insmod /owner.ko
	say live "$(row forgotten)"
	rmmod mempool 2>/dev/null; say unload-in-use "$(lsmod | grep -c '^mempool ')"

	knob=$dbg/forgotten/magazine_capacity
	default=$(cat $knob); say knob-default "$default"
	say knob-zero "$(write 0)"; say knob-reads-zero "$(cat $knob)"
	say knob-max "$(write '256\n')"; say knob-reads-max "$(cat $knob)"
	for bad in 257 4294967296 99999999999999 -1 +1 1x 0x10 ' 1' '1 ' '1 2' '1\n\n' '\n' abc '1\0'; do
		say "knob-bad $bad" "$(write "$bad")"
	done
	say knob-unchanged "$(cat $knob)"
	printf '%s\n' "$default" >$knob; say knob-round-trip "$(cat $knob)"
	knob=$dbg/forgotten/depot_capacity
	max=$(sed -n 's/^depot_capacity_max //p' $dbg/forgotten/stats)
	say depot-default "$(($(cat $knob) - max))"
	say depot-max "$(write "$max")"; say depot-reads-max "$(($(cat $knob) - max))"
	say depot-more "$(write "$((max + 1))")"; say depot-bad "$(write -1)"
	say depot-unchanged "$(($(cat $knob) - max))"
	say modes "$(stat -c '%a' $dbg/stats $dbg/forgotten/stats $knob | tr '\n' ' ')"
	cat $dbg/forgotten/stats >/stats
	say sum "$(awk '{ v[$1] = $2 } END { print v["allocs"] - v["frees"] == v["in_use"], v["in_use"] + v["cached"] == v["held"], v["scanned_magazines"] + v["scanned_depots"] == v["cached"], v["slab_taken"] - v["slab_given"] == v["held"] }' /stats)"

	exec 3<$dbg/forgotten/stats
	rmmod mempool_owner
	say open-file-after "$(cat <&3 2>&1 | sed 's/.*: //')"
	exec 3<&-
	say forgotten-message "$(logged "cache 'forgotten': its module mempool_owner was unloaded without destroying it")"
	say forgotten-gone "$(gone forgotten)"

	taskset 2 insmod /owner.ko
	field() { sed -n "s/^$1 //p" $dbg/forgotten/stats; }
	say hotplug-before "$([ "$(field scanned_magazines)" -gt 0 ] && echo cached)"
	held=$(field held)
	echo 0 >/sys/devices/system/cpu/cpu1/online
	say hotplug-drained "$(field scanned_magazines) $(($(field scanned_depots) - held))"
	say hotplug-held "$(($(field held) - held))"
	echo 1 >/sys/devices/system/cpu/cpu1/online
	say hotplug-after "$(field scanned_magazines)"
	echo 0 >$dbg/forgotten/depot_capacity
	say depot-emptied "$(field scanned_depots) $(field held)"
	rmmod mempool_owner
	say hotplug-gone "$(gone forgotten)"

	insmod /owner.ko objects=3
	rmmod mempool_owner
	say zombie "$(row forgotten)"
	say zombie-message "$(logged "cache 'forgotten': destroyed with 3 objects in use")"
	say zombie-folder "$(ls $dbg | tr '\n' ' ')"
	rmmod mempool 2>/dev/null; say zombie-unload "$(lsmod | grep -c '^mempool ')"
	insmod /owner.ko 2>/dev/null; say zombie-name "$(lsmod | grep -c mempool_owner)"
	GUEST
}

expected() {
	cat <<-'TABLE'
	stale-refused: 0
	stale-message: yes
	live: live 0
	unload-in-use: 1
	knob-default: 128
	knob-zero: ok
	knob-reads-zero: 0
	knob-max: ok
	knob-reads-max: 256
	knob-bad 257: Numerical result out of range
	knob-bad 4294967296: Numerical result out of range
	knob-bad 99999999999999: Numerical result out of range
	knob-bad -1: Invalid argument
	knob-bad +1: Invalid argument
	knob-bad 1x: Invalid argument
	knob-bad 0x10: Invalid argument
	knob-bad  1: Invalid argument
	knob-bad 1 : Invalid argument
	knob-bad 1 2: Invalid argument
	knob-bad 1\n\n: Invalid argument
	knob-bad \n: Invalid argument
	knob-bad abc: Invalid argument
	knob-bad 1\0: Invalid argument
	knob-unchanged: 256
	knob-round-trip: 128
	depot-default: 0
	depot-max: ok
	depot-reads-max: 0
	depot-more: Numerical result out of range
	depot-bad: Invalid argument
	depot-unchanged: 0
	modes: 400 400 600 
	sum: 1 1 1 1
	open-file-after: Input/output error
	forgotten-message: 1
	forgotten-gone: 
	hotplug-before: cached
	hotplug-drained: 0 0
	hotplug-held: 0
	hotplug-after: 0
	depot-emptied: 0 0
	hotplug-gone: 
	zombie: zombie 3
	zombie-message: 1
	zombie-folder: cleaner_period_ms idle_percent limits memory memory_limit pools reclaim reclaim_now stats 
	zombie-unload: 1
	zombie-name: 0
	TABLE
}

# The driver as if built against an older layout: the same file, another symbol.
make_stale() {
	sed 's/objcache_layout_1/objcache_layout_0/g' "$1" >"$2"
}

for lane in ${LANES:-6.1 6.12 7}; do
	"$ROOT/lab/build" --lane "$lane" >/dev/null
	make_stale "$ROOT/build/$lane/userspace-test/helpers/owner/mempool_owner.ko" "$SCRATCH/stale-$lane.ko"
	lane_guest "$lane" owner --copy "$SCRATCH/stale-$lane.ko:/stale.ko"
	lane_compare "$lane"
done
