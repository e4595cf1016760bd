#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# parallel: yes
# timeout: 1800
#
# The lab's own promises: a guest's status, its output and its misfortunes reach
# the caller, whatever they are.  Most guests are of lane 6.1 and load nothing
# of ours; the other lanes are booted once.  Guests run two at a time.

# shellcheck source=userspace-test/lib.sh
. "$(dirname "$0")/../lib.sh"

VM=$ROOT/lab/vm
HELPERS=$ROOT/userspace-test/helpers

# guest NAME ARGUMENT...: lab/vm in the background; NAME.{out,err,rc} appear.
guest() {
	local name=$1

	shift
	while [ "$(jobs -rp | wc -l)" -ge 2 ]; do
		wait -n || true
	done
	(
		rc=0
		"$VM" "$@" >"$SCRATCH/$name.out" 2>"$SCRATCH/$name.err" \
			</dev/null || rc=$?
		echo "$rc" >"$SCRATCH/$name.rc"
	) &
}

out() { cat "$SCRATCH/$1.out"; }
err() { cat "$SCRATCH/$1.err"; }

# ended NAME STATUS WHAT: and its stderr if it ended otherwise.
ended() {
	local rc

	rc=$(cat "$SCRATCH/$1.rc")
	if [ "$rc" = "$2" ]; then
		ok "$3"
	else
		not_ok "$3" "exit status $rc, want $2"
		diag 60 <"$SCRATCH/$1.err"
	fi
}

# ---- refused before anything is booted ----

refused() {
	local what=$1 message=$2

	shift 2
	status "$what: status" 125 "$@"
	like "$what: says so" "$(cat "$ERR")" "$message"
}

refused "no lane" 'no lane' "$VM" -- true
refused "unknown lane" "unknown lane '5.10'.*6\.1 6\.12 7" "$VM" --lane 5.10 -- true
refused "no command" 'no command' "$VM" --lane 6.1 --no-mempool
refused "missing --copy source" 'no such file: /nonexistent' \
	"$VM" --lane 6.1 --no-mempool --copy /nonexistent:/x -- true
refused "missing module" 'no such module: .*nonexistent\.ko' \
	"$VM" --lane 6.1 --no-mempool --module nonexistent.ko -- true
refused "bad time limit" "wants seconds, not 'soon'" \
	"$VM" --lane 6.1 --timeout soon -- true
refused "nothing to build" 'no such folder' "$ROOT/lab/build" --lane 6.1 /nonexistent
status "help" 0 "$VM" --help

# ---- an external module of ours, built out of its tree ----

status "lab/build of an external tree" 0 "$ROOT/lab/build" --no-mempool \
	--lane 6.1 --out "$SCRATCH/splat" "$HELPERS/lab_splat"
is "lab/build prints the modules on stdout" "$(cat "$OUT")" \
	"$SCRATCH/splat/lab_splat.ko"
SPLAT=$SCRATCH/splat/lab_splat.ko

mkdir "$SCRATCH/broken"
echo 'obj-m := broken.o' >"$SCRATCH/broken/Kbuild"
echo 'int broken(void) { return no_such_name; }' >"$SCRATCH/broken/broken.c"
refused "lab/build of a broken tree" 'broken\.c:1.*no_such_name' \
	"$ROOT/lab/build" --no-mempool --lane 6.1 "$SCRATCH/broken"

# Somebody's driver against the installed headers and symbols.
mkdir "$SCRATCH/driver"
cat >"$SCRATCH/driver/Kbuild" <<'END'
MEMPOOL ?= /usr/src/mempool
ccflags-y += -I$(MEMPOOL)/include
obj-m := driver.o
END
cat >"$SCRATCH/driver/driver.c" <<'END'
#include <linux/err.h>
#include <linux/module.h>
#include <mempool/objcache.h>

static struct objcache *cache;

static int __init driver_init(void)
{
	void *obj;

	cache = objcache_create("driver", 100, NULL);
	if (IS_ERR(cache))
		return PTR_ERR(cache);
	obj = objcache_alloc(cache, GFP_KERNEL);
	pr_info("driver: %s\n", obj ? "has an object" : "has none");
	objcache_free(cache, obj);
	return 0;
}

static void __exit driver_exit(void)
{
	objcache_destroy(cache);
}

module_init(driver_init);
module_exit(driver_exit);
MODULE_DESCRIPTION("Somebody's driver");
MODULE_LICENSE("GPL");
END
status "lab/build of a driver against mempool" 0 \
	"$ROOT/lab/build" --lane 6.1 "$SCRATCH/driver"

# ---- guests ----

