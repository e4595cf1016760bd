// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl_malformed.c - calls that are right but for one thing, for each command
 */
#include "ioctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define PAGE	4096
#define POISON	0xa5
#define ENTRIES	400

/*
 * Offsets for the faults below; 0: the structure has no such field.  A good call asks for
 * so many entries as there are for sure.
 */
struct shape {
	const char	*name;
	unsigned int	cmd;
	size_t		size;
	size_t		room;
	size_t		entry_size;
	size_t		cache;
	size_t		reserved;
	unsigned int	entries;
};

#define FIELD(type, member)	offsetof(struct type, member)

static const struct shape shapes[] = {
	{ "INFO", MEMPOOL_IOC_INFO, sizeof(struct mempool_info), 0, 0, 0, 0, 0 },
	{ "LIST", MEMPOOL_IOC_LIST, sizeof(struct mempool_list),
	  FIELD(mempool_list, room), sizeof(struct mempool_cache), 0, 0, 2 },
	{ "ITEMS", MEMPOOL_IOC_ITEMS, sizeof(struct mempool_items),
	  FIELD(mempool_items, room), sizeof(struct mempool_item), 0,
	  FIELD(mempool_items, __reserved), 2 },
	{ "STATS", MEMPOOL_IOC_STATS, sizeof(struct mempool_stats),
	  FIELD(mempool_stats, room), sizeof(__u64), FIELD(mempool_stats, cache), 0, 2 },
	{ "KNOBS", MEMPOOL_IOC_KNOBS, sizeof(struct mempool_knobs),
	  FIELD(mempool_knobs, room), sizeof(struct mempool_knob),
	  FIELD(mempool_knobs, cache), FIELD(mempool_knobs, __reserved), 2 },
	{ "GET", MEMPOOL_IOC_GET, sizeof(struct mempool_value), 0, 0,
	  FIELD(mempool_value, cache), 0, 0 },
	{ "MEMORY", MEMPOOL_IOC_MEMORY, sizeof(struct mempool_reading),
	  FIELD(mempool_reading, room), sizeof(struct mempool_number), 0, 0, 2 },
	{ "CYCLES", MEMPOOL_IOC_CYCLES, sizeof(struct mempool_reading),
	  FIELD(mempool_reading, room), sizeof(struct mempool_trigger), 0, 0, 1 },
	{ "SET", MEMPOOL_IOC_SET, sizeof(struct mempool_value), 0, 0,
	  FIELD(mempool_value, cache), 0, 0 },
	{ "RESET_PEAKS", MEMPOOL_IOC_RESET_PEAKS, sizeof(struct mempool_target), 0, 0,
	  FIELD(mempool_target, cache), 0, 0 },
	{ "RECLAIM", MEMPOOL_IOC_RECLAIM, sizeof(struct mempool_reclaim), 0, 0,
	  FIELD(mempool_reclaim, cache), 0, 0 },
};

static unsigned char *arg, *entries;
static uint64_t cache;
static int fd;

static __u32 *at32(size_t offset)
{
	return (__u32 *)(arg + offset);
}

static struct mempool_room *room_of(const struct shape *s)
{
	return (struct mempool_room *)(arg + s->room);
}

/* A call that succeeds, in arg; the rest of arg is zero. */
static void make_good(const struct shape *s)
{
	struct mempool_value *value = (struct mempool_value *)arg;

	memset(arg, 0, 2 * PAGE);
	memset(entries, POISON, ENTRIES * 128);
	*at32(0) = s->size;
	if (s->room)
		*room_of(s) = room_at(entries, s->entry_size, s->entries);
	if (s->cache)
		memcpy(arg + s->cache, &cache, sizeof(cache));
	if (s->cmd == MEMPOOL_IOC_GET || s->cmd == MEMPOOL_IOC_SET) {
		value->value = 10;
		strcpy(value->name, "magazine_capacity");
	}
}

static int poison(const unsigned char *from, size_t n)
{
	size_t i;

	for (i = 0; i < n && from[i] == POISON; i++)
		;
	return i == n;
}

/* Larger than the kernel knows: zeros are taken, and nothing is written there. */
static void try_sizes(const struct shape *s)
{
	int zero;

	make_good(s);
	*at32(0) = 0;
	say(s->name, "size 0", call(fd, s->cmd, arg));
	make_good(s);
	*at32(0) = s->size - 1;
	say(s->name, "short", call(fd, s->cmd, arg));
	make_good(s);
	*at32(0) = s->size + 24;
	zero = call(fd, s->cmd, arg);
	say(s->name, "longer, zeros", zero);
	make_good(s);
	*at32(0) = s->size + 24;
	arg[s->size + 23] = 1;
	say(s->name, "longer, not zeros", call(fd, s->cmd, arg));
	make_good(s);
	*at32(0) = PAGE + 1;
	say(s->name, "over a page", call(fd, s->cmd, arg));
	make_good(s);
	memset(arg + s->size, POISON, 64);
	call(fd, s->cmd, arg);
	say_number(s->name, "writes within its size", poison(arg + s->size, 64));
}

