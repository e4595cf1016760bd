#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
#
# The benchmark in time runs and has all its numbers.  How good they are is no
# test: that depends on what else the machine does.

# shellcheck source=userspace-test/lib.sh
. "$(dirname "$0")/../lib.sh"

"$ROOT/lab/get" jq
try "bench/native measures" "$ROOT/bench/native" --json
cp "$OUT" "$SCRATCH/json"
diag <"$SCRATCH/json"
is "all ratios are there" "$(jq -r '.ratio | keys | join(" ")' "$SCRATCH/json")" \
	"array_burst16 array_pair bulk16 burst16 kmalloc mempool_t pair pair_atomic producer_consumer scaling_2cpu"
is "each is a number with quartiles around it" "$(jq -r '[.ratio, .ns | .[] |
	.median > 0 and .quartiles[0] <= .median and .median <= .quartiles[1]] | all' \
	"$SCRATCH/json")" true
# A loop that was optimized away would cost what the empty one does.
is "every loop does something" "$(jq -r '.ns | .empty.median as $e |
	del(.empty) | map_values(.median > $e) | all' "$SCRATCH/json")" true
status "an unknown argument is refused" 1 "$ROOT/bench/native" --fast
