#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 1800
#
# The replay of recorded traces: what makes no sense is refused, with the number
# of the record and an errno; what does is replayed to the last object, on two
# CPUs and on one; the shipped traces go through on uml.  How fast is no test.

# shellcheck source=userspace-test/lib.sh
. "$(dirname "$0")/../lib.sh"

"$ROOT/lab/get" jq xz-utils
REPLAY=$ROOT/bench/replay
TRACES=$SCRATCH/traces
mkdir "$TRACES"

# ---- traces, made byte by byte ----

# le VALUE BYTES: little endian.
le() {
	local value=$1 n hex

	for ((n = 0; n < $2; n++)); do
		printf -v hex '\\x%02x' $((value & 255))
		printf '%b' "$hex"
		value=$((value >> 8))
	done
}

# header RECORDS ALLOCATIONS [CPUS [SITES [ZERO]]]
header() {
	printf 'MPTRACE1'
	le "$1" 4
	le "$2" 4
	le "${3:-2}" 2
	le "${4:-1}" 2
	le "${5:-0}" 4
}

# record ID BYTES CPU OP [SITE]
record() {
	le "$1" 4
	le "$2" 4
	le "${5:-0}" 2
	le "$3" 1
	le "$4" 1
}

# bad NAME WANT: the trace on stdin has to be refused with a line like WANT.
bad() {
	cat >"$TRACES/$1"
	printf '%s\t%s\n' "$1" "$2" >>"$SCRATCH/bad"
}

bad empty 'header: truncated: 0 bytes \(errno 61\)' </dev/null
printf 'MPTRACE1' | bad short-header 'header: truncated: 8 bytes \(errno 61\)'
{ printf 'MPTRACE2'; header 1 1 | tail -c +9; record 0 8 0 0; } |
	bad magic 'header: bad magic \(errno 74\)'
{ header 1 1 2 1 7; record 0 8 0 0; } | bad last-field 'header: .*not 0 \(errno 74\)'
header 0 0 | bad no-records 'header: no records \(errno 61\)'
{ header 1 2; record 0 8 0 0; } | bad counts 'header: more allocations .* \(errno 74\)'
{ header 1 1 0; record 0 8 0 0; } | bad no-cpus 'header: 0 CPUs.* \(errno 34\)'
{ header 1 1 65; record 0 8 0 0; } | bad many-cpus 'header: 65 CPUs.* \(errno 34\)'
{ header 3 1; record 0 8 0 0; record 0 0 0 1; } |
	bad truncated 'record 2: truncated: the header says 3 \(errno 61\)'
{ header 2 1; record 0 8 0 0; record 0 0 0 1 | head -c 11; } |
	bad half-record 'record 1: truncated: the header says 2 \(errno 61\)'
{ header 1 1; record 0 8 0 0; record 0 0 0 1; } |
	bad trailing 'record 1: more follows .* \(errno 74\)'
{ header 2 2; record 0 8 0 0; record 0 0 0 1; } |
	bad few-allocations 'record 2: 1 allocations, the header says 2 \(errno 74\)'
{ header 2 1; record 0 8 0 0; record 1 8 0 0; } |
	bad object-range 'record 1: object 1 out of range \(errno 34\)'
{ header 2 1; record 0 8 0 0; record 0 8 0 0; } |
	bad allocated-again 'record 1: object 0 allocated again \(errno 74\)'
{ header 2 1; record 0 0 0 1; record 0 8 0 0; } |
	bad free-before 'record 0: free of unknown object 0 \(errno 74\)'
{ header 2 1; record 0 8 0 0; record 7 0 0 1; } |
	bad free-unknown 'record 1: free of unknown object 7 \(errno 74\)'
{ header 3 1; record 0 8 0 0; record 0 0 1 1; record 0 0 0 1; } |
	bad double-free 'record 2: double free of object 0 \(errno 74\)'
{ header 2 1; record 0 8 0 0; record 0 0 2 1; } |
	bad cpu 'record 1: cpu 2 out of range \(errno 34\)'
{ header 1 1; record 0 8 0 0 1; } | bad site 'record 0: site 1 out of range \(errno 34\)'
{ header 1 1; record 0 8 0 8; } | bad op 'record 0: unknown bits in op 0x8 \(errno 74\)'
{ header 1 1; record 0 8 0 6; } | bad nmi 'record 0: slab does not work in NMI \(errno 95\)'
{ header 1 1; record 0 0 0 0; } | bad no-bytes 'record 0: an allocation of 0 bytes \(errno 34\)'
{ header 1 1; record 0 4294967295 0 0; } |
	bad huge 'record 0: an allocation of 4294967295 bytes \(errno 34\)'
{ header 2 1; record 0 8 0 0; record 0 8 0 1; } |
	bad free-bytes 'record 1: a free of 8 bytes \(errno 74\)'
{ header 1 1 9; record 0 8 0 0; } |
	bad offline 'the trace wants CPU 2, which is not online'

