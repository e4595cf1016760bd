# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# source.sh - unpacked kernel sources, from Debian's linux-source packages.
# Needs lib.sh, apt.sh, get.sh.

# source_what L: whose source a lane uses; 7 and the uml lanes share one.
source_what()
{
	case $1 in
	uml*) echo source-7 ;;
	*) echo "source-$1" ;;
	esac
}

source_entry()
{
	local line

	line=$(apt_version "$(source_what "$1")")
	echo "source-${line#* }"
}

# source_tree L: make sure the lane's source is unpacked; print its folder.
source_tree()
{
	local name

	name=$(source_entry "$1")
	entry "$name" source_build "$1"
	echo "$CACHE/$name/linux"
}

source_build()	# DIR LANE
{
	local dir=$1 lane=$2 line pkg

	line=$(apt_version "$(source_what "$lane")")
	pkg=${line% *}
	say "fetching $pkg (150 MB)"
	get xz-utils
	apt_unpack "$(lane_view "$lane")" "$dir/deb" "$pkg=${line#* }"
	say "unpacking $pkg"
	mkdir "$dir/linux"
	tar -C "$dir/linux" --strip-components=1 -xf "$dir/deb/usr/src/$pkg.tar.xz"
	rm -rf "$dir/deb"
}
