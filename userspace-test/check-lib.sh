# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the check-*.sh scripts share.  Each takes the tree to look at as its
# first argument (default: this checkout), prints one line per violation,
# "file:line: what", and exits 1 if there was one.  They are told the tree so
# that check-selftest.sh can point them at a copy with a planted mistake.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034
ROOT=$(cd "$HERE/.." && pwd)
TREE=$(cd "${1:-$HERE/..}" && pwd)
VIOLATIONS=0
cd "$TREE"

# The files of the tree, relative to it, whose name matches the extended regex
# $1.  git knows what is generated; a copy without git has nothing but build/.
tree_files() {
	{
		if [ -e .git ] && git rev-parse >/dev/null 2>&1; then
			git ls-files -co --exclude-standard
		else
			find . -path ./build -prune -o -path ./.git -prune -o \
				-type f -print | sed 's,^\./,,'
		fi
	} | grep -E -- "${1:-.}" | sort -u | while read -r file; do
		[ ! -f "$file" ] || echo "$file"
	done
}

# Kernel C: what checkpatch and the like look at.  bench/prototype/ is a program
# of the host.
kernel_c() {
	tree_files '^(kmod|include|kunit-tests|samples|bench|torture|userspace-test/helpers)/.*\.[ch]$' |
		grep -v '^bench/prototype/'
}

shell_scripts() {
	tree_files | while read -r file; do
		if [[ $file == *.sh ]] ||
			head -c 64 "$file" | head -n 1 |
			grep -aEq '^#!.*\b(ba|da|)sh\b'; then
			echo "$file"
		fi
	done
}

bad() {
	VIOLATIONS=$((VIOLATIONS + 1))
	echo "$*"
}

# Each line of stdin is a violation.
bad_lines() {
	local line

	while IFS= read -r line; do
		bad "$line"
	done
}

# C without comments, line numbers kept.
strip_comments() {
	perl -0777 -pe '
		s{("(?:\\.|[^"\\\n])*"|\x27(?:\\.|[^\x27\\\n])*\x27)|/\*.*?\*/|//[^\n]*}
		 {defined $1 ? $1 : "\n" x ($& =~ tr/\n//)}gse' "$1"
}

# Installs what a check needs, through the lab.
need() {
	"$ROOT/lab/get" "$@" >&2
}

verdict() {
	[ "$VIOLATIONS" -eq 0 ] || exit 1
	exit 0
}
