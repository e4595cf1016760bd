#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check-style.sh TREE: checkpatch --strict on all kernel C; errors, warnings
# and checks count alike.
#
# Ignored, in kmod/compat/ alone: LINUX_VERSION_CODE, because knowing versions
# is what that folder is for (check-text.sh versions guards the others).

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
bad_lines < <(kernel_c | grep -v '^kmod/compat/' | checkpatch)
bad_lines < <(kernel_c | grep '^kmod/compat/' |
	checkpatch --ignore LINUX_VERSION_CODE)
verdict
