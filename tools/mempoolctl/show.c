// SPDX-License-Identifier: GPL-2.0-only
/*
 * show.c - the part of mempoolctl that prints: tables, and JSON
 */
#include "mempoolctl.h"

#include <inttypes.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>

/* The version of the JSON; it grows when a program that reads it must change. */
#define JSON_VERSION	1

/* Tables are filled cell after cell; a full line begins the next one. */
struct table {
	struct libscols_table	*scols;
	struct libscols_line	*line;
	size_t			columns;
	size_t			next;
};

struct table *table_new(void)
{
	struct table *t = allocate(1, sizeof(*t));

	t->scols = scols_new_table();
	if (!t->scols)
		fail(STATUS_FAILED, "out of memory");
	return t;
}

void table_column(struct table *t, const char *name, bool number)
{
	if (!scols_table_new_column(t->scols, name, 0, number ? SCOLS_FL_RIGHT : 0))
		fail(STATUS_FAILED, "out of memory");
	t->columns++;
}

void table_text(struct table *t, const char *text)
{
	if (t->next % t->columns == 0)
		t->line = scols_table_new_line(t->scols, NULL);
	if (!t->line || scols_line_set_data(t->line, t->next % t->columns, text))
		fail(STATUS_FAILED, "out of memory");
	t->next++;
}

void table_number(struct table *t, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, number);
	table_text(t, text);
}

void table_unsigned(struct table *t, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	table_text(t, text);
}

void table_print(struct table *t)
{
	scols_print_table(t->scols);
	scols_unref_table(t->scols);
	free(t);
}

void json_add(struct json_object *to, const char *key, struct json_object *what)
{
	if (json_object_object_add(to, key, what))
		fail(STATUS_FAILED, "out of memory");
}

struct json_object *json_answer(const char *command)
{
	struct json_object *answer = json_object_new_object();

	if (!answer)
		fail(STATUS_FAILED, "out of memory");
	json_add(answer, "version", json_object_new_int(JSON_VERSION));
	json_add(answer, "command", json_object_new_string(command));
	return answer;
}

struct json_object *json_unsigned(uint64_t number)
{
	return json_object_new_uint64(number);
}

struct json_object *json_text_or_null(const char *text)
{
	return text && *text ? json_object_new_string(text) : NULL;
}

void json_print(struct json_object *answer)
{
	puts(json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_SPACED |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(answer);
}

const char *state_name(uint32_t state)
{
	switch (state) {
	case MEMPOOL_STATE_LIVE:
		return "live";
	case MEMPOOL_STATE_DYING:
		return "dying";
	case MEMPOOL_STATE_ZOMBIE:
		return "zombie";
	}
	return "unknown";
}

const char *unit_name(uint32_t unit)
{
	static const char *const units[] = { "", "bytes", "ns" };

	return unit < sizeof(units) / sizeof(units[0]) ? units[unit] : "?";
}
