// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl_meaning.c - what right calls answer, on caches that nobody uses now
 */
#include "ioctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MANY	400

static int fd;
static struct mempool_item items[MANY];
static unsigned int items_nr;

static unsigned int list_by(unsigned int step, struct mempool_cache *to)
{
	struct mempool_list list = { .size = sizeof(list) };
	unsigned int n = 0;

	do {
		memset(to + n, 0xa5, step * sizeof(*to));
		list.room = room_at(to + n, sizeof(*to), step);
		if (call(fd, MEMPOOL_IOC_LIST, &list))
			return 0;
		n += list.room.nr;
	} while (list.room.nr && n + step <= MANY);
	return n;
}

static void check_list(void)
{
	static struct mempool_cache one[MANY], seven[MANY], all[MANY];
	struct mempool_info info = { .size = sizeof(info) };
	unsigned int i, n = list_by(1, one), texts = 0, ascending = 0;

	memset(info.version, 0xa5, sizeof(info.version));
	say("info", "call", call(fd, MEMPOOL_IOC_INFO, &info));
	printf("case info commands: %#llx\n", (unsigned long long)info.commands);
	say_number("info", "version", is_text(info.version, sizeof(info.version)) && info.version[0]);
	say_number("list", "all that info counts", n == info.caches);
	say_number("list", "by sevens", list_by(7, seven) == n &&
		   !memcmp(one, seven, n * sizeof(one[0])));
	say_number("list", "by hundreds", list_by(100, all) == n &&
		   !memcmp(one, all, n * sizeof(one[0])));
	for (i = 0; i < n; i++) {
		texts += is_text(one[i].name, sizeof(one[i].name)) &&
			 is_text(one[i].owner, sizeof(one[i].owner)) && !one[i].flags;
		ascending += !i || one[i].id > one[i - 1].id;
	}
	say_number("list", "defined to the last byte", texts == n);
	say_number("list", "ascending", ascending == n && one[0].id > 0);
	printf("case list owner: %s\n", one[n - 2].owner);
}

static int read_stats(uint64_t cache, int flags, uint64_t *values)
{
	struct mempool_stats stats = {
		.size = sizeof(stats), .flags = flags, .cache = cache,
		.room = room_at(values, sizeof(values[0]), MANY),
	};

	return call(fd, MEMPOOL_IOC_STATS, &stats) || stats.room.nr != items_nr;
}

static uint64_t value(const uint64_t *values, const char *name)
{
	unsigned int i;

	for (i = 0; i < items_nr; i++)
		if (!strcmp(items[i].name, name))
			return values[i];
	printf("no statistic %s\n", name);
	return -1;
}

static void check_items(void)
{
	struct mempool_info info = { .size = sizeof(info) };
	struct mempool_items what = { .size = sizeof(what) };
	unsigned int i, texts = 0;

	memset(items, 0xa5, sizeof(items));
	what.room = room_at(items, sizeof(items[0]), MANY);
	say("items", "call", call(fd, MEMPOOL_IOC_ITEMS, &what));
	items_nr = what.room.nr;
	call(fd, MEMPOOL_IOC_INFO, &info);
	say_number("items", "all that info counts", items_nr == info.stats);
	for (i = 0; i < items_nr; i++)
		texts += is_text(items[i].name, sizeof(items[i].name)) && items[i].name[0] &&
			 items[i].kind <= MEMPOOL_KIND_SCAN && items[i].unit <= MEMPOOL_UNIT_NS;
	say_number("items", "defined to the last byte", texts == items_nr);
	what.first = items_nr - 1;
	what.room = room_at(&items[MANY - 1], sizeof(items[0]), 1);
	say("items", "the last", call(fd, MEMPOOL_IOC_ITEMS, &what));
	say_number("items", "is the last", what.room.nr == 1 &&
		   !memcmp(&items[MANY - 1], &items[items_nr - 1], sizeof(items[0])));
	what.first = items_nr;
	what.room.nr = 1;
	say("items", "behind it", call(fd, MEMPOOL_IOC_ITEMS, &what));
	say_number("items", "is nothing", what.room.nr);
	what.first = ~0u;
	what.room.nr = 1;
	say("items", "far behind it", call(fd, MEMPOOL_IOC_ITEMS, &what));
}

