# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# uml.sh - the uml lanes: User Mode Linux, SMP, with modules and KUnit, built from
# Debian's newest linux-source-7.x.  Needs lib.sh, apt.sh, get.sh, source.sh.
#
# It runs at native speed.  uml is for timing and is not preempted, as Debian's kernels
# are not unless told to; uml-preempt, for KUnit and the torture, is, and pays two calls
# an operation for the count.  What else they are configured with is in uml.config; the
# hash of all is part of the name of the cache entry.

UML_TOOLS=(make gcc-12 libc6-dev flex bison bc kmod libelf-dev libssl-dev)

# uml_config LANE: its configuration
uml_config()
{
	cat "$LAB_DIR/uml.config"
	case $1 in
	uml) echo CONFIG_PREEMPT_VOLUNTARY=y ;;
	uml-preempt) echo CONFIG_PREEMPT=y ;;
	esac
}

uml_entry()	# LANE
{
	local line

	line=$(apt_version source-7)
	echo "kernel-$1-${line#* }-$(key "$(uml_config "$1")" "$(declare -f uml_make uml_has uml_build)")"
}

uml_kernel()	# LANE
{
	local name

	name=$(uml_entry "$1")
	entry_complete "$name" || source_tree "$1" >/dev/null
	entry "$name" uml_build "$1"
	echo "$CACHE/$name"
}

uml_make()	# DIR ARG...
{
	local dir=$1

	shift
	nice make -C "$dir/source" O="$dir/build" ARCH=um CC=gcc-12 HOSTCC=gcc-12 \
		KBUILD_BUILD_USER=lab KBUILD_BUILD_HOST=lab -j"$(jobs)" "$@"
}

# uml_has FILE LINE: a configuration has what a line of uml.config asks for.  An option
# that this kernel does not have at all is not set.
uml_has()
{
	local opt

	case $2 in
	'#'*)
		opt=${2#* } opt=${opt%% *}
		! grep -q "^$opt=" "$1"
		;;
	*) grep -qxF -- "$2" "$1" ;;
	esac
}

uml_build()	# DIR LANE
{
	local dir=$1 log=$1/build.log lane=$2 line

	get "${UML_TOOLS[@]}"
	say "building the $lane kernel (5 to 8 minutes)"
	ln -s "$(source_tree "$lane")" "$dir/source"
	mkdir "$dir/build"
	uml_config "$lane" >"$dir/wanted"
	quietly "$log" uml_make "$dir" defconfig
	quietly "$log" "$dir/source/scripts/kconfig/merge_config.sh" -m -O "$dir/build" \
		"$dir/build/.config" "$dir/wanted"
	quietly "$log" uml_make "$dir" olddefconfig
	# An option that kconfig dropped silently would make a test pass for no reason.
	while IFS= read -r line; do
		uml_has "$dir/build/.config" "$line" || die "$lane: kconfig refuses $line"
	done < <(grep CONFIG_ "$dir/wanted")
	quietly "$log" uml_make "$dir" linux modules
	mkdir -p "$dir/lib/modules"
	quietly "$log" uml_make "$dir" INSTALL_MOD_PATH="$dir" modules_install
	cp "$dir/build/.config" "$dir/config"
	cp "$dir/build/include/config/kernel.release" "$dir/release"
	strip -o "$dir/linux" "$dir/build/linux"
	# Module builds need headers, scripts and symbols, not the kernel's own objects.
	find "$dir/build" \( -name '*.o' -o -name '*.a' -o -name '*.cmd' -o -name '*.ko' \) \
		-not -path '*/scripts/*' -not -path '*/tools/*' -delete
	rm -f "$dir/build"/{linux,vmlinux,vmlinux.*}
}

# shellcheck disable=SC2054 # commas inside arguments
# uml_command: as qemu_command, for a uml guest.
uml_command()
{
	UML_COMMAND=(env ${VM_PRELOAD:+"LD_PRELOAD=$VM_PRELOAD"} "$VM_KERNEL/linux" "mem=$VM_MEM" "initrd=$VM_DIR/initrd"
		# Only this mode of UML has more than one CPU.
		seccomp=on "ncpus=$VM_SMP"
		noreboot con0=null,fd:1 con=null "uml_dir=$VM_DIR/" "ssl0=null,fd:$VM_OUT" "ssl1=null,fd:$VM_ERR"
		"ssl2=null,fd:$VM_STATUS")
	[ -z "$VM_SHELL" ] || UML_COMMAND+=("ssl3=fd:$VM_TTY")
	[ -z "$VM_ROOT" ] || UML_COMMAND+=("ubd0r=$VM_ROOT")
	# shellcheck disable=SC2206 # words
	UML_COMMAND+=(ignore_loglevel panic=-1 panic_on_warn=1 softlockup_panic=1
		watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=60
		sysctl.kernel.hung_task_panic=1 $VM_APPEND)
}
