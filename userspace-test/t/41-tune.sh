#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Auto-tuning on every stock kernel, with four CPUs: the capacity grows to its bound
# under alternation and contention, and shrinks after; a bound on bytes holds whatever
# the capacity says; off is off; knobs, hotplug and destruction race with all of it.
# parallel: yes
# timeout: 1500
. "$(dirname "$0")/../lib.sh"

guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug/mempool/tuned
	parameters=/sys/module/mempool_tune/parameters
	say() { echo "$1: $2"; }
	field() { sed -n "s/^$1 //p" $dbg/stats; }
	knob() { cat $dbg/$1; }
	set_knob() { echo $2 >$dbg/$1; }
	try() { printf "$2" | dd of=$dbg/$1 2>/w; echo "$(sed -n 's/^dd: .*: //p' /w)$(knob ${1##*/})"; }
	load() { echo $1 >$parameters/load; }
	grown() { echo $(($(field grown_by_alternation) + $(field grown_by_contention))); }
	# until WHAT VALUE: a knob's or a statistic's, as long as that may take.
	until_is() {
		for i in $(seq 600); do
			[ "$(field $1)" != "$2" ] || break
			usleep 100000
		done
		field $1
	}
	# Looks do not wake CPUs that are idle: keep them from sleeping long.
	awake() {
		for cpu in 0 1 2 3; do
			taskset $((1 << cpu)) sh -c 'while [ ! -e /asleep ]; do usleep 20000; done' &
		done
	}
	dmesg -n 1
	insmod /tune.ko || exit 1
	awake
	say defaults "$(knob auto_tune) $(knob magazine_capacity) $(knob auto_tune_min) $(knob auto_tune_max) $(knob auto_tune_period_ms) $(knob magazine_bytes_max)"

	set_knob auto_tune_min 8; set_knob auto_tune_max 64
	say clamped "$(knob magazine_capacity)"
	set_knob magazine_capacity 8
	say by-hand "$(knob magazine_capacity) $(knob auto_tune)"
	load alternate; sleep 2
	say off-stays "$(knob magazine_capacity) $(grown)"
	set_knob auto_tune 1
	say grows "$(until_is magazine_capacity 64)"
	echo 0 >$parameters/scanned; sleep 1
	say not-beyond "$(knob magazine_capacity) $(grown) $(($(cat $parameters/scanned) <= 64))"
	say why "$(($(field grown_by_alternation) > 0))"

	set_knob magazine_bytes_max $((40 * 256)); echo 0 >$parameters/scanned; sleep 1
	say bytes "$(knob magazine_capacity) $(field magazine_capacity_in_force) $(($(cat $parameters/scanned) <= 40))"
	set_knob auto_tune_max 256; sleep 1; set_knob magazine_capacity 256; sleep 1
	say bytes-by-hand "$(knob magazine_capacity) $(field magazine_capacity_in_force) $(($(cat $parameters/scanned) <= 40))"
	say bytes-in-use "$(($(cat $parameters/scanned) > 0))"
	set_knob magazine_bytes_max 0; say bytes-none "$(field magazine_capacity_in_force)"
	set_knob magazine_bytes_max 255; echo 0 >$parameters/scanned; sleep 1
	say bytes-of-none "$(field magazine_capacity_in_force) $(cat $parameters/scanned)"
	set_knob magazine_bytes_max 262144

	set_knob auto_tune_max 64; set_knob auto_tune 1; load off
	set_knob auto_tune_period_ms 100
	say shrinks "$(until_is magazine_capacity 8)"; sleep 1
	say why-shrunk "$(($(field shrunk_to_working_set) >= 3)) $(($(field scanned_magazines) <= 32)) $(field in_use)"
	sleep 1; say not-below "$(knob magazine_capacity)"

	set_knob auto_tune_period_ms 20000
	set_knob auto_tune_min 2; set_knob auto_tune_max 4; set_knob magazine_capacity 2
	before=$(field grown_by_contention); set_knob auto_tune 1; load handover
	until_is magazine_capacity 4 >/w
	say contention "$(cat /w) $(($(field grown_by_contention) - before))"
	load off

	say min "$(try auto_tune_min 5)"; say min-zero "$(try auto_tune_min 0)"
	say max "$(try auto_tune_max 257)"; say max-low "$(try auto_tune_max 1)"
	say logged "$(dmesg | sed -n "s/.*cache 'tuned': \(auto-tuning\)/\1/p" | tail -n 1)"
	say not-a-bool "$(try auto_tune 2)"; say bad "$(try auto_tune_max 4x)"
	say bad-bytes "$(try magazine_bytes_max -1)"; say bad-period "$(try auto_tune_period_ms 99)"
	say passed "$(try ../passed/auto_tune 1)"

	set_knob magazine_bytes_max $((100 * 256)); set_knob auto_tune_max 256
	set_knob auto_tune_period_ms 100; echo 0 >$parameters/scanned; load alternate
	racer() { while [ ! -e /stop ]; do for v in $2; do set_knob $1 $v; done; done; }
	racer magazine_capacity '0 256 1 33' & racers=$!
	racer auto_tune '1 0 1 1' & racers="$racers $!"
	racer limit '0 1000 20 3000 0' & racers="$racers $!"
	racer magazine_bytes_max '25600 2000 25600 20000' & racers="$racers $!"
	racer auto_tune_max '256 64' & racers="$racers $!"
	for i in $(seq 8); do
		echo 0 >/sys/devices/system/cpu/cpu3/online; usleep 100000
		echo 1 >/sys/devices/system/cpu/cpu3/online; usleep 100000
		echo 5 >$parameters/churn
	done
	>/stop; wait $racers
	set_knob limit 0; set_knob auto_tune_min 8; set_knob auto_tune_max 64
	set_knob magazine_capacity 8; set_knob auto_tune 1; load off; load alternate
	say raced "$(until_is magazine_capacity 64) $(($(cat $parameters/scanned) <= 100))"
	# Shrinking would move objects between the readings.
	load off; set_knob auto_tune 0
	say sums "$(field in_use) $(($(field cached) - $(field scanned_magazines) - $(field scanned_depots)))"
	set_knob auto_tune 1; load alternate; usleep 300000; >/asleep
	rmmod mempool_tune; rmmod mempool; say unloaded "$?"
	say lost "$(dmesg | grep -c 'objects lost')"
	GUEST
}

