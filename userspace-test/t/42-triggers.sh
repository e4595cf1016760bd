#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What has cached objects go back by themselves, on every stock kernel: the cleaner, the
# idle percent, the limits, the shrinker; and CPUs that come and go meanwhile.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

# Runs in the guest: prints "KEY: VALUE" lines, which are compared below.
guest_script() {
	cat <<-'GUEST'
	dbg=/sys/kernel/debug/mempool
	par=/sys/module/mempool_reclaim/parameters
	say() { echo "$1: $2"; }
	field() { sed -n "s/^$1 //p" $dbg/${2:-job}/stats; }
	# What a trigger counted: cycles, objects.
	cycles() { awk -v t=$1 '$1 == t { print $2 }' $dbg/reclaim; }
	objects() { awk -v t=$1 '$1 == t { print $3 }' $dbg/reclaim; }
	write() { printf "$2" | dd of=$1 2>/w && echo ok || sed -n 's/^dd: .*: //p' /w; }
	hold() { echo $1 >$par/hold; }
	within() { [ $1 -le $2 ] && echo yes || echo "$1"; }
	# until SECONDS COMMAND...: as soon as it is so
	until_so() { n=$(($1 * 10)); shift; while ! "$@"; do n=$((n - 1)); [ $n -gt 0 ] || return 1; sleep 0.1; done; }
	dmesg -n 1
	insmod /reclaim.ko || exit 1
	echo 20 >$dbg/job/reserve

	# The knobs.
	say modes "$(stat -c '%a' $dbg/cleaner_period_ms $dbg/idle_percent | tr '\n' ' ')"
	say defaults "$(cat $dbg/cleaner_period_ms) $(cat $dbg/idle_percent)"
	for bad in -1 1 99 3600001 x ''; do say "bad period '$bad'" "$(write $dbg/cleaner_period_ms "$bad")"; done
	for bad in -2 2147483648 - 5%% ''; do say "bad percent '$bad'" "$(write $dbg/idle_percent "$bad")"; done
	say unchanged "$(cat $dbg/cleaner_period_ms) $(cat $dbg/idle_percent)"

	# The cleaner: two periods after the load, with room for a slow machine.
	echo 0 >$dbg/cleaner_period_ms
	hold 5000; hold 0; sleep 3
	say stopped "$(cycles cleaner) $([ $(field cached) -ge 5000 ] && echo all)"
	echo 1000 >$dbg/cleaner_period_ms
	all_gone() { [ $(field cached) = 20 ]; }
	until_so 10 all_gone
	say two-periods "$(field cached) $(within $(cycles cleaner) 3)"
	say cleaned "$(field reclaim_objects) $(objects cleaner)" | sed 's/\([0-9]*\) \1$/equal/'

	# What is needed again and again stays: few objects come from slab.
	hold 3000; i=0; while [ $i -lt 50 ]; do i=$((i + 1)); hold 0; hold 3000; sleep 0.1; done
	taken=$(field slab_taken); before=$(cycles cleaner)
	i=0; while [ $i -lt 50 ]; do i=$((i + 1)); hold 0; hold 3000; sleep 0.1; done
	say working-set "$([ $(cycles cleaner) -gt $((before + 2)) ] && echo cleaned) $(within $(($(field slab_taken) - taken)) 3000)"
	hold 0; until_so 10 all_gone; say set-gone "$(field cached)"
	echo 0 >$dbg/cleaner_period_ms
	before=$(cycles cleaner); sleep 2; say rests "$(($(cycles cleaner) - before))"

	# The idle percent: at once when it is set, and under load.  The reserve is not idle.
	hold 3000; hold 1000
	say set-percent "$(write $dbg/idle_percent '50\n')"
	say at-percent "$(field in_use) $(field cached)"
	say idle-counted "$(($(cycles idle) > 0)) $(within 1400 $(objects idle))"
	# A look comes each 8 flushes of 64 objects: so many may be too many.
	hold 6000; hold 2000
	idle_enough() { [ $(field cached) -le $((1000 + 20 + 640)) ]; }
	until_so 5 idle_enough; say under-load "$(idle_enough && echo yes)"
	say off-again "$(write $dbg/idle_percent -1) $(cat $dbg/idle_percent)"
	before=$(cycles idle); hold 9000; hold 0; sleep 0.5
	say idle-rests "$(($(cycles idle) - before)) $([ $(field cached) -ge 9000 ] && echo all)"

	# The limits: what was lowered is kept to, with cached objects first.
	hold 100; before=$(cycles limit)
	echo $((200 * 256)) >$dbg/memory_limit
	say memory-lowered "$(field in_use) $(field cached) $(($(cycles limit) - before))"
	hold 200; say memory-limit-reached "$(hold 201 2>/dev/null; cat $par/hold) $(field held)"
	echo 0 >$dbg/memory_limit; hold 0
	# Objects in another CPU's magazine: refused once or twice, then they are found.
	echo 0 >$dbg/job/reserve; echo 1 >$dbg/job/reclaim_now
	echo 200 >$dbg/job/limit
	taskset 2 sh -c "echo 15 >$par/hold; echo 0 >$par/hold"
	elsewhere=$(field scanned_magazines)
	take_all() { taskset 1 sh -c "echo 200 >$par/hold" 2>/dev/null; [ $(cat $par/hold) = 200 ]; }
	until_so 10 take_all
	say own-limit "$([ $elsewhere -gt 0 ] && echo elsewhere) $(cat $par/hold) $(field held_peak)" | sed 's/ [0-9]*$//'
	echo 0 >$dbg/job/limit; hold 0

	# The shrinker: of the depots at once, of the magazines soon.
	hold 9000; hold 0; echo 1 >$dbg/job/reclaim_now; hold 9000; hold 0
	before=$(objects shrinker); cached=$(field cached)
	shrunk() { echo 2 >/proc/sys/vm/drop_caches; [ $(field cached) = 0 ]; }
	until_so 20 shrunk
	say shrunk "$(field cached) $(($(objects shrinker) - before > cached / 2))"
	# And without being told: files fill memory up to where the kernel wants some back.
	echo 40000 >/proc/sys/vm/min_free_kbytes
	hold 9000; hold 0; before=$(objects shrinker)
	mkdir -p /fill; mount -t tmpfs -o size=100% none /fill
	pressed() { [ $(objects shrinker) -gt $before ]; }
	i=0; while ! pressed && [ $(awk '/MemFree/ { print $2 }' /proc/meminfo) -gt 35000 ]; do
		i=$((i + 1)); dd if=/dev/zero of=/fill/$i bs=1M count=4 2>/dev/null
	done
	until_so 5 pressed; say under-pressure "$(pressed && echo yes)"
	umount /fill

	# A CPU that a real-time task has for itself holds up no cycle and no knob.
	echo 0 >$dbg/job/reserve; echo 1 >$dbg/job/reclaim_now
	taskset 8 sh -c "echo 15 >$par/hold; echo 0 >$par/hold"
	echo -1 >/proc/sys/kernel/sched_rt_runtime_us
	fair=/sys/kernel/debug/sched/fair_server/cpu3/runtime; [ ! -e $fair ] || echo 0 >$fair
	echo 3 >$par/hog
	echo 200 >$dbg/cleaner_period_ms; before=$(cycles cleaner); sleep 4
	say hogged "$(($(cycles cleaner) - before >= 3)) $(($(field scanned_magazines) > 0)) $(write $dbg/idle_percent 0)"
	echo -1 >$par/hog
	all_gone() { [ $(field cached) = 0 ]; }
	until_so 10 all_gone; say unhogged "$(field cached)"
	echo 0 >$dbg/cleaner_period_ms; echo -1 >$dbg/idle_percent
	echo 950000 >/proc/sys/kernel/sched_rt_runtime_us

	# CPUs come and go, cycles of all kinds run; nothing is lost.
	echo 100 >$dbg/cleaner_period_ms; echo 20 >$dbg/idle_percent
	echo 2 >$par/load
	cycles_forced() { while [ ! -e /stop ]; do echo 1 >$dbg/reclaim_now; done; }
	cycles_shrunk() { while [ ! -e /stop ]; do echo 2 >/proc/sys/vm/drop_caches; sleep 0.1; done; }
	cycles_forced & one=$!; cycles_shrunk & two=$!
	toggled=0; i=0; while [ $i -lt 20 ]; do
		for cpu in 1 2 3; do
			echo 0 >/sys/devices/system/cpu/cpu$cpu/online && toggled=$((toggled + 1))
		done
		for cpu in 3 2 1; do echo 1 >/sys/devices/system/cpu/cpu$cpu/online; done
		i=$((i + 1))
	done
	>/stop; wait $one $two; rm /stop
	echo "# $(cat $par/load) rounds, failed; $(cycles cleaner) cleaner, $(cycles idle) idle, $(cycles shrinker) shrinker"
	say toggled "$toggled"
	say hotplug-failed "$(cut -d ' ' -f 2 <$par/load)"
	say hotplug-cycles "$(($(cycles cleaner) > 20)) $(($(objects idle) > 0)) $(($(cycles forced) > 20))"
	echo 3 >$par/load
	say adds-up "$(cat $dbg/shared/validate) $(field in_use shared)"
	echo 0 >$par/load; echo -1 >$dbg/idle_percent; echo 30000 >$dbg/cleaner_period_ms

	rmmod mempool_reclaim; say unloaded-user "$?"
	rmmod mempool; say unloaded "$?"
	GUEST
}

