// SPDX-License-Identifier: GPL-2.0-only
/*
 * top.c - mempoolctl top: what the caches do, live or once
 *
 * A screen is made of two readings: levels of the second one, rates of the
 * difference.  Caches that were not in the first have none yet.
 */
#include "mempoolctl.h"

#include <inttypes.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE	160

/* Of one cache: where it stands, and what it did each second. */
struct row {
	uint64_t	id;
	char		name[MEMPOOL_CACHE_NAME_MAX];
	uint64_t	time_ns;
	uint64_t	allocs;
	uint64_t	frees;
	uint64_t	object_size;
	uint64_t	in_use;
	uint64_t	cached;
	uint64_t	held_bytes;
	uint64_t	failed;
	double		allocs_s;
	double		frees_s;
};

struct rows {
	struct row	*of;
	size_t		nr;
};

/* What a key of the keyboard, and a word of --sort, orders by; the most first. */
static const struct {
	char		key;
	const char	*word;
} orders[] = {
	{ 'm', "memory" }, { 'n', "name" }, { 's', "size" }, { 'u', "used" },
	{ 'c', "cached" }, { 'a', "allocs" }, { 'f', "failed" },
};

static char order = 'm';

static void set_order(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		if (!strcmp(word, orders[i].word)) {
			order = orders[i].key;
			return;
		}
	}
	fail(STATUS_USAGE, "there is no order '%s': see mempoolctl(8)", word);
}

static double sort_value(const struct row *r)
{
	switch (order) {
	case 's':
		return r->object_size;
	case 'u':
		return r->in_use;
	case 'c':
		return r->cached;
	case 'a':
		return r->allocs_s;
	case 'f':
		return r->failed;
	}
	return r->held_bytes;
}

static int compare(const void *one, const void *other)
{
	const struct row *a = one, *b = other;
	double x = sort_value(a), y = sort_value(b);

	if (order == 'n' || x == y)
		return strcmp(a->name, b->name);
	return x < y ? 1 : -1;
}

static void read_row(struct row *r, const struct mempool_cache *cache, const struct stats *s)
{
	r->id = cache->id;
	memcpy(r->name, cache->name, sizeof(r->name));
	r->time_ns = s->time_ns;
	r->allocs = stat_value(s, "allocs");
	r->frees = stat_value(s, "frees");
	r->object_size = stat_value(s, "object_size");
	r->in_use = stat_value(s, "in_use");
	r->cached = stat_value(s, "cached");
	r->held_bytes = stat_value(s, "held_bytes");
	r->failed = stat_value(s, "allocs_failed");
}

static void add_rates(struct row *r, const struct rows *before)
{
	size_t i;

	for (i = 0; i < before->nr; i++) {
		const struct row *b = &before->of[i];
		double seconds = (r->time_ns - b->time_ns) / 1e9;

		if (b->id != r->id || seconds <= 0)
			continue;
		r->allocs_s = (r->allocs - b->allocs) / seconds;
		r->frees_s = (r->frees - b->frees) / seconds;
	}
}

/* Instead of the rows before, which are gone then. */
static void read_rows(struct rows *rows, struct stats *s)
{
	struct rows before = *rows;
	struct caches all = device_list();
	size_t i;

	rows->of = allocate(all.nr, sizeof(*rows->of));
	rows->nr = 0;
	for (i = 0; i < all.nr; i++) {
		struct row *r = &rows->of[rows->nr];

		if (!device_stats(all.of[i].id, false, s))
			continue;
		read_row(r, &all.of[i], s);
		add_rates(r, &before);
		rows->nr++;
	}
	free(before.of);
	free(all.of);
	qsort(rows->of, rows->nr, sizeof(*rows->of), compare);
}

static uint64_t number_of(const struct numbers *n, const char *name)
{
	size_t i;

	for (i = 0; i < n->nr; i++)
		if (!strcmp(n->of[i].name, name))
			return n->of[i].value;
	return 0;
}

/* The two lines above the table. */
static void summary(char lines[2][LINE_SIZE])
{
	struct numbers n = device_memory();
	uint64_t limit = number_of(&n, "memory_limit");
	char of[32] = "none";

	if (limit)
		snprintf(of, sizeof(of), "%" PRIu64 " KiB", limit / 1024);
	snprintf(lines[0], LINE_SIZE, "Caches: %" PRIu64 "  in use: %" PRIu64 " KiB  cached: %"
		 PRIu64 " KiB  held: %" PRIu64 " KiB  limit: %s", number_of(&n, "caches"),
		 number_of(&n, "in_use_bytes") / 1024, number_of(&n, "cached_bytes") / 1024,
		 number_of(&n, "held_bytes") / 1024, of);
	snprintf(lines[1], LINE_SIZE, "Reclaim cycles: %" PRIu64 "  objects: %" PRIu64,
		 number_of(&n, "cycles"), number_of(&n, "cycle_objects"));
	free(n.of);
}

