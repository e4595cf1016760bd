#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# parallel: yes
# timeout: 300
#
# What `make bench` makes of its parts' numbers: results.json has every key whatever was
# measured, each bound is judged right, and the plots are drawn.  The numbers are made
# up here; the parts have tests of their own.

# shellcheck source=userspace-test/lib.sh
. "$(dirname "$0")/../lib.sh"

# shellcheck disable=SC2016 # what looks like variables in single quotes is jq's
"$ROOT/lab/get" jq
DIR=$SCRATCH/bench
mkdir "$DIR"

# ---- nothing measured: every key is there, and null ----

promised() {
	local lane key

	for key in objcache_pair_{call,inline,reserve_limit} sizeclass_pair \
		bulk16_{alloc,free}_per_object \
		{kmem_cache,kmalloc,mempool_t,objpool,array}_pair; do
		for lane in 6.1 6.12 7; do
			printf '%s\n' "icount/$lane/$key" "icount_init_on_alloc/$lane/$key"
		done
	done
	printf 'uml/ratio/%s\n' pair pair_atomic burst16 bulk16 kmalloc mempool_t \
		producer_consumer scaling_2cpu
	printf 'replay/%s\n' {http,git}/{ratio,{slab,mempool}_ns_per_op,peak_memory_ratio}
	printf 'latency/%s\n' {mempool,slab}/{p50,p99,p999,max}
}

# lacking TYPE: the promised keys whose value is of another type.
lacking() {
	promised | jq -R -r --arg type "$1" --slurpfile r "$DIR/results.json" '
		. as $key | ($key | split("/")) as $path |
		select(any($r[0] | paths; . == $path) and
			($r[0] | getpath($path) | type) == $type | not) | $key'
}

status "nothing measured is a failure" 1 "$ROOT/bench/report" "$DIR"
like "and says how much is missing" "$(cat "$OUT")" \
	'^bounds: 0 met, 0 missed, 0 unclear, 31 unmeasured$'
is "every key is there without any number" "$(lacking null)" ""
is "the machine is asked for" "$(jq -c '[.machine, .kernel, .compiler, .measured]' \
	"$DIR/results.json")" '[null,{},{},null]'
try "no numbers, no plots" "$ROOT/bench/plot" "$DIR"
is "none is drawn" "$(find "$DIR" -name '*.svg')" ""

# ---- everything measured, and within bounds ----

counts='{objcache_pair_call: 38, objcache_pair_inline: 28, objcache_pair_reserve_limit: 40,
	sizeclass_pair: 48, bulk16_alloc_per_object: 8, bulk16_free_per_object: 6.5,
	kmem_cache_pair: 192, kmalloc_pair: 176, mempool_t_pair: 273, objpool_pair: 66,
	array_pair: 12}'