static void check_sums(void)
{
	static struct mempool_cache caches[MANY];
	static uint64_t one[MANY], sum[MANY], all[MANY];
	unsigned int c, i, n = list_by(50, caches), right = 0, add_up = 0;

	for (c = 0; c < n; c++) {
		if (read_stats(caches[c].id, MEMPOOL_STATS_SCAN, one))
			continue;
		for (i = 0; i < items_nr; i++)
			sum[i] += one[i];
		right += value(one, "allocs") - value(one, "frees") == value(one, "in_use") &&
			 value(one, "in_use") + value(one, "cached") == value(one, "held") &&
			 value(one, "slab_taken") - value(one, "slab_given") == value(one, "held") &&
			 value(one, "scanned_magazines") + value(one, "scanned_depots") +
			 value(one, "scanned_reserve") == value(one, "cached");
	}
	say_number("stats", "of each cache add up", right == n);
	read_stats(MEMPOOL_ALL, MEMPOOL_STATS_SCAN, all);
	for (i = 0; i < items_nr; i++) {
		if (items[i].kind == MEMPOOL_KIND_PROPERTY || items[i].kind == MEMPOOL_KIND_PEAK)
			add_up += !all[i];
		else
			add_up += all[i] == sum[i];
	}
	say_number("stats", "of all are the sums", add_up == items_nr);
}

static void check_stats(void)
{
	static uint64_t values[MANY];
	uint64_t cache = find_cache(fd, "crowd-2"), before, after;
	struct mempool_stats stats = { .size = sizeof(stats), .cache = cache };
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	before = t.tv_sec * 1000000000ull + t.tv_nsec;
	stats.room = room_at(values, sizeof(values[0]), 3);
	say("stats", "room for three", call(fd, MEMPOOL_IOC_STATS, &stats));
	clock_gettime(CLOCK_MONOTONIC, &t);
	after = t.tv_sec * 1000000000ull + t.tv_nsec;
	say_number("stats", "three came", stats.room.nr);
	say_number("stats", "at that time", stats.time_ns >= before && stats.time_ns <= after);
	say_number("stats", "no scan", read_stats(cache, 0, values) == 0 &&
		   value(values, "scanned_magazines") == 0 && value(values, "cached") > 0);
	say_number("stats", "object size", value(values, "object_size"));
	say_number("stats", "in use", value(values, "in_use"));
	say_number("stats", "in use, bytes", value(values, "in_use_bytes"));
}

static int set(uint64_t cache, const char *name, long long to)
{
	struct mempool_value v = { .size = sizeof(v), .cache = cache, .value = to };

	strcpy(v.name, name);
	return call(fd, MEMPOOL_IOC_SET, &v);
}

static void check_peaks(void)
{
	static uint64_t values[MANY];
	const char *const names[] = { "crowd-3", "crowd-4" };
	struct mempool_target target = { .size = sizeof(target) };
	uint64_t cache;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		cache = find_cache(fd, names[i]);
		set(cache, "magazine_capacity", 0);
		set(cache, "depot_capacity", 0);
		read_stats(cache, 0, values);
		say_number("peak", "stays", value(values, "held_peak") > value(values, "held"));
	}
	target.cache = cache;
	say("peak", "reset", call(fd, MEMPOOL_IOC_RESET_PEAKS, &target));
	read_stats(cache, 0, values);
	say_number("peak", "is what is held", value(values, "held_peak") == value(values, "held"));
	cache = find_cache(fd, names[0]);
	read_stats(cache, 0, values);
	say_number("peak", "of another stays", value(values, "held_peak") > value(values, "held"));
	target.cache = MEMPOOL_ALL;
	say("peak", "reset of all", call(fd, MEMPOOL_IOC_RESET_PEAKS, &target));
	read_stats(cache, 0, values);
	say_number("peak", "of another too", value(values, "held_peak") == value(values, "held"));
}

/* The script left "forgotten" behind, with objects in use and no owner. */
static void check_zombie(void)
{
	static struct mempool_cache caches[MANY];
	static uint64_t values[MANY];
	unsigned int i, n = list_by(50, caches);
	struct mempool_target target = { .size = sizeof(target) };
	struct mempool_reclaim reclaim = { .size = sizeof(reclaim) };
	struct mempool_value v = { .size = sizeof(v), .name = "limit" };

	for (i = 0; i < n; i++)
		if (!strcmp(caches[i].name, "forgotten"))
			break;
	say_number("zombie", "is listed", i < n);
	if (i == n)
		return;
	say_number("zombie", "as such", caches[i].state == MEMPOOL_STATE_ZOMBIE);
	say_number("zombie", "has no owner", !caches[i].owner[0]);
	v.cache = caches[i].id;
	target.cache = caches[i].id;
	reclaim.cache = caches[i].id;
	say_number("zombie", "can be read", !read_stats(caches[i].id, 0, values));
	say_number("zombie", "in use", value(values, "in_use"));
	say("zombie", "get", call(fd, MEMPOOL_IOC_GET, &v));
	say("zombie", "set", call(fd, MEMPOOL_IOC_SET, &v));
	say("zombie", "reset peaks", call(fd, MEMPOOL_IOC_RESET_PEAKS, &target));
	say("zombie", "reclaim", call(fd, MEMPOOL_IOC_RECLAIM, &reclaim));
}

int run_meaning(void)
{
	fd = open_device(O_RDWR);
	check_list();
	check_items();
	check_stats();
	check_sums();
	check_peaks();
	check_memory(fd);
	check_zombie();
	return 0;
}
