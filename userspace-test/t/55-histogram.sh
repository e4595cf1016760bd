#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The histogram of sizes on every stock kernel: nothing is counted while it is off; what is
# asked for is in the right row to the byte; counting can be turned while sizes are
# allocated, reallocated and freed, without one going to the wrong cache.
# parallel: yes
# timeout: 900
. "$(dirname "$0")/../lib.sh"

guest_script() {
	cat <<-'GUEST'
	pools=/sys/kernel/debug/mempool/pools
	par=/sys/module/mempool_histogram/parameters
	say() { echo "$1: $2"; }
	ask() { echo "$1" >$par/ask; }
	rows() { awk '!/^#/ && !/^mempool/ { $1 = $1; print }' $pools/$1/histogram; }
	show() { rows $1 | while read -r line; do say "$2 $1" "$line"; done; }
	write() { printf "$2" | dd of=$1 2>/w && echo ok || sed -n 's/^dd: .*: //p' /w; }
	dmesg -n 1
	insmod /histogram.ko || exit 1

	say pools "$(ls $pools | tr '\n' ' ')"
	say modes "$(cd $pools; stat -c '%a' usual/histogram usual/count_sizes exact/histogram | tr '\n' ' ')"
	say header "$(head -n 1 $pools/usual/histogram)"
	say columns "$(sed -n 2p $pools/usual/histogram | xargs)"
	ask "usual 100 10"
	say off "$(cat $pools/usual/count_sizes) $(rows usual | wc -l)"
	for bad in 2 11 -1 '1\n\n' x '1 '; do say "bad '$bad'" "$(write $pools/usual/count_sizes "$bad")"; done
	say bad-did-nothing "$(cat $pools/usual/count_sizes)"
	echo 1 >$pools/usual/count_sizes
	printf 1 >$pools/odd/count_sizes
	say on "$(cat $pools/usual/count_sizes) $(rows usual | wc -l)"

	ask "usual 0 5"; ask "usual 100 10"; ask "usual 64 5"; ask "usual 65 1"; ask "usual 1 2"
	ask "usual 8192 2"; ask "usual 8193 3"; ask "usual 40000 1"
	show usual counted
	ask "odd 90 1"; ask "odd 97 1"; ask "odd 200 1"; ask "odd 201 1"; ask "odd 1000 1"; ask "odd 1001 1"
	show odd counted
	before=$(rows usual | cksum)
	echo 0 >$pools/usual/count_sizes
	ask "usual 100 10"; ask "usual 9000 1"
	say "stays, when off" "$([ "$(rows usual | cksum)" = "$before" ] && echo yes)"
	echo 1 >$pools/usual/count_sizes
	say "begins anew" "$(rows usual | wc -l)"
	ask "usual 300 7"
	show usual again

	# Allocated while it is on and freed while it is off, and the other way round.
	for on in 1 0; do
		echo $on >$pools/usual/count_sizes
		for size in 1 64 65 500 4097 8192 8193 20000; do echo "usual $size" >$par/hold; echo "usual $size" >$par/hold; done
		echo $((1 - on)) >$pools/usual/count_sizes
		echo 1 >$par/drop
	done

	# Each CPU's are added up.
	echo 1 >$pools/usual/count_sizes
	echo 9000 >$par/race
	say "on both CPUs" "$(rows usual | awk '$3 == 64 { n += $4; b += $5 } END { print n, b }')"

	# Turned while it is used.
	(i=0; while [ ! -e /stop ]; do i=$((1 - i)); echo $i >$pools/usual/count_sizes; cat $pools/usual/histogram >/dev/null; echo >>/turns; done) & turning=$!
	echo 60000 >$par/race
	>/stop; wait $turning
	echo "# turned $(wc -l </turns) times"
	say "turned while used" "$([ $(wc -l </turns) -gt 20 ] && echo often) $(dmesg | grep -c mempool_histogram:)"
	say "in use" "$(cat /sys/kernel/debug/mempool/usual-*/stats | awk '$1 == "in_use" { n += $2 } END { print n }')"
	say validate "$(cat /sys/kernel/debug/mempool/usual-*/validate | sort -u)"

	ask "exact 100 4"; ask "exact 100 4"; ask "exact 104 1"; ask "exact 24 2"
	show exact counted

	exec 3<$pools/usual/histogram 4<$pools/exact/histogram
	rmmod mempool_histogram
	say "of a pool that is gone" "$(cat <&3 2>&1 | sed 's/.*: //') $(cat <&4 2>&1 | sed 's/.*: //')"
	exec 3<&- 4<&-
	say left "$(ls $pools | wc -l) $(grep -cvE '^#|^mempool' /sys/kernel/debug/mempool/stats)"
	say log "$(dmesg | grep -cE 'mempool: .*(in use|double|free of)')"
	rmmod mempool; say unloaded $?
	GUEST
}

expected() {
	cat <<-'TABLE'
	pools: exact odd usual 
	modes: 400 600 400 
	header: mempool histogram - version: 1.0
	columns: # from to class asked asked_bytes wasted_bytes
	off: 0 0
	bad '2': Invalid argument
	bad '11': Invalid argument
	bad '-1': Invalid argument
	bad '1\n\n': Invalid argument
	bad 'x': Invalid argument
	bad '1 ': Invalid argument
	bad-did-nothing: 0
	on: 1 0
	counted usual: 1 8 64 2 2 126
	counted usual: 57 64 64 5 320 0
	counted usual: 65 72 128 1 65 63
	counted usual: 97 104 128 10 1000 280
	counted usual: 7681 8192 8192 2 16384 0
	counted usual: 8193 16384 - 3 24579 -
	counted usual: 32769 65536 - 1 40000 -
	counted odd: 89 96 96 1 90 6
	counted odd: 97 104 200 1 97 103
	counted odd: 193 200 200 1 200 0
	counted odd: 201 208 1000 1 201 799
	counted odd: 961 1000 1000 1 1000 0
	counted odd: 1001 1024 - 1 1001 -
	stays, when off: yes
	begins anew: 0
	again usual: 289 320 512 7 2100 1484
	on both CPUs: 128 4160
	turned while used: often 0
	in use: 0
	validate: ok
	counted exact: 97 104 104 9 - -
	counted exact: 17 24 24 2 - -
	of a pool that is gone: Input/output error Input/output error
	left: 0 0
	log: 0
	unloaded: 0
	TABLE
}

for lane in ${LANES:-6.1 6.12 7}; do
	lane_guest "$lane" histogram --smp 2 --timeout 600
	grep '^#' "$SCRATCH/$lane.out" || true
	lane_compare "$lane"
done
