// SPDX-License-Identifier: GPL-2.0-only
/*
 * knobs.c - mempoolctl get and set: [CACHE/]KNOB, as files are called in debugfs
 */
#include "mempoolctl.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct place - a word such as CACHE/KNOB, taken apart
 * @cache: the cache's name; NULL: the module
 * @id:    the cache's number, or MEMPOOL_ALL
 * @knob:  the knob's name; NULL: all of them
 * @knobs: all of the cache, or of the module
 */
struct place {
	const char	*cache;
	uint64_t	id;
	const char	*knob;
	struct knobs	knobs;
};

static const struct mempool_knob *find_knob(const struct knobs *all, const char *name)
{
	size_t i;

	for (i = 0; i < all->nr; i++)
		if (!strcmp(all->of[i].name, name))
			return &all->of[i];
	return NULL;
}

static void enter_cache(struct place *p, const char *name)
{
	p->cache = name;
	p->id = device_find(name).id;
	free(p->knobs.of);
	p->knobs = device_knobs(p->id);
}

/* No cache is called like a knob of the module, so a word alone is clear. */
static struct place find_place(char *word)
{
	struct place p = { .id = MEMPOOL_ALL, .knobs = device_knobs(MEMPOOL_ALL) };
	char *slash = word ? strchr(word, '/') : NULL;

	if (!word)
		return p;
	if (slash) {
		*slash = '\0';
		enter_cache(&p, word);
		p.knob = slash + 1;
	} else if (find_knob(&p.knobs, word)) {
		p.knob = word;
	} else {
		enter_cache(&p, word);
	}
	if (p.knob && !find_knob(&p.knobs, p.knob))
		fail(STATUS_NOT_FOUND, "there is no knob '%s'", p.knob);
	return p;
}

static bool is_asked_for(const struct place *p, const struct mempool_knob *knob)
{
	return !p->knob || !strcmp(p->knob, knob->name);
}

static void knobs_json(const char *command, const struct place *p)
{
	struct json_object *answer = json_answer(command), *knobs = json_object_new_array();
	size_t i;

	json_add(answer, "cache", json_text_or_null(p->cache));
	for (i = 0; i < p->knobs.nr; i++) {
		const struct mempool_knob *knob = &p->knobs.of[i];
		struct json_object *one;

		if (!is_asked_for(p, knob))
			continue;
		one = json_object_new_object();
		json_add(one, "name", json_object_new_string(knob->name));
		json_add(one, "value", json_object_new_int64(knob->value));
		json_add(one, "min", json_object_new_int64(knob->min));
		json_add(one, "max", json_object_new_int64(knob->max));
		json_object_array_add(knobs, one);
	}
	json_add(answer, "knobs", knobs);
	json_print(answer);
}

static void knobs_table(const struct place *p)
{
	struct table *t = table_new();
	size_t i;

	table_column(t, "KNOB", false);
	table_column(t, "VALUE", true);
	table_column(t, "MIN", true);
	table_column(t, "MAX", true);
	for (i = 0; i < p->knobs.nr; i++) {
		const struct mempool_knob *knob = &p->knobs.of[i];

		table_text(t, knob->name);
		table_number(t, knob->value);
		table_number(t, knob->min);
		table_number(t, knob->max);
	}
	table_print(t);
}

/* One knob is a number alone, for scripts. */
void run_get(const struct options *o, char *argv[])
{
	struct place p;

	device_open(false);
	p = find_place(argv[0]);
	if (o->json)
		knobs_json("get", &p);
	else if (p.knob)
		printf("%" PRId64 "\n", (int64_t)find_knob(&p.knobs, p.knob)->value);
	else
		knobs_table(&p);
}

/* Digits, with a minus before them: what get prints, and nothing else. */
static int64_t parse_value(const char *text)
{
	const char *digits = text + (*text == '-');
	char *end;
	int64_t value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (!isdigit((unsigned char)*digits) || *end)
		fail(STATUS_USAGE, "'%s' is not a decimal number", text);
	if (errno)
		fail(STATUS_FAILED, "%s is outside of all bounds", text);
	return value;
}

static bool passes_through(uint64_t id)
{
	struct stats s = device_items();

	return id != MEMPOOL_ALL && device_stats(id, false, &s) && stat_value(&s, "passthrough");
}

static noreturn void explain(const struct place *p, int64_t value, int err)
{
	const struct mempool_knob *knob = find_knob(&p->knobs, p->knob);

	switch (err) {
	case EPERM:
		if (passes_through(p->id))
			fail(STATUS_FAILED, "'%s' passes everything through to slab and has no %s",
			     p->cache, p->knob);
		fail(STATUS_NOT_PERMITTED, "not permitted: to turn a knob takes CAP_SYS_ADMIN");
	case ERANGE:
		if (value < knob->min || value > knob->max)
			fail(STATUS_FAILED, "%s may be %" PRId64 " to %" PRId64 ", not %" PRId64,
			     p->knob, (int64_t)knob->min, (int64_t)knob->max, value);
		fail(STATUS_FAILED, "%s cannot be %" PRId64 " now: the kernel's log says why",
		     p->knob, value);
	case ENOENT:
		fail(STATUS_NOT_FOUND, "the cache '%s' has just gone", p->cache);
	case ENODEV:
		fail(STATUS_FAILED, "the cache '%s' is being destroyed", p->cache);
	case ENOMEM:
		fail(STATUS_FAILED, "there is no memory, or a limit leaves none, for %s %" PRId64,
		     p->knob, value);
	}
	fail(STATUS_FAILED, "cannot set %s to %" PRId64 ": %s", p->knob, value, strerror(err));
}

void run_set(const struct options *o, char *argv[])
{
	int64_t value = parse_value(argv[1]);
	struct place p;
	int err;

	device_open(true);
	p = find_place(argv[0]);
	if (!p.knob)
		fail(STATUS_USAGE, "'%s' is a cache: say which knob, as in %s/limit", argv[0],
		     argv[0]);
	err = device_set(p.id, p.knob, value);
	if (err)
		explain(&p, value, err);
	if (!o->json)
		return;
	free(p.knobs.of);
	p.knobs = device_knobs(p.id);
	knobs_json("set", &p);
}
