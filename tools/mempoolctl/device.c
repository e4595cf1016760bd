// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - the part of mempoolctl that talks to /dev/mempool
 *
 * The one descriptor stays open to the end, so the module stays loaded and the
 * tables of names stay as they are.
 */
#include "mempoolctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define DEVICE	"/dev/mempool"
#define STEP	64

static int fd = -1;

void device_open(bool change)
{
	fd = open(DEVICE, (change ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (fd >= 0)
		return;
	switch (errno) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		fail(STATUS_NO_MODULE, "the module is not loaded (there is no " DEVICE
		     "): try 'modprobe mempool'");
	case EACCES:
	case EPERM:
		fail(STATUS_NOT_PERMITTED, "not permitted to open " DEVICE "%s",
		     change ? " for changes: be root" : ": be root, or ask for read access");
	}
	fail(STATUS_FAILED, "cannot open " DEVICE ": %s", strerror(errno));
}

static int call(unsigned int command, void *argument)
{
	return ioctl(fd, command, argument) ? errno : 0;
}

/* For what cannot fail but by a mistake, or for want of memory. */
static void must(unsigned int command, void *argument, const char *what)
{
	int err = call(command, argument);

	if (err)
		fail(STATUS_FAILED, "cannot read %s: %s", what, strerror(err));
}

static struct mempool_room room(void *address, size_t entry_size, size_t nr)
{
	return (struct mempool_room) {
		.address = (uintptr_t)address,
		.entry_size = entry_size,
		.nr = nr,
	};
}

/* Room for @more behind @nr entries. */
static void *grow(void *entries, size_t nr, size_t more, size_t size)
{
	entries = realloc(entries, (nr + more) * size);
	if (!entries)
		fail(STATUS_FAILED, "out of memory");
	memset((char *)entries + nr * size, 0, more * size);
	return entries;
}

void device_version(char version[MEMPOOL_VERSION_MAX])
{
	struct mempool_info info = { .size = sizeof(info) };

	must(MEMPOOL_IOC_INFO, &info, "the version");
	memcpy(version, info.version, sizeof(info.version));
}

struct caches device_list(void)
{
	struct mempool_list list = { .size = sizeof(list) };
	struct caches all = { 0 };

	do {
		all.of = grow(all.of, all.nr, STEP, sizeof(*all.of));
		list.room = room(all.of + all.nr, sizeof(*all.of), STEP);
		must(MEMPOOL_IOC_LIST, &list, "the caches");
		all.nr += list.room.nr;
	} while (list.room.nr);
	return all;
}

struct mempool_cache device_find(const char *name)
{
	struct caches all = device_list();
	struct mempool_cache found;
	size_t i;

	for (i = 0; i < all.nr; i++) {
		if (strcmp(all.of[i].name, name))
			continue;
		found = all.of[i];
		free(all.of);
		return found;
	}
	fail(STATUS_NOT_FOUND, "there is no cache '%s'", name);
}

struct stats device_items(void)
{
	struct mempool_items list = { .size = sizeof(list) };
	struct stats s = { 0 };

	do {
		s.items = grow(s.items, s.nr, STEP, sizeof(*s.items));
		list.first = s.nr;
		list.room = room(s.items + s.nr, sizeof(*s.items), STEP);
		must(MEMPOOL_IOC_ITEMS, &list, "the names of statistics");
		s.nr += list.room.nr;
	} while (list.room.nr);
	s.values = allocate(s.nr, sizeof(*s.values));
	return s;
}

/* False: the cache is gone. */
bool device_stats(uint64_t cache, bool scan, struct stats *s)
{
	struct mempool_stats stats = {
		.size = sizeof(stats),
		.flags = scan ? MEMPOOL_STATS_SCAN : 0,
		.cache = cache,
		.room = room(s->values, sizeof(*s->values), s->nr),
	};
	int err = call(MEMPOOL_IOC_STATS, &stats);

	if (err == ENOENT)
		return false;
	if (err)
		fail(STATUS_FAILED, "cannot read the statistics: %s", strerror(err));
	s->time_ns = stats.time_ns;
	return true;
}

uint64_t stat_value(const struct stats *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->nr; i++)
		if (!strcmp(s->items[i].name, name))
			return s->values[i];
	return 0;
}

struct knobs device_knobs(uint64_t cache)
{
	struct mempool_knobs list = { .size = sizeof(list), .cache = cache };
	struct knobs all = { 0 };
	int err;

	do {
		all.of = grow(all.of, all.nr, STEP, sizeof(*all.of));
		list.first = all.nr;
		list.room = room(all.of + all.nr, sizeof(*all.of), STEP);
		err = call(MEMPOOL_IOC_KNOBS, &list);
		if (err == ENOENT)
			fail(STATUS_NOT_FOUND, "the cache has just gone");
		if (err)
			fail(STATUS_FAILED, "cannot read the knobs: %s", strerror(err));
		all.nr += list.room.nr;
	} while (list.room.nr);
	return all;
}

/* 0 or an errno. */
int device_set(uint64_t cache, const char *knob, int64_t value)
{
	struct mempool_value set = { .size = sizeof(set), .cache = cache, .value = value };

	if (strlen(knob) >= sizeof(set.name))
		return ENOENT;
	strcpy(set.name, knob);
	return call(MEMPOOL_IOC_SET, &set);
}

/* 0 or an errno. */
int device_reset_peaks(uint64_t cache)
{
	struct mempool_target target = { .size = sizeof(target), .cache = cache };

	return call(MEMPOOL_IOC_RESET_PEAKS, &target);
}

/*
 * All entries of one reading: with room for one more than there are.  Sets @nr and
 * @time_ns.
 */
static void *read_all(unsigned int command, size_t entry_size, const char *what, size_t *nr,
		      uint64_t *time_ns)
{
	struct mempool_reading reading = { .size = sizeof(reading) };
	size_t space = STEP;
	void *entries = NULL;

	for (;; space *= 2) {
		free(entries);
		entries = allocate(space, entry_size);
		reading.room = room(entries, entry_size, space);
		must(command, &reading, what);
		if (reading.room.nr < space)
			break;
	}
	*nr = reading.room.nr;
	*time_ns = reading.time_ns;
	return entries;
}

struct numbers device_memory(void)
{
	struct numbers n = { 0 };

	n.of = read_all(MEMPOOL_IOC_MEMORY, sizeof(*n.of), "the memory", &n.nr, &n.time_ns);
	return n;
}

struct triggers device_cycles(void)
{
	struct triggers t = { 0 };

	t.of = read_all(MEMPOOL_IOC_CYCLES, sizeof(*t.of), "the cycles", &t.nr, &t.time_ns);
	return t;
}

/* 0 or an errno. */
int device_reclaim(uint64_t cache, uint64_t *objects)
{
	struct mempool_reclaim reclaim = { .size = sizeof(reclaim), .cache = cache };
	int err = call(MEMPOOL_IOC_RECLAIM, &reclaim);

	*objects = reclaim.objects;
	return err;
}
