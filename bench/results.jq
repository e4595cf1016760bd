# SPDX-License-Identifier: GPL-2.0-only
# results.jq - what the parts measured, as one object
#
# Called from: bench/report, with $machine, $icount, $native and $replay: arrays of what
# each part has written, empty where it has not.
#
# Every key that bench/README.md promises is there, null where nothing was measured.
# Whatever else a part says is kept.

def lanes: ["6.1", "6.12", "7"];

def icount_keys: ["objcache_pair_call", "objcache_pair_inline",
	"objcache_pair_reserve_limit", "sizeclass_pair", "bulk16_alloc_per_object",
	"bulk16_free_per_object", "kmem_cache_pair", "kmalloc_pair", "mempool_t_pair",
	"objpool_pair", "array_pair"];

def ratio_keys: ["pair", "pair_atomic", "burst16", "bulk16", "kmalloc", "mempool_t",
	"producer_consumer", "scaling_2cpu"];

def replay_keys: ["ratio", "ratio_net", "slab_ns_per_op", "mempool_ns_per_op",
	"peak_memory_ratio"];

# A key each, with the value of $value.
def each($value): map({(.): $value}) | add;
def nulls: each(null);

def promised:
	(icount_keys | nulls) as $counts | (lanes | each($counts)) as $lanes |
	(replay_keys | nulls) as $trace | (["p50", "p99", "p999", "max"] | nulls) as $times | {
		machine: null, kernel: null, compiler: null, measured: null,
		icount: $lanes,
		icount_init_on_alloc: $lanes,
		uml: {ratio: (ratio_keys | nulls), ns: {}},
		replay: {http: $trace, git: $trace},
		latency: {mempool: $times, slab: $times}
	};

# {"median": x, "quartiles": [a, b]} as two keys: x, and the other one called _spread.
def spread:
	if type != "object" then . else
		to_entries | map(
			if (.value | type) == "object" and (.value | has("median")) then
				{(.key): .value.median,
				 (.key + "_spread"): (.value.quartiles // .value.spread)}
			else
				{(.key): (.value | spread)}
			end) | add // {}
	end;

def of_uml(said): if said then {uml: said} else {} end;

($machine[0] // {}) as $machine |
($icount[0] // {}) as $icount |
($native[0] // {} | spread) as $native |
($replay[0] // {}) as $replay |
promised * $machine * {
	kernel: (($machine.kernel // {}) + ($icount.kernel // {}) + ($native | of_uml(.kernel))),
	compiler: (($machine.compiler // {}) + ($native | of_uml(.compiler))),
	icount: ($icount.icount // {}),
	icount_init_on_alloc: ($icount.icount_init_on_alloc // {}),
	uml: ($native | del(.latency, .kernel, .compiler)),
	latency: ($native.latency // {}),
	replay: ($replay.uml // {}),
	replay_icount: ($replay | del(.uml))
}
