// SPDX-License-Identifier: GPL-2.0-only
/*
 * refill.c - beside floor 1: brings objects in before they are asked for
 *
 * Called from: drivers, debugfs.c, lifecycle.c.
 * Calls: reserve.c, depot.c, backing.c, overflow.c, knobs.c, reclaim.c, seek.c.
 * Locks: objcache_priv.knobs.  Context: task; sleeps.
 */
#include "internal.h"

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>

#include "debug.h"
#include "depot.h"
#include "knobs.h"
#include "limits.h"
#include "objcache_priv.h"
#include "overflow.h"
#include "reclaim.h"
#include "refill.h"
#include "reserve.h"
#include "seek.h"

/*
 * For objects that are wanted in advance memory is reclaimed, but nobody is
 * killed and no other reserve is touched.
 */
#define GFP_IN_ADVANCE	(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOMEMALLOC | __GFP_NOWARN)

static void give_surplus(struct objcache_priv *priv)
{
	void *objs[MAGDEPOT_BATCH];
	unsigned int n;

	while ((n = reserve_get_surplus(&priv->reserve, objs, MAGDEPOT_BATCH))) {
		backing_give(&priv->backing, objs, n);
		cond_resched();
	}
}

/**
 * refill_close() - give the reserve back, for good
 * @priv: the cache, which is dying; its depots may be open still
 *
 * Context: task; sleeps; under objcache_priv.knobs.
 */
void refill_close(struct objcache_priv *priv)
{
	lockdep_assert_held(&priv->knobs);
	reserve_set_min(&priv->reserve, 0);
	seek_close(priv);
	give_surplus(priv);
}

/* Slab first: what is cached already stays where it is needed, if it can. */
static unsigned int take_in_advance(struct objcache_priv *priv, void **objs,
				    unsigned int n)
{
	unsigned int got = backing_take(&priv->backing, GFP_IN_ADVANCE, objs, n);

	if (got || magdepot_get_any(priv->depot, objs) || debug_take(priv, objs))
		return max(got, 1u);
	/* At a limit, with all of it cached on other CPUs perhaps. */
	reclaim_drain_cpus(priv, 0);
	if (magdepot_get_any(priv->depot, objs))
		return 1;
	return backing_take(&priv->backing, GFP_IN_ADVANCE, objs, 1);
}

static int fill_reserve(struct objcache_priv *priv, unsigned int level)
{
	struct reserve *r = &priv->reserve;
	void *objs[MAGDEPOT_BATCH];
	unsigned int n;

	while ((n = READ_ONCE(r->nr)) < level) {
		if (fatal_signal_pending(current))
			return -EINTR;
		n = min_t(unsigned int, level - n, MAGDEPOT_BATCH);
		n = take_in_advance(priv, objs, n);
		if (!n)
			return -ENOMEM;
		n = reserve_fill(r, objs, n, level);
		if (n)
			overflow_put(priv->overflow, objs, n);
		cond_resched();
	}
	return 0;
}

/* Other knobs depend on it: magazines may hold half of what it leaves. */
static int change_reserve(struct objcache_priv *priv, unsigned int n)
{
	int err = 0;

	lockdep_assert_held(&priv->knobs);
	if (READ_ONCE(priv->state) != OBJCACHE_LIVE)
		return -ENODEV;
	if (n > limits_most(priv)) {
		pr_err_ratelimited("cache '%s': reserve %u is more than the limit %lu\n",
				   priv->name, n, limits_most(priv));
		return -ERANGE;
	}
	if (n > priv->reserve.min) {
		err = reserve_make_room(&priv->reserve, n);
		if (!err)
			err = fill_reserve(priv, n);
	}
	if (!err)
		reserve_set_min(&priv->reserve, n);
	/* What was filled in, on failure; the difference, when it shrinks. */
	give_surplus(priv);
	reserve_drop_room(&priv->reserve);
	if (!err) {
		knobs_apply(priv);
		reclaim_drain_cpus(priv, priv->capacity);
	}
	return err;
}

/**
 * objcache_set_reserve() - keep objects back for when slab has none
 * @cache: the cache
 * @n:     objects; 0: none
 *
 * The reserve is full when this returns.  Allocations of any kind, in any
 * context, take from it when there is nothing else, one by one; and whatever
 * is freed or found then goes to it first, for which all frees take the slow
 * path until it is full again.  Its objects are on no CPU's magazine, serve
 * all CPUs and nodes, and count against the limit, of which the magazines get
 * half of what the reserve leaves.  Lowering it never fails for want of memory.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: 0; or, with everything as it was: -ERANGE when @n is more than the
 * limit, or than half of memory; -ENOMEM when slab, or a limit, has not so
 * many; -EINTR when the caller is killed; -ENODEV for a cache that is being
 * destroyed.
 */
int objcache_set_reserve(struct objcache *cache, unsigned int n)
{
	struct objcache_priv *priv = to_priv(cache);
	int err;

	might_sleep();
	if ((u64)n * (priv->backing.padded + sizeof(void *)) >
	    (u64)totalram_pages() << (PAGE_SHIFT - 1)) {
		pr_err_ratelimited("cache '%s': reserve %u is more than half of memory\n",
				   priv->name, n);
		return -ERANGE;
	}
	mutex_lock(&priv->knobs);
	err = change_reserve(priv, n);
	mutex_unlock(&priv->knobs);
	return err;
}
EXPORT_SYMBOL_GPL(objcache_set_reserve);

/**
 * objcache_reserve() - how many objects are kept back
 * @cache: the cache
 *
 * Context: any.
 * Return: objects, as it was set; while slab has none there may be fewer.
 */
unsigned int objcache_reserve(const struct objcache *cache)
{
	return READ_ONCE(container_of(cache, struct objcache_priv, pub)->reserve.min);
}
EXPORT_SYMBOL_GPL(objcache_reserve);

static int prefill(struct objcache_priv *priv, unsigned int n)
{
	void *objs[MAGDEPOT_BATCH];
	unsigned int some;

	while (n) {
		some = min_t(unsigned int, n, MAGDEPOT_BATCH);
		some = backing_take(&priv->backing, GFP_IN_ADVANCE, objs, some);
		if (!some)
			return -ENOMEM;
		n -= some;
		some = reserve_put(&priv->reserve, objs, some);
		if (some)
			some = magdepot_put(priv->depot, objs, some);
		if (some) {
			backing_give(&priv->backing, objs, some);
			return -ENOSPC;
		}
		cond_resched();
	}
	return 0;
}

/**
 * objcache_prefill() - take objects from slab now that are needed soon
 * @cache: the cache
 * @n:     objects, beside those that are cached
 *
 * They go to a short reserve, then to the depots, as far as these have room.  No
 * more than a head start: unlike the reserve's, they go to whoever
 * comes first, and reclaim may give them back.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: 0; -ENOSPC when the depots are full; -ENOMEM when slab, or a limit,
 * has no more: what was brought in stays; -ENODEV for a cache that is being
 * destroyed.  0 also for one that passes everything through to slab, or is
 * debugged, and so has no depots: there is nothing to do.
 */
int objcache_prefill(struct objcache *cache, unsigned int n)
{
	struct objcache_priv *priv = to_priv(cache);
	int err = 0;

	might_sleep();
	mutex_lock(&priv->knobs);
	if (READ_ONCE(priv->state) != OBJCACHE_LIVE)
		err = -ENODEV;
	else if (!(priv->flags & OBJCACHE_PASSTHROUGH) && !priv->debugging)
		err = prefill(priv, n);
	mutex_unlock(&priv->knobs);
	return err;
}
EXPORT_SYMBOL_GPL(objcache_prefill);
