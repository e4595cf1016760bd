#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# parallel: yes
# timeout: 900
#
# The fast path keeps to its budget on every stock kernel.  Instructions are
# exact and repeatable, so there is no margin for noise: one more is a failure.

# shellcheck source=userspace-test/lib.sh
. "$(dirname "$0")/../lib.sh"

# An alloc+free pair of 256 bytes, counters on, net of the empty loop.  It is 34
# (6.1) and 36 through calls, of which 6 are the calls and their arguments, and
# 26 inline.  The rest is room for a check or two that earns its place.
BUDGET_CALL=38
BUDGET_INLINE=28

# A pair of a size class on top of that looks up the cache twice: the comparison with
# the largest class and the two loads.
BUDGET_SIZECLASS=48

# Slab's own pair was never seen below 176.  Less than this, and the emulator
# counted something else than the allocator.
SLAB_AT_LEAST=100

# memset() is `rep stosb` here, and each byte counts as an instruction, so an
# allocator that zeroes shows it.
ZEROING_AT_LEAST=256

KEYS="empty kmalloc_pair kmem_cache_pair mempool_t_pair"
KEYS+=" objcache_pair_call objcache_pair_inline objpool_pair sizeclass_pair"
for class in 1024 128 2048 4096 512 64 8192 unsized variable; do
	KEYS+=" sizeclass_pair_$class"
done

"$ROOT/lab/get" jq

JSON=$ROOT/build/bench/icount.json
rm -f "$JSON"
try "bench/icount measures all lanes" "$ROOT/bench/icount"
cat "$OUT"
[ -f "$JSON" ] || exit 1

# q FILTER: jq on the result, for $lane.
q() {
	jq -r --arg lane "$lane" ".[\$lane] | $1" "$JSON"
}

# within WHAT NUMBER OPERATOR LIMIT: a number, and on the right side.
within() {
	if [[ $2 =~ ^-?[0-9]+$ ]] && test "$2" "$3" "$4"; then
		ok "$1: $2"
	else
		not_ok "$1" "got $2, want $3 $4"
	fi
}

is "icount.json has the stock lanes" "$(jq -r 'keys | join(" ")' "$JSON")" \
	"6.1 6.12 7"

for lane in 6.1 6.12 7; do
	like "$lane: the kernel is named" "$(q .kernel)" "^$lane\..*-amd64$"
	for set in init_on_alloc_0 init_on_alloc_1; do
		is "$lane: all keys are there, $set" \
			"$(q ".$set | keys | join(\" \")")" "$KEYS"
	done

	within "$lane: objcache pair through calls" \
		"$(q .init_on_alloc_0.objcache_pair_call)" -le $BUDGET_CALL
	within "$lane: objcache pair inline" \
		"$(q .init_on_alloc_0.objcache_pair_inline)" -le $BUDGET_INLINE
	for key in sizeclass_pair sizeclass_pair_{64,128,512,1024,2048,4096,8192,variable}; do
		within "$lane: $key" "$(q ".init_on_alloc_0.$key")" -le $BUDGET_SIZECLASS
	done
	within "$lane: $(q .kernel): a size class is cheaper than kmalloc, unsized too" \
		"$(q .init_on_alloc_0.sizeclass_pair_unsized)" -lt \
		"$(q .init_on_alloc_0.kmalloc_pair)"

	# A path this short would have lost its counters or its allocation.
	within "$lane: objcache inline does do something" \
		"$(q .init_on_alloc_0.objcache_pair_inline)" -ge 15
	within "$lane: the empty loop is not optimized away" \
		"$(q .init_on_alloc_0.empty)" -gt 0
	for key in kmem_cache_pair kmalloc_pair mempool_t_pair; do
		within "$lane: $key is measured" \
			"$(q ".init_on_alloc_0.$key")" -gt $SLAB_AT_LEAST
	done
	for key in kmem_cache_pair objcache_pair_call objcache_pair_inline; do
		within "$lane: init_on_alloc=1 zeroes in $key" \
			"$(q ".init_on_alloc_1.$key - .init_on_alloc_0.$key")" \
			-ge $ZEROING_AT_LEAST
	done
	if [ "$lane" = 6.1 ]; then
		is "$lane: there is no objpool" \
			"$(q .init_on_alloc_0.objpool_pair)" null
	else
		within "$lane: objpool_pair is measured" \
			"$(q .init_on_alloc_0.objpool_pair)" -gt 30
	fi
done

status "an unknown lane is refused" 1 "$ROOT/bench/icount" uml
