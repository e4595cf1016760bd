// SPDX-License-Identifier: GPL-2.0-only
/*
 * defaults.c - what a cache begins with, by the size of its objects
 *
 * Called from: lifecycle.c.  Calls: nothing.  Locks: none.  Context: any.
 *
 * The numbers behind the capacities: both traces of bench/traces, replayed on two
 * CPUs of uml with all capacities fixed at so many bytes, at most 256 objects.
 * Misses are refills and flushes an operation; memory is the peak over slab's.
 *
 *	bytes a CPU   git: misses  memory    http: misses  memory
 *	 32 KiB        1.11 %      x 1.05     0.14 %       + 0.27 MiB
 *	 64 KiB        0.65 %      x 1.05     0.06 %       + 0.38 MiB
 *	128 KiB        0.49 %      x 1.06     0.03 %       + 0.60 MiB
 *	256 KiB        0.42 %      x 1.07     0.02 %       + 0.73 MiB
 */
#include "internal.h"

#include <linux/minmax.h>
#include <linux/mm.h>

#include "defaults.h"

/*
 * Magazine capacity: 32 KiB of objects a CPU, between 8 and 128 of them.  What
 * most caches ever need, since tuning gives more to those that show that they
 * do.  The upper bound: half of 128 is a batch; a refill costs some 3000
 * instructions, spread over 64 objects.  The lower one: with fewer than 8,
 * halves are too small to absorb an alternating caller.
 */
#define CAPACITY_BYTES	(32u << 10)
#define CAPACITY_MIN	8u
#define CAPACITY_MAX	128u

/*
 * What tuning may raise it to: 128 KiB.  The step to it saves git a quarter of its
 * misses and http half of them, the next one a seventh and a third, of
 * what is little by then.  It is 32 pages of 4096 bytes instead of 8.
 *
 * DEFAULT_BYTES_MAX, which a capacity set by hand obeys too, is where nothing more
 * is to be had: 256 KiB.  With all magazines at it both traces stay below 1.15
 * times slab's memory (git) and 1 MiB above it (http).
 */
#define TUNED_BYTES	(128u << 10)

/*
 * Slots: what a capacity can be raised to at run time.  8 bytes each, on
 * every CPU, used or not, and a slow path looks at all of them.
 */
#define SLOTS_MIN	64u
#define SLOTS_MAX	256u

/*
 * Depot: as much as it has room for.  What a load freed it will take again, and the
 * cleaner gives back what it did not (triggers.c).  16 MiB of objects a node, a 64th
 * of the memory on small machines, at least eight magazines, so that one CPU's
 * flush is another one's refill.  128 pointers to chunks are the price of 65536.
 * With eight magazines alone, the 37,270 objects that git has at its end went to
 * slab and came back each time: slab took 1.43 times mempool's time on uml, net,
 * and takes 6.06 times that now.
 */
#define DEPOT_MAGAZINES		8u
#define DEPOT_BYTES		(16u << 20)
#define DEPOT_MEMORY_SHARE	64u
#define DEPOT_MAX		65536u

/**
 * default_capacity() - what a magazine may hold at first
 * @size: of an object, in bytes
 *
 * Return: objects.
 */
unsigned int default_capacity(unsigned int size)
{
	return min(clamp(CAPACITY_BYTES / size, CAPACITY_MIN, CAPACITY_MAX),
		   DEFAULT_BYTES_MAX / size);
}

/**
 * default_slots() - what a magazine has room for
 * @size: of an object, in bytes
 *
 * Return: objects.
 */
unsigned int default_slots(unsigned int size)
{
	return clamp(TUNED_BYTES / size, SLOTS_MIN, SLOTS_MAX);
}

/**
 * default_tuned_max() - what tuning raises the capacity to
 * @size: of an object, in bytes
 *
 * Return: objects.
 */
unsigned int default_tuned_max(unsigned int size)
{
	return clamp(TUNED_BYTES / size, default_capacity(size), default_slots(size));
}

/**
 * default_depot() - what a depot may hold and has room for
 * @size: of an object, in bytes
 *
 * Return: objects a node.
 */
unsigned int default_depot(unsigned int size)
{
	unsigned long bytes = min_t(unsigned long, DEPOT_BYTES,
				    (totalram_pages() << PAGE_SHIFT) / DEPOT_MEMORY_SHARE);

	return clamp_t(unsigned long, bytes / size,
		       default_capacity(size) * DEPOT_MAGAZINES, DEPOT_MAX);
}
