#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check-targets.sh TREE: what the README, the documentation and `make help` call
# "make something" can be made.

# shellcheck source=userspace-test/check-lib.sh
. "$(dirname "$0")/check-lib.sh"

# Not those of the make that may have started this.
unset MAKEFLAGS MFLAGS MAKELEVEL

# make's own database; the goal does not exist, so nothing is run, and make says
# that by its status.
targets=$({ make -pq -f Makefile no-such-goal 2>/dev/null || true; } | awk '
	/^# Not a target/ { skip = 1; next }
	/^[a-zA-Z0-9][^:=#%\/ ]*:([^=]|$)/ && !skip { sub(/:.*/, ""); print }
	{ skip = 0 }' | sort -u)
help=$(make -s --no-print-directory help 2>/dev/null) ||
	bad "Makefile:0: make help fails"

# make, with variables and options before the target.
CALL="make( [a-zA-Z_]+=[^ \`]+| -[a-zA-Z]+[0-9]*)* [a-z][a-z0-9-]*"
# In prose only what is marked as code: `make x`, or a line of an indented or
# fenced block, with or without a prompt.
CODE="\`(sudo )?make [^\`]*\`|^([[:space:]]+|[[:space:]]*[$#] +)(sudo )?make [A-Za-z-]"
CODE+='|^make [a-z-]+( *#.*)?$'

exists() {
	grep -qx -- "$1" <<<"$targets"
}

[ -n "$targets" ] || bad "Makefile:0: has no target"
while read -r target; do
	[ -n "$target" ] || continue
	exists "$target" || bad "make help:0: 'make $target' does not exist"
done < <(sed -nE 's/^ +(make )?([a-z][a-z0-9-]*)( {2,}|\t).*/\2/p' <<<"$help")

while read -r file; do
	while IFS=: read -r line text; do
		while read -r target; do
			exists "$target" ||
				bad "$file:$line: 'make $target' does not exist"
		done < <(grep -oE "$CALL" <<<"$text" | awk '{ print $NF }')
	done < <(grep -nE "$CODE" "$file" | grep -v 'make -C' || true)
done < <(tree_files '^README|^Documentation/.*\.(rst|md|txt)$')
verdict
