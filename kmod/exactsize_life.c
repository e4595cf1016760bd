// SPDX-License-Identifier: GPL-2.0-only
/*
 * exactsize_life.c - beside floor 1: birth and death of a pool of exact sizes,
 * and the birth of its caches
 *
 * Called from: drivers, exactsize.c.
 * Calls: family.c, arguments.c, debugfs_pools.c (the pool's folder).
 * Locks: exactsize_pool.making.  Context: task; sleeps.
 */
#include "internal.h"

#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>

#include "arguments.h"
#include "debugfs_pools.h"
#include "exactsize.h"
#include "objcache_priv.h"

/* When there was no memory for a cache: as often as kswapd balances. */
#define RETRY_PERIOD	msecs_to_jiffies(100)

static void publish(struct exactsize_pool *pool, unsigned int granule, unsigned int nr)
{
	lockdep_assert_held(&pool->making);
	/* Pairs with the acquire in number(): the cache is there before its number. */
	smp_store_release(&pool->index[granule], nr);
}

static int refuse(struct exactsize_pool *pool, unsigned int granule)
{
	if (!pool->crowded)
		pr_warn("pool '%s': has %u sizes, the most it may; size %u and other new ones are served by kmalloc()\n",
			pool->family.name, pool->max, (granule + 1) * EXACTSIZE_GRANULE);
	pool->crowded = true;
	publish(pool, granule, EXACTSIZE_NEVER);
	return -ENOSPC;
}

static int make(struct exactsize_pool *pool, unsigned int granule)
{
	unsigned int nr = pool->family.nr;
	struct objcache *cache;

	lockdep_assert_held(&pool->making);
	if (pool->closed)
		return -ENODEV;
	if (pool->index[granule])
		return pool->index[granule] == EXACTSIZE_NEVER ? -ENOSPC : 0;
	if (nr == pool->max)
		return refuse(pool, granule);
	cache = family_add(&pool->family, (granule + 1) * EXACTSIZE_GRANULE);
	if (IS_ERR(cache)) {
		/* Somebody else's cache has the name; that was reported. */
		if (cache != ERR_PTR(-ENOMEM))
			publish(pool, granule, EXACTSIZE_NEVER);
		return PTR_ERR(cache);
	}
	publish(pool, granule, nr + 1);
	return 0;
}

/**
 * exactsize_make() - make the cache of a size, if there is none
 * @pool: the pool
 * @size: the size in bytes, one that may have a cache
 *
 * Context: task; sleeps.
 * Return: 0, or a negative errno: see exactsize_add().
 */
int exactsize_make(struct exactsize_pool *pool, size_t size)
{
	int err;

	mutex_lock(&pool->making);
	err = make(pool, exactsize_granule(size));
	mutex_unlock(&pool->making);
	return err;
}

/**
 * exactsize_want() - have the cache of a size made
 * @pool: the pool
 * @size: the size in bytes, one that may have a cache
 *
 * Whoever finds the bit clear starts the work; while it is set, the work has
 * not looked at it yet.
 *
 * Context: any, NMI too.
 */
void exactsize_want(struct exactsize_pool *pool, size_t size)
{
	if (!test_and_set_bit(exactsize_granule(size), pool->wanted))
		later_start(&pool->make);
}

static void make_wanted(struct later *later)
{
	struct exactsize_pool *pool = container_of(later, struct exactsize_pool, make);
	unsigned int granule;
	bool again = false;

	mutex_lock(&pool->making);
	for_each_set_bit(granule, pool->wanted, EXACTSIZE_GRANULES) {
		if (make(pool, granule) == -ENOMEM)
			again = true;
		else
			clear_bit(granule, pool->wanted);
	}
	mutex_unlock(&pool->making);
	if (again)
		later_again(&pool->make, RETRY_PERIOD);
}

static void stop_making(struct family *f)
{
	struct exactsize_pool *pool = container_of(f, struct exactsize_pool, family);

	debugfs_pool_remove(f);
	mutex_lock(&pool->making);
	WRITE_ONCE(pool->closed, true);
	mutex_unlock(&pool->making);
	later_stop(&pool->make);
}