expected() {
	cat <<-'TABLE'
	modes: 600 600 
	defaults: 30000 -1
	bad period '-1': Invalid argument
	bad period '1': Numerical result out of range
	bad period '99': Numerical result out of range
	bad period '3600001': Numerical result out of range
	bad period 'x': Invalid argument
	bad period '': ok
	bad percent '-2': Numerical result out of range
	bad percent '2147483648': Numerical result out of range
	bad percent '-': Invalid argument
	bad percent '5%%': Invalid argument
	bad percent '': ok
	unchanged: 30000 -1
	stopped: 0 all
	two-periods: 20 yes
	cleaned: equal
	working-set: cleaned yes
	set-gone: 20
	rests: 0
	set-percent: ok
	at-percent: 1000 520
	idle-counted: 1 yes
	under-load: yes
	off-again: ok -1
	idle-rests: 0 all
	memory-lowered: 100 20 1
	memory-limit-reached: 200 200
	own-limit: elsewhere 200
	shrunk: 0 1
	under-pressure: yes
	hogged: 1 1 ok
	unhogged: 0
	toggled: 60
	hotplug-failed: 0
	hotplug-cycles: 1 1 1
	adds-up: ok 0
	unloaded-user: 0
	unloaded: 0
	TABLE
}

for lane in ${LANES:-6.1 6.12 7}; do
	lane_guest "$lane" reclaim --smp 4 --timeout 600
	grep '^#' "$SCRATCH/$lane.out" || true
	lane_compare "$lane"
done
