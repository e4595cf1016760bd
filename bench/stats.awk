# SPDX-License-Identifier: GPL-2.0-only
#
# stats.awk - what the numbers of bench/native and bench/replay share.
#
#   for (i = 1; i <= n; i++) a[i] = ...
#   row("name")		summarizes a[1..n] in median[], low[] and high[]
#   json_row(key, name)	a row as a member of an object, with its quartiles

function sort(a, n,    i, j, t) {
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && a[j] < a[j - 1]; j--) {
			t = a[j]; a[j] = a[j - 1]; a[j - 1] = t
		}
}

# A quartile that is between two is the outer one.
function row(name) {
	sort(a, n)
	median[name] = (a[int((n + 1) / 2)] + a[int((n + 2) / 2)]) / 2
	low[name] = a[int((n - 1) / 4) + 1]
	high[name] = a[n - int((n - 1) / 4)]
}

function fixed(x) { return sprintf("%.3f", x) }

function json_row(key, name) {
	return sprintf("\"%s\": {\"median\": %s, \"quartiles\": [%s, %s]}", key, \
		fixed(median[name]), fixed(low[name]), fixed(high[name]))
}

function table_row(key, name) {
	return sprintf("  %-34s %10.2f   %.2f to %.2f", key, median[name], \
		low[name], high[name])
}

# What of a quotient is left where a machine was too busy to measure.
function over(x, y) { return x > 0 && y > 0 ? x / y : 0 }