expected() {
	cat <<-'TABLE'
	defaults: 1 128 128 256 20000 262144
	clamped: 64
	by-hand: 8 0
	off-stays: 8 0
	grows: 64
	not-beyond: 64 3 1
	why: 1
	bytes: 64 40 1
	bytes-by-hand: 256 40 1
	bytes-in-use: 1
	bytes-none: 256
	bytes-of-none: 0 0
	shrinks: 8
	why-shrunk: 1 1 0
	not-below: 8
	contention: 4 1
	min: Numerical result out of range2
	min-zero: Numerical result out of range2
	max: Numerical result out of range4
	max-low: Numerical result out of range4
	logged: auto-tuning from 2 to 1, slots 256
	not-a-bool: Numerical result out of range1
	bad: Invalid argument4
	bad-bytes: Invalid argument262144
	bad-period: Numerical result out of range20000
	passed: Operation not permitted1
	raced: 64 1
	sums: 0 0
	unloaded: 0
	lost: 0
	TABLE
}

check_lane() {
	local lane=$1 out=$SCRATCH/$1.out line

	"$ROOT/lab/build" --lane "$lane" >/dev/null
	guest_script >"$SCRATCH/tune.sh"
	"$ROOT/lab/vm" --lane "$lane" --smp 4 --timeout 480 --copy "$SCRATCH/tune.sh:/t.sh" \
		--copy "$ROOT/build/$lane/userspace-test/helpers/tune/mempool_tune.ko:/tune.ko" \
		-- sh /t.sh >"$out" 2>"$out.err" || tail -n 20 "$out" "$out.err" | diag
	while IFS= read -r line; do
		if grep -qxF -- "$line" "$out"; then
			ok "$lane: $line"
		else
			not_ok "$lane: $line" "got '$(grep -F -- "${line%%: *}: " "$out" || true)'"
		fi
	done < <(expected)
}

for lane in ${LANES:-6.1 6.12 7}; do
	check_lane "$lane"
done
