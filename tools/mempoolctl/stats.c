// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats.c - mempoolctl stats: all numbers of a cache, or the sums of all
 */
#include "mempoolctl.h"

/* Sums have no properties, and what was not looked for is not there. */
static bool is_there(const struct mempool_item *item, const char *name, bool scan)
{
	if (item->kind == MEMPOOL_KIND_SCAN)
		return scan;
	return name || (item->kind != MEMPOOL_KIND_PROPERTY && item->kind != MEMPOOL_KIND_PEAK);
}

static void stats_json(const char *name, bool scan, const struct stats *s)
{
	struct json_object *answer = json_answer("stats"), *values = json_object_new_object();
	size_t i;

	json_add(answer, "cache", json_text_or_null(name));
	json_add(answer, "time_ns", json_unsigned(s->time_ns));
	for (i = 0; i < s->nr; i++)
		if (is_there(&s->items[i], name, scan))
			json_add(values, s->items[i].name, json_unsigned(s->values[i]));
	json_add(answer, "stats", values);
	json_print(answer);
}

static void stats_table(const char *name, bool scan, const struct stats *s)
{
	struct table *t = table_new();
	size_t i;

	table_column(t, "STATISTIC", false);
	table_column(t, "VALUE", true);
	table_column(t, "UNIT", false);
	for (i = 0; i < s->nr; i++) {
		if (!is_there(&s->items[i], name, scan))
			continue;
		table_text(t, s->items[i].name);
		table_unsigned(t, s->values[i]);
		table_text(t, unit_name(s->items[i].unit));
	}
	table_print(t);
}

void run_stats(const struct options *o, char *argv[])
{
	uint64_t id = MEMPOOL_ALL;
	struct stats s;

	device_open(false);
	if (argv[0])
		id = device_find(argv[0]).id;
	s = device_items();
	if (!device_stats(id, o->scan, &s))
		fail(STATUS_NOT_FOUND, "the cache '%s' has just gone", argv[0]);
	if (o->json)
		stats_json(argv[0], o->scan, &s);
	else
		stats_table(argv[0], o->scan, &s);
}
