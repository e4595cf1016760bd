# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# qemu.sh - the emulator, and how a stock lane is started in it.
# Needs lib.sh, apt.sh.
#
# QEMU is the one of bookworm-backports, unpacked with its libraries in the cache:
# Debian 12's own, 7.2, miscomputes the flags of cmpxchg16b, on which the allocator of
# 6.12 panics.  The machine's own QEMU, if any, is neither used nor touched.  KVM is
# never used: it may be there and not work, and counting instructions needs TCG.

qemu_entry()
{
	local line

	line=$(apt_version qemu)
	line=${line#* }
	echo "qemu-${line#*:}"
}

qemu_root()
{
	local name

	name=$(qemu_entry)
	entry "$name" qemu_build
	echo "$CACHE/$name"
}

qemu_build()	# DIR
{
	local dir=$1 pkgs

	say "fetching QEMU (40 MB)"
	# As seen from a machine with nothing installed, less what any machine has.
	pkgs=$(apt_in bookworm-backports apt-get --simulate install qemu-system-x86 |
		awk '$1 == "Inst" && $2 !~ /^(libc6|debconf|adduser|passwd|libpam.*|ipxe-qemu)$/ {
			print $2 "=" substr($3, 2) }')
	# shellcheck disable=SC2086 # a list
	apt_unpack bookworm-backports "$dir" $pkgs
	qemu_command_start "$dir"
	"${QEMU_COMMAND[@]}" --version >/dev/null || die "the unpacked QEMU does not start"
}

# qemu_command_start ROOT: the unpacked QEMU with its own libraries and firmware.
qemu_command_start()
{
	local lib=lib/x86_64-linux-gnu

	QEMU_COMMAND=(env LD_LIBRARY_PATH="$1/usr/$lib:$1/$lib"
		"$1/usr/bin/qemu-system-x86_64" -L "$1/usr/share/qemu" -L "$1/usr/share/seabios")
}

# qemu_nodes CPUS: VM_NODES of equal size, the CPUs in turn.
qemu_nodes()
{
	local i mem=${VM_MEM%[MG]}

	[[ $VM_MEM != *G ]] || mem=$((mem * 1024))
	QEMU_COMMAND+=(-smp "$1,sockets=$1")
	for ((i = 0; i < VM_NODES; i++)); do
		QEMU_COMMAND+=(-object "memory-backend-ram,id=node$i,size=$((mem / VM_NODES))M"
			-numa "node,nodeid=$i,memdev=node$i")
	done
	for ((i = 0; i < $1; i++)); do
		QEMU_COMMAND+=(-numa "cpu,node-id=$((i % VM_NODES)),socket-id=$i")
	done
}

# shellcheck disable=SC2054 # commas inside arguments
# qemu_command: the command line of a guest in the array QEMU_COMMAND, from what lab/vm
# has set.  VM_OUT, VM_ERR and VM_STATUS are descriptors.
qemu_command()
{
	local accel=tcg,thread=multi smp=$VM_SMP

	qemu_command_start "$VM_QEMU"
	if [ -n "$VM_ICOUNT" ]; then
		# 1 instruction is 1 ns, on the only CPU.
		accel=tcg,thread=single
		smp=1
		QEMU_COMMAND+=(-icount 'shift=0,sleep=off')
	fi
	QEMU_COMMAND+=(-accel "$accel" -machine pc -cpu max -smp "$smp" -m "$VM_MEM"
		-nodefaults -no-user-config -display none -monitor none -no-reboot
		-kernel "$VM_KERNEL/linux" -initrd "$VM_DIR/initrd"
		-chardev "file,id=console,path=$VM_DIR/console" -serial chardev:console)
	[ "$VM_NODES" = 1 ] || qemu_nodes "$smp"
	if [ -n "$VM_SHELL" ]; then
		QEMU_COMMAND+=(-chardev stdio,id=shell,signal=off,mux=on
			-serial chardev:shell -mon chardev=shell)
	fi
	# Virtio ports are fast, keep every byte and wait for a slow reader.
	QEMU_COMMAND+=(-device virtio-serial-pci
		-chardev "file,id=out,path=/dev/fd/$VM_OUT"
		-device virtserialport,nr=1,chardev=out,name=out
		-chardev "file,id=err,path=/dev/fd/$VM_ERR"
		-device virtserialport,nr=2,chardev=err,name=err
		-chardev "file,id=status,path=/dev/fd/$VM_STATUS"
		-device virtserialport,nr=3,chardev=status,name=status)
	if [ -n "$VM_ROOT" ]; then
		QEMU_COMMAND+=(-drive "file=$VM_ROOT,if=none,id=root,format=raw,readonly=on"
			-device virtio-blk-pci,drive=root)
	fi
	# The guest is slow: a lockup or a stall is one only after a long time.
	QEMU_COMMAND+=(-append "console=ttyS0,115200 ignore_loglevel panic=-1 oops=panic
		panic_on_warn=1 softlockup_panic=1 watchdog_thresh=60 workqueue.watchdog_thresh=120
		rcupdate.rcu_cpu_stall_timeout=120 sysctl.kernel.panic_on_rcu_stall=1
		sysctl.kernel.hung_task_panic=1 reboot=t tsc=reliable no_timer_check
		random.trust_cpu=on $VM_APPEND")
	QEMU_COMMAND[-1]=$(tr -s '\n\t ' ' ' <<<"${QEMU_COMMAND[-1]}")
}
