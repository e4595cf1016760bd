#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every gfp flag and every flag of a cache, on every stock kernel: served or refused as the
# table in Documentation/api.rst says, what slab is asked for (its trace), objects of a node,
# and what is in an object that is allocated again under each rule for zeroing.
# parallel: yes
# timeout: 1200
. "$(dirname "$0")/../lib.sh"

guest_script() {
	cat <<-'GUEST'
	dmesg -n 1
	mount -t tracefs none /sys/kernel/tracing 2>/dev/null
	event=/sys/kernel/tracing/events/kmem/kmem_cache_alloc
	echo 'bytes_req >= 2008 && bytes_req <= 2400' >$event/filter
	echo 1 >$event/enable
	insmod /flags.ko || exit 1
	echo 0 >$event/enable
	dmesg | sed -n 's/.*mempool_flags: //p; s/.* mempool: /said: /p'
	sed -n '/mempool\]/s/.*bytes_req=\([0-9]*\).*gfp_flags=\([^ ]*\).*accounted=\(.*\)/slab \1: \2 \3/p' \
		/sys/kernel/tracing/trace
	for cache in none hwcache typesafe dma dma32 reclaimable slab-debug; do
		cd /sys/kernel/slab/objcache-flags-$cache &&
			echo "sysfs $cache: $(cat hwcache_align destroy_by_rcu cache_dma reclaim_account poison red_zone store_user | tr -d '\n')"
	done
	cd /
	rmmod mempool_flags
	echo "caches-left: $(tail -n +3 /sys/kernel/debug/mempool/stats | wc -l)"
	rmmod mempool; echo "unloaded: $?"
	GUEST
}

# flag, outcome of single ones (hit and miss), of many and those who sleep (- cannot),
# what slab is asked for: K is GFP_KERNEL, - nothing, * anything.  Those with * depend on
# the kernel, and are not everywhere.
flags() {
	cat <<-'TABLE'
	GFP_KERNEL ok ok ok K
	GFP_NOIO ok ok ok GFP_NOIO
	GFP_NOFS ok ok ok GFP_NOFS
	GFP_NOWAIT ok ok - GFP_NOWAIT
	GFP_ATOMIC ok ok - GFP_ATOMIC
	GFP_USER ok ok ok GFP_USER
	ZERO ok ok ok K
	ACCOUNT ok ok ok K
	NOFAIL ok ok ok K|__GFP_NOFAIL
	THISNODE ok refused refused K|__GFP_THISNODE
	NOWARN ok ok ok K|__GFP_NOWARN
	NORETRY ok ok ok K|__GFP_NORETRY
	RETRY_MAYFAIL ok ok ok K|__GFP_RETRY_MAYFAIL
	HIGH ok ok ok K|__GFP_HIGH
	MEMALLOC ok ok ok K|__GFP_MEMALLOC
	NOMEMALLOC ok ok ok K|__GFP_NOMEMALLOC
	RECLAIMABLE ok ok ok K|__GFP_RECLAIMABLE
	MOVABLE ok ok ok K|__GFP_MOVABLE
	WRITE ok ok ok K|__GFP_WRITE
	HARDWALL ok ok ok GFP_USER
	COMP ok ok ok K|__GFP_COMP
	DMA refused refused refused -
	DMA32 refused refused refused -
	HIGHMEM refused refused refused -
	UNKNOWN refused refused refused -
	NOLOCKDEP ok ok ok *
	ZEROTAGS ok ok ok *
	SKIP_ZERO ok ok ok *
	SKIP_KASAN ok ok ok *
	TABLE
}

said() {
	sed -n "s/^$1: //p" "$out"
}

check_flags() {
	local flag single many sleeping asked size wrong way want

	while read -r flag single many sleeping asked; do
		[ "$asked" != '*' ] || grep -q "^case gfp-$flag-" "$out" || continue
		wrong=
		size=$(sed -n "s/^case gfp-$flag-miss-\([0-9]*\): .*/\1/p" "$out")
		for way in "miss-$size" hit bulk some reservation wait; do
			case $way in
			miss* | hit) want=$single ;;
			wait) want=${sleeping/#-/} ;;
			*) want=$many ;;
			esac
			[ "$(said "case gfp-$flag-$way")" = "$want" ] || wrong+=" $way"
		done
		is "$lane: $flag is served or refused" "$wrong" ""
		[ "$asked" != '*' ] || continue
		want=${asked/#K/GFP_KERNEL}
		[ "$asked" = - ] && want= || want+=" false"
		is "$lane: what slab is asked for with $flag" "$(said "slab $size" | sort -u)" "$want"
	done < <(flags)
	# 44 refusals, of which a burst of the rate limit is printed.
	like "$lane: a refusal names the flag and the function" "$(said said)" \
		"cache 'flags-gfp': allocation with .*DMA, which it cannot serve, by flags_init"
}

