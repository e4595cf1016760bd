#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The torture in short, in every preemption mode of every stock kernel, on PREEMPT_RT and on
# UML, where the other seam of the magazine is built.  The long form is make torture.
# parallel: yes
# timeout: 1800
. "$(dirname "$0")/../lib.sh"

# Each line that torture/run judged, once more as this script's own.
replay() {
	local line failed=$TEST_FAILED

	while IFS= read -r line; do
		case $line in
		'ok - '*) ok "${line#ok - }" ;;
		'not ok - '*) not_ok "${line#not ok - }" "see below" ;;
		esac
	done
	[ "$TEST_FAILED" = "$failed" ]
}

torture() {
	"$ROOT/torture/run" --seconds "${TORTURE_SECONDS:-4}" "$@" >"$OUT" 2>"$ERR" || true
	replay <"$OUT" || cat "$OUT" "$ERR" | diag 60
}

for mode in none voluntary full; do
	torture --lane 6.1 --preempt "$mode"
	torture --lane 6.12 --preempt "$mode"
done
for mode in full lazy; do
	torture --lane 7 --preempt "$mode"
done
torture --lane rt
torture --lane uml-preempt --smp 2
