# SPDX-License-Identifier: GPL-2.0-only
# bounds.jq - every bound that mempool is held to, and what was measured
#
# Called from: bench/report, on what results.jq made.
#
# Prints a line each, fields between tabs: part, name, value, its quartiles, operator,
# bound, the limit that the unprotected array sets, the value without the time that uml
# takes to disable interrupts, verdict; "-" for what there is not.  The verdict is
#   met, missed
#   unclear     measured, but the measurement is too noisy to count
#   unmeasured  there is no number
#   -           no bound: for information

def places($n): if . == null then null else
	. * pow(10; $n) | round / pow(10; $n) end;

# Anything but two numbers gives null.
def less($b): if (type == "number") and ($b | type == "number") then . - $b else null end;
def over($b): if (type == "number") and ($b | type == "number") and $b != 0
	then . / $b else null end;

# bound(part; name; value; operator; bound): the input may be what is known besides,
# an object of quartiles, limit, bare (without irqsaves) and counts.
def bound($part; $name; $value; $op; $bound):
	{part: $part, name: $name, value: $value, op: $op, bound: $bound,
	 quartiles: .quartiles, limit: .limit, bare: .bare, verdict: (
		if $value == null or $bound == null then "unmeasured"
		elif .counts == false then "unclear"
		elif ($op == "<=" and $value <= $bound) or ($op == ">=" and $value >= $bound)
		then "met" else "missed" end)};

def told($part; $name; $value):
	{part: $part, name: $name, value: $value, quartiles: .quartiles, verdict: "-"};

def icount_bounds($lane):
	.icount[$lane] as $c | ("icount, " + $lane + ": ") as $on |
	({limit: $c.array_pair} | (
		bound("icount"; $on + "pair, called"; $c.objcache_pair_call; "<="; 42),
		bound("icount"; $on + "pair, inline"; $c.objcache_pair_inline; "<="; 32),
		bound("icount"; $on + "pair of a size class"; $c.sizeclass_pair; "<="; 48))),
	({} | (
		bound("icount"; $on + "bulk of 16, alloc of one"; $c.bulk16_alloc_per_object; "<="; 8),
		bound("icount"; $on + "bulk of 16, free of one"; $c.bulk16_free_per_object; "<="; 8),
		bound("icount"; $on + "reserve and limit add to a pair";
			($c.objcache_pair_reserve_limit | less($c.objcache_pair_call)); "<="; 2)));

# Of each ratio: its key, its name, its bound.
def asked:
	["pair", "pair, GFP_KERNEL", 3.3],
	["pair_atomic", "pair, GFP_ATOMIC", 2],
	["burst16", "burst of 16", 3],
	["bulk16", "bulk of 16", 2],
	["kmalloc", "kmalloc, size class", 3],
	["mempool_t", "mempool_t, with reserve", 5],
	["producer_consumer", "producer and consumer", 2],
	["scaling_2cpu", "two CPUs, of the array", 0.97];

def ratio_bounds:
	.uml as $uml | asked | . as [$key, $name, $bound] |
	{quartiles: $uml.ratio[$key + "_spread"], limit: $uml.limit[$key],
	 bare: $uml.ratio_without_irqsave[$key]} |
	bound("native"; "uml: " + $name; $uml.ratio[$key]; ">="; $bound);

# What else bench/native has made ratios of.
def ratios_told:
	.uml.ratio as $r | $r | keys_unsorted | map(select(endswith("_spread") | not)) -
	[asked[0]] | .[] | . as $key | {quartiles: $r[$key + "_spread"]} |
	told("native"; "uml: " + $key; $r[$key]);

# Interrupts disabled, per object.
def irqsaves_told:
	.uml.irqsaves as $n | .replay as $r | {} |
	(["kmem_cache_pair", "objcache_pair", "kmem_cache_produce", "objcache_produce"][] |
	 select($n[.] != null) |
	 . as $row | {} | told("native"; "uml: irqsaves, " + $row; $n[$row])),
	(("http", "git") as $t | ("slab", "mempool") as $side |
	 $r[$t][$side + "_irqsaves_per_op"] as $value | select($value != null) | {} |
	 told("replay"; "replay " + $t + ": irqsaves, " + $side; $value));

def latency_bounds:
	.latency as $l | {} |
	bound("native"; "uml: 99.9 % of ops take, in ns"; $l.mempool.p999; "<="; $l.slab.p999);

def replay_bounds:
	.replay as $r |
	(("http", "git") as $t | $r[$t] |
	 ({quartiles: .ratio_spread} |
	  told("replay"; "replay " + $t + ": gross"; $r[$t].ratio)),
	 ({quartiles: .ratio_net_spread, counts: .ratio_net_counts,
	   bare: .ratio_net_without_irqsave} |
	  bound("replay"; "replay " + $t + ": net"; $r[$t].ratio_net; ">="; 2.5))),
	({} | (
		bound("replay"; "replay git: peak memory, of slab's";
			$r.git.peak_memory_ratio; "<="; 1.15),
		bound("replay"; "replay http: peak memory, MiB above slab's";
			($r.http.mempool_peak_bytes | less($r.http.slab_peak_bytes) |
			 over(1048576)); "<="; 1)));

(icount_bounds("6.1", "6.12", "7"), ratio_bounds, ratios_told, irqsaves_told, latency_bounds,
 replay_bounds) |
[.part, .name, (.value | places(3)), (.quartiles // [] | map(places(2)) | join(" to ")),
 .op // "-", .bound, (.limit | places(2)),
 (.bare | places(3)), .verdict] |
map(if . == null or . == "" then "-" else tostring end) | join("\t")