check_others() {
	local line

	while IFS= read -r line; do
		if grep -qxF -- "$line" "$out"; then
			ok "$lane: $line"
		else
			not_ok "$lane: $line" "got '$(grep -F -- "${line%: *}: " "$out" || true)'"
		fi
	done <<-'TABLE'
	case nofail-atomic: refused
	case nofail-too-many: refused
	case nofail-one: ok
	case nofail-bulk: ok
	case nofail-destroy: 0
	case node-none: ok
	case node-negative: refused
	case node-offline: refused
	case node-0: 4
	case node-1: 4
	case node-destroy: 0
	case zone-dma: DMA
	case zone-dma-asked: DMA
	case zone-dma-other: refused
	case zone-dma32: DMA32
	sysfs none: 0000000
	sysfs hwcache: 1000000
	sysfs typesafe: 0100000
	sysfs dma: 0010000
	sysfs dma32: 0000000
	sysfs reclaimable: 0001000
	sysfs slab-debug: 0000111
	caches-left: 0
	unloaded: 0
	TABLE
	like "$lane: who insists in vain is told" "$(said said)" \
		"cache 'flags-nofail': allocation of 3 with __GFP_NOFAIL fails: gfp 0x[0-9a-f]*, the limits allow 2"
	like "$lane: a node that is not there is named" "$(said said)" \
		"cache 'flags-node': allocation on node -2, which is not online, by flags_init"
}

# content KIND ASKED: of an object that somebody has left dirty, with $alloc and $free.
content() {
	case $1 in
	plain) [ "$2$alloc$free" = 000 ] && echo kept || echo zeroed ;;
	ctor) echo kept ;;
	typesafe) [ "$2" = 0 ] && echo kept || echo zeroed ;;
	esac
}

# The rules of slab, whatever way the object comes.
check_zeroing() {
	local kind way wrong="" at="init_on_alloc=$alloc init_on_free=$free"

	for kind in plain ctor typesafe; do
		wrong=
		for way in single inline bulk some wait waited reserved node; do
			[ "$(said "case zero-$kind-$way")" = "$(content $kind 0)" ] || wrong+=" $way"
			[ "$(said "case zero-$kind-$way-asked")" = "$(content $kind 1)" ] ||
				wrong+=" $way-asked"
		done
		is "$lane, $at: $kind objects are zeroed when slab's would be" "$wrong" ""
		wrong=
		for way in single bulk reserved; do
			[ "$(said "case free-$kind-$way")" = \
				"$([ "$kind$free" = plain1 ] && echo zeroed || echo kept)" ] || wrong+=" $way"
		done
		is "$lane, $at: and so when they are freed" "$wrong" ""
	done
}

# run ALLOC FREE [OPTION...]
run() {
	alloc=$1 free=$2 out=$SCRATCH/$lane.$1$2
	shift 2
	"$ROOT/lab/vm" --lane "$lane" --append "init_on_alloc=$alloc init_on_free=$free" "$@" \
		--copy "$SCRATCH/flags.sh:/t.sh" \
		--copy "$ROOT/build/$lane/userspace-test/helpers/flags/mempool_flags.ko:/flags.ko" \
		-- sh /t.sh >"$out" 2>"$out.err" || {
		not_ok "$lane: the guest ends well" "status $?"
		tail -n 20 "$out" "$out.err" | diag
	}
	check_zeroing
}

guest_script >"$SCRATCH/flags.sh"
for lane in ${LANES:-6.1 6.12 7}; do
	"$ROOT/lab/build" --lane "$lane" >/dev/null
	run 1 0 --nodes 2
	check_flags
	check_others
	run 0 0
	run 0 1
done