static void free_pool(struct family *f)
{
	kvfree(container_of(f, struct exactsize_pool, family));
}

static const struct family_kind exactsize_kind = {
	.stop = stop_making,
	.free = free_pool,
};

static int check(const char *name, unsigned int max)
{
	static const struct objcache_params defaults;
	char longest[OBJCACHE_NAME_MAX + sizeof("-65536")];

	if (!name) {
		pr_err("exactsize_pool_create: no name (NULL)\n");
		return -EINVAL;
	}
	if (!max) {
		pr_err("pool '%.*s': may have 0 sizes\n", OBJCACHE_NAME_MAX, name);
		return -EINVAL;
	}
	if (max > EXACTSIZE_MAX) {
		pr_err("pool '%.*s': %u sizes are more than %u\n", OBJCACHE_NAME_MAX,
		       name, max, EXACTSIZE_MAX);
		return -E2BIG;
	}
	/* What is cut off here was too long by itself. */
	snprintf(longest, sizeof(longest), "%.*s-%u", OBJCACHE_NAME_MAX - 1, name,
		 OBJCACHE_SIZE_MAX);
	return arguments_check(longest, OBJCACHE_SIZE_MAX, &defaults);
}

/**
 * __exactsize_pool_create() - exactsize_pool_create() for a named owner
 * @name:  see exactsize_pool_create()
 * @max:   see exactsize_pool_create()
 * @owner: the module that will destroy it; NULL for built-in code
 *
 * Context: task; sleeps.
 * Return: the pool or ERR_PTR; see exactsize_pool_create().
 */
struct exactsize_pool *
__exactsize_pool_create(const char *name, unsigned int max, struct module *owner)
{
	struct exactsize_pool *pool;
	int err;

	might_sleep();
	err = check(name, max);
	if (err)
		return ERR_PTR(err);
	pool = kvzalloc(sizeof(*pool), GFP_KERNEL);
	if (!pool)
		return ERR_PTR(-ENOMEM);
	pool->max = max;
	mutex_init(&pool->making);
	later_init(&pool->make, objcache_life_wq, make_wanted);
	err = family_init(&pool->family, name, pool->cache + 1, &exactsize_kind, owner);
	if (err) {
		kvfree(pool);
		return ERR_PTR(err);
	}
	debugfs_pool_add_exact(pool);
	return pool;
}
EXPORT_SYMBOL_GPL(__exactsize_pool_create);

/**
 * exactsize_add() - make the cache of a size ahead of the first request
 * @pool: the pool
 * @size: the size in bytes
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: 0, also when it is there; -EINVAL (size 0) and -E2BIG (above
 * OBJCACHE_SIZE_MAX), which are reported; -ENOSPC when the pool has as many as
 * it may, or its name is taken; -EEXIST when that was found out now; -ENOMEM;
 * -ENODEV when the pool is being destroyed.
 */
int exactsize_add(struct exactsize_pool *pool, size_t size)
{
	might_sleep();
	if (exactsize_may_have_cache(size))
		return exactsize_make(pool, size);
	pr_err_ratelimited("pool '%s': size %zu is not 1 to %u\n", pool->family.name,
			   size, OBJCACHE_SIZE_MAX);
	return size ? -E2BIG : -EINVAL;
}
EXPORT_SYMBOL_GPL(exactsize_add);

/**
 * exactsize_pool_destroy() - give a pool back
 * @pool: the pool, from which nobody allocates any more; NULL is ignored
 *
 * With objects in use it reports how many, and what they belong to lives on
 * until the last is freed, as in objcache_destroy().  Waits for an RCU-tasks
 * grace period, as that does; up to 32 caches for the same one.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: 0, or -EBUSY when objects were in use: do not touch @pool but to
 * free them.
 */
int exactsize_pool_destroy(struct exactsize_pool *pool)
{
	might_sleep();
	return pool ? family_destroy(&pool->family) : 0;
}
EXPORT_SYMBOL_GPL(exactsize_pool_destroy);
