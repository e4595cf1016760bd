// SPDX-License-Identifier: GPL-2.0-only
/*
 * sides.c - mempool's side of a replay: one objcache for each power of two
 *
 * Called from: replay.c.  Calls: mempool.  Locks: none.  Context: task.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/percpu.h>

#include "sides.h"

struct objcache *side_class[SIDE_CLASSES];

/**
 * side_classes_create() - make the classes
 *
 * Context: task; sleeps.
 * Return: 0 or the errno of objcache_create(); nothing is left then.
 */
int side_classes_create(void)
{
	struct objcache *cache;
	char name[OBJCACHE_NAME_MAX];
	unsigned int i;

	for (i = 0; i < SIDE_CLASSES; i++) {
		snprintf(name, sizeof(name), "replay-%u", SIDE_SMALLEST << i);
		cache = objcache_create(name, SIDE_SMALLEST << i, NULL);
		if (IS_ERR(cache)) {
			side_classes_destroy();
			return PTR_ERR(cache);
		}
		side_class[i] = cache;
	}
	return 0;
}

/**
 * side_classes_destroy() - destroy those that there are
 *
 * Context: task; sleeps.
 */
void side_classes_destroy(void)
{
	unsigned int i;

	for (i = 0; i < SIDE_CLASSES; i++) {
		if (side_class[i])
			objcache_destroy(side_class[i]);
		side_class[i] = NULL;
	}
}

/**
 * side_classes_percpu_bytes() - the memory of all magazines
 *
 * The one part of a cache that does not come from slab, so looking at slab's
 * pages does not find it.
 *
 * Context: task.
 * Return: bytes.
 */
size_t side_classes_percpu_bytes(void)
{
	const struct magazine *mag;
	size_t sum = 0;
	unsigned int i;
	int cpu;

	for (i = 0; i < SIDE_CLASSES; i++) {
		for_each_possible_cpu(cpu) {
			mag = per_cpu_ptr(side_class[i]->mag, cpu);
			sum += struct_size(mag, slot, mag->phys + 2);
		}
	}
	return sum;
}
