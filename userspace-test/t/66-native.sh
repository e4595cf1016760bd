#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 1800
#
# The benchmark in time runs and has all its numbers.  How good they are is no
# test: that depends on what else the machine does.

# shellcheck source=userspace-test/lib.sh
. "$(dirname "$0")/../lib.sh"

"$ROOT/lab/get" jq

# ---- what is timed is what stock kernels have ----

# The part of uml.config that says so, against the stock 7.x kernel's configuration.
stock_config() (
	set +e
	# shellcheck source=lab/lib.sh
	. "$ROOT/lab/lib.sh"
	# shellcheck source=lab/apt.sh
	. "$LAB_DIR/apt.sh"
	# shellcheck source=lab/get.sh
	. "$LAB_DIR/get.sh"
	# shellcheck source=lab/debian.sh
	. "$LAB_DIR/debian.sh"
	# shellcheck source=lab/lane.sh
	. "$LAB_DIR/lane.sh"
	cat "$(lane_kernel 7)/config"
)
stock_config >"$SCRATCH/stock"
sed -n '/^# Memory as/,$p' "$ROOT/lab/uml.config" | grep CONFIG_ >"$SCRATCH/ours"
is "uml's memory is configured as the stock kernel's" \
	"$(grep -vxFf "$SCRATCH/stock" "$SCRATCH/ours" || true)" ''
is "and that is most there is" "$(($(wc -l <"$SCRATCH/ours") >= 15))" 1

# ---- the numbers ----

try "bench/native measures" "$ROOT/bench/native" --json
cp "$OUT" "$SCRATCH/json"
diag 200 <"$SCRATCH/json"

# q FILTER: jq on the result.
q() { jq -r "$1" "$SCRATCH/json"; }

RATIOS="bulk16 burst16 kmalloc mempool_t pair pair_atomic producer_consumer scaling_2cpu"
for kind in ratio ratio_without_irqsave limit; do
	is "all of $kind is there" "$(q ".$kind | keys | join(\" \")")" "$RATIOS"
done
is "each is a number with quartiles around it" "$(q '[.ratio, .ratio_without_irqsave, .ns | .[] |
	.median > 0 and .quartiles[0] <= .median and .median <= .quartiles[1]] | all')" true
is "all bursts are there" "$(q '[.bursts[].burst] | join(" ")')" \
	"1 2 4 8 16 32 64 128 256 512"
is "and all are timed" "$(q '[.bursts[] | .mempool > 0 and .slab > 0 and .array > 0] | all')" true
is "latencies are in order" "$(q '[.latency.mempool, .latency.slab | .p50 <= .p99 and
	.p99 <= .p999 and .p999 <= .max and .max > 0] | all')" true
like "the kernel is named" "$(q .kernel)" '^7\.[0-9.]*-uml$'
like "the compiler is named" "$(q .compiler)" '^gcc-12 .*12\.[0-9]'
# A loop that was optimized away would cost what the empty one does; preemption is
# nothing to disable on this lane.
# shellcheck disable=SC2016 # jq's
is "every loop does something" "$(q '.ns | .empty.median as $e | .local_add.median as $l |
	del(.empty, .local_add, .preempt) | map_values(.median > $e) | all')" true
# One a pair, by what is counted; and none where slab and mempool have no lock to take.
is "irqsaves are counted" "$(q '.irqsaves | .irqsave >= 1 and .irqsave < 1.01 and
	.spin_lock_irqsave >= 1 and .spin_lock < 0.01 and .objcache_pair < 0.01')" true
is "where bursts overflow slab's own caches, and less by mempool" "$(q '.irqsaves |
	.kmem_cache_burst512 > 0.01 and .objcache_burst512 < .kmem_cache_burst512')" true
status "an unknown argument is refused" 1 "$ROOT/bench/native" --fast
