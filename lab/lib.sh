# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# lib.sh - what every command of the lab shares: messages, the cache, locks.
#
# The cache is a folder of entries.  An entry is a folder that somebody has finished:
# it counts only once it holds .complete, which is written last.  A builder that is
# interrupted leaves a folder without it; the next one to come wipes that and starts
# again.  Entries are built where they will live, not renamed into place, because
# kernel trees bake their own path into generated makefiles.  A lock per entry keeps
# two runs from building the same one.

set -euo pipefail
shopt -s inherit_errexit

# Exit statuses of the lab itself.  A guest command's own status is passed through.
LAB_E_TIMEOUT=124	# the guest did not finish in time (as timeout(1))
LAB_E_LAB=125		# the lab failed: bad usage, no network, build error
LAB_E_SPLAT=126		# the kernel complained: panic, oops, WARN, lockdep, ...
export LAB_E_TIMEOUT LAB_E_LAB LAB_E_SPLAT

# Whatever fails unforeseen is the lab's failure, not to be taken for a guest's status.
set -E
trap 'exit "$LAB_E_LAB"' ERR

LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROJECT=$(dirname "$LAB_DIR")
CACHE=${MEMPOOL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mempool}
export LAB_DIR PROJECT CACHE

LANES=(6.1 6.12 7 rt uml uml-preempt)

say() { printf '%s: %s\n' "lab" "$*" >&2; }

die()
{
	say "error: $*"
	exit "$LAB_E_LAB"
}

need_root()
{
	[ "$(id -u)" = 0 ] || die "$1 needs root"
}

# usage FILE: print the header comment of a command, which is its help text.
usage()
{
	sed -n '3,/^$/{s/^# \{0,1\}//;p}' "$1"
}

is_lane()
{
	local l

	for l in "${LANES[@]}"; do
		[ "$l" = "$1" ] && return 0
	done
	return 1
}

check_lane()
{
	[ -n "$1" ] || die "no lane given: use --lane with one of: ${LANES[*]}"
	is_lane "$1" || die "unknown lane '$1': the lanes are ${LANES[*]}"
}

# need_value OPTION [VALUE]...: an option that takes a value was given one.
need_value() { [ $# -ge 2 ] || die "$1 needs a value"; }

jobs() { nproc 2>/dev/null || echo 2; }

# quietly LOG COMMAND...: run with its output in LOG; show the end of it on failure.
quietly()
{
	local log=$1 rc=0

	shift
	"$@" >"$log" 2>&1 </dev/null || rc=$?
	[ "$rc" = 0 ] && return 0
	tail -n 60 "$log" >&2
	return "$rc"
}

# shellcheck disable=SC2094 # the lock is opened, never read nor written
# locked FILE COMMAND...: run COMMAND (a function will do) while holding FILE's lock.
# The command runs in a subshell, so its `exit` and its failure both end there.
locked()
{
	local file=$1

	shift
	mkdir -p "$(dirname "$file")"
	(
		if ! flock -n 9; then
			say "waiting for another run that holds the lock $file"
			flock 9
		fi
		"$@"
	) 9>"$file"
}

entry_complete() { [ -e "$CACHE/$1/.complete" ]; }

# entry NAME BUILDER [ARG...]: make sure the cache entry NAME is there.  BUILDER is
# called as BUILDER DIR ARG... and fills DIR, an empty folder.
entry()
{
	local name=$1

	entry_complete "$name" && return 0
	mkdir -p "$CACHE"
	locked "$CACHE/.locks/${name//\//_}.lock" entry_build "$@"
}

entry_build()
{
	local name=$1 builder=$2 dir=$CACHE/$1 start=$SECONDS

	shift 2
	entry_complete "$name" && return 0
	rm -rf "$dir"
	mkdir -p "$dir"
	# Not `|| die`: that would switch off errexit inside the builder.
	"$builder" "$dir" "$@"
	echo "$((SECONDS - start)) s" >"$dir/.complete.new"
	mv "$dir/.complete.new" "$dir/.complete"
	say "$name is ready ($((SECONDS - start)) s)"
}

# key FILE-OR-STRING...: a short hash for the name of a cache entry.
key() { printf '%s\n' "$@" | sha256sum | cut -c1-12; }
