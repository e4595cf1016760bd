#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# parallel: yes
# timeout: 900
#
# The fast path keeps to its budget on every stock kernel.  Instructions are
# exact and repeatable, so there is no margin for noise: one more is a failure.

# shellcheck source=userspace-test/lib.sh
. "$(dirname "$0")/../lib.sh"

# An alloc+free pair of 256 bytes, counters on, net of the empty loop.  It is 36
# (6.1) and 38 through calls, of which 6 are the calls and their arguments, and
# 28 inline.  Looser than this, bench/bounds.jq has the room for what is to come.
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

KEYS=(empty objcache_pair_{call,inline,limit,reserve,reserve_limit,reserve_limit_inline}
	objcache_pair_statistics statistics_read objcache_burst16_{call,inline}
	{array,kmalloc,kmem_cache,mempool_t,objpool}_{pair,burst16}
	{,kmem_cache_}bulk16_{alloc,free}_per_object sizeclass_pair
	sizeclass_pair_{64,128,512,1024,2048,4096,8192,unsized,variable})
mapfile -t KEYS < <(printf '%s\n' "${KEYS[@]}" | LC_ALL=C sort)

"$ROOT/lab/get" jq

JSON=$ROOT/build/bench/icount.json
rm -f "$JSON"
try "bench/icount measures all lanes" "$ROOT/bench/icount"
cat "$OUT"
[ -f "$JSON" ] || exit 1

# q FILTER [SET]: jq on the result, for $lane, without zeroing unless SET says so.
q() {
	jq -r --arg lane "$lane" --arg set "${2:-icount}" ".[\$set][\$lane] | $1" "$JSON"
}

# within WHAT NUMBER OPERATOR LIMIT: a number, and on the right side.
within() {
	if [[ $2 =~ ^-?[0-9]+$ ]] && test "$2" "$3" "$4"; then
		ok "$1: $2"
	else
		not_ok "$1" "got $2, want $3 $4"
	fi
}

# Every bound that `make bench` prints for this part.
capture "$ROOT/bench/report" --only=icount --tsv
cp "$OUT" "$SCRATCH/bounds"
is "bench/report has six bounds a lane" "$(wc -l <"$SCRATCH/bounds")" 18
while IFS=$'\t' read -r _ what value _ operator bound _ _ verdict; do
	if [ "$verdict" = met ]; then
		ok "$what: $value $operator $bound"
	else
		not_ok "$what" "$verdict: $value, want $operator $bound"
	fi
done <"$SCRATCH/bounds"

for set in icount icount_init_on_alloc; do
	is "$set has the stock lanes" "$(jq -r ".$set | keys | join(\" \")" "$JSON")" \
		"6.1 6.12 7"
done

for lane in 6.1 6.12 7; do
	like "$lane: the kernel is named" "$(jq -r ".kernel[\"$lane\"]" "$JSON")" \
		"^$lane\..*-amd64$"
	for set in icount icount_init_on_alloc; do
		is "$lane: all keys are there, $set" "$(q 'keys | join(" ")' "$set")" \
			"${KEYS[*]}"
	done

	within "$lane: objcache pair through calls" \
		"$(q .objcache_pair_call)" -le $BUDGET_CALL
	within "$lane: objcache pair inline" \
		"$(q .objcache_pair_inline)" -le $BUDGET_INLINE
	for key in sizeclass_pair sizeclass_pair_{64,128,512,1024,2048,4096,8192,variable}; do
		within "$lane: $key" "$(q ".$key")" -le $BUDGET_SIZECLASS
	done
	within "$lane: a size class is cheaper than kmalloc, unsized too" \
		"$(q .sizeclass_pair_unsized)" -lt "$(q .kmalloc_pair)"

	# A path this short would have lost its counters or its allocation.
	within "$lane: objcache inline does do something" \
		"$(q .objcache_pair_inline)" -ge 15
	within "$lane: the empty loop is not optimized away" \
		"$(q .empty)" -gt 0
	for key in kmem_cache_pair kmalloc_pair mempool_t_pair; do
		within "$lane: $key is measured" \
			"$(q ".$key")" -gt $SLAB_AT_LEAST
	done
	for key in kmem_cache_pair objcache_pair_call objcache_pair_inline; do
		within "$lane: init_on_alloc=1 zeroes in $key" \
			$(($(q ".$key" icount_init_on_alloc) - $(q ".$key"))) \
			-ge $ZEROING_AT_LEAST
	done
	for key in {kmem_cache,kmalloc,mempool_t}_burst16 kmem_cache_bulk16_alloc_per_object; do
		within "$lane: $key is measured" "$(q ".$key | floor")" -gt 20
	done
	within "$lane: the bare array is the floor" "$(q .array_pair)" -lt \
		"$(q .objcache_pair_inline)"
	within "$lane: the bare array does do something" "$(q .array_pair)" -ge 8
	within "$lane: who reads statistics pays for it" "$(q .statistics_read)" -gt 1000
	is "$lane: the pair does not" "$(q .objcache_pair_statistics)" \
		"$(q .objcache_pair_call)"
	for key in limit reserve reserve_limit; do
		is "$lane: a pair costs no more with $key" \
			"$(q ".objcache_pair_$key")" "$(q .objcache_pair_call)"
	done
	if [ "$lane" = 6.1 ]; then
		is "$lane: there is no objpool" "$(q .objpool_pair)" null
	else
		within "$lane: objpool_pair is measured" "$(q .objpool_pair)" -gt 30
	fi
done

status "an unknown lane is refused" 1 "$ROOT/bench/icount" uml
