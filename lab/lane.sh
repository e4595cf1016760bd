# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# lane.sh - the kernels: what a lane is made of, and how a module is built for it.
# Needs lib.sh, apt.sh, get.sh.
#
#   6.1   Debian 12's cloud kernel, headers unpacked in the cache, gcc-12
#   6.12  the same from bookworm-backports
#   rt    Debian 12's kernel with PREEMPT_RT, the same way
#   7     the newest 7.x of trixie-backports; its kbuild tools need a newer libc and
#         compiler than Debian 12 has, so it builds inside a small Debian 13 (debian.sh)
#   uml, uml-preempt  the same 7.x from linux-source, built for ARCH=um (uml.sh)
#
# A lane has two cache entries, kernel (bootable, with modules) and headers (to build
# against); for these two they are one.

lane_view()
{
	case $1 in
	6.1 | rt) echo bookworm ;;
	6.12) echo bookworm-backports ;;
	7 | uml*) echo trixie-backports ;;
	esac
}

# lane_version L: the Debian version of the lane's kernel.
lane_version()
{
	local what=image-$1 line

	[[ $1 != uml* ]] || what=source-7
	line=$(apt_version "$what")
	echo "${line#* }"
}

# lane_release L: the release of a stock kernel, what uname -r says there.
lane_release()
{
	local line

	line=$(apt_version "image-$1")
	line=${line% *}
	echo "${line#linux-image-}"
}

# lane_kernel L: make sure the lane can be booted; print its folder, which holds
# linux (the image), config, release and lib/modules.
lane_kernel()
{
	local name

	case $1 in
	uml*)
		uml_kernel "$1"
		return
		;;
	esac
	name=kernel-$1-$(lane_version "$1")
	entry "$name" lane_build_kernel "$1"
	echo "$CACHE/$name"
}

lane_build_kernel()	# DIR LANE
{
	local dir=$1 deb=$1/deb lane=$2 rel view pkgs

	rel=$(lane_release "$lane")
	view=$(lane_view "$lane")
	say "fetching kernel $rel"
	get kmod xz-utils
	# Until 7.2 the image is one package, then a bundle: binary, modules, base.
	pkgs=$(apt_depends "$view" '^linux-(image|binary|modules|base)-[0-9]' "linux-image-$rel")
	# shellcheck disable=SC2086 # a list
	apt_unpack "$view" "$deb" $pkgs
	lane_move "$deb" vmlinuz "$rel" "$dir/linux"
	lane_move "$deb" config "$rel" "$dir/config"
	mkdir "$dir/lib"
	if [ -d "$deb/usr/lib/modules" ]; then
		mv "$deb/usr/lib/modules" "$dir/lib/modules"
	else
		mv "$deb/lib/modules" "$dir/lib/modules"
	fi
	rm -rf "$deb"
	# busybox loads no compressed modules, and unpacking them in a guest is slow.
	find "$dir/lib/modules" -name '*.ko.xz' -exec xz -d -T0 {} +
	depmod -b "$dir" "$rel"
	echo "$rel" >"$dir/release"
}

lane_move()	# FROM NAME RELEASE TO
{
	local found

	found=$(find "$1" \( -name "$2-$3" -o -path "*/$3/$2" \) -type f | head -n 1)
	[ -n "$found" ] || die "the kernel's packages hold no $2 of $3"
	mv "$found" "$4"
}

# lane_headers_entry L: the cache entry to build modules with.
lane_headers_entry()
{
	case $1 in
	uml*) uml_entry "$1" ;;
	7) trixie_entry ;;
	*) echo "headers-$1-$(lane_version "$1")" ;;
	esac
}

# lane_headers L: make sure modules can be built for the lane; print the folder.
lane_headers()
{
	local name

	name=$(lane_headers_entry "$1")
	case $1 in
	uml*)
		get "${UML_TOOLS[@]}"
		uml_kernel "$1" >/dev/null
		;;
	7) trixie_root >/dev/null ;;
	*)
		get make gcc-12 libelf1
		entry "$name" lane_build_headers "$1"
		;;
	esac
	echo "$CACHE/$name"
}

lane_build_headers()	# DIR LANE
{
	local dir=$1 lane=$2 rel view pkgs

	rel=$(lane_release "$lane")
	view=$(lane_view "$lane")
	say "fetching headers $rel"
	pkgs=$(apt_depends "$view" '^linux-(headers|kbuild)-' "linux-headers-$rel")
	# shellcheck disable=SC2086 # a list
	apt_unpack "$view" "$dir" $pkgs
	# Debian's headers name their installed place once; all else are relative links.
	sed -i "s|/usr/src/linux-headers|$dir&|" "$dir/usr/src/linux-headers-$rel/Makefile"
	! grep -qE '^[^#]*[ =]/usr/(src|lib)/' "$dir"/usr/src/linux-headers-*/Makefile ||
		die "headers $rel: a makefile names a path outside the cache"
	ln -s "usr/src/linux-headers-$rel" "$dir/build"
}

# lane_make L DIR MAKE-ARG...: run kbuild on the module tree in DIR.
lane_make()
{
	local lane=$1 dir=$2 headers

	shift 2
	headers=$(lane_headers "$lane")
	# No BTF in modules: it needs pahole, the one that matches the kernel's, and no
	# lane's modules are read through it.  A later argument can switch it on again.
	set -- CONFIG_DEBUG_INFO_BTF_MODULES= "$@"
	case $lane in
	uml*) make -C "$headers/build" ARCH=um CC="${CC:-gcc-12}" M="$dir" "$@" ;;
	7) trixie_run "$headers" "$dir" \
		make -C "/usr/src/linux-headers-$(lane_release 7)" M="$dir" "$@" ;;
	*) make -C "$headers/build" M="$dir" "$@" ;;
	esac
}
