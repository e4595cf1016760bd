// SPDX-License-Identifier: GPL-2.0-only
/*
 * list.c - mempoolctl list: all caches, a line each
 */
#include "mempoolctl.h"

/* The statistics shown, and what their columns are called. */
static const struct {
	const char *stat;
	const char *title;
} columns[] = {
	{ "object_size", "OBJSIZE" },
	{ "slab_object_size", "SLABSIZE" },
	{ "magazine_capacity", "CAPACITY" },
	{ "in_use", "IN-USE" },
	{ "cached", "CACHED" },
	{ "held", "HELD" },
	{ "limit", "LIMIT" },
	{ "allocs_failed", "FAILED" },
};

#define COLUMNS	(sizeof(columns) / sizeof(columns[0]))

static struct json_object *as_json(const struct mempool_cache *cache, const struct stats *s)
{
	struct json_object *one = json_object_new_object();
	size_t i;

	json_add(one, "id", json_unsigned(cache->id));
	json_add(one, "name", json_object_new_string(cache->name));
	json_add(one, "state", json_object_new_string(state_name(cache->state)));
	json_add(one, "owner", json_text_or_null(cache->owner));
	for (i = 0; i < COLUMNS; i++)
		json_add(one, columns[i].stat, json_unsigned(stat_value(s, columns[i].stat)));
	return one;
}

static void list_json(const struct caches *all, struct stats *s)
{
	struct json_object *answer = json_answer("list"), *caches = json_object_new_array();
	size_t i;

	for (i = 0; i < all->nr; i++)
		if (device_stats(all->of[i].id, false, s))
			json_object_array_add(caches, as_json(&all->of[i], s));
	json_add(answer, "caches", caches);
	json_print(answer);
}

static void list_table(const struct caches *all, struct stats *s)
{
	struct table *t = table_new();
	size_t i, c;

	table_column(t, "ID", true);
	table_column(t, "NAME", false);
	table_column(t, "STATE", false);
	for (c = 0; c < COLUMNS; c++)
		table_column(t, columns[c].title, true);
	table_column(t, "OWNER", false);
	for (i = 0; i < all->nr; i++) {
		/* Gone since it was listed. */
		if (!device_stats(all->of[i].id, false, s))
			continue;
		table_unsigned(t, all->of[i].id);
		table_text(t, all->of[i].name);
		table_text(t, state_name(all->of[i].state));
		for (c = 0; c < COLUMNS; c++)
			table_unsigned(t, stat_value(s, columns[c].stat));
		table_text(t, all->of[i].owner[0] ? all->of[i].owner : "-");
	}
	table_print(t);
}

void run_list(const struct options *o, char *argv[])
{
	struct caches all;
	struct stats s;

	(void)argv;
	device_open(false);
	all = device_list();
	s = device_items();
	if (o->json)
		list_json(&all, &s);
	else
		list_table(&all, &s);
}
