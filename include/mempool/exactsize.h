/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exactsize.h - public kernel API: objects of any size, from a cache for each
 *
 * Called from: drivers.  Calls: kmod/exactsize.c.
 * Locks: none on the fast path.  Context: see each function.
 */
#ifndef _MEMPOOL_EXACTSIZE_H
#define _MEMPOOL_EXACTSIZE_H

#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/types.h>
#include <mempool/objcache.h>

/**
 * DOC: exactsize
 *
 * A pool of exact sizes has a cache for each size that was ever asked for.  The
 * first request for a size makes its cache, once, however many come at the same
 * time; all later ones find it without a lock.  For a driver that has few sizes
 * and does not know them when it is written: they depend on the hardware, on a
 * mount option, on a protocol.  Where sizes are many, a pool of size classes
 * (<mempool/sizeclass.h>) wastes less than a cache for each would.
 *
 * Sizes are rounded up to a multiple of 8, as in slab.  Each cache is an
 * objcache called NAME-SIZE, with its own statistics and knobs.
 *
 * To make a cache takes memory, time, and locks of slab and CPU hotplug, so
 * only a request with GFP_KERNEL, in a task that reclaims no memory, makes and
 * waits.  Any other has memory from kmalloc() meanwhile, and a work item makes
 * the cache.  exactsize_add() makes one ahead of all requests.
 *
 * kmalloc() serves these too, and exactsize_fallbacks() counts them:
 *
 * - sizes above OBJCACHE_SIZE_MAX (kvmalloc() with GFP_KERNEL)
 * - new sizes, when the pool has as many caches as it may, or where a cache of
 *   the name NAME-SIZE is not the pool's: each is reported once
 *
 * An object is aligned to the largest power of two that divides its rounded
 * size, up to a page.  It may be copied to and from user space as a whole.
 *
 * Limitations: an object is freed with its size, there is no free without.  Caches
 * have no constructor and no flags, and stay until the pool is destroyed.  The
 * limitations of an objcache hold for each.
 */

/* Sizes are rounded up to a multiple of this: what slab does anyway. */
#define EXACTSIZE_GRANULE	8u

/*
 * The most caches that a pool may have.  Each costs 28 KiB, and up to 2.4 KiB on
 * every CPU, used or not; 128 are four times what kmalloc() has.
 */
#define EXACTSIZE_MAX		128u

struct exactsize_pool;

struct exactsize_pool *
__exactsize_pool_create(const char *name, unsigned int max, struct module *owner);

/**
 * exactsize_pool_create() - make a pool of exact sizes, without any cache yet
 * @name: as for objcache_create(), that of no other pool; up to 25 characters
 * @max:  how many sizes may have a cache, 1 to EXACTSIZE_MAX
 *
 * The pool belongs to the calling module, which must destroy it before it is
 * unloaded.
 *
 * Context: task; sleeps.
 * Return: the pool, or ERR_PTR: -EINVAL (@name, @max is 0), -E2BIG (@max),
 * -EEXIST (a pool of this name), -ENAMETOOLONG, -ENOMEM.  Each but the last is
 * reported with the name and the value in the kernel log.
 */
#define exactsize_pool_create(name, max) \
	__exactsize_pool_create(name, max, THIS_MODULE)

int exactsize_pool_destroy(struct exactsize_pool *pool);

int exactsize_add(struct exactsize_pool *pool, size_t size);
void *exactsize_alloc(struct exactsize_pool *pool, size_t size, gfp_t gfp);
void exactsize_free(struct exactsize_pool *pool, void *obj, size_t size);

struct objcache *exactsize_cache(const struct exactsize_pool *pool, size_t size);
unsigned int exactsize_sizes(const struct exactsize_pool *pool);
unsigned long exactsize_fallbacks(const struct exactsize_pool *pool);

#endif /* _MEMPOOL_EXACTSIZE_H */
