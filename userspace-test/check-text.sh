#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check-text.sh TREE RULE: the rules that need no tool but grep.
#   spdx      every file names its license in the first lines
#   versions  kernel versions are known to kmod/compat/ alone
#   notes     no unfinished business in comments
#   places    no host, no mirror and no path of some machine
#   size      no file over 450 lines, scripts and code alike
#   names     the ending of a file, its #! and its mode agree

# shellcheck source=userspace-test/check-lib.sh
. "$(dirname "$0")/check-lib.sh"
RULE=${2:?which rule?}

# grep_tree REGEX MESSAGE [grep option...]: hits in the files on stdin.
grep_tree() {
	local regex=$1 message=$2

	shift 2
	tr '\n' '\0' | xargs -0 -r grep -HInE "$@" -e "$regex" -- |
		cut -c 1-160 | sed "s|^\([^:]*:[0-9]*\):|\1: $message: |"
}

case $RULE in
spdx)
	while read -r file; do
		case $file in
		# No comments in the format, a text that is a license itself, or what
		# programs print.
		userspace-test/golden/*) continue ;;
		*.json | *.png | *.gif | *.xz | LICENSES/* | COPYING | debian/*) continue ;;
		include/uapi/*) want='GPL-2.0 WITH Linux-syscall-note' ;;
		*) want='GPL-2.0-only' ;;
		esac
		# The second line, where the first is a #! or opens a comment.
		if ! head -n 2 "$file" | grep -aqF "SPDX-License-Identifier: $want"; then
			bad "$file:1: does not say SPDX-License-Identifier: $want"
		fi
	done < <(tree_files)
	;;
versions)
	while read -r file; do
		[[ $file != kmod/compat/* ]] || continue
		bad_lines < <(strip_comments "$file" |
			grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION|RHEL_RELEASE|linux/version\.h' |
			sed "s,^\([0-9]*\):.*,$file:\1: kernel version outside kmod/compat/,")
	done < <(tree_files '\.[chS]$')
	bad_lines < <(tree_files '(^|/)(Kbuild|Makefile)' |
		grep_tree '\$\((VERSION|PATCHLEVEL|KERNELVERSION)\)' \
			'kernel version outside kmod/compat/')
	;;
notes)
	bad_lines < <(tree_files |
		grep_tree '\b([T]ODO|[F]IXME|[X]XX|[H]ACK)\b' 'unfinished')
	;;
places)
	bad_lines < <(tree_files | grep_tree \
		'/[w]ork/|/[h]ome/[a-z]|/tmp/[p]lan|/[U]sers/' 'a path of one machine')
	bad_lines < <(tree_files | grep_tree \
		'([a-z0-9-]+\.)+[d]ebian\.(org|net)|[m]irrors?\.[a-z]' 'a mirror')
	# Pages to read are fine; anything else is a place to fetch from.
	bad_lines < <(tree_files | grep_tree '[h]ttps?://[a-z0-9]' 'a URL' |
		grep -vE '[h]ttps?://(docs\.kernel|www\.kernel|lore\.kernel|spdx|lwn|www\.gnu|json-schema)\.(org|net)' || true)
	# A host may well be called debian or kernel; one with a number is a name.
	host=$(uname -n)
	if [[ ${#host} -ge 6 && $host == *[0-9]* ]]; then
		bad_lines < <(tree_files |
			grep_tree "(^|[^[:alnum:]])${host//./\\.}([^[:alnum:]]|$)" \
				'the name of this host')
	fi
	;;
size)
	while read -r file; do
		lines=$(wc -l <"$file")
		[[ $file != COPYING && $file != LICENSES/* && $file != *.xz ]] || continue
		[ "$lines" -le 450 ] || bad "$file:$lines: over 450 lines"
	done < <(tree_files)
	;;
names)
	while read -r file; do
		first=$(head -c 80 "$file" | head -n 1 | tr -d '\0')
		if [[ $first == '#!'* ]]; then
			[ -x "$file" ] || bad "$file:1: has a #! but no execute bit"
		elif [ -x "$file" ]; then
			bad "$file:1: has an execute bit but no #!"
		fi
	done < <(tree_files)
	;;
*)
	echo "check-text.sh: no rule '$RULE'" >&2
	exit 2
	;;
esac
verdict