jq -n "$counts as \$c | {\"6.1\": (\$c | .objpool_pair = null), \"6.12\": \$c, \"7\": \$c} |
	{kernel: {\"6.1\": \"6.1.0-amd64\"}, icount: ., icount_init_on_alloc: .}" \
	>"$DIR/icount.json"
jq -n '
	def row($x): {median: $x, quartiles: [$x - 0.25, $x + 0.5]};
	{kernel: "7.3", compiler: "gcc 12", ns: {objcache_pair: row(5), array_pair: row(1)},
	 ratio: {pair: row(3.3), pair_atomic: row(2), burst16: row(3), bulk16: row(2),
		kmalloc: row(3), mempool_t: row(5), producer_consumer: row(2),
		scaling_2cpu: row(0.97)},
	 limit: {pair: row(17)}, ratio_without_irqsave: {pair: row(3.1)},
	 bursts: [{burst: 1, mempool: 5, slab: 18}, {burst: 512, mempool: 7, slab: 40}],
	 latency: {mempool: {p50: 9, p99: 20, p999: 80, max: 9000},
		slab: {p50: 25, p99: 60, p999: 80, max: 8000}}}' >"$DIR/native.json"
jq -n '
	{ratio: 1.9, ratio_spread: [1.8, 2], ratio_net: 2.5, ratio_net_spread: [2.4, 2.6],
	 ratio_net_counts: true, slab_ns_per_op: 40, mempool_ns_per_op: 20,
	 mempool_peak_bytes: 2097152, slab_peak_bytes: 1048576, peak_memory_ratio: 1.15} |
	{uml: {http: ., git: .}, "6.1": {http: ., git: .}}' >"$DIR/replay.json"
jq -n '{machine: {cpu: "a \"CPU\"", cpus: 2, memory_mib: 1024, system: "Linux 6"},
	kernel: {"7": "7.3-amd64"}, compiler: {"7": "GCC 14"}}' >"$DIR/machine.json"
mkdir "$SCRATCH/good"
cp "$DIR"/{icount,native,replay,machine}.json "$SCRATCH/good/"

try "all bounds are met, to the last digit" "$ROOT/bench/report" --check "$DIR"
like "and so it says" "$(cat "$OUT")" \
	'^bounds: 31 met, 0 missed, 0 unclear, 0 unmeasured$'
for word in 'a "CPU", CPUs: 2' 'lane 7: Linux 7\.3-amd64, GCC 14' \
	'lane uml: Linux 7\.3, gcc 12' 'lane 6\.1: Linux 6\.1\.0-amd64, compiler unknown' \
	'uml: pair, GFP_KERNEL +3\.3 +3\.05 to 3\.8 +>= 3\.3 +17 +3\.1 +met'; do
	like "the table has: $word" "$(cat "$OUT")" "$word"
done
is "every key is there, and is a number" "$(lacking number)" "$(printf '%s\n' \
	icount/6.1/objpool_pair icount_init_on_alloc/6.1/objpool_pair)"
is "what has no number on 6.1 is null" \
	"$(jq '.icount["6.1"].objpool_pair' "$DIR/results.json")" null
is "spreads stand beside" "$(jq -c '[.uml.ratio.pair, .uml.ratio.pair_spread,
	.uml.ns.array_pair, .uml.ns.array_pair_spread, .replay.git.ratio_spread]' \
	"$DIR/results.json")" '[3.3,[3.05,3.8],1,[0.75,1.5],[1.8,2]]'
is "instructions of replays are kept apart" "$(jq -c \
	'[.replay_icount["6.1"].git.ratio, (.replay | keys)]' "$DIR/results.json")" \
	'[1.9,["git","http"]]'
is "nothing else is left in the folder" "$(find "$DIR" -type f -printf '%f\n' | sort | xargs)" \
	"icount.json machine.json native.json replay.json results.json"

# ---- each bound can be missed, unclear or unmeasured ----

