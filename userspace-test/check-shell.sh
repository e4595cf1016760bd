#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check-shell.sh TREE: shellcheck on every shell script of the tree, and the
# strict mode in every bash program.

# shellcheck source=userspace-test/check-lib.sh
. "$(dirname "$0")/check-lib.sh"
need shellcheck

mapfile -t scripts < <(shell_scripts)
[ ${#scripts[@]} -gt 0 ] || bad ".:0: no shell script found"

rc=0
said=$(shellcheck -x -P SCRIPTDIR:. -f gcc "${scripts[@]}" 2>&1) || rc=$?
[ -z "$said" ] || bad_lines <<<"$said"
[ "$rc" -le 1 ] || bad ".:0: shellcheck failed with status $rc"

# A script gets the strict mode from itself or from the library it sources.
for file in "${scripts[@]}"; do
	head -n 1 "$file" | grep -q '^#!.*bash' || continue
	if ! grep -qE '^set -euo pipefail|^(\.|source) .*lib\.sh"?' "$file"; then
		bad "$file:1: no set -euo pipefail"
	fi
done
verdict
