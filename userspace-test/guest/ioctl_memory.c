// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl_memory.c - the numbers of all caches together, and reclaim, on caches that
 * nobody uses now
 */
#include "ioctl.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MANY	64
#define STATS	400

static int fd;
static struct mempool_number numbers[MANY];
static struct mempool_trigger triggers[MANY];
static unsigned int numbers_nr, triggers_nr;
static struct mempool_reading reading = { .size = sizeof(reading) };

static int read_memory(unsigned int nr)
{
	int err;

	memset(numbers, 0xa5, sizeof(numbers));
	reading.room = room_at(numbers, sizeof(numbers[0]), nr);
	err = call(fd, MEMPOOL_IOC_MEMORY, &reading);
	numbers_nr = reading.room.nr;
	return err;
}

static int read_cycles(void)
{
	int err;

	memset(triggers, 0xa5, sizeof(triggers));
	reading.room = room_at(triggers, sizeof(triggers[0]), MANY);
	err = call(fd, MEMPOOL_IOC_CYCLES, &reading);
	triggers_nr = reading.room.nr;
	return err;
}

static uint64_t number(const char *name)
{
	unsigned int i;

	for (i = 0; i < numbers_nr; i++)
		if (!strcmp(numbers[i].name, name))
			return numbers[i].value;
	printf("no statistic %s\n", name);
	return -1;
}

/* Of the statistics, not of the memory. */
static uint64_t stat(uint64_t cache, const char *name)
{
	static struct mempool_item items[STATS];
	static uint64_t values[STATS];
	struct mempool_items what = {
		.size = sizeof(what), .room = room_at(items, sizeof(items[0]), STATS),
	};
	struct mempool_stats stats = {
		.size = sizeof(stats), .cache = cache,
		.room = room_at(values, sizeof(values[0]), STATS),
	};
	unsigned int i;

	if (call(fd, MEMPOOL_IOC_ITEMS, &what) || call(fd, MEMPOOL_IOC_STATS, &stats))
		return -1;
	for (i = 0; i < what.room.nr; i++)
		if (!strcmp(items[i].name, name))
			return values[i];
	printf("no statistic %s\n", name);
	return -1;
}

static uint64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void check_numbers(void)
{
	static const char *const summed[] = {
		"in_use", "cached", "held", "in_use_bytes", "cached_bytes", "held_bytes",
	};
	struct mempool_info info = { .size = sizeof(info) };
	uint64_t before = now(CLOCK_MONOTONIC);
	unsigned int i, texts = 0, right = 0;

	say("memory", "room for three", read_memory(3));
	say_number("memory", "three came", numbers_nr);
	say("memory", "call", read_memory(MANY));
	say_number("memory", "at that time", reading.time_ns >= before &&
		   reading.time_ns <= now(CLOCK_MONOTONIC));
	for (i = 0; i < numbers_nr; i++)
		texts += is_text(numbers[i].name, sizeof(numbers[i].name)) &&
			 numbers[i].name[0] && numbers[i].kind <= MEMPOOL_KIND_PEAK &&
			 numbers[i].unit <= MEMPOOL_UNIT_NS;
	say_number("memory", "defined to the last byte", texts == numbers_nr);
	call(fd, MEMPOOL_IOC_INFO, &info);
	say_number("memory", "caches", number("caches") == info.caches);
	for (i = 0; i < sizeof(summed) / sizeof(summed[0]); i++)
		right += number(summed[i]) == stat(MEMPOOL_ALL, summed[i]);
	say_number("memory", "sums of the statistics", right);
	say_number("memory", "what is in use", number("allocs") - number("frees") ==
		   number("in_use") && number("allocated_bytes") - number("freed_bytes") ==
		   number("in_use_bytes"));
	say_number("memory", "what caches did that are gone",
		   number("allocs") > stat(MEMPOOL_ALL, "allocs"));
	say_number("memory", "is what the limit counts",
		   number("charged_bytes") == number("held_bytes"));
	say_number("memory", "limit", number("memory_limit"));
}

static void check_triggers(void)
{
	uint64_t cycles = 0, objects = 0, bytes = 0, ns = 0, last = 0;
	unsigned int i, texts = 0;

	say("cycles", "call", read_cycles());
	read_memory(MANY);
	for (i = 0; i < triggers_nr; i++) {
		const struct mempool_trigger *t = &triggers[i];

		texts += is_text(t->name, sizeof(t->name)) && t->name[0];
		cycles += t->cycles;
		objects += t->objects;
		bytes += t->bytes;
		ns += t->total_ns;
		if (t->last_at_ns > last)
			last = t->last_at_ns;
	}
	say_number("cycles", "defined to the last byte", texts == triggers_nr);
	printf("case cycles first: %s\n", triggers[0].name);
	say_number("cycles", "add up to those of the memory",
		   cycles == number("cycles") && objects == number("cycle_objects") &&
		   bytes == number("cycle_bytes") && ns == number("cycle_ns") &&
		   last == number("last_cycle_at_ns"));
}

static void check_reclaim(const char *name)
{
	const char *group = name ? "one reclaim" : "reclaim of all";
	struct mempool_reclaim reclaim = { .size = sizeof(reclaim) };
	struct mempool_trigger before;
	uint64_t cached, size = 0, start = now(CLOCK_REALTIME);

	if (name) {
		reclaim.cache = find_cache(fd, name);
		size = stat(reclaim.cache, "slab_object_size");
	}
	read_cycles();
	before = triggers[0];
	cached = stat(reclaim.cache, "cached");
	say(group, "call", call(fd, MEMPOOL_IOC_RECLAIM, &reclaim));
	read_cycles();
	say_number(group, "was something", cached > 0);
	say_number(group, "of all that was cached", reclaim.objects == cached);
	say_number(group, "leaves", stat(reclaim.cache, "cached"));
	say_number(group, "is a cycle", triggers[0].cycles - before.cycles);
	say_number(group, "is counted", triggers[0].objects - before.objects == cached);
	say_number(group, "in bytes too",
		   !name || triggers[0].bytes - before.bytes == cached * size);
	say_number(group, "took", triggers[0].last_ns > 0 &&
		   triggers[0].total_ns - before.total_ns == triggers[0].last_ns);
	say_number(group, "just now", triggers[0].last_at_ns >= start &&
		   triggers[0].last_at_ns <= now(CLOCK_REALTIME));
}

void check_memory(int device)
{
	fd = device;
	check_numbers();
	check_reclaim("crowd-5");
	check_reclaim(NULL);
	check_triggers();
}
