// SPDX-License-Identifier: GPL-2.0-only
/*
 * sides.c - mempool's side of a replay: a pool of size classes
 *
 * Called from: replay.c.  Calls: mempool.  Locks: none.  Context: task.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/percpu.h>

#include "sides.h"

struct sizeclass_pool *side_pool;

/**
 * side_pool_create() - make the pool
 * @auto_tune: whether the capacity of its magazines follows the load
 *
 * Context: task; sleeps.
 * Return: 0 or the errno of sizeclass_pool_create().
 */
int side_pool_create(bool auto_tune)
{
	struct sizeclass_pool *pool = sizeclass_pool_create("replay", NULL, 0);
	unsigned int i;

	if (IS_ERR(pool))
		return PTR_ERR(pool);
	side_pool = pool;
	/* What passes through to slab says no, and has nothing to tune. */
	for (i = 0; !auto_tune && i < SIZECLASS_MAX && pool->cache[i]; i++)
		objcache_set_auto_tune(pool->cache[i], false);
	return 0;
}

/**
 * side_pool_destroy() - destroy it, if there is one
 *
 * Context: task; sleeps.
 */
void side_pool_destroy(void)
{
	if (side_pool)
		sizeclass_pool_destroy(side_pool);
	side_pool = NULL;
}

/**
 * side_pool_percpu_bytes() - the memory of all its magazines
 *
 * The one part of a pool that does not come from slab, so looking at slab's
 * pages does not find it.
 *
 * Context: task.
 * Return: bytes.
 */
size_t side_pool_percpu_bytes(void)
{
	const struct magazine *mag;
	size_t sum = 0;
	unsigned int i;
	int cpu;

	for (i = 0; i < SIZECLASS_MAX && side_pool->cache[i]; i++) {
		for_each_possible_cpu(cpu) {
			mag = per_cpu_ptr(side_pool->cache[i]->mag, cpu);
			sum += struct_size(mag, slot, mag->phys + 2);
		}
	}
	return sum;
}
