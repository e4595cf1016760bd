# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion of mempoolctl for bash; found by its name in the folder of completions.

_mempoolctl_caches()
{
	mempoolctl list 2>/dev/null | awk 'NR > 1 { print $2 }'
}

# _mempoolctl_knobs [CACHE]: its knobs as CACHE/KNOB, or those of the module.
_mempoolctl_knobs()
{
	mempoolctl get ${1:+"$1"} 2>/dev/null | awk -v cache="${1:+$1/}" 'NR > 1 { print cache $1 }'
}

_mempoolctl_places()
{
	case $1 in
	*/*) _mempoolctl_knobs "${1%%/*}" ;;
	*)
		_mempoolctl_knobs
		_mempoolctl_caches
		;;
	esac
}

_mempoolctl()
{
	local word=${COMP_WORDS[COMP_CWORD]} command='' place=0 i words=''

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-*) ;;
		*)
			[ -n "$command" ] || command=${COMP_WORDS[i]}
			place=$((place + 1))
			;;
		esac
	done
	case $word:$command:$place in
	-*) words='--json --scan --prometheus --once --delay --sort --help --version' ;;
	*::0) words='list stats top memory cycles export get set reset-peaks reclaim' ;;
	*:stats:1 | *:reset-peaks:1 | *:reclaim:1) words=$(_mempoolctl_caches) ;;
	*:get:1) words=$(_mempoolctl_places "$word") ;;
	*:set:1)
		words=$(_mempoolctl_places "$word")
		# A cache alone is not a knob yet.
		compopt -o nospace 2>/dev/null
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _mempoolctl mempoolctl