# Objects of all sizes, kmalloc's among them; every context; freed here and
# there, some across CPUs, some never.
OBJECTS=300 LATE=20
make_valid() {
	local i id size records=0 kept=0 frees=0

	ALLOCS=0 IN_USE=0
	for ((i = 0; i < OBJECTS; i++)); do
		size=$((i * 1237 % 9000 + 1))
		record "$i" "$size" $((i % 2)) $((i % 7 == 3 ? 2 : 0))
		records=$((records + 1))
		ALLOCS=$((ALLOCS + (size <= 8192)))
		id=$((i - LATE))
		if [ "$id" -ge 0 ] && [ $((id % 10)) -ne 0 ]; then
			record "$id" 0 $((id / 3 % 2)) $((i % 3 * 2 + 1))
			records=$((records + 1))
			frees=$((frees + 1))
			size=$((id * 1237 % 9000 + 1))
			IN_USE=$((IN_USE - (size <= 8192)))
		fi
	done >"$SCRATCH/records"
	IN_USE=$((ALLOCS + IN_USE))
	kept=$((OBJECTS - frees))
	{ header "$records" "$OBJECTS"; cat "$SCRATCH/records"; } >"$TRACES/valid"
	RECORDS=$records KEPT=$kept
}
make_valid

# ---- in a guest ----

cat >"$SCRATCH/guest.sh" <<-'GUEST'
	replay=/sys/kernel/debug/mempool_replay
	log() { dmesg | sed -n 's/.*mempool_replay: //p'; }
	row() { awk '$1 ~ /^replay-/ { u += $6; a += $9; n++ } END { print n + 0, u + 0, a + 0 }' /sys/kernel/debug/mempool/stats; }
	while read -r name; do
		dmesg -c >/dev/null
		insmod /replay.ko trace=/t/traces/$name 2>/dev/null && log=loaded && rmmod mempool_replay
		echo "bad $name: $(log)"
	done </t/names
	insmod /replay.ko trace=/t/traces/valid reps=52 2>/dev/null; echo "reps: $?"
	for fold in 0 1; do
		insmod /replay.ko trace=/t/traces/valid fold=$fold reps=2 || exit 1
		echo 1 >$replay/keep
		echo "kept $fold: $(cat $replay/keep)"
		echo "in use $fold: $(row)"
		cat $replay/result >/dev/null 2>&1; echo "busy $fold: $?"
		echo 0 >$replay/keep
		echo "freed $fold: $(cat $replay/keep) $(row)"
		rmmod mempool_replay
		insmod /replay.ko trace=/t/traces/valid fold=$fold reps=2 || exit 1
		cat $replay/result >/result
		echo "result $fold: $(awk '$1 != "rep" { v[$1] = $2 } $1 == "rep" && $2 > 0 && $3 > 0 && $4 > 0 { n++ } END { print v["records"], v["kept"], v["cpus"], n }' /result)"
		echo 1 >$replay/keep
		rmmod mempool_replay
		echo "gone $fold: $(row)"
	done
