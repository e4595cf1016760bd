# SPDX-License-Identifier: GPL-2.0-only
#
# native.awk - medians of what mempool_native.ko prints; run by bench/native, after
# stats.awk.  -v json=1: as one object.

$1 == "kernel" || $1 == "compiler" {
	said[$1] = substr($0, length($1) + 2)
}

$1 == "row" {
	rep = $2 + 1
	n = rep
	if (!seen[$3]++)
		names[++rows] = $3
	ns[$3, rep] = $4 / $6
	saves[$3, rep] = $5 / $6
	if ($7 && !bursts[$7]++)
		burst[++sizes] = $7
}

$1 == "latency" {
	rounds = $2 + 1
	for (i = 1; i <= 4; i++)
		latency[$3, i, rounds] = $(i + 3) / 100
}

# What a row took; @bare, without its irqsaves.
function cost(name, i, bare) {
	return ns[name, i] - (bare ? saves[name, i] * low["irqsave"] : 0)
}

# ratio KEY PEER OURS: both forms, and the limit.
function ratio(key, peer, ours, limit,    i) {
	keys[++ratios] = key
	for (i = 1; i <= n; i++)
		a[i] = over(ns[peer, i], ns[ours, i])
	row("ratio " key)
	for (i = 1; i <= n; i++)
		a[i] = over(cost(peer, i, 1), cost(ours, i, 1))
	row("bare " key)
	for (i = 1; i <= n; i++)
		a[i] = over(ns[peer, i], ns[limit, i])
	row("limit " key)
}

# What is kept of the speed when CPU 1 does the same, over what the array keeps.
function scaling(key,    i, bare) {
	keys[++ratios] = key
	for (bare = 0; bare < 2; bare++) {
		for (i = 1; i <= n; i++)
			a[i] = over(over(cost("objcache_pair", i, bare), \
					 cost("objcache_2cpu", i, bare)), \
				    over(ns["array_pair", i], ns["array_2cpu", i]))
		row((bare ? "bare " : "ratio ") key)
	}
	for (i = 1; i <= n; i++)
		a[i] = 1
	row("limit " key)
}

# Medians of the rounds, net of the clock; the worst of them all.
function latencies(side,    i, r, clock, worst) {
	n = rounds
	for (r = 1; r <= n; r++)
		a[r] = latency["clock", 1, r]
	row("clock")
	clock = median["clock"]
	for (i = 1; i <= 3; i++) {
		for (r = 1; r <= n; r++)
			a[r] = latency[side, i, r]
		row("latency")
		took[side, i] = median["latency"] > clock ? median["latency"] - clock : 0
	}
	for (r = 1; r <= n; r++)
		if (latency[side, 4, r] > worst)
			worst = latency[side, 4, r]
	took[side, 4] = worst > clock ? worst - clock : 0
}

function object(prefix,    i, s) {
	for (i = 1; i <= ratios; i++)
		s = s (i > 1 ? ",\n    " : "") json_row(keys[i], prefix " " keys[i])
	return "{\n    " s "\n  }"
}

function print_json(    i, s) {
	printf "{\n  \"kernel\": \"%s\",\n  \"compiler\": \"%s\",\n  \"ns\": {", \
		said["kernel"], said["compiler"]
	for (i = 1; i <= rows; i++)
		printf "%s\n    %s", (i > 1 ? "," : ""), json_row(names[i], names[i])
	printf "\n  },\n  \"irqsaves\": {"
	for (i = 1; i <= rows; i++)
		printf "%s\n    \"%s\": %s", (i > 1 ? "," : ""), names[i], \
			fixed(median["irqsaves " names[i]])
	printf "\n  },\n  \"ratio\": %s,\n", object("ratio")
	printf "  \"ratio_without_irqsave\": %s,\n", object("bare")
	printf "  \"limit\": %s,\n  \"bursts\": [", object("limit")
	for (i = 1; i <= sizes; i++)
		printf "%s\n    {\"burst\": %d, \"mempool\": %s, \"slab\": %s, \"array\": %s}", \
			(i > 1 ? "," : ""), burst[i], \
			fixed(median["objcache_burst" burst[i]]), \
			fixed(median["kmem_cache_burst" burst[i]]), \
			fixed(median["array_burst" burst[i]])
	printf "\n  ],\n  \"latency\": {"
	for (i = 1; i <= 2; i++) {
		s = i == 1 ? "mempool" : "slab"
		printf "%s\n    \"%s\": {\"p50\": %s, \"p99\": %s, \"p999\": %s, \"max\": %s}", \
			(i > 1 ? "," : ""), s, fixed(took[s, 1]), fixed(took[s, 2]), \
			fixed(took[s, 3]), fixed(took[s, 4])
	}
	printf "\n  }\n}\n"
}

function print_tables(    i, s) {
	printf "Linux %s, %s\n", said["kernel"], said["compiler"]
	print "ns an object, allocated and freed: median, quartiles of " n " repetitions; irqsaves"
	for (i = 1; i <= rows; i++)
		printf "%-72s %7.3f\n", table_row(names[i], names[i]), \
			median["irqsaves " names[i]]
	print "peer over mempool; without irqsaves; the limit: peer over the array"
	for (i = 1; i <= ratios; i++)
		printf "%-72s %7.2f %7.2f\n", table_row(keys[i], "ratio " keys[i]), \
			median["bare " keys[i]], median["limit " keys[i]]
	print "ns of one operation: p50, p99, p99.9, the worst; net of the clock's " \
		fixed(median["clock"])
	for (i = 1; i <= 2; i++) {
		s = i == 1 ? "mempool" : "slab"
		printf "  %-24s %10.2f %10.2f %10.2f %12.2f\n", s, took[s, 1], \
			took[s, 2], took[s, 3], took[s, 4]
	}
}

END {
	if (!n || !rounds)
		exit 1
	for (r = 1; r <= rows; r++) {
		for (i = 1; i <= n; i++)
			a[i] = ns[names[r], i]
		row(names[r])
		for (i = 1; i <= n; i++)
			a[i] = saves[names[r], i]
		row("irqsaves " names[r])
	}
	ratio("pair", "kmem_cache_pair", "objcache_pair", "array_pair")
	ratio("pair_atomic", "kmem_cache_pair_atomic", "objcache_pair_atomic", "array_pair")
	ratio("burst16", "kmem_cache_burst16", "objcache_burst16", "array_burst16")
	ratio("bulk16", "kmem_cache_bulk16", "objcache_bulk16", "array_burst16")
	ratio("kmalloc", "kmalloc_pair", "sizeclass_pair", "array_pair")
	ratio("mempool_t", "mempool_t_pair", "objcache_reserve_pair", "array_pair")
	ratio("producer_consumer", "kmem_cache_produce", "objcache_produce", "empty_produce")
	scaling("scaling_2cpu")
	reps = n
	latencies("mempool")
	latencies("slab")
	n = reps
	if (json)
		print_json()
	else
		print_tables()
}
