#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# parallel: yes
# timeout: 1200
#
# Everything that can be said about the tree without running it.  The checks
# are programs of their own, userspace-test/check-*.sh, each described in its
# header; check-selftest.sh shows that every one of them can fail.
#
# With --self-test only the latter.

# shellcheck source=userspace-test/lib.sh
. "$(dirname "$0")/../lib.sh"

CHECKS=$ROOT/userspace-test

# check WHAT NAME [ARG...]
check() {
	local what=$1 name=$2 n

	shift 2
	capture "$CHECKS/check-$name.sh" "$ROOT" "$@"
	if [ "$RC" -eq 0 ]; then
		ok "$what$(sed 's/^/ (/;s/$/)/;q' "$OUT")"
		return
	fi
	n=$(wc -l <"$OUT")
	not_ok "$what" "$n violations, status $RC"
	head -n 60 "$OUT" | diag 60
	diag 30 <"$ERR"
}

selftest() {
	local line

	capture "$CHECKS/check-selftest.sh"
	while IFS= read -r line; do
		case $line in
		'ok - '*) ok "can fail: ${line#ok - }" ;;
		'not ok - '*) not_ok "can fail: ${line#not ok - }" "see below" ;;
		*) echo "$line" ;;
		esac
	done <"$OUT"
	diag <"$ERR"
}

if [ "${1-}" != --self-test ]; then
	check "every file says its license" text spdx
	check "kernel versions are known to kmod/compat/ alone" text versions
	check "no unfinished business" text notes
	check "no host, mirror or path of one machine" text places
	check "no file over 450 lines" text size
	check "what has a #! can be run, what has none cannot" text names
	check "includes point down, floors keep apart" floors
	check "documented make targets exist" targets
	check "shellcheck" shell
	check "checkpatch --strict" style
	check "kernel-doc, Context: and Return: for each export" kerneldoc
	for lane in 6.1 6.12 7; do
		check "W=1 without a warning on $lane" warnings "$lane"
	done
	for lane in 6.1 6.12; do
		check "sparse on $lane" sparse "$lane"
	done
fi
selftest
