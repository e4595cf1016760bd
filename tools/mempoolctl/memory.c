// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory.c - mempoolctl memory, cycles: numbers of all caches together
 */
#include "mempoolctl.h"

static void memory_json(const struct numbers *n)
{
	struct json_object *answer = json_answer("memory"), *memory = json_object_new_object();
	size_t i;

	json_add(answer, "time_ns", json_unsigned(n->time_ns));
	for (i = 0; i < n->nr; i++)
		json_add(memory, n->of[i].name, json_unsigned(n->of[i].value));
	json_add(answer, "memory", memory);
	json_print(answer);
}

static void memory_table(const struct numbers *n)
{
	struct table *t = table_new();
	size_t i;

	table_column(t, "STATISTIC", false);
	table_column(t, "VALUE", true);
	table_column(t, "UNIT", false);
	for (i = 0; i < n->nr; i++) {
		table_text(t, n->of[i].name);
		table_unsigned(t, n->of[i].value);
		table_text(t, unit_name(n->of[i].unit));
	}
	table_print(t);
}

void run_memory(const struct options *o, char *argv[])
{
	struct numbers n;

	(void)argv;
	device_open(false);
	n = device_memory();
	if (o->json)
		memory_json(&n);
	else
		memory_table(&n);
}

static void cycles_json(const struct triggers *all)
{
	struct json_object *answer = json_answer("cycles"), *triggers = json_object_new_array();
	size_t i;

	json_add(answer, "time_ns", json_unsigned(all->time_ns));
	for (i = 0; i < all->nr; i++) {
		const struct mempool_trigger *trigger = &all->of[i];
		struct json_object *one = json_object_new_object();

		json_add(one, "trigger", json_object_new_string(trigger->name));
		json_add(one, "cycles", json_unsigned(trigger->cycles));
		json_add(one, "objects", json_unsigned(trigger->objects));
		json_add(one, "bytes", json_unsigned(trigger->bytes));
		json_add(one, "total_ns", json_unsigned(trigger->total_ns));
		json_add(one, "last_ns", json_unsigned(trigger->last_ns));
		json_add(one, "last_at_ns", json_unsigned(trigger->last_at_ns));
		json_object_array_add(triggers, one);
	}
	json_add(answer, "triggers", triggers);
	json_print(answer);
}

static void cycles_table(const struct triggers *all)
{
	struct table *t = table_new();
	size_t i;

	table_column(t, "TRIGGER", false);
	table_column(t, "CYCLES", true);
	table_column(t, "OBJECTS", true);
	table_column(t, "BYTES", true);
	table_column(t, "TOTAL-NS", true);
	table_column(t, "LAST-NS", true);
	table_column(t, "LAST-AT-NS", true);
	for (i = 0; i < all->nr; i++) {
		const struct mempool_trigger *trigger = &all->of[i];

		table_text(t, trigger->name);
		table_unsigned(t, trigger->cycles);
		table_unsigned(t, trigger->objects);
		table_unsigned(t, trigger->bytes);
		table_unsigned(t, trigger->total_ns);
		table_unsigned(t, trigger->last_ns);
		table_unsigned(t, trigger->last_at_ns);
	}
	table_print(t);
}

void run_cycles(const struct options *o, char *argv[])
{
	struct triggers all;

	(void)argv;
	device_open(false);
	all = device_cycles();
	if (o->json)
		cycles_json(&all);
	else
		cycles_table(&all);
}
