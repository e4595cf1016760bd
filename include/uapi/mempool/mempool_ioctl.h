/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * mempool_ioctl.h - /dev/mempool: every statistic and knob of mempool.ko
 *
 * Compiles alone, as C and as C++.
 */
#ifndef _UAPI_MEMPOOL_IOCTL_H
#define _UAPI_MEMPOOL_IOCTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: commands
 *
 * Each command takes the address of a structure that begins with its size in
 * bytes, as the caller was compiled, and with flags.  Structures grow at the end
 * and never change otherwise: a kernel that knows less of one than the caller
 * accepts it when the rest is zero, and fills in what it knows; one that knows
 * more takes zeros for what is missing.  The numbers of commands never change.
 * Fields that the kernel fills in are not looked at before.
 *
 * Statistics, knobs and their order are not a part of this interface, but their
 * names are: find the place of a name once, when the file is open, which keeps
 * the module loaded.  A name never gets another meaning.
 *
 * What only reads wants a file descriptor that is open for reading; what changes
 * something one that is open for writing, and CAP_SYS_ADMIN.
 *
 * Errors, of every command unless said otherwise:
 *
 * - ENOTTY: no such command
 * - EBADF: the descriptor is not open for this: to read, or to write
 * - EPERM: a change without CAP_SYS_ADMIN; a knob that this cache does not have
 *   at all, since it passes everything through to slab
 * - EFAULT: an address where there is nothing, or that cannot be written to
 * - EINVAL: a size below that of the first version of a structure, an unknown
 *   flag, no room for even one entry, a name that does not end
 * - E2BIG: a structure or an entry larger than a page, or than the kernel knows
 *   and not zero in what it does not know
 * - ENOENT: no cache of this number, no knob of this name
 * - ENODEV: a change to a cache that is being destroyed
 * - ERANGE: a value outside the bounds of a knob
 * - ENOMEM: no memory, for the answer or for what a knob asks for
 *
 * With any of them nothing was changed.  An EFAULT of an answer can come after
 * the change.
 */

#define MEMPOOL_IOC_MAGIC	0xE8

/* With the final NUL; what is behind it is NUL too, in what the kernel writes. */
#define MEMPOOL_CACHE_NAME_MAX	32
#define MEMPOOL_LABEL_MAX	48
#define MEMPOOL_OWNER_MAX	64
#define MEMPOOL_VERSION_MAX	32

/* The number of no cache: where it is asked for one, all of them or the module. */
#define MEMPOOL_ALL		0

/**
 * struct mempool_room - where the kernel puts entries of a table
 * @address:    of the first
 * @entry_size: in bytes, as the caller was compiled; may grow like any structure,
 *	and what the kernel does not know of it becomes zero
 * @nr:         how many there is room for, at least 1; then how many came
 *
 * Fewer than there is room for may come.  A table ends when none do.
 */
struct mempool_room {
	__u64	address;
	__u32	entry_size;
	__u32	nr;
};

/**
 * struct mempool_info - of MEMPOOL_IOC_INFO: what this module is and can do
 * @size:     of this structure
 * @flags:    0
 * @commands: bit N: there is command number N
 * @caches:   how many caches there are
 * @stats:    how many statistics each has
 * @cache_knobs: how many knobs each cache has
 * @module_knobs: how many knobs the module has
 * @version:  the module's, to be shown and not to be compared
 */
struct mempool_info {
	__u32	size;
	__u32	flags;
	__u64	commands;
	__u32	caches;
	__u32	stats;
	__u32	cache_knobs;
	__u32	module_knobs;
	char	version[MEMPOOL_VERSION_MAX];
};

#define MEMPOOL_INFO_SIZE_VER0	64	/* sizeof the first published struct */

/* What a cache is doing; there may be more some day. */
#define MEMPOOL_STATE_LIVE	0	/* in use */
#define MEMPOOL_STATE_DYING	1	/* being destroyed */
#define MEMPOOL_STATE_ZOMBIE	2	/* destroyed, but objects are in use */

/**
 * struct mempool_cache - an entry of MEMPOOL_IOC_LIST
 * @id:    the cache's number: not 0, and never given to another one while the
 *	module is loaded
 * @state: MEMPOOL_STATE_*
 * @flags: 0
 * @name:  as in debugfs
 * @owner: the module it belongs to; empty: none, or one that is gone
 */
struct mempool_cache {
	__u64	id;
	__u32	state;
	__u32	flags;
	char	name[MEMPOOL_CACHE_NAME_MAX];
	char	owner[MEMPOOL_OWNER_MAX];
};

#define MEMPOOL_CACHE_SIZE_VER0	112

