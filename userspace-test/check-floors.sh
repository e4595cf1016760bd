#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check-floors.sh TREE: an allocation walks down, never back up.  A file of
# kmod/ includes its own header and those of lower floors; public headers
# include none of kmod/; only the backing floor talks to the slab allocator;
# and what is below objcache does not know struct objcache.

# shellcheck source=userspace-test/check-lib.sh
. "$(dirname "$0")/check-lib.sh"

# Room -> floor, the highest first.  The init chain and the life of a cache put
# the whole house together, windows look down on all of it; rooms beside each
# other on the floor of objcache may see each other; account, check and the words
# common to all are leaves that any floor may use.
BESIDE=4
declare -A FLOOR=(
	[main]=0
	[lifecycle]=1 [owner]=1 [interop]=1 [exactsize_life]=1 [sizeclass_life]=1
	[arguments]=2 [defaults]=2 [chardev]=2
	[debugfs]=3 [commands]=3
	[objcache]=4 [bulk]=4 [gfp]=4 [debug]=4 [validate]=4 [knobs]=4 [knobtable]=4 [wait]=4 [view]=4 [reclaim]=4 [sizeclass]=4
	[refill]=4 [seek]=4 [tune]=4 [reservation]=4 [directory]=4 [stattable]=4 [cycle]=4 [triggers]=4 [shrinker]=4 [squeeze]=4
	[family]=4 [fallback]=4 [exactsize]=4 [limits]=4 [memory]=4
	[overflow]=5
	[magazine]=6
	[depot]=7 [reserve]=7 [quarantine]=7
	[backing]=8
	[account]=9 [check]=9 [transit]=9 [histogram]=9 [later]=9
	[internal]=10 [trace]=10
)

# A room may be split in files: objcache_priv.h is on objcache's floor.
room_of() {
	local room

	room=$(basename "$1")
	room=${room%.[ch]}
	while :; do
		if [ -n "${FLOOR[$room]-}" ]; then
			echo "$room"
			return
		fi
		[[ $room == *[-_]* ]] || return 0
		room=${room%[-_]*}
	done
}

floor_of() {
	local room

	room=$(room_of "$1")
	[ -z "$room" ] || echo "${FLOOR[$room]}"
}

# includes FILE: "line header" for each #include, quotes or brackets kept.
includes() {
	strip_comments "$1" | awk '
		/^[ \t]*#[ \t]*include/ {
			sub(/^[ \t]*#[ \t]*include[ \t]*/, "")
			print NR, $1
		}'
}

# Included by the compiler, before everything: no file names it.
compat_header() {
	[[ $1 == '"compat.h"' || $1 == *'/compat.h"' ]]
}

while read -r file; do
	[[ $file != kmod/compat/* ]] || continue
	mine=$(floor_of "$file")
	if [ -z "$mine" ]; then
		bad "$file:1: a room without a floor (see check-floors.sh)"
		continue
	fi
	own=$(room_of "$file")
	while read -r line header; do
		if compat_header "$header"; then
			bad "$file:$line: includes $header, which is force-included"
			continue
		fi
		case $header in
		'<'*) continue ;;
		esac
		name=${header//\"/}
		# What a room alone has to know of kernel versions.
		[ "$name" != "compat/$own.h" ] || continue
		if [[ $name == ../* || $name == */* ]]; then
			bad "$file:$line: includes $header across folders"
			continue
		fi
		[ "$(room_of "$name")" != "$own" ] || continue
		[ "${name%.h}" != "$own" ] || continue
		# A room that is split shares its header.
		[[ $own != "${name%.h}"[_-]* ]] || continue
		theirs=$(floor_of "$name")
		if [ -z "$theirs" ]; then
			bad "$file:$line: includes $header, which has no floor"
		elif [ "$theirs" -lt "$mine" ] ||
			{ [ "$theirs" -eq "$mine" ] && [ "$mine" -ne $BESIDE ]; }; then
			bad "$file:$line: includes $header, which is not below it"
		fi
	done < <(includes "$file")
	if [ "$mine" -gt "${FLOOR[objcache]}" ]; then
		bad_lines < <(strip_comments "$file" |
			grep -nE '\bstruct objcache\b' |
			sed "s|^\([0-9]*\):.*|$file:\1: struct objcache below its floor|")
	fi
	if [ "$mine" -ne "${FLOOR[backing]}" ]; then
		bad_lines < <(strip_comments "$file" |
			grep -nE '\bkmem_cache_[a-z_]+ *\(' |
			sed "s|^\([0-9]*\):.*|$file:\1: kmem_cache_*() outside backing|")
	fi
done < <(tree_files '^kmod/.*\.[ch]$')

while read -r file; do
	while read -r line header; do
		case $file:$header in
		include/uapi/*:'<linux/types.h>' | include/uapi/*:'<linux/ioctl.h>') ;;
		include/uapi/*)
			bad "$file:$line: a uapi header includes $header" ;;
		*:'<linux/'* | *:'<asm/'* | *:'<mempool/'* | *:'<uapi/'*) ;;
		*)
			bad "$file:$line: a public header includes $header" ;;
		esac
	done < <(includes "$file")
done < <(tree_files '^include/.*\.h$')
verdict