static void try_fields(const struct shape *s)
{
	int i, err = 0;

	for (i = 0; i < 32; i++) {
		if (s->cmd == MEMPOOL_IOC_STATS && i == 0)
			continue;
		make_good(s);
		*at32(4) = 1u << i;
		err += call(fd, s->cmd, arg) == EINVAL;
	}
	say_number(s->name, "unknown flags refused", err + (s->cmd == MEMPOOL_IOC_STATS));
	if (s->reserved) {
		make_good(s);
		*at32(s->reserved) = 1;
		say(s->name, "reserved field", call(fd, s->cmd, arg));
	}
	if (s->cache) {
		make_good(s);
		memset(arg + s->cache, 0xff, 8);
		say(s->name, "no such cache", call(fd, s->cmd, arg));
	}
}

static void try_addresses(const struct shape *s)
{
	unsigned char *hole = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(hole + PAGE, PAGE);
	say(s->name, "at NULL", call(fd, s->cmd, NULL));
	make_good(s);
	memcpy(hole + PAGE - s->size + 4, arg, s->size - 4);
	say(s->name, "half of it there", call(fd, s->cmd, hole + PAGE - s->size + 4));
	memcpy(hole, arg, s->size);
	mprotect(hole, PAGE, PROT_READ);
	say(s->name, "in read-only memory", call(fd, s->cmd, hole));
	if (s->room) {
		make_good(s);
		room_of(s)->address = (uintptr_t)(hole + PAGE);
		say(s->name, "room that is not there", call(fd, s->cmd, arg));
		room_of(s)->address = ~0ull - 7;
		say(s->name, "room in the kernel", call(fd, s->cmd, arg));
	}
	munmap(hole, PAGE);
	munmap(hole + 2 * PAGE, PAGE);
}

/* Each byte of an entry is written, and none behind it. */
static void try_room(const struct shape *s)
{
	size_t longer = s->entry_size + 16;
	unsigned int i, undefined = 0;

	make_good(s);
	room_of(s)->nr = 0;
	say(s->name, "no room", call(fd, s->cmd, arg));
	make_good(s);
	room_of(s)->entry_size = s->entry_size - 1;
	say(s->name, "short entries", call(fd, s->cmd, arg));
	make_good(s);
	room_of(s)->entry_size = PAGE + 1;
	say(s->name, "entries over a page", call(fd, s->cmd, arg));
	make_good(s);
	call(fd, s->cmd, arg);
	say_number(s->name, "fills the room", room_of(s)->nr == s->entries);
	say_number(s->name, "and nothing behind it",
		   poison(entries + s->entries * s->entry_size, 256));
	make_good(s);
	room_of(s)->entry_size = longer;
	say(s->name, "longer entries", call(fd, s->cmd, arg));
	for (i = 0; i < 16; i++)
		undefined += entries[s->entry_size + i] != 0;
	say_number(s->name, "end in zeros", !undefined);
	make_good(s);
	room_of(s)->nr = ENTRIES;
	say(s->name, "much room", call(fd, s->cmd, arg));
}

int run_malformed(void)
{
	const unsigned int none[] = {
		_IO(MEMPOOL_IOC_MAGIC, 0x0f), _IO(MEMPOOL_IOC_MAGIC, 0xff),
		_IO(MEMPOOL_IOC_MAGIC - 1, 0), _IOR(MEMPOOL_IOC_MAGIC, 0, struct mempool_info),
		_IOW(MEMPOOL_IOC_MAGIC, 0x10, struct mempool_value), 0, ~0u,
	};
	unsigned int i, refused = 0;

	fd = open_device(O_RDWR);
	cache = find_cache(fd, "crowd-0");
	arg = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	entries = malloc(ENTRIES * 128);

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		refused += call(fd, none[i], arg) == ENOTTY;
	say_number("unknown", "commands refused", refused);
	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const struct shape *s = &shapes[i];

		make_good(s);
		say(s->name, "right", call(fd, s->cmd, arg));
		try_sizes(s);
		try_fields(s);
		try_addresses(s);
		if (s->room)
			try_room(s);
	}
	return 0;
}