head -c 1048576 /dev/urandom >"$SCRATCH/random"
chmod 0751 "$SCRATCH/random"
mkdir -p "$SCRATCH/folder/deep"
echo content >"$SCRATCH/folder/deep/file"

guest three --lane 6.1 --no-mempool -- \
	sh -c 'echo on stdout; echo on stderr >&2; exit 3'
guest megabyte --lane 6.1 --no-mempool --copy "$SCRATCH/random:/data/random" \
	--copy "$SCRATCH/folder:/folder" \
	-- sh -c 'stat -c %a /data/random >&2; cat /folder/deep/file >&2; cat /data/random'
# shellcheck disable=SC2016 # the guest expands it
guest options --lane 6.1 --no-mempool --smp 3 --mem 300M --append lab_word=yes \
	-- sh -c 'nproc; grep MemTotal /proc/meminfo; cat /proc/cmdline; echo "$LANE"; pwd; id -u
	for d in /proc /sys /sys/kernel/debug /dev; do ! grep -q " $d " /proc/mounts || echo "has $d"; done'
# shellcheck disable=SC2016 # nobody expands it
guest quoting --lane 6.1 --no-mempool -- printf '%s|' "it's" 'a  "b"' '$HOME' '' '*'
guest panic --lane 6.1 --no-mempool -- \
	sh -c 'echo before; echo c >/proc/sysrq-trigger; echo after'
guest warn --lane 6.1 --no-mempool --module "$SPLAT how=warn" -- true
guest slab --lane 6.1 --no-mempool --module "$SPLAT how=slab" -- true
guest oops --lane 6.1 --no-mempool --module "$SPLAT how=oops" -- true
guest refuse --lane 6.1 --no-mempool --module "$SPLAT how=refuse" -- echo ran
guest hang --lane 6.1 --no-mempool --timeout 20 --module "$SPLAT how=hang" -- true
guest sleep --lane 6.1 --no-mempool --timeout 20 -- sh -c 'echo early; sleep 10000'
guest signal --lane 6.1 --no-mempool -- sh -c 'kill -9 $$'
guest packages --lane 6.1 --no-mempool --packages 'e2fsprogs fio' -- \
	sh -c 'fio --version; mke2fs -V'
guest mempool --lane 6.1 --module "$SCRATCH/driver/driver.ko" -- \
	sh -c 'dmesg | grep "driver:"; cut -d" " -f1 /proc/modules;
	rmmod driver && rmmod mempool && echo gone'
guest left --lane 6.1 --no-mempool -- sh -c 'for i in 1 2 3 4 5; do echo left; sleep 0.2; done'
guest right --lane 6.1 --no-mempool -- sh -c 'for i in 1 2 3 4 5; do echo right; sleep 0.2; done'
guest on-6.12 --lane 6.12 --no-mempool -- uname -r
guest on-7 --lane 7 --no-mempool -- uname -r
guest on-uml --lane uml --no-mempool -- sh -c 'uname -r; nproc; exit 5'
wait

ended three 3 "a command's status is lab/vm's"
is "stdout is the command's alone" "$(out three)" "on stdout"
is "stderr is the command's alone" "$(err three)" "on stderr"

ended megabyte 0 "a guest that prints 1 MB"
is "1 MB arrives as it was" "$(sha256sum <"$SCRATCH/megabyte.out")" \
	"$(sha256sum <"$SCRATCH/random")"
is "--copy keeps modes and takes folders" "$(err megabyte)" $'751\ncontent'

ended options 0 "--smp, --mem, --append"
like "--smp" "$(out options)" '^3$'
like "--mem" "$(out options)" 'MemTotal: +(2[0-9]|30)[0-9]{4} kB'
like "--append" "$(out options)" ' lab_word=yes'
is "the lane's name, the folder and the user in the guest" \
	"$(sed -n '/^6.1$/,/^0$/p' "$SCRATCH/options.out" | xargs)" "6.1 / 0"
is "what a guest has mounted" "$(grep -c '^has' "$SCRATCH/options.out")" 4

# shellcheck disable=SC2016 # as it is, unexpanded
is "arguments arrive as they were" "$(out quoting)" "it's|a  \"b\"|\$HOME||*|"

ended panic 126 "a guest that panics"
like "a panic's splat is on stderr" "$(err panic)" 'Kernel panic.*sysrq'
is "stdout before a panic is kept" "$(out panic)" before

ended warn 126 "a module that WARNs"
like "a WARN's splat is on stderr" "$(err warn)" 'WARNING: .*lab_splat_init'
ended slab 126 "a complaint of slab's debugging"
like "slab's complaint is on stderr" "$(err slab)" 'Object already free'
ended oops 126 "a module that oopses"
like "an oops is on stderr" "$(err oops)" 'BUG: .*NULL pointer'

