// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl.c - the test of /dev/mempool: what its parts share, and their choice
 *
 *   ioctl malformed | meaning | knobs | privileges
 *   ioctl values CACHE
 *   ioctl race SECONDS
 *   ioctl slow COMMAND...
 */
#include "ioctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

int call(int fd, unsigned int cmd, void *arg)
{
	return ioctl(fd, cmd, arg) < 0 ? errno : 0;
}

const char *errno_name(int err)
{
	static char number[16];

	switch (err) {
	case 0: return "0";
	case ENOTTY: return "ENOTTY";
	case EBADF: return "EBADF";
	case EPERM: return "EPERM";
	case EACCES: return "EACCES";
	case EFAULT: return "EFAULT";
	case EINVAL: return "EINVAL";
	case E2BIG: return "E2BIG";
	case ENOENT: return "ENOENT";
	case ENODEV: return "ENODEV";
	case ERANGE: return "ERANGE";
	case ENOMEM: return "ENOMEM";
	}
	snprintf(number, sizeof(number), "errno %d", err);
	return number;
}

void say(const char *group, const char *name, int err)
{
	printf("case %s %s: %s\n", group, name, errno_name(err));
	fflush(stdout);
}

void say_number(const char *group, const char *name, long long value)
{
	printf("case %s %s: %lld\n", group, name, value);
	fflush(stdout);
}

int is_text(const char *text, size_t size)
{
	size_t i = strnlen(text, size);

	if (i == size)
		return 0;
	for (; i < size && !text[i]; i++)
		;
	return i == size;
}

int open_device(int flags)
{
	int fd = open(DEVICE, flags | O_CLOEXEC);

	if (fd < 0) {
		perror(DEVICE);
		exit(1);
	}
	return fd;
}

struct mempool_room room_at(void *address, size_t entry_size, unsigned int nr)
{
	struct mempool_room room = {
		.address = (uintptr_t)address,
		.entry_size = entry_size,
		.nr = nr,
	};

	return room;
}

uint64_t find_cache(int fd, const char *name)
{
	struct mempool_cache cache;
	struct mempool_list list = { .size = sizeof(list) };

	for (;;) {
		list.room = room_at(&cache, sizeof(cache), 1);
		if (call(fd, MEMPOOL_IOC_LIST, &list) || !list.room.nr)
			return 0;
		if (!strcmp(cache.name, name))
			return cache.id;
	}
}

/* All numbers of a cache, as CACHE/stats of debugfs shows them. */
int run_values(const char *name)
{
	int fd = open_device(O_RDONLY);
	struct mempool_item items[256];
	uint64_t values[256];
	struct mempool_items what = {
		.size = sizeof(what), .room = room_at(items, sizeof(items[0]), 256),
	};
	struct mempool_stats stats = {
		.size = sizeof(stats), .flags = MEMPOOL_STATS_SCAN,
		.room = room_at(values, sizeof(values[0]), 256),
	};
	unsigned int i;

	if (strcmp(name, "all")) {
		stats.cache = find_cache(fd, name);
		if (!stats.cache)
			return 1;
		printf("name %s\n", name);
	}
	if (call(fd, MEMPOOL_IOC_ITEMS, &what) || call(fd, MEMPOOL_IOC_STATS, &stats) ||
	    what.room.nr != stats.room.nr)
		return 1;
	for (i = 0; i < stats.room.nr; i++)
		printf("%s %llu\n", items[i].name, (unsigned long long)values[i]);
	return 0;
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "malformed"))
		return run_malformed();
	if (!strcmp(what, "meaning"))
		return run_meaning();
	if (!strcmp(what, "knobs"))
		return run_knobs();
	if (!strcmp(what, "privileges"))
		return run_privileges();
	if (!strcmp(what, "values") && argc == 3)
		return run_values(argv[2]);
	if (!strcmp(what, "race") && argc == 3)
		return run_race(atoi(argv[2]));
	if (!strcmp(what, "slow") && argc > 2)
		return run_slow(argv + 2);
	fprintf(stderr, "ioctl: see its source for what it can do\n");
	return 2;
}
