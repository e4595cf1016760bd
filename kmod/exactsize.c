// SPDX-License-Identifier: GPL-2.0-only
/*
 * exactsize.c - beside floor 1: objects of any size, from a cache for each
 *
 * Called from: drivers.
 * Calls: objcache.c by its public API, exactsize_life.c, fallback.c.
 * Locks: none; exactsize_pool.making for the first of a size.
 * Context: any; sleeps only if gfp says so.
 *
 *	exactsize_alloc              1. the size's objcache
 *	  alloc_first                2. makes it, or has it made
 *	    fallback_alloc_slab      3. kmalloc() meanwhile
 *	  fallback_alloc             4. above all caches
 *
 *	exactsize_free               1. the size's objcache
 *	  fallback_free              2. what kmalloc() gave
 *
 * A size may have its cache by the time that an object is freed which kmalloc()
 * gave.  They are told apart by ksize(): an object of the cache has exactly the
 * rounded size, one from kmalloc() has more, because more was asked for.
 */
#include "internal.h"

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "exactsize.h"
#include "fallback.h"

static unsigned int number(const struct exactsize_pool *pool, size_t size)
{
	if (!exactsize_may_have_cache(size))
		return EXACTSIZE_NEVER;
	/*
	 * Pairs with the release in publish(): who sees a cache's number sees
	 * its pointer, and all that makes it a cache.
	 */
	return smp_load_acquire(&pool->index[exactsize_granule(size)]);
}

/* NULL for those that have none. */
static struct objcache *find(const struct exactsize_pool *pool, size_t size)
{
	unsigned int nr = number(pool, size);

	return nr <= EXACTSIZE_MAX ? pool->cache[nr] : NULL;
}

/*
 * Who makes a cache takes locks under which memory is allocated with
 * GFP_KERNEL.  So nobody may who is part of what that may wait for: I/O, a file
 * system, reclaim itself.
 */
static bool may_make(gfp_t gfp)
{
	return (current_gfp_context(gfp) & GFP_KERNEL) == GFP_KERNEL &&
	       !(current->flags & PF_MEMALLOC);
}

static noinline void *alloc_first(struct exactsize_pool *pool, size_t size, gfp_t gfp)
{
	struct objcache *cache;

	if (unlikely(READ_ONCE(pool->closed))) {
		pr_err_ratelimited("pool '%s': allocation after exactsize_pool_destroy() by %ps\n",
				   pool->family.name, __builtin_return_address(0));
		return NULL;
	}
	if (number(pool, size) != EXACTSIZE_NEVER) {
		if (may_make(gfp))
			exactsize_make(pool, size);
		else
			exactsize_want(pool, size);
		cache = find(pool, size);
		if (cache)
			return objcache_alloc(cache, gfp);
	}
	/* More than the rounded size, so that it is no size of a cache. */
	return fallback_alloc_slab(&pool->family, ALIGN(size, EXACTSIZE_GRANULE) + 1, gfp);
}

/**
 * exactsize_alloc() - allocate so many bytes
 * @pool: the pool
 * @size: the size in bytes
 * @gfp:  as for kmalloc()
 *
 * The first for a size, with GFP_KERNEL, makes its cache: it must not be called
 * then in a CPU hotplug callback, nor with cpus_read_lock() held.
 *
 * Context: any, as @gfp says; NMI too, where only what is cached can be had.
 * Return: the object, ZERO_SIZE_PTR for size 0, or NULL.
 */
void *exactsize_alloc(struct exactsize_pool *pool, size_t size, gfp_t gfp)
{
	struct objcache *cache = find(pool, size);

	if (likely(cache))
		return objcache_alloc(cache, gfp);
	if (!size)
		return ZERO_SIZE_PTR;
	if (exactsize_may_have_cache(size))
		return alloc_first(pool, size, gfp);
	return fallback_alloc(&pool->family, size, gfp);
}
EXPORT_SYMBOL_GPL(exactsize_alloc);

/* Of a size that has a cache. */
static bool from_cache(const struct exactsize_pool *pool, const struct objcache *cache,
		       const void *obj)
{
	return likely(!fallback_any(&pool->family)) || ksize(obj) == cache->size;
}

/**
 * exactsize_free() - free an object
 * @pool: the pool it was allocated from
 * @obj:  the object; NULL is reported and ignored
 * @size: the size it was allocated with, or any other of the same multiple of 8
 *
 * Context: any, NMI too.
 */
void exactsize_free(struct exactsize_pool *pool, void *obj, size_t size)
{
	struct objcache *cache = find(pool, size);

	if (unlikely(ZERO_OR_NULL_PTR(obj) || !size)) {
		if (!obj || size)
			pr_err_ratelimited("pool '%s': free of %s object with size %zu by %ps\n",
					   pool->family.name, obj ? "an empty" : "a NULL",
					   size, __builtin_return_address(0));
		return;
	}
	if (likely(cache) && from_cache(pool, cache, obj))
		objcache_free(cache, obj);
	else
		fallback_free(&pool->family, obj);
}
EXPORT_SYMBOL_GPL(exactsize_free);

/**
 * exactsize_cache() - the cache of a size, to be tuned or looked at
 * @pool: the pool
 * @size: the size in bytes
 *
 * It may be allocated from and freed to like any other, and must not be
 * destroyed.
 *
 * Context: any.
 * Return: the cache, or NULL when there is none.
 */
struct objcache *exactsize_cache(const struct exactsize_pool *pool, size_t size)
{
	return find(pool, size);
}
EXPORT_SYMBOL_GPL(exactsize_cache);

/**
 * exactsize_sizes() - how many sizes have a cache
 * @pool: the pool
 *
 * Context: any.
 * Return: the number.
 */
unsigned int exactsize_sizes(const struct exactsize_pool *pool)
{
	return READ_ONCE(pool->family.nr);
}
EXPORT_SYMBOL_GPL(exactsize_sizes);

/**
 * exactsize_fallbacks() - how often kmalloc() had to serve
 * @pool: the pool
 *
 * Context: any.
 * Return: allocations without a cache, ever.
 */
unsigned long exactsize_fallbacks(const struct exactsize_pool *pool)
{
	return atomic_long_read(&pool->family.fallbacks);
}
EXPORT_SYMBOL_GPL(exactsize_fallbacks);