/**
 * struct mempool_list - of MEMPOOL_IOC_LIST: the caches, by their numbers
 * @size:  of this structure
 * @flags: 0
 * @after: list those with numbers above this; then the last one listed, so that
 *	the same call goes on.  0 to begin.
 * @room:  for struct mempool_cache
 *
 * A cache that is there all the time is listed exactly once, whatever comes and
 * goes meanwhile.
 */
struct mempool_list {
	__u32	size;
	__u32	flags;
	__u64	after;
	struct mempool_room room;
};

#define MEMPOOL_LIST_SIZE_VER0	32

/* What may be done with a statistic. */
#define MEMPOOL_KIND_PROPERTY	0	/* says something of one cache */
#define MEMPOOL_KIND_COUNTER	1	/* only grows */
#define MEMPOOL_KIND_LEVEL	2	/* how much there is now */
#define MEMPOOL_KIND_PEAK	3	/* the most there was, since it was reset */
#define MEMPOOL_KIND_SCAN	4	/* a level, found with MEMPOOL_STATS_SCAN */

/* What it counts. */
#define MEMPOOL_UNIT_NUMBER	0	/* objects, or times */
#define MEMPOOL_UNIT_BYTES	1
#define MEMPOOL_UNIT_NS		2

/**
 * struct mempool_item - an entry of MEMPOOL_IOC_ITEMS: what a statistic is
 * @kind: MEMPOOL_KIND_*
 * @unit: MEMPOOL_UNIT_*
 * @name: as in debugfs
 */
struct mempool_item {
	__u32	kind;
	__u32	unit;
	char	name[MEMPOOL_LABEL_MAX];
};

#define MEMPOOL_ITEM_SIZE_VER0	56

/**
 * struct mempool_items - of MEMPOOL_IOC_ITEMS: the statistics there are
 * @size:  of this structure
 * @flags: 0
 * @first: the place of the first one to list
 * @__reserved: 0
 * @room:  for struct mempool_item, in the order of the values
 */
struct mempool_items {
	__u32	size;
	__u32	flags;
	__u32	first;
	__u32	__reserved;
	struct mempool_room room;
};

#define MEMPOOL_ITEMS_SIZE_VER0	32

/* Look into every slot too, which takes some thousand instructions a CPU. */
#define MEMPOOL_STATS_SCAN	(1u << 0)

/**
 * struct mempool_stats - of MEMPOOL_IOC_STATS: all numbers of a cache
 * @size:    of this structure
 * @flags:   MEMPOOL_STATS_SCAN; without it items of kind SCAN are 0
 * @cache:   its number; MEMPOOL_ALL: the sums over all caches there are, in which
 *	items of kind PROPERTY and PEAK are 0
 * @time_ns: when they were read, of CLOCK_MONOTONIC
 * @room:    for __u64: the values, the first ones when there is no room for all
 *
 * All are of one reading.  While objects move, what is in use and held can come
 * out too high by what was allocated during it; it is exact when nothing moves.
 */
struct mempool_stats {
	__u32	size;
	__u32	flags;
	__u64	cache;
	__u64	time_ns;
	struct mempool_room room;
};

#define MEMPOOL_STATS_SIZE_VER0	40

/**
 * struct mempool_knob - an entry of MEMPOOL_IOC_KNOBS: a knob and its value
 * @min:   the least it can be set to
 * @max:   the most; other knobs may allow less at the time
 * @value: what it is now
 * @name:  as in debugfs
 */
struct mempool_knob {
	__s64	min;
	__s64	max;
	__s64	value;
	char	name[MEMPOOL_LABEL_MAX];
};

#define MEMPOOL_KNOB_SIZE_VER0	72

/**
 * struct mempool_knobs - of MEMPOOL_IOC_KNOBS: the knobs of a cache
 * @size:  of this structure
 * @flags: 0
 * @cache: its number; MEMPOOL_ALL: those of the module
 * @first: the place of the first one to list
 * @__reserved: 0
 * @room:  for struct mempool_knob
 */
struct mempool_knobs {
	__u32	size;
	__u32	flags;
	__u64	cache;
	__u32	first;
	__u32	__reserved;
	struct mempool_room room;
};

#define MEMPOOL_KNOBS_SIZE_VER0	40

/**
 * struct mempool_value - of MEMPOOL_IOC_GET and MEMPOOL_IOC_SET: one knob
 * @size:  of this structure
 * @flags: 0
 * @cache: the number of a cache; MEMPOOL_ALL: a knob of the module
 * @value: what it is, or what to set it to
 * @name:  the knob's, as MEMPOOL_IOC_KNOBS gives it
 *
 * When MEMPOOL_IOC_SET returns, what it asks for is in force.
 */
struct mempool_value {
	__u32	size;
	__u32	flags;
	__u64	cache;
	__s64	value;
	char	name[MEMPOOL_LABEL_MAX];
};

#define MEMPOOL_VALUE_SIZE_VER0	72

