# SPDX-License-Identifier: GPL-2.0-only
#
# replay.awk - medians of what mempool_replay.ko prints; run by bench/replay, after
# stats.awk.  -v name=TRACE -v lane=LANE; -v json=1: as one object.
#
# A ratio is taken within each repetition, so that what slows the machine down slows
# down both of its sides.

$1 == "rep" {
	n++
	dry[n] = $2; slab[n] = $3; ours[n] = $4
	dry_saves[n] = $5; slab_saves[n] = $6; our_saves[n] = $7; irqsave[n] = $8 / 1000
	next
}

{ value[$1] = $2 }

function keep(key) {
	row(key)
	keys[++rows] = key
}

# What is left without the dry replay and, @bare, without irqsaves.
function net(took, saves, i, bare) {
	return took[i] - dry[i] - (bare ? (saves[i] - dry_saves[i]) * low["irqsave_ns"] : 0)
}

function collect(    i, ops, per) {
	ops = value["records"]
	per = lane == "uml" ? "ns_per_op" : "instructions_per_op"
	for (i = 1; i <= n; i++) a[i] = slab[i] / ours[i]
	keep("ratio")
	for (i = 1; i <= n; i++) a[i] = over(net(slab, slab_saves, i), net(ours, our_saves, i))
	keep("ratio_net")
	for (i = 1; i <= n; i++) a[i] = slab[i] / ops
	keep("slab_" per)
	for (i = 1; i <= n; i++) a[i] = ours[i] / ops
	keep("mempool_" per)
	for (i = 1; i <= n; i++) a[i] = dry[i] / ops
	keep("dry_" per)
	for (i = 1; i <= n; i++) a[i] = net(slab, slab_saves, i) / ops
	keep("slab_net_" per)
	for (i = 1; i <= n; i++) a[i] = net(ours, our_saves, i) / ops
	keep("mempool_net_" per)
	left = "mempool_net_" per
	if (lane != "uml")
		return
	for (i = 1; i <= n; i++) a[i] = irqsave[i]
	keep("irqsave_ns")
	for (i = 1; i <= n; i++) a[i] = (slab_saves[i] - dry_saves[i]) / ops
	keep("slab_irqsaves_per_op")
	for (i = 1; i <= n; i++) a[i] = (our_saves[i] - dry_saves[i]) / ops
	keep("mempool_irqsaves_per_op")
	for (i = 1; i <= n; i++)
		a[i] = over(net(slab, slab_saves, i, 1), net(ours, our_saves, i, 1))
	keep("ratio_net_without_irqsave")
}

function print_json(    r, m, word) {
	printf "{\"trace\": \"%s\", \"lane\": \"%s\", \"kernel\": \"%s\"", \
		name, lane, value["kernel"]
	for (r = 1; r <= rows; r++)
		printf ", \"%s\": %s, \"%s_spread\": [%s, %s]", keys[r], \
			fixed(median[keys[r]]), keys[r], \
			fixed(low[keys[r]]), fixed(high[keys[r]])
	printf ", \"ratio_net_counts\": %s, \"peak_memory_ratio\": %s", counts, memory
	m = split("records allocations kept cpus init_on_alloc live_peak_bytes " \
		  "slab_peak_bytes mempool_peak_bytes mempool_classes_bytes", word, " ")
	for (r = 1; r <= m; r++)
		printf ", \"%s\": %s", word[r], value[word[r]]
	printf ", \"reps\": %d}\n", n
}

function print_table(    r) {
	printf "%s on lane %s, Linux %s: %d records, CPUs: %d, init_on_alloc=%d\n", \
		name, lane, value["kernel"], value["records"], value["cpus"], \
		value["init_on_alloc"]
	printf "  %-34s %10s   quartiles of %d repetitions\n", "", "median", n
	for (r = 1; r <= rows; r++)
		print table_row(keys[r], keys[r])
	printf "  %-34s %10s\n", "ratio_net_counts", counts
	printf "  %-34s %10.2f   (%d and %d bytes, of them %d of classes; %d requested)\n", \
		"peak_memory_ratio", memory, value["mempool_peak_bytes"], \
		value["slab_peak_bytes"], value["mempool_classes_bytes"], \
		value["live_peak_bytes"]
}

END {
	if (!n || !value["records"]) {
		print "bench/replay: the guest measured nothing" >"/dev/stderr"
		exit 1
	}
	collect()
	counts = median[left] >= 5 * (high[left] - low[left]) ? "true" : "false"
	memory = fixed(value["mempool_peak_bytes"] / value["slab_peak_bytes"])
	if (json)
		print_json()
	else
		print_table()
}
