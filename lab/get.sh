# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# get.sh - install packages on this machine, only when they are missing.
# Needs lib.sh.

get_missing()
{
	local p

	for p in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null |
			grep -qx installed || echo "$p"
	done
}

# get PACKAGE...: nothing to do is silent and asks no network.
get()
{
	local missing

	missing=$(get_missing "$@")
	[ -n "$missing" ] || return 0
	need_root "installing ${missing//$'\n'/ }"
	locked "$CACHE/.locks/get.lock" get_locked "$@"
}

get_locked()
{
	local missing log=$CACHE/get.log
	local cmd=(apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends)

	mapfile -t missing < <(get_missing "$@")
	[ "${#missing[@]}" -gt 0 ] || return 0
	say "installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	# The machine's lists may be absent or stale: fetch them only when they fail us.
	"${cmd[@]}" install "${missing[@]}" >"$log" 2>&1 </dev/null && return 0
	"${cmd[@]}" update >>"$log" 2>&1 </dev/null || true
	"${cmd[@]}" install "${missing[@]}" >>"$log" 2>&1 </dev/null && return 0
	grep -E '^[EW]:' "$log" >&2 || tail -n 20 "$log" >&2
	die "cannot install ${missing[*]}. Check the network and that" \
		"'apt-get install ${missing[*]}' works, then run again."
}
