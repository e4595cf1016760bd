# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# module.sh - build module trees for a lane: this project's own, or somebody's driver
# against it.  Needs lib.sh, apt.sh, get.sh, lane.sh.
#
# A tree that is built elsewhere than where it lies is mirrored there first.  Times are
# kept, so make rebuilds only what changed; and when nothing at all changed since the
# last good build (sources, headers, arguments) make is not even asked.

MODULE_STAMP=.lab-built
MODULE_LOG=.lab-build.log

# What a build leaves behind: not mirrored, not deleted by mirroring, not an input.
MODULE_PRODUCTS=('*.o' '*.ko' '*.mod' '*.mod.c' '*.cmd' '*.symvers' '*.order' '*.a'
	'*.gcno' '*.gcda' '.tmp_*' '.module-common.*' '.lab-*' '*.d')

module_mirror()	# FROM TO [EXCLUDE...]
{
	local from=$1 to=$2 filters=() p

	shift 2
	for p in "$@" "${MODULE_PRODUCTS[@]}"; do
		filters+=("--exclude=$p")
	done
	get rsync
	mkdir -p "$to"
	# Excluded names are also safe from --delete: products stay for the next build.
	rsync -a --delete "${filters[@]}" "$from/" "$to/"
}

# module_print_ids DIR: what identifies the inputs of a build, a line per file.
module_print_ids()
{
	local prune=() p

	for p in "${MODULE_PRODUCTS[@]}"; do
		prune+=(-o -name "$p")
	done
	find "$1" \( -name .git -o -path "$1/stage" "${prune[@]}" \) -prune -o \
		-type f -printf '%P %T@ %s\n' | LC_ALL=C sort
}

# module_list DIR: the .ko files of the last build, from kbuild's own list, which has
# changed over time: .ko or .o, full path or relative to the tree.
module_list()
{
	local dir=$1 line

	[ -s "$dir/modules.order" ] || return 0
	while read -r line; do
		line=${line%.o}
		line=${line%.ko}.ko
		case $line in
		/*) ;;
		*) line=$dir/$line ;;
		esac
		echo "$line"
	done <"$dir/modules.order"
}

# module_make LANE DIR MAKE-ARG...: build the tree in DIR; nothing on stdout.
module_make()
{
	local lane=$1 dir=$2 id rc=0 log=$2/$MODULE_LOG headers

	shift 2
	headers=$(lane_headers "$lane")
	id=$({
		echo "$lane $headers $*"
		module_print_ids "$dir"
		[ -z "${MODULE_DEPENDS:-}" ] || module_print_ids "$MODULE_DEPENDS"
	} | sha256sum)
	[ "$(cat "$dir/$MODULE_STAMP" 2>/dev/null)" != "$id" ] || return 0
	rm -f "$dir/$MODULE_STAMP"
	lane_make "$lane" "$dir" -j"$(jobs)" "$@" modules >"$log" 2>&1 </dev/null || rc=$?
	if [ "$rc" != 0 ]; then
		say "building for lane $lane failed, its log ($log):"
		cat "$log" >&2
		exit "$LAB_E_LAB"
	fi
	grep -E 'warning:|WARNING:' "$log" >&2 || true
	echo "$id" >"$dir/$MODULE_STAMP"
}

# project_build LANE OUT MAKE-ARG...: this project's modules, and the files a driver
# needs, as an installed mempool would have them.
project_build()
{
	local lane=$1 out=$2 stage=$2/stage/usr/src/mempool

	shift 2
	if ! [ -f "$PROJECT/Kbuild" ] || ! [ -d "$PROJECT/kmod" ]; then
		die "this checkout has no mempool to build: $PROJECT/Kbuild or kmod/ is missing" \
			"(use --no-mempool to do without it)"
	fi
	module_mirror "$PROJECT" "$out" /.git /build /stage /lab /Documentation
	module_make "$lane" "$out" "$@"
	mkdir -p "$stage/include"
	rsync -a --delete --checksum --no-times "$PROJECT/include/" "$stage/include/"
	cmp -s "$out/Module.symvers" "$stage/Module.symvers" ||
		cp "$out/Module.symvers" "$stage/Module.symvers"
}

# driver_build LANE DIR OUT MEMPOOL MAKE-ARG...: somebody's module tree.  MEMPOOL is the
# folder with mempool's headers and symbols, or empty.
driver_build()
{
	local lane=$1 dir=$2 out=$3 mempool=$4 args=()

	shift 4
	[ -f "$dir/Kbuild" ] || [ -f "$dir/Makefile" ] || die "$dir has no Kbuild and no Makefile"
	[ "$dir" = "$out" ] || module_mirror "$dir" "$out" /.git
	[ -z "$mempool" ] || args=("MEMPOOL=$mempool" "KBUILD_EXTRA_SYMBOLS=$mempool/Module.symvers")
	MODULE_DEPENDS=$mempool module_make "$lane" "$out" "${args[@]}" "$@"
}