ended refuse 125 "a module that does not load"
like "which module did not load is said" "$(err refuse)" 'lab_splat\.ko'
is "the command is not run then" "$(out refuse)" ""

ended hang 124 "a module that hangs"
like "a hang is called one" "$(err hang)" '20 s'
ended sleep 124 "a command that never ends"
like "the time limit is named" "$(err sleep)" '20 s'
is "stdout until then is kept" "$(out sleep)" early

ended signal 137 "a command that is killed"

ended packages 0 "--packages"
like "--packages gives working programs" "$(out packages)$(err packages)" 'fio-3'
like "all of them" "$(out packages)$(err packages)" 'mke2fs 1\.'

ended mempool 0 "a driver on mempool.ko"
like "the driver has its object" "$(out mempool)" 'driver: has an object'
like "mempool and the driver are loaded in order" "$(out mempool | xargs)" \
	'driver mempool'
like "both go away again" "$(out mempool)" '^gone$'

ended left 0 "one of two side by side"
ended right 0 "the other"
is "the first one's output" "$(out left | sort | uniq -c | xargs)" "5 left"
is "the second one's output" "$(out right | sort | uniq -c | xargs)" "5 right"

ended on-6.12 0 "lane 6.12 boots"
like "lane 6.12 is what it says" "$(out on-6.12)" '^6\.12\.?.*cloud'
ended on-7 0 "lane 7 boots"
like "lane 7 is what it says" "$(out on-7)" '^7\..*cloud'
ended on-uml 5 "lane uml boots and keeps the status"
like "lane uml is what it says" "$(out on-uml | xargs)" '^7\..* 2$'

# ---- Ctrl-C ----

env --default-signal=INT setsid "$VM" --lane 6.1 --no-mempool -- \
	sh -c 'echo up; sleep 1000' >"$SCRATCH/int.out" 2>/dev/null </dev/null &
pid=$!
for ((i = 0; i < 600; i++)); do
	[ ! -s "$SCRATCH/int.out" ] || break
	sleep 0.1
done
kill -INT -- "-$pid" || true
RC=0
wait "$pid" || RC=$?
is "Ctrl-C ends lab/vm" "$RC" 130
# The emulator has been told; a busy machine may take a moment to end it.
for ((i = 0; i < 50; i++)); do
	kill -0 -- "-$pid" 2>/dev/null || break
	sleep 0.1
done
if kill -0 -- "-$pid" 2>/dev/null; then
	not_ok "Ctrl-C leaves no process" "its process group still runs"
	kill -KILL -- "-$pid"
else
	ok "Ctrl-C leaves no process"
fi

# ---- the cache ----

# A builder that takes a while, on an empty cache: interrupted once, then run by
# two at the same time.
cat >"$SCRATCH/builder.sh" <<'END'
. "$ROOT/lab/lib.sh"
builder()
{
	[ -z "$(ls "$1")" ] || echo dirty >>"$CACHE/log"
	echo begun >>"$CACHE/log"
	echo half >"$1/file"
	sleep "$2"
	echo whole >"$1/file"
	echo done >>"$CACHE/log"
}
entry thing builder "$1"
entry_complete thing && cat "$CACHE/thing/file"
END
export ROOT MEMPOOL_CACHE=$SCRATCH/cache
mkdir "$MEMPOOL_CACHE"
env --default-signal=INT setsid bash "$SCRATCH/builder.sh" 1000 \
	>"$SCRATCH/b0" 2>&1 </dev/null &
pid=$!
for ((i = 0; i < 100; i++)); do
	[ ! -s "$MEMPOOL_CACHE/thing/file" ] || break
	sleep 0.1
done
kill -INT -- "-$pid"
RC=0
wait "$pid" || RC=$?
is "an interrupted build says so by its status" "$((RC != 0))" 1
bash "$SCRATCH/builder.sh" 1 >"$SCRATCH/b1" 2>/dev/null &
a=$!
bash "$SCRATCH/builder.sh" 1 >"$SCRATCH/b2" 2>/dev/null &
wait "$a" $!
is "nothing half built is used" "$(cat "$SCRATCH/b0" "$SCRATCH/b1" "$SCRATCH/b2" |
	grep -Ex 'half|whole' | xargs)" "whole whole"
is "two at once build it once, from nothing" \
	"$(xargs <"$MEMPOOL_CACHE/log")" "begun begun done"
unset MEMPOOL_CACHE

try "lab/list" "$ROOT/lab/list"
for lane in 6.1 6.12 7 rt uml uml-preempt; do
	like "lab/list has lane $lane with its version" "$(cat "$OUT")" \
		"^ *$lane\\b.* [67]\\.[0-9]+"
done
