# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# verdict.sh - run a guest to its end and say how it went.
# Needs lib.sh and what lab/vm has set.
#
# The command's status comes over a channel of its own (guest/init writes it last), so
# nothing that is printed can be mistaken for it.  The console's log decides one thing
# only: whether the kernel complained.  Not every complaint panics: lockdep, KASAN after
# the first report, a stall that ends.

# Complaints of a kernel, as they stand in a line of the console after its time stamp.
VERDICT_BAD='(BUG: |BUG [^ ]+ \(|kernel BUG at|Kernel panic|Oops: |Oops\b.*\[#|general protection fault'
VERDICT_BAD+='|invalid opcode: |possible (recursive|circular|irq lock inversion)'
VERDICT_BAD+='|inconsistent lock state|suspicious RCU usage|bad unlock balance'
VERDICT_BAD+='|detected stalls? on|self-detected stall|UBSAN: |INFO: task .* blocked for more'
VERDICT_BAD+='|(soft lockup|hard LOCKUP|workqueue lockup) - |scheduling while atomic'
VERDICT_BAD+='|list_(add|del) corruption|refcount_t: |Bad page (state|map)|Slab corruption'
VERDICT_BAD+='|unable to handle (page fault|kernel)|kmemleak: [0-9]+ new suspected'
VERDICT_BAD+='|Unloaded (tainted )?modules? .*in use|DEBUG_LOCKS_WARN_ON'
VERDICT_BAD+='|Kernel mode (fault|signal)|[Kk]ernel stack overflow)'
# At the start of the line: processors' "WARNING: " notes at boot stand further right.
VERDICT_WARN='^(\[[^]]*\] *)*WARNING: '

# Printed by guest/init to the console before the command runs.
VERDICT_MARK='lab: the command starts'

# verdict_run COMMAND...: run the guest; leaves VM_RC, the emulator's status.
verdict_run()
{
	local log=$VM_DIR/emulator

	VM_RC=0
	[ "$VM_CHANNEL" = virtio ] || log=$VM_DIR/console
	if [ -n "$VM_SHELL" ]; then
		# QEMU's terminal is stdin and stdout; uml's is a descriptor of its own.
		if [ "$VM_CHANNEL" = uml ]; then
			timeout --foreground -s KILL "$VM_TIMEOUT" "$@" </dev/null >>"$log" 2>&1 || VM_RC=$?
		else
			timeout --foreground -s KILL "$VM_TIMEOUT" "$@" || VM_RC=$?
		fi
		stty sane 2>/dev/null || true
		return 0
	fi
	# Not TERM: uml takes it for a fault of its own and panics.  The signal goes to
	# the whole process group, which takes uml's helper processes along.
	timeout -s KILL "$VM_TIMEOUT" "$@" </dev/null >>"$log" 2>&1 &
	VM_PID=$!
	wait "$VM_PID" || VM_RC=$?
	VM_PID=''
}

# verdict_splat: the number of the console's first bad line, or nothing.
verdict_splat()
{
	local bad=$VERDICT_BAD

	case " $VM_APPEND " in
	*' panic_on_warn=0 '*) ;;
	*) bad="$bad|$VERDICT_WARN" ;;
	esac
	grep -aEn -m 1 "$bad" "$VM_DIR/console" | cut -d: -f1
}

verdict_show_console()	# TITLE [FROM-LINE]
{
	say "$1"
	if [ -n "${2:-}" ]; then
		tail -n "+$2" "$VM_DIR/console" | head -n 80 >&2
	else
		tail -n 40 "$VM_DIR/console" >&2
	fi
}

# verdict: exit as the run deserves.
verdict()
{
	local status splat mark

	sed -i 's/\r//g' "$VM_DIR/console"
	[ -z "$VM_CONSOLE" ] || cp "$VM_DIR/console" "$VM_CONSOLE"
	status=$(grep -v '^lockdep$' "$VM_DIR/status" | tr -d '\r' | tail -n 1) || status=''
	splat=$(verdict_splat) || splat=''

	if [ -n "$splat" ]; then
		[ "$splat" = 1 ] || splat=$((splat - 1))
		verdict_show_console "the kernel complained (lane $VM_LANE):" "$splat"
		[ -n "$status" ] || [ "$VM_RC" != 124 ] ||
			say "and the guest had to be killed after $VM_TIMEOUT s"
		exit "$LAB_E_SPLAT"
	fi
	if grep -q '^lockdep' "$VM_DIR/status"; then
		verdict_show_console "lockdep has switched itself off (lane $VM_LANE); the console ends:"
		exit "$LAB_E_SPLAT"
	fi
	case $status in
	'exit 0') exit 0 ;;
	'exit '*)
		mark=$(grep -an -m 1 "$VERDICT_MARK" "$VM_DIR/console" | cut -d: -f1) || mark=''
		mark=$((${mark:-0} + 1))
		! tail -n "+$mark" "$VM_DIR/console" | grep '^\[' | grep -qvE '] *(reboot|ACPI: PM): ' ||
			verdict_show_console "status ${status#exit }; the console meanwhile:" "$mark"
		exit "${status#exit }"
		;;
	insmod)
		verdict_show_console "a module did not load (lane $VM_LANE); the console ends:"
		exit "$LAB_E_LAB"
		;;
	esac
	case $VM_RC in
	124 | 137)
		verdict_show_console "timeout: the guest was killed after $VM_TIMEOUT s (lane $VM_LANE); the console ends:"
		exit "$LAB_E_TIMEOUT"
		;;
	esac
	[ ! -s "$VM_DIR/emulator" ] || cat "$VM_DIR/emulator" >&2
	verdict_show_console "the guest went away by itself (lane $VM_LANE, emulator's status $VM_RC); the console ends:"
	exit "$LAB_E_LAB"
}
