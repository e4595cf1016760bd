#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check-sparse.sh TREE LANE: sparse on each C file that is built, with a proof
# that it looked at all of them.  Lanes 6.1 and 6.12 only: Debian 12's sparse
# cannot parse 7.x, and kbuild then checks nothing and goes on.

# shellcheck source=userspace-test/check-lib.sh
. "$(dirname "$0")/check-lib.sh"
LANE=${2:?which lane?}
need sparse
# Beside check-warnings.sh in one folder: what that compiled is not compiled
# again, C=2 checks it all the same.
BUILD=$TREE/build/w1-$LANE
mkdir -p "$BUILD"
report=$(mktemp "$TREE/build/sparse-$LANE.XXXXXX")
trap 'rm -f "$report"' EXIT

rc=0
"$TREE/lab/build" --lane "$LANE" --out "$BUILD" -- W=1e C=2 \
	"CHECK=$HERE/sparse-record.sh $report" >/dev/null 2>"$BUILD.err" || rc=$?
if [ "$rc" -ne 0 ]; then
	bad_lines < <(tail -n 30 "$BUILD.err" | sed 's/^/build:0: /')
	bad "build:0: failed with status $rc"
fi

# The kernel's own headers are not ours to mend.
bad_lines < <(sed -nE "s#^$BUILD/(.*: (warning|error): .*)#\1#p" "$report" |
	sort -u)
bad_lines < <(grep -E 'sparse failed$' "$report" | sed "s|^$BUILD/||" || true)

# One CHECKED line for each object of ours that the build made.
while [ "$rc" -eq 0 ] && read -r object; do
	source=${object%.o}.c
	[ -f "$source" ] || continue
	grep -qx "CHECKED \(.*/\)\?$source" "$report" ||
		bad "$source:0: sparse did not look at it"
done < <(cd "$BUILD" && find . -name '*.o' ! -name '*.mod.o' ! -name '.*' | sed 's,^\./,,' | sort)
checked=$(grep -c '^CHECKED ' "$report" || true)
[ "$checked" -gt 0 ] || bad "build:0: sparse looked at no file"
[ "$VIOLATIONS" -gt 0 ] || echo "sparse looked at $checked files"
verdict