/**
 * struct mempool_target - of commands that do something to a cache
 * @size:  of this structure
 * @flags: 0
 * @cache: its number; MEMPOOL_ALL: to each
 */
struct mempool_target {
	__u32	size;
	__u32	flags;
	__u64	cache;
};

#define MEMPOOL_TARGET_SIZE_VER0 16

/**
 * struct mempool_number - an entry of MEMPOOL_IOC_MEMORY: a number of the module
 * @value: what it is
 * @kind:  MEMPOOL_KIND_*; PROPERTY: it says something of the module
 * @unit:  MEMPOOL_UNIT_*
 * @name:  as in debugfs
 */
struct mempool_number {
	__u64	value;
	__u32	kind;
	__u32	unit;
	char	name[MEMPOOL_LABEL_MAX];
};

#define MEMPOOL_NUMBER_SIZE_VER0 64

/**
 * struct mempool_trigger - an entry of MEMPOOL_IOC_CYCLES: the cycles of a trigger
 * @cycles:   how many reclaim cycles it started, since the module was loaded
 * @objects:  objects that they gave back to slab
 * @bytes:    the same in bytes, as slab has them
 * @total_ns: what they took, together
 * @last_ns:  what the last one took
 * @last_at_ns: when that ended, of CLOCK_REALTIME; 0: there was none
 * @name:     the trigger's, as in debugfs
 */
struct mempool_trigger {
	__u64	cycles;
	__u64	objects;
	__u64	bytes;
	__u64	total_ns;
	__u64	last_ns;
	__u64	last_at_ns;
	char	name[MEMPOOL_LABEL_MAX];
};

#define MEMPOOL_TRIGGER_SIZE_VER0 96

/**
 * struct mempool_reading - of MEMPOOL_IOC_MEMORY and MEMPOOL_IOC_CYCLES: numbers
 *	of all caches together
 * @size:    of this structure
 * @flags:   0
 * @time_ns: when they were read, of CLOCK_MONOTONIC
 * @room:    for struct mempool_number, or struct mempool_trigger: all there are, or
 *	the first ones when there is no room for all
 *
 * Those of one call are of one reading: what is in use and what is cached add up to
 * what is held, also while objects move.  What caches that are gone allocated and
 * freed is in what was allocated and freed ever.
 */
struct mempool_reading {
	__u32	size;
	__u32	flags;
	__u64	time_ns;
	struct mempool_room room;
};

#define MEMPOOL_READING_SIZE_VER0 32

/**
 * struct mempool_reclaim - of MEMPOOL_IOC_RECLAIM: cached objects go back to slab
 * @size:    of this structure
 * @flags:   0
 * @cache:   its number; MEMPOOL_ALL: those of each
 * @objects: how many it was
 *
 * All but the reserve, when the call returns.  No allocation fails meanwhile.
 */
struct mempool_reclaim {
	__u32	size;
	__u32	flags;
	__u64	cache;
	__u64	objects;
};

#define MEMPOOL_RECLAIM_SIZE_VER0 24

/* Read. */
#define MEMPOOL_IOC_INFO	_IO(MEMPOOL_IOC_MAGIC, 0x00) /* struct mempool_info */
#define MEMPOOL_IOC_LIST	_IO(MEMPOOL_IOC_MAGIC, 0x01) /* struct mempool_list */
#define MEMPOOL_IOC_ITEMS	_IO(MEMPOOL_IOC_MAGIC, 0x02) /* struct mempool_items */
#define MEMPOOL_IOC_STATS	_IO(MEMPOOL_IOC_MAGIC, 0x03) /* struct mempool_stats */
#define MEMPOOL_IOC_KNOBS	_IO(MEMPOOL_IOC_MAGIC, 0x04) /* struct mempool_knobs */
#define MEMPOOL_IOC_GET		_IO(MEMPOOL_IOC_MAGIC, 0x05) /* struct mempool_value */
#define MEMPOOL_IOC_MEMORY	_IO(MEMPOOL_IOC_MAGIC, 0x06) /* struct mempool_reading */
#define MEMPOOL_IOC_CYCLES	_IO(MEMPOOL_IOC_MAGIC, 0x07) /* struct mempool_reading */

/* Change. */
#define MEMPOOL_IOC_SET		_IO(MEMPOOL_IOC_MAGIC, 0x10) /* struct mempool_value */
/* Peaks begin anew, at what is there now. */
#define MEMPOOL_IOC_RESET_PEAKS	_IO(MEMPOOL_IOC_MAGIC, 0x11) /* struct mempool_target */
#define MEMPOOL_IOC_RECLAIM	_IO(MEMPOOL_IOC_MAGIC, 0x12) /* struct mempool_reclaim */

#endif /* _UAPI_MEMPOOL_IOCTL_H */
