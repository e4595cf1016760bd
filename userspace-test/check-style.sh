#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check-style.sh TREE: checkpatch --strict on all kernel C; errors, warnings
# and checks count alike.
#
# Ignored everywhere:
#   ALLOC_WITH_SIZEOF    kzalloc_obj() is of 7.x; this builds on 6.1 as well
# Ignored in kmod/compat/ alone, because knowing versions is what it is for
# (check-text.sh versions guards the others):
#   LINUX_VERSION_CODE
#   CONSTANT_COMPARISON  takes LINUX_VERSION_CODE, on the left, for a constant

# shellcheck source=userspace-test/check-lib.sh
. "$(dirname "$0")/check-lib.sh"
need perl
SOURCE=$("$ROOT/lab/source" --lane uml)

# checkpatch EXTRA-OPTION... < file names
checkpatch() {
	xargs -r perl "$SOURCE/scripts/checkpatch.pl" --no-tree --strict \
		--terse --show-types --no-summary --color=never "$@" -f || true
}

[ -n "$(kernel_c)" ] || bad ".:0: no kernel C found"
bad_lines < <(kernel_c | grep -v '^kmod/compat/' |
	checkpatch --ignore ALLOC_WITH_SIZEOF)
bad_lines < <(kernel_c | grep '^kmod/compat/' |
	checkpatch --ignore ALLOC_WITH_SIZEOF,LINUX_VERSION_CODE,CONSTANT_COMPARISON)
verdict
