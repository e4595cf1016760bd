# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# guest.sh - what a guest boots into: a busybox initramfs with some of the kernel's
# modules (cached per kernel), plus an archive with the files of one run.
# Needs lib.sh, apt.sh, get.sh, lane.sh.  guest/init is the first process.

guest_busybox()
{
	local line name

	line=$(apt_version busybox)
	line=${line#* }
	name=busybox-${line#*:}
	entry "$name" guest_build_busybox
	echo "$CACHE/$name/bin/busybox"
}

guest_build_busybox()	# DIR
{
	say "fetching busybox"
	apt_unpack bookworm "$1" busybox-static
	[ -x "$1/bin/busybox" ] || die "busybox-static has no bin/busybox"
}

# guest_archive DIR: DIR as a cpio archive on stdout, everything owned by root.
# Uncompressed: unpacking takes longer than reading in a guest.
guest_archive()
{
	local busybox

	busybox=$(guest_busybox)
	(cd "$1" && find . -mindepth 1 | LC_ALL=C sort | "$busybox" cpio -o -H newc -R 0:0 2>/dev/null)
}

# guest_base KERNEL-DIR: the part of the initramfs that no run changes; prints its path.
guest_base()
{
	local kernel=$1 name busybox

	busybox=$(guest_busybox)
	name=guest-$(basename "$kernel")-$(key "$(cat "$LAB_DIR/guest/modules")" \
		"$(declare -f guest_build_base guest_copy_modules guest_archive)" "$busybox")
	entry "$name" guest_build_base "$kernel" "$busybox"
	echo "$CACHE/$name/base.cpio"
}

guest_build_base()	# DIR KERNEL-DIR BUSYBOX
{
	local dir=$1 kernel=$2 busybox=$3 root=$1/root rel applet

	get kmod
	rel=$(cat "$kernel/release")
	mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,dev,proc,sys,tmp,run,root,etc,mnt,var}
	mkdir -p "$root/lib/modules/$rel"
	cp "$busybox" "$root/bin/busybox"
	"$busybox" --list-full | while read -r applet; do
		[ -e "$root/$applet" ] || ln -s /bin/busybox "$root/$applet"
	done
	echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
	echo 'root:x:0:' >"$root/etc/group"
	ln -s /proc/self/mounts "$root/etc/mtab"
	guest_copy_modules "$kernel" "$rel" "$root"
	guest_archive "$root" >"$dir/base.cpio"
	rm -rf "$root"
}

# guest_copy_modules KERNEL-DIR RELEASE ROOT: the modules named in guest/modules and
# what they depend on.
guest_copy_modules()
{
	local from=$1/lib/modules/$2 to=$3/lib/modules/$2 names files f

	cp "$from"/modules.{order,builtin,builtin.modinfo} "$to/" 2>/dev/null || true
	names=$(sed 's/#.*//; s/-/_/g' "$LAB_DIR/guest/modules" | xargs)
	files=$(awk -v names="$names" '
		BEGIN { n = split(names, a, " "); for (i = 1; i <= n; i++) want[a[i]] = 1 }
		{
			file = $1; sub(/:$/, "", file)
			name = file; sub(/.*\//, "", name); sub(/\.ko$/, "", name)
			gsub(/-/, "_", name)
			if (!(name in want)) next
			print file
			for (i = 2; i <= NF; i++) print $i
		}' "$from/modules.dep" | sort -u)
	for f in $files; do
		mkdir -p "$to/$(dirname "$f")"
		cp "$from/$f" "$to/$f"
	done
	depmod -b "$3" "$2"
}

# sh_quote WORD...: the words as one line of shell.
sh_quote()
{
	local w

	for w in "$@"; do
		printf " '%s'" "${w//\'/\'\\\'\'}"
	done
	echo
}

# guest_initrd: VM_DIR/initrd, from what lab/vm has set.
guest_initrd()
{
	local run=$VM_DIR/run lab=$VM_DIR/run/lab n=0 m file host guest

	mkdir -p "$lab"/{files,modules}
	cp "$LAB_DIR/guest/init" "$run/init"
	{
		echo "LANE='$VM_LANE'"
		echo "CHANNEL=$VM_CHANNEL"
		echo "ROOT=${VM_ROOT:+yes}"
		echo "INTERACTIVE=$VM_SHELL"
		echo "TERM='${TERM:-linux}'"
		echo 'export LANE TERM'
	} >"$lab/env"
	echo "set --$(sh_quote "$@")" >"$lab/command"

	: >"$lab/modules.list"
	for m in "${VM_MODULES[@]}"; do
		file=${m%% *}
		[ -f "$file" ] || die "no such module: $file"
		n=$((n + 1))
		cp "$file" "$lab/modules/$(basename "$file")"
		m=${m#"$file"}
		echo "$(basename "$file")$m" >>"$lab/modules.list"
	done

	: >"$lab/copies"
	n=0
	for m in "${VM_COPIES[@]}"; do
		host=${m%%:*} guest=${m#*:}
		[[ $m == ?*:?* ]] || die "--copy wants HOST:GUEST, not '$m'"
		[ -e "$host" ] || die "--copy: no such file: $host"
		n=$((n + 1))
		cp -a -H "$host" "$lab/files/$n"
		basename "$(realpath "$host")" >"$lab/files/$n.name"
		echo "$n $guest" >>"$lab/copies"
	done

	{
		cat "$VM_BASE"
		guest_archive "$run"
	} >"$VM_DIR/initrd"
	rm -rf "$run"
}
