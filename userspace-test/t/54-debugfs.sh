#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tables of debugfs on every stock kernel: they are read-only, each CPU's numbers add up
# to the cache's and each cache's to the module's, and they can be read while caches come
# and go.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug/mempool
	say() { echo "$1: $2"; }
	field() { sed -n "s/^$1 //p" $dbg/$2/stats; }
	memory() { sed -n "s/^$1 //p" $dbg/memory; }
	# column FILE NAME: what a table has below NAME, a line each.
	column() { awk -v name=$2 '/^#/ { for (i = 1; i <= NF; i++) if ($i == name) c = i - 1; next } c { print $c }' $1; }
	sum() { column $1 $2 | awk '{ s += $1 } END { print s + 0 }'; }
	limits() { awk -v name=$1 '$1 == name { print $2, $3, $4, $5, $6, $7, $8, $9 }' $dbg/limits; }
	dmesg -n 1
	insmod /crowd.ko caches=12 || exit 1

	say modes "$(cd $dbg; stat -c '%a' memory limits crowd-0/percpu crowd-0/magazine | tr '\n' ' ')"
	say versions "$(cd $dbg; head -qn 1 limits crowd-0/percpu crowd-0/magazine | tr '\n' ';')"
	for file in memory limits crowd-0/percpu crowd-0/magazine; do
		say "write to $file" "$(echo 1 | dd of=$dbg/$file 2>&1 | sed -n 's/^dd: .*: //p')"
	done

	# Each counter, of CPUs that all did something.
	cpus=$(nproc --all 2>/dev/null || grep -c ^processor /proc/cpuinfo)
	say cpus "$cpus $(column $dbg/crowd-0/percpu cpu | wc -l) $(column $dbg/crowd-0/magazine cpu | wc -l)"
	wrong=0 n=0
	for c in plain crowd-0 crowd-11; do
		for name in $(sed -n 's/^# cpu *//p' $dbg/$c/percpu); do
			n=$((n + 1))
			[ "$(sum $dbg/$c/percpu $name)" = "$(field $name $c)" ] || { wrong=$((wrong + 1)); echo "# $c $name"; }
		done
	done
	say percpu-adds-up "$wrong $([ $n -gt 80 ] && echo many)"
	say percpu-is-not-all-zero "$([ $(sum $dbg/crowd-0/percpu magazine_alloc_hits) -gt 0 ] && echo yes)"
	say magazines "$(($(sum $dbg/crowd-0/magazine objects) - $(field scanned_magazines crowd-0))) $([ $(sum $dbg/crowd-0/magazine objects) -gt 0 ] && echo some)"
	say capacities "$(column $dbg/crowd-0/magazine capacity | sort -u | grep -cx "$(field magazine_capacity_in_force crowd-0)") $(column $dbg/crowd-0/magazine slots | sort -u | grep -cx "$(field magazine_capacity_max crowd-0)")"
	echo 5 >$dbg/crowd-1/magazine_capacity
	say capacity-set "$(column $dbg/crowd-1/magazine capacity | sort -u)"
	echo 0 >/sys/devices/system/cpu/cpu1/online
	say offline "$(awk '$1 == 1 { print $2, $4 }' $dbg/crowd-0/magazine)"
	echo 1 >/sys/devices/system/cpu/cpu1/online

	# Limits: as set, and what they are about.
	echo 700 >$dbg/crowd-2/limit; echo 80000 >$dbg/crowd-2/limit_bytes; echo 9 >$dbg/crowd-2/reserve
	echo 50000000 >$dbg/memory_limit
	set -- $(limits crowd-2)
	say limits "$1 $2 $3 $(($4 - $(field held crowd-2))) $(($5 - $(field held_bytes crowd-2))) $6 $7 $8"
	echo 10 >$dbg/crowd-2/reserve; echo 10 >$dbg/crowd-2/limit; echo 11 2>/dev/null >$dbg/crowd-2/reserve
	set -- $(limits '*')
	say limits-of-all "$1 $2 $(($5 - $(memory charged_bytes)))"
	say limits-caches "$(($(grep -cv '^#' $dbg/limits) - 2 - $(memory caches)))"
	say memory-limit "$(memory memory_limit)"
	echo 0 >$dbg/memory_limit

	# One reading of all: what is in use, and what each cache says.
	all() { cat $dbg/plain/stats $dbg/crowd-*/stats | awk -v n=$1 '$1 == n { s += $2 } END { print s }'; }
	wrong=0
	for name in in_use cached held in_use_bytes cached_bytes held_bytes allocs frees; do
		[ "$(memory $name)" = "$(all $name)" ] || { wrong=$((wrong + 1)); echo "# $name"; }
	done
	say memory-adds-up $wrong
	allocs=$(memory allocs) bytes=$(memory freed_bytes) frees=$(memory frees)
	use=$(memory in_use)
	rmmod mempool_crowd
	say memory-of-the-gone "$(($(memory allocs) - allocs)) $(($(memory frees) - frees - use)) $([ $(memory freed_bytes) = $(memory allocated_bytes) ] && echo even) $(memory held_bytes) $(memory charged_bytes) $(memory caches)"

	# Readers, while caches come and go.
	insmod /crowd.ko caches=3 churn=1
	end=$(($(date +%s) + 10)) bad=0 n=0 seen=0
	while [ $(date +%s) -lt $end ]; do
		cat $dbg/memory >/m; cat $dbg/limits $dbg/*/percpu $dbg/*/magazine >/t 2>/dev/null
		seen=$((seen + $(grep -c '^churn' /t)))
		awk '{ v[$1] = $2 } END { exit !(v["in_use_bytes"] + v["cached_bytes"] == v["held_bytes"]) }' /m || bad=$((bad + 1))
		n=$((n + 1))
	done
	echo "# $n readings, $seen caches that came and went"
	say while-they-go "$bad $([ $n -gt 5 ] && [ $seen -gt 5 ] && echo often)"
	exec 3<$dbg/memory
	rmmod mempool_crowd; say unloaded-user $?
	rmmod mempool 2>/dev/null; say unload-while-open "$(lsmod | grep -c '^mempool ')"
	exec 3<&-
	rmmod mempool; say unloaded $?
	GUEST
}

expected() {
	cat <<-'TABLE'
	modes: 400 400 400 400 
	versions: mempool limits - version: 1.0;mempool percpu - version: 1.0;mempool magazine - version: 1.0;
	write to memory: Invalid argument
	write to limits: Invalid argument
	write to crowd-0/percpu: Invalid argument
	write to crowd-0/magazine: Invalid argument
	cpus: 2 2 2
	percpu-adds-up: 0 many
	percpu-is-not-all-zero: yes
	magazines: 0 some
	capacities: 1 1
	capacity-set: 5
	offline: 0 0
	limits: 700 80000 9 0 0 0 0 0
	limits-of-all: 0 50000000 0
	limits-caches: 0
	memory-limit: 50000000
	memory-adds-up: 0
	memory-of-the-gone: 0 0 even 0 0 0
	while-they-go: 0 often
	unloaded-user: 0
	unload-while-open: 1
	unloaded: 0
	TABLE
}

for lane in ${LANES:-6.1 6.12 7}; do
	lane_guest "$lane" crowd --smp 2 --timeout 600
	grep '^#' "$SCRATCH/$lane.out" || true
	lane_compare "$lane"
done