static void title(char *line)
{
	snprintf(line, LINE_SIZE, "%-31s %7s %9s %9s %11s %11s %11s %8s", "NAME", "SIZE",
		 "IN-USE", "CACHED", "MEMORY-KIB", "ALLOCS/S", "FREES/S", "FAILED");
}

static void describe(char *line, const struct row *r)
{
	snprintf(line, LINE_SIZE, "%-31s %7" PRIu64 " %9" PRIu64 " %9" PRIu64 " %11" PRIu64
		 " %11.1f %11.1f %8" PRIu64, r->name, r->object_size, r->in_use, r->cached,
		 r->held_bytes / 1024, r->allocs_s, r->frees_s, r->failed);
}

static void print_once(const struct rows *rows)
{
	char lines[2][LINE_SIZE], line[LINE_SIZE];
	size_t i;

	summary(lines);
	title(line);
	printf("%s\n%s\n\n%s\n", lines[0], lines[1], line);
	for (i = 0; i < rows->nr; i++) {
		describe(line, &rows->of[i]);
		puts(line);
	}
}

static void print_json(const struct rows *rows)
{
	struct json_object *answer = json_answer("top"), *caches = json_object_new_array();
	size_t i;

	for (i = 0; i < rows->nr; i++) {
		const struct row *r = &rows->of[i];
		struct json_object *one = json_object_new_object();

		json_add(one, "name", json_object_new_string(r->name));
		json_add(one, "object_size", json_unsigned(r->object_size));
		json_add(one, "in_use", json_unsigned(r->in_use));
		json_add(one, "cached", json_unsigned(r->cached));
		json_add(one, "held_bytes", json_unsigned(r->held_bytes));
		json_add(one, "allocs_per_second", json_object_new_double(r->allocs_s));
		json_add(one, "frees_per_second", json_object_new_double(r->frees_s));
		json_add(one, "allocs_failed", json_unsigned(r->failed));
		json_object_array_add(caches, one);
	}
	json_add(answer, "caches", caches);
	json_print(answer);
}

static void draw(const struct rows *rows)
{
	char lines[2][LINE_SIZE], line[LINE_SIZE];
	size_t i;

	summary(lines);
	erase();
	mvaddnstr(0, 0, lines[0], COLS);
	mvaddnstr(1, 0, lines[1], COLS);
	title(line);
	attron(A_REVERSE);
	mvprintw(3, 0, "%-*.*s", COLS, COLS, line);
	attroff(A_REVERSE);
	for (i = 0; i < rows->nr && 4 + (int)i < LINES; i++) {
		describe(line, &rows->of[i]);
		mvaddnstr(4 + i, 0, line, COLS);
	}
	refresh();
}

/* False: enough. */
static bool take_key(int key)
{
	size_t i;

	if (key == 'q' || key == 'Q')
		return false;
	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (key == orders[i].key)
			order = key;
	return true;
}

static void leave_screen(void)
{
	endwin();
}

/* What fails in between is said after the screen is left. */
static void live(struct rows *rows, struct stats *s, double delay)
{
	if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
		fail(STATUS_USAGE, "top needs a terminal; without one: top --once");
	if (!initscr())
		fail(STATUS_FAILED, "the terminal is not known");
	at_fail = leave_screen;
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, true);
	timeout(delay * 1000);
	do {
		read_rows(rows, s);
		draw(rows);
	} while (take_key(getch()));
	endwin();
	at_fail = NULL;
}

static void wait_for(double seconds)
{
	struct timespec t = { .tv_sec = (time_t)seconds };

	t.tv_nsec = (seconds - t.tv_sec) * 1e9;
	nanosleep(&t, NULL);
}

void run_top(const struct options *o, char *argv[])
{
	struct rows rows = { 0 };
	struct stats s;

	(void)argv;
	if (o->sort)
		set_order(o->sort);
	device_open(false);
	s = device_items();
	if (!o->once && !o->json) {
		live(&rows, &s, o->delay);
		return;
	}
	read_rows(&rows, &s);
	wait_for(o->delay);
	read_rows(&rows, &s);
	if (o->json)
		print_json(&rows);
	else
		print_once(&rows);
}
