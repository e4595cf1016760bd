// SPDX-License-Identifier: GPL-2.0-only
/*
 * reservation.c - beside floor 1: several objects at once, or none
 *
 * Called from: drivers.  Calls: bulk.c, gfp.c, wait.c, debug.c.
 * Locks: none; the driver's around a reservation.  Context: see each function.
 *
 * A reservation is a chain through the words of its objects that may be written
 * to while nobody owns them, so it needs no memory of its own.
 */
#include "internal.h"

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>

#include <mempool/reservation.h>

#include "debug.h"
#include "depot.h"
#include "gfp.h"
#include "objcache_priv.h"

static void chain(struct objcache_reservation *res, void *obj)
{
	*backing_link(&to_priv(res->cache)->backing, obj) = res->first;
	res->first = obj;
	res->left++;
}

/* The link is not left in the object: freed memory may have to be zero. */
static void *unchain(struct objcache_reservation *res)
{
	void *obj = res->first, **link;

	if (!obj)
		return NULL;
	link = backing_link(&to_priv(res->cache)->backing, obj);
	res->first = *link;
	res->left--;
	*link = NULL;
	return obj;
}

static int begin(struct objcache_reservation *res, struct objcache *cache,
		 gfp_t gfp, unsigned int n, void *caller)
{
	struct objcache_priv *priv = to_priv(cache);
	unsigned long most = backing_most(&priv->backing);

	*res = (struct objcache_reservation) { .cache = cache, .gfp = gfp };
	if (!gfp_valid(priv, gfp, __GFP_THISNODE, caller))
		return -EINVAL;
	if (n && n <= most)
		return 0;
	pr_err_ratelimited("cache '%s': reservation of %u objects, the limits allow 1 to %lu\n",
			   priv->name, n, most);
	return -EINVAL;
}

static int gather(struct objcache_reservation *res, gfp_t gfp, unsigned int n)
{
	void *objs[MAGDEPOT_BATCH];
	unsigned int some;

	while (res->left < n) {
		some = min_t(unsigned int, n - res->left, MAGDEPOT_BATCH);
		if (!objcache_alloc_bulk(res->cache, gfp & ~__GFP_ZERO, some, objs)) {
			objcache_reservation_release(res);
			return -ENOMEM;
		}
		while (some) {
			chain(res, objs[--some]);
			debug_move(to_priv(res->cache), objs[some], CHECK_USED, CHECK_RESERVED);
		}
	}
	return 0;
}

/**
 * objcache_reservation_try() - reserve so many objects, or none
 * @res:   the reservation, of which nothing is left
 * @cache: the cache
 * @gfp:   as for objcache_alloc(); __GFP_ZERO holds for each object taken
 * @n:     how many, more than none
 *
 * When several gather at the same time in a pool that has not enough for all,
 * each may fail; none holds anything then.
 *
 * Context: as objcache_alloc().
 * Return: 0 with all of them; or with none: -ENOMEM; -EINVAL (@gfp, @n is 0 or
 * more than a limit will ever allow).
 */
int objcache_reservation_try(struct objcache_reservation *res, struct objcache *cache,
			     gfp_t gfp, unsigned int n)
{
	int err = begin(res, cache, gfp, n, __builtin_return_address(0));

	return err ?: gather(res, gfp, n);
}
EXPORT_SYMBOL_GPL(objcache_reservation_try);

/* Freed ones, until here. */
static void note_waited(struct objcache_priv *priv, void *obj)
{
	for (; obj && debug_is_on(priv); obj = *backing_link(&priv->backing, obj)) {
		debug_alloc(priv, &obj, 1);
		debug_move(priv, obj, CHECK_USED, CHECK_RESERVED);
	}
}

/**
 * objcache_reservation_wait() - reserve so many objects, sleeping until there are
 * @res:     the reservation, of which nothing is left
 * @cache:   the cache
 * @gfp:     as for objcache_alloc_wait()
 * @n:       how many, more than none
 * @state:   as for objcache_alloc_wait()
 * @timeout: as for objcache_alloc_wait()
 *
 * In line with those who wait for one object.  The first in line gathers what
 * is freed, and alone does so, so two who need more than half of a pool each
 * have it one after the other.  What was gathered by one who gives up goes to
 * the next.
 *
 * Context: as objcache_alloc_wait().
 * Return: 0 with all of them; or with none: -EINTR, -ETIMEDOUT; -EINVAL
 * (@state, @gfp, @n is 0 or more than a limit will ever allow); -ENODEV (the
 * cache is being destroyed).
 */
int objcache_reservation_wait(struct objcache_reservation *res, struct objcache *cache,
			      gfp_t gfp, unsigned int n, unsigned int state,
			      unsigned long timeout)
{
	struct objcache_priv *priv = to_priv(cache);
	int err = begin(res, cache, gfp, n, __builtin_return_address(0));

	might_sleep();
	if (err)
		return err;
	if (!wait_args_valid(priv, gfp, state, __builtin_return_address(0)))
		return -EINVAL;
	if (!wait_anybody(priv) && !gather(res, backing_gfp_may_fail(gfp), n))
		return 0;
	err = wait_for_objects(priv, state, timeout, n, &res->first);
	if (!err) {
		res->left = n;
		note_waited(priv, res->first);
	}
	return err;
}
EXPORT_SYMBOL_GPL(objcache_reservation_wait);

/**
 * objcache_reservation_take() - take an object out of a reservation
 * @res: the reservation
 *
 * Context: any, NMI too.
 * Return: an object, to be freed like any other or to be put back; NULL only
 * when all were taken.
 */
void *objcache_reservation_take(struct objcache_reservation *res)
{
	void *obj = unchain(res);

	if (obj)
		debug_move(to_priv(res->cache), obj, CHECK_RESERVED, CHECK_USED);
	if (obj && want_init_on_alloc(res->gfp))
		objcache_zero_for(res->cache, obj, res->gfp);
	return obj;
}
EXPORT_SYMBOL_GPL(objcache_reservation_take);

/**
 * objcache_reservation_put() - put an object back, to be taken again
 * @res: a reservation that was made, whether anything is left of it or not
 * @obj: the object, taken from it or allocated from its cache
 *
 * Context: any, NMI too.
 */
void objcache_reservation_put(struct objcache_reservation *res, void *obj)
{
	struct objcache_priv *priv = to_priv(res->cache);

	if (unlikely(!obj || obj == res->first)) {
		pr_err_ratelimited("cache '%s': %s put into a reservation by %ps\n",
				   priv->name, obj ? "an object twice" : "NULL",
				   __builtin_return_address(0));
		return;
	}
	if (!debug_leave(priv, obj, CHECK_RESERVED, __builtin_return_address(0)))
		return;
	if (want_init_on_free())
		objcache_wipe(priv, obj);
	chain(res, obj);
}
EXPORT_SYMBOL_GPL(objcache_reservation_put);

static void *unreserve(struct objcache_reservation *res)
{
	void *obj = unchain(res);

	debug_move(to_priv(res->cache), obj, CHECK_RESERVED, CHECK_USED);
	return obj;
}

/**
 * objcache_reservation_release() - free what is left of a reservation
 * @res: the reservation; empty afterwards
 *
 * Context: any, NMI too.
 */
void objcache_reservation_release(struct objcache_reservation *res)
{
	void *objs[MAGDEPOT_BATCH];
	unsigned int n;

	while (res->left) {
		for (n = 0; n < MAGDEPOT_BATCH && res->left; n++)
			objs[n] = unreserve(res);
		objcache_free_bulk(res->cache, n, objs);
	}
}
EXPORT_SYMBOL_GPL(objcache_reservation_release);
