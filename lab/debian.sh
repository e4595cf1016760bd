# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# debian.sh - small Debian systems in the cache: the one that lane 7 builds in, and the
# userlands that guests run with.  Needs lib.sh, apt.sh, get.sh.

# debian_settings: the machine's way to the network, for an apt that starts from nothing.
debian_settings()
{
	apt-config dump | grep -E '^Acquire::(https?::|Check-Valid-Until|Check-Date)' || true
}

# debian_bootstrap DIR VIEW PACKAGE...: an essential-only Debian with PACKAGEs in DIR.
debian_bootstrap()
{
	local dir=$1 view=$2 log=$1.log options

	shift 2
	need_root "making a Debian system"
	get mmdebstrap
	options=$dir.settings
	debian_settings >"$options"
	if ! mmdebstrap --mode=root --variant=essential --architectures=amd64 \
		--aptopt="$options" --aptopt='Acquire::Languages "none"' \
		--aptopt='APT::Install-Recommends "false"' \
		--dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--include="$(tr ' ' , <<<"$*")" "${view%-backports}" "$dir" \
		"$APT_DIR/$view.sources" >"$log" 2>&1 </dev/null; then
		grep -E '^E: |Unable|not found' "$log" >&2 || tail -n 20 "$log" >&2
		die "cannot make a Debian system with: $*. If the names are right: $NET_HINT"
	fi
	rm -f "$options" "$log"
}

# --- where lane 7 builds ---------------------------------------------------------

trixie_entry() { echo "headers-7-$(lane_version 7)-$(key "$(declare -f trixie_build)")"; }

trixie_root()
{
	local name

	name=$(trixie_entry)
	entry "$name" trixie_build
	echo "$CACHE/$name"
}

trixie_build()	# DIR
{
	local rel

	rel=$(lane_release 7)
	say "making a Debian 13 with the headers of $rel (about a minute)"
	debian_bootstrap "$1/root" trixie-backports make kmod binutils gcc-14 "linux-headers-$rel"
	ln -s "root/usr/src/linux-headers-$rel" "$1/build"
}

# trixie_run HEADERS-DIR DIR COMMAND...: run COMMAND inside that Debian, where DIR, the
# project and the caller's folders have the names they have here.  All mounts are in a
# namespace of their own and vanish with the command.
trixie_run()
{
	local root=$1/root dir=$2 d

	shift 2
	need_root "building for lane 7 (it runs in a chroot)"
	for d in "$dir" "$PROJECT"; do
		mkdir -p "$root$d"
	done
	# shellcheck disable=SC2016 # the inner shell expands these
	unshare --mount --propagation private bash -euc '
		root=$1 dir=$2 project=$3
		shift 3
		mount -t proc proc "$root/proc"
		mount --rbind /dev "$root/dev"
		mount -t tmpfs tmpfs "$root/tmp"
		for d in "$project" "$dir"; do
			mkdir -p "$root$d"
			mount --bind "$d" "$root$d"
		done
		exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
			HOME=/root LC_ALL=C "$@"
	' bash "$root" "$dir" "$PROJECT" "$@"
}

# --- what guests run with --------------------------------------------------------

# userland_image PACKAGES: a Debian 12 with PACKAGES (a list of names in one word) as
# a disk image; prints its path.
userland_image()
{
	local packages name

	packages=$(tr -s ', \t' '\n' <<<"$1" | grep . | LC_ALL=C sort -u | xargs)
	[[ $packages =~ ^[a-z0-9.+\ -]+$ ]] || die "--packages: not a list of names: $1"
	apt_refresh
	name=userland-bookworm-$(key "$packages" "$(declare -f userland_build)")
	entry_complete "$name" || userland_check "$packages"
	entry "$name" userland_build "$packages"
	echo "$CACHE/$name/image"
}

# userland_check PACKAGES: a misspelt name is told at once, not after a minute.
userland_check()
{
	local package

	for package in $1; do
		[ -n "$(apt_candidate bookworm "$package")" ] ||
			die "--packages: Debian 12 has no package '$package'"
	done
}

userland_build()	# DIR PACKAGES
{
	local dir=$1 packages=$2 size

	say "making a Debian 12 with $packages"
	get e2fsprogs
	# shellcheck disable=SC2086 # a list
	debian_bootstrap "$dir/root" bookworm mount kmod $packages
	size=$(du -sm "$dir/root" | cut -f1)
	# Guests mount it read-only below a tmpfs: no journal, little room to spare.
	quietly "$dir/mke2fs.log" mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$dir/root" \
		"$dir/image" "$((size * 5 / 4 + 32))M"
	echo "$packages" >"$dir/packages"
	rm -rf "$dir/root"
}
