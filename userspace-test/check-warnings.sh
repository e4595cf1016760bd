#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check-warnings.sh TREE LANE: the whole tree builds with W=1 and not one
# warning, neither from the compiler (W=e makes those errors) nor from modpost.
# The build has a folder of its own, so that it starts from nothing.

# shellcheck source=userspace-test/check-lib.sh
. "$(dirname "$0")/check-lib.sh"
LANE=${2:?which lane?}
BUILD=$TREE/build/w1-$LANE
LOG=$BUILD/.lab-build.log

mkdir -p "$BUILD"
# modpost says its warnings only when it runs, so let it run each time.
rm -f "$BUILD/Module.symvers" "$BUILD/.lab-built"
rc=0
"$TREE/lab/build" --lane "$LANE" --out "$BUILD" -- W=1e \
	>"$BUILD.list" 2>"$BUILD.err" || rc=$?

# Debian's headers name the very build of the compiler that made the kernel.
if [ -f "$LOG" ]; then
	bad_lines < <(grep -E 'warning:|WARNING:|error:|ERROR:' "$LOG" |
		grep -v 'warning: the compiler differs' |
		sed "s|^$BUILD/||; s|^.*WARNING: modpost|modpost:0: WARNING|" || true)
fi
if [ "$rc" -ne 0 ] && [ "$VIOLATIONS" -eq 0 ]; then
	bad_lines < <(tail -n 30 "$BUILD.err" | sed 's/^/build:0: /')
	bad "build:0: failed with status $rc"
fi
[ "$rc" -ne 0 ] || [ -s "$BUILD.list" ] || bad "build:0: made no module"
verdict