# spoil PART JQ WANT-VERDICT WANT-STATUS WHAT: with one number changed.
spoil() {
	local part=$1 filter=$2 verdict=$3 want=$4 what=$5

	cp "$SCRATCH/good"/*.json "$DIR/"
	jq "$filter" "$SCRATCH/good/$part.json" >"$DIR/$part.json"
	status "$filter: exit status" "$want" "$ROOT/bench/report" --check --tsv "$DIR"
	is "$filter: $verdict" "$(awk -F '\t' '$9 !~ /^(met|-)$/ { print $2 ": " $9 }' "$OUT")" \
		"$what: $verdict"
}

while IFS='|' read -r part filter verdict want what; do
	spoil "$part" "$filter" "$verdict" "$want" "$what"
done <<'END'
icount|.icount["6.1"] += {objcache_pair_call: 42.01, objcache_pair_reserve_limit: 44}|missed|2|icount, 6.1: pair, called
icount|.icount["6.12"].objcache_pair_inline = 33|missed|2|icount, 6.12: pair, inline
icount|.icount["7"].sizeclass_pair = 49|missed|2|icount, 7: pair of a size class
icount|.icount["7"].bulk16_alloc_per_object = 8.01|missed|2|icount, 7: bulk of 16, alloc of one
icount|.icount["7"].bulk16_free_per_object = 8.01|missed|2|icount, 7: bulk of 16, free of one
icount|.icount["6.1"].objcache_pair_reserve_limit = 41|missed|2|icount, 6.1: reserve and limit add to a pair
icount|.icount["6.1"].objcache_pair_reserve_limit = null|unmeasured|1|icount, 6.1: reserve and limit add to a pair
native|.ratio.pair.median = 3.29|missed|2|uml: pair, GFP_KERNEL
native|.ratio.pair_atomic.median = 1.99|missed|2|uml: pair, GFP_ATOMIC
native|.ratio.burst16.median = 2.99|missed|2|uml: burst of 16
native|.ratio.bulk16.median = 1.99|missed|2|uml: bulk of 16
native|.ratio.kmalloc.median = 2.99|missed|2|uml: kmalloc, size class
native|.ratio.mempool_t.median = 4.99|missed|2|uml: mempool_t, with reserve
native|.ratio.producer_consumer.median = 1.99|missed|2|uml: producer and consumer
native|.ratio.scaling_2cpu.median = 0.969|missed|2|uml: two CPUs, of the array
native|.latency.mempool.p999 = 81|missed|2|uml: 99.9 % of ops take, in ns
native|del(.latency.slab.p999)|unmeasured|1|uml: 99.9 % of ops take, in ns
replay|.uml.http.ratio_net = 2.49|missed|2|replay http: net
replay|.uml.git.ratio_net_counts = false|unclear|2|replay git: net
replay|.uml.git.peak_memory_ratio = 1.151|missed|2|replay git: peak memory, of slab's
replay|.uml.http.mempool_peak_bytes = 2097153|missed|2|replay http: peak memory, MiB above slab's
replay|del(.uml.http.slab_peak_bytes)|unmeasured|1|replay http: peak memory, MiB above slab's
END

jq '.ratio.pair.median = 1' "$SCRATCH/good/native.json" >"$DIR/native.json"
cp "$SCRATCH/good/replay.json" "$DIR/"
try "a missed bound is no failure without --check" "$ROOT/bench/report" "$DIR"
try "nor one of another part" "$ROOT/bench/report" --check --only=icount --only=replay "$DIR"
is "--only leaves out the others" "$("$ROOT/bench/report" --tsv --only=icount "$DIR" |
	cut -f 1 | sort | uniq -c | xargs)" "18 icount"
echo '{"icount": ' >"$DIR/icount.json"
status "half a file is refused" 1 "$ROOT/bench/report" "$DIR"
status "an unknown part is refused" 1 "$ROOT/bench/report" --only=all "$DIR"
status "an unknown folder is refused" 1 "$ROOT/bench/report" "$SCRATCH/none"

# ---- the plots ----

cp "$SCRATCH/good"/*.json "$DIR/"
"$ROOT/bench/report" "$DIR" >/dev/null
try "plots are drawn" "$ROOT/bench/plot" "$DIR"
for plot in icount bursts replay latency; do
	like "$plot.svg is whole" "$(tail -n 2 "$DIR/$plot.svg")" '^</svg>$'
done
for word in 'instructions, net of the loop' 'size class' '>6.12<' '>48<'; do
	like "icount.svg has: $word" "$(cat "$DIR/icount.svg")" "$word"
done
like "bursts.svg names its unit" "$(cat "$DIR/bursts.svg")" 'ns an object'
like "latency.svg names its unit" "$(cat "$DIR/latency.svg")" 'ns, logarithmic'
like "the machine is named" "$(cat "$DIR/latency.svg")" 'a CPU, Linux 7\.3'
try "plots can be drawn again" "$ROOT/bench/plot" "$DIR"
status "no results, no plots" 1 "$ROOT/bench/plot" "$SCRATCH/good"

status "bench/run knows its parts" 1 "$ROOT/bench/run" memory