GUEST
mkdir "$SCRATCH/t"
cut -f 1 "$SCRATCH/bad" >"$SCRATCH/t/names"
cp -r "$TRACES" "$SCRATCH/t/"

check_lane() {
	local lane=$1 out=$SCRATCH/$1.out name want fold

	"$ROOT/lab/build" --lane "$lane" >/dev/null
	try "$lane: the guest is well" "$ROOT/lab/vm" --lane "$lane" --smp 2 \
		--copy "$SCRATCH/t:/t" --copy "$SCRATCH/guest.sh:/guest.sh" \
		--copy "$ROOT/build/$lane/bench/mempool_replay.ko:/replay.ko" \
		-- sh /guest.sh
	cp "$OUT" "$out"
	while IFS=$'\t' read -r name want; do
		like "$lane: $name is refused" "$(grep "^bad $name: " "$out")" \
			"^bad $name: ($want)"
	done <"$SCRATCH/bad"
	for fold in 0 1; do
		while IFS= read -r want; do
			is "$lane: $want" "$(grep "^${want%%: *}: " "$out" || true)" "$want"
		done <<-END
			kept $fold: $KEPT
			in use $fold: 8 $IN_USE $ALLOCS
			busy $fold: 1
			freed $fold: 0 8 0 $ALLOCS
			result $fold: $RECORDS $KEPT $((2 - fold)) 2
			gone $fold: 0 0 0
		END
	done
	like "$lane: 52 repetitions are too many" "$(cat "$out")" '^reps: [1-9]'
}

for lane in ${LANES:-uml 6.12}; do
	check_lane "$lane"
done

# ---- bench/replay ----

xz -c "$TRACES/double-free" >"$SCRATCH/double.mptrace.xz"
status "bench/replay refuses a bad trace" 1 "$REPLAY" "$SCRATCH/double.mptrace.xz"
like "bench/replay says which record" "$(cat "$ERR")" \
	'^record 2: double free of object 0 \(errno 74\)'
status "bench/replay refuses what is no xz" 1 "$REPLAY" "$TRACES/valid"
status "bench/replay knows its lanes" 1 "$REPLAY" --lane 5.10 "$SCRATCH/double.mptrace.xz"
status "bench/replay wants a trace" 1 "$REPLAY" --json

# shipped NAME RECORDS MEMORY: what its peak has to be.
shipped() {
	local json keys

	try "$1 is replayed on uml" "$REPLAY" --json --reps 3 \
		"$ROOT/bench/traces/$1.mptrace.xz"
	json=$(cat "$OUT")
	diag <<<"$json"
	is "$1: all of it" "$(jq -r '[.trace, .lane, .records, .cpus] | join(" ")' \
		<<<"$json")" "$1 uml $2 2"
	keys='.ratio, .ratio_net, .slab_ns_per_op, .mempool_ns_per_op, .peak_memory_ratio'
	keys+=', .ratio_net_without_irqsave, .mempool_irqsaves_per_op, .slab_irqsaves_per_op'
	is "$1: its numbers are there" \
		"$(jq -r "[$keys] | map(type == \"number\" and . >= 0) | all" <<<"$json")" true
	is "$1: irqsaves are counted" "$(jq -r '.irqsave_ns > 0 and
		.slab_irqsaves_per_op > 0 and .slab_irqsaves_per_op < 1 and
		.mempool_irqsaves_per_op < .slab_irqsaves_per_op' <<<"$json")" true
	# Memory is no matter of noise.
	is "$1: peak memory, $3" "$(jq -r "$3" <<<"$json")" true
}
shipped http 519055 '.mempool_peak_bytes <= .slab_peak_bytes + 1048576'
shipped git 473234 '.peak_memory_ratio <= 1.15'
