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

# checkpatch leaves a cache where it runs: let that be a folder of links.
scratch=$(mktemp -d "${TMPDIR:-/tmp}/check-style.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
ln -s "$TREE"/*/ "$scratch/"

# checkpatch IGNORE FILE...
checkpatch() {
	local ignore=$1 said looked

	shift
	[ $# -gt 0 ] || return 0
	said=$(cd "$scratch" || exit
		perl "$SOURCE/scripts/checkpatch.pl" --no-tree --strict --emacs \
		--show-types --color=never --ignore "$ignore" -f "$@" 2>&1 || true)
	bad_lines < <(grep -E '^[^ ]+:[0-9]+: (ERROR|WARNING|CHECK):' <<<"$said" || true)
	# A summary line a file is the proof that it read them all.
	looked=$(grep -cE '^total: .* lines checked$' <<<"$said" || true)
	[ "$looked" -eq $# ] || bad ".:0: checkpatch looked at $looked files of $#"
}

mapfile -t compat < <(kernel_c | grep '^kmod/compat/')
mapfile -t other < <(kernel_c | grep -v '^kmod/compat/')
[ ${#other[@]} -gt 0 ] || bad ".:0: no kernel C found"
checkpatch ALLOC_WITH_SIZEOF "${other[@]}"
checkpatch ALLOC_WITH_SIZEOF,LINUX_VERSION_CODE,CONSTANT_COMPARISON \
	"${compat[@]}"
verdict
