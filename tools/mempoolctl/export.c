// SPDX-License-Identifier: GPL-2.0-only
/*
 * export.c - mempoolctl export: all numbers as text for Prometheus
 *
 * Format 0.0.4, for the textfile collector of node_exporter: a metric's lines stand
 * together, under its help and type.  Names come from the kernel's tables, so what is
 * counted in a later version is exported too.
 */
#include "mempoolctl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_SIZE	128

/* One reading of everything, before a line of it is written. */
struct readings {
	char		version[MEMPOOL_VERSION_MAX];
	struct numbers	memory;
	struct triggers	cycles;
	struct caches	caches;
	struct stats	*stats;		/* of each cache; gone: nr is 0 */
	struct stats	items;		/* for their names */
};

static struct readings read_everything(bool scan)
{
	struct readings r = { .items = device_items() };
	size_t i;

	device_version(r.version);
	r.memory = device_memory();
	r.cycles = device_cycles();
	r.caches = device_list();
	r.stats = allocate(r.caches.nr, sizeof(*r.stats));
	for (i = 0; i < r.caches.nr; i++) {
		struct stats s = r.items;

		s.values = allocate(s.nr, sizeof(*s.values));
		if (device_stats(r.caches.of[i].id, scan, &s))
			r.stats[i] = s;
	}
	return r;
}

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && !strcmp(name + n - m, end);
}

/* mempool_PREFIX_STAT_UNIT_total, in base units; what has the unit keeps it. */
static void metric_name(char *to, const char *prefix, const char *stat, uint32_t kind,
			uint32_t unit)
{
	int n = (int)strlen(stat);
	const char *suffix = "";

	if (unit == MEMPOOL_UNIT_NS) {
		suffix = "_seconds";
		n -= ends_in(stat, "_ns") ? 3 : 0;
	} else if (unit == MEMPOOL_UNIT_BYTES && !ends_in(stat, "_bytes")) {
		suffix = "_bytes";
	}
	snprintf(to, NAME_SIZE, "mempool_%s%.*s%s%s", prefix, n, stat, suffix,
		 kind == MEMPOOL_KIND_COUNTER ? "_total" : "");
}

static void head(FILE *f, const char *metric, const char *stat, const char *of, uint32_t kind)
{
	fprintf(f, "# HELP %s The number %s of %s, see mempool's admin.rst.\n# TYPE %s %s\n",
		metric, stat, of, metric, kind == MEMPOOL_KIND_COUNTER ? "counter" : "gauge");
}

static void value(FILE *f, uint64_t number, uint32_t unit)
{
	const uint64_t second = 1000000000;

	if (unit == MEMPOOL_UNIT_NS)
		fprintf(f, " %" PRIu64 ".%09" PRIu64 "\n", number / second, number % second);
	else
		fprintf(f, " %" PRIu64 "\n", number);
}

static void export_memory(FILE *f, const struct numbers *memory)
{
	char name[NAME_SIZE];
	size_t i;

	for (i = 0; i < memory->nr; i++) {
		const struct mempool_number *n = &memory->of[i];

		metric_name(name, "", n->name, n->kind, n->unit);
		head(f, name, n->name, "all caches together", n->kind);
		fputs(name, f);
		value(f, n->value, n->unit);
	}
}

static void export_cycles(FILE *f, const struct triggers *cycles)
{
	static const struct {
		const char	*stat;
		uint32_t	kind;
		uint32_t	unit;
		size_t		at;
	} columns[] = {
#define COLUMN(stat, kind, unit)	\
		{ #stat, MEMPOOL_KIND_##kind, MEMPOOL_UNIT_##unit, \
		  offsetof(struct mempool_trigger, stat) }
		COLUMN(cycles, COUNTER, NUMBER),
		COLUMN(objects, COUNTER, NUMBER),
		COLUMN(bytes, COUNTER, BYTES),
		COLUMN(total_ns, COUNTER, NS),
		COLUMN(last_ns, LEVEL, NS),
		COLUMN(last_at_ns, LEVEL, NS),
	};
	char name[NAME_SIZE];
	size_t c, i;

	for (c = 0; c < sizeof(columns) / sizeof(columns[0]); c++) {
		/* What all took is no total of totals. */
		metric_name(name, "reclaim_",
			    strcmp(columns[c].stat, "total_ns") ? columns[c].stat : "duration_ns",
			    columns[c].kind, columns[c].unit);
		head(f, name, columns[c].stat, "reclaim cycles by trigger", columns[c].kind);
		for (i = 0; i < cycles->nr; i++) {
			uint64_t number;

			memcpy(&number, (const char *)&cycles->of[i] + columns[c].at,
			       sizeof(number));
			fprintf(f, "%s{trigger=\"%s\"}", name, cycles->of[i].name);
			value(f, number, columns[c].unit);
		}
	}
}

/* Names of caches are letters that need no escape. */
static void export_stat(FILE *f, const struct readings *r, size_t stat)
{
	const struct mempool_item *item = &r->items.items[stat];
	char name[NAME_SIZE];
	size_t i;

	metric_name(name, "cache_", item->name, item->kind, item->unit);
	head(f, name, item->name, "a cache", item->kind);
	for (i = 0; i < r->caches.nr; i++) {
		if (!r->stats[i].nr)
			continue;
		fprintf(f, "%s{cache=\"%s\"}", name, r->caches.of[i].name);
		value(f, r->stats[i].values[stat], item->unit);
	}
}

static void export_all(FILE *f, const struct readings *r, bool scan)
{
	size_t i;

	fprintf(f, "# HELP mempool_build_info The version of the module.\n"
		"# TYPE mempool_build_info gauge\nmempool_build_info{version=\"%s\"} 1\n",
		r->version);
	export_memory(f, &r->memory);
	export_cycles(f, &r->cycles);
	for (i = 0; i < r->items.nr; i++)
		if (scan || r->items.items[i].kind != MEMPOOL_KIND_SCAN)
			export_stat(f, r, i);
}

/* The collector must not see half of it: a file beside it, then rename(2). */
static void export_to(const char *path, const struct readings *r, bool scan)
{
	char *temporary = allocate(strlen(path) + sizeof(".XXXXXX"), 1);
	FILE *f = NULL;
	int fd;

	strcpy(temporary, path);
	strcat(temporary, ".XXXXXX");
	fd = mkstemp(temporary);
	if (fd >= 0)
		f = fdopen(fd, "w");
	if (!f)
		fail(STATUS_FAILED, "cannot write beside '%s': %s", path, strerror(errno));
	export_all(f, r, scan);
	/* mkstemp(3) lets nobody else read it; the collector is somebody else. */
	if (fchmod(fd, 0644) || fflush(f) || ferror(f) || fclose(f) || rename(temporary, path)) {
		int err = errno;

		unlink(temporary);
		fail(STATUS_FAILED, "cannot write '%s': %s", path, strerror(err));
	}
	free(temporary);
}

void run_export(const struct options *o, char *argv[])
{
	struct readings r;

	if (o->json)
		fail(STATUS_USAGE, "export has no option --json: use stats, memory and cycles");
	device_open(false);
	r = read_everything(o->scan);
	if (argv[0])
		export_to(argv[0], &r, o->scan);
	else
		export_all(stdout, &r, o->scan);
}
