// SPDX-License-Identifier: GPL-2.0-only
/*
 * objcache.c - floor 1: alloc and free
 *
 * Called from: drivers, the inline forms in <mempool/objcache.h>, kunit-tests.
 * Calls: magazine.c, reserve.c, depot.c, backing.c, overflow.c, wait.c, debug.c.
 * Locks: none.  Context: any; sleeps only in slab, if gfp says so.
 *
 * An allocation is satisfied in this order, a free is the mirror image:
 *
 *	objcache_alloc (__objcache_alloc)
 *	  mag_pop                1. the magazine, at hint
 *	  objcache_alloc_slow
 *	    mag_pop_scan         2. the magazine, any slot
 *	    refill
 *	      magdepot_get       3. the node's depot, half a magazine
 *	      backing_take       4. slab, half a magazine, below the limits
 *	      magdepot_get_any   5. another node's depot, one object
 *	      reserve_get        6. the reserve, one object
 *	      mag_fill              ... the rest of 3 or 4 for the next ones
 *
 *	objcache_free
 *	  mag_push               1. the magazine, at hint
 *	  objcache_free_slow
 *	    wait_hand               a sleeper, if there is one; then the reserve
 *	    mag_push_scan        2. the magazine, any slot
 *	    flush                   ... half a magazine makes room
 *	      magdepot_put       3. the node's depot
 *	      backing_give       4. slab
 *	    overflow_add         5. where slab is out of reach: an irq_work
 */
#include "internal.h"

#include <linux/export.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/string.h>

#include "debug.h"
#include "depot.h"
#include "magazine.h"
#include "objcache_priv.h"
#include "overflow.h"
#include "reserve.h"
#include "squeeze.h"
#include "triggers.h"
#include "tune.h"

/* What a driver with inline forms links against; see OBJCACHE_LAYOUT. */
const char objcache_layout_1[] = KBUILD_MODNAME;
EXPORT_SYMBOL_GPL(objcache_layout_1);

/**
 * objcache_look_again() - is it worth to look again, for who found nothing
 * @priv:     the cache
 * @gfp:      as for objcache_alloc()
 * @seen:     of transit_seen(), before the look
 * @squeezed: false at first; squeezes once: others may be as fast to take what
 *	that gave
 *
 * Context: any, as @gfp says.
 * Return: true when it is.
 */
bool objcache_look_again(struct objcache_priv *priv, gfp_t gfp, unsigned int seen,
			 bool *squeezed)
{
	if (transit_passed(&priv->backing.transit, seen))
		return true;
	if (*squeezed)
		return false;
	*squeezed = true;
	return squeeze_for(priv, gfp);
}

/**
 * objcache_get_or_take() - objects from below the magazines
 * @priv: the cache
 * @gfp:  for the first; what slab gives beyond it must have at hand
 * @objs: where they go
 * @want: how many at most, up to MAGDEPOT_BATCH
 *
 * What a drain carries from one to the other is waited for.
 *
 * Context: any, as @gfp says.
 * Return: how many there were, from one source.
 */
unsigned int objcache_get_or_take(struct objcache_priv *priv, gfp_t gfp,
				  void **objs, unsigned int want)
{
	bool squeezed = false;
	unsigned int n, seen;

	if (unlikely(READ_ONCE(priv->reserve.min)))
		gfp = backing_gfp_may_fail(gfp);
	if (unlikely(wait_may_open(priv)))
		wait_open(priv);
	do {
		seen = transit_seen(&priv->backing.transit);
		n = magdepot_get(priv->depot, objs, want);
		if (!n)
			n = backing_take(&priv->backing, gfp, objs, want);
		if (!n)
			n = magdepot_get_any(priv->depot, objs) || debug_take(priv, objs);
	} while (unlikely(!n) && objcache_look_again(priv, gfp, seen, &squeezed));
	return n;
}

/**
 * objcache_fill() - move objects into this CPU's magazine
 * @priv: the cache
 * @objs: the objects; those that did not fit are moved to its front
 * @n:    how many
 *
 * Preemption is off from the look at the capacity to the pushes, so that a grace
 * period waits for them on kernels without RCU-tasks too.
 *
 * Context: any.
 * Return: how many did not fit.
 */
unsigned int objcache_fill(struct objcache_priv *priv, void **objs, unsigned int n)
{
	preempt_disable();
	n = mag_fill(priv->pub.mag, objs, n, READ_ONCE(priv->capacity));
	preempt_enable();
	return n;
}

/*
 * Half a magazine, so that the next operation, whichever it is, finds both
 * objects and room.  One of them is the caller's.
 */
static noinline void *refill(struct objcache_priv *priv, gfp_t gfp)
{
	unsigned int want = max(READ_ONCE(priv->capacity) / 2, 1u);
	void *objs[MAGDEPOT_BATCH];
	unsigned int n;
	void *obj;

	tune_count_refill(&priv->tune, priv->acct);
	n = objcache_get_or_take(priv, gfp, objs, min_t(unsigned int, want, MAGDEPOT_BATCH));
	if (!n)
		return reserve_get(&priv->reserve, &obj, 1) ? obj : NULL;
	obj = objs[--n];
	want--;
	/* Where these come from there may be more: make up for it now. */
	if (unlikely(n && reserve_short(&priv->reserve)))
		n = reserve_put(&priv->reserve, objs, n);
	while (n) {
		want -= n;
		/* Slab may have slept: the capacity may be another one now. */
		n = objcache_fill(priv, objs, n);
		if (n)
			overflow_put(priv->overflow, objs, n);
		n = min_t(unsigned int, want, MAGDEPOT_BATCH);
		if (n)
			n = magdepot_get(priv->depot, objs, n);
	}
	return obj;
}

/* The upper half: as much is left as is made room for. */
static noinline void flush(struct objcache_priv *priv)
{
	unsigned int want = (READ_ONCE(priv->capacity) + 1) / 2;
	void *objs[MAGDEPOT_BATCH];
	unsigned int n;

	triggers_flushed(priv, tune_count_flush(priv->acct));
	while (want) {
		n = mag_take(priv->pub.mag, priv->phys, 0, objs,
			     min_t(unsigned int, want, MAGDEPOT_BATCH));
		if (!n)
			break;
		overflow_put(priv->overflow, objs, n);
		want -= n;
	}
}

/**
 * objcache_zero_for() - zero a recycled object, as init_on_alloc or __GFP_ZERO ask
 * @cache: the cache
 * @obj:   the object, or NULL
 * @gfp:   as for objcache_alloc(); one of the two asks
 *
 * With slab's exceptions: constructed objects stay as they are, and typesafe
 * ones, which somebody may read still, unless the caller itself asks.
 *
 * Context: any.
 * Return: @obj.
 */
void *objcache_zero_for(struct objcache *cache, void *obj, gfp_t gfp)
{
	struct objcache_priv *priv = to_priv(cache);

	if (obj && !priv->ctor &&
	    (!(priv->flags & OBJCACHE_TYPESAFE_BY_RCU) || (gfp & __GFP_ZERO)))
		memset(obj, 0, cache->size);
	return obj;
}
EXPORT_SYMBOL_GPL(objcache_zero_for);

/**
 * objcache_may_alloc() - say no to who allocates from a dying cache
 * @priv:   the cache
 * @caller: an address in the driver
 *
 * Context: any.
 * Return: true while the cache is live.
 */
bool objcache_may_alloc(const struct objcache_priv *priv, void *caller)
{
	if (likely(READ_ONCE(priv->state) == OBJCACHE_LIVE))
		return true;
	pr_err_ratelimited("cache '%s': allocation after objcache_destroy() by %ps\n",
			   priv->name, caller);
	return false;
}

/* Slots above the capacity have what was freed in NMI. */
static noinline void *last_resort(struct objcache_priv *priv, gfp_t gfp)
{
	void *obj = mag_pop_scan(priv->pub.mag, priv->phys);

	if (obj || wait_nofail(priv, gfp, 1, &obj))
		return obj;
	account_inc(priv->acct, ACCOUNT_ALLOC_FAILED);
	triggers_failed(priv);
	return NULL;
}

/**
 * objcache_alloc_slow() - allocate when the magazine's hint found nothing
 * @cache: the cache
 * @gfp:   as for objcache_alloc()
 *
 * Context: any.
 * Return: an object or NULL.
 */
void *objcache_alloc_slow(struct objcache *cache, gfp_t gfp)
{
	struct objcache_priv *priv = to_priv(cache);
	void *obj;

	if (!objcache_may_alloc(priv, __builtin_return_address(0)))
		return NULL;

	account_inc(priv->acct, ACCOUNT_MAG_ALLOC_MISS);
	obj = mag_pop_scan(cache->mag, READ_ONCE(priv->capacity));
	if (!obj) {
		obj = refill(priv, gfp);
		if (obj)
			account_inc(priv->acct, ACCOUNT_ALLOC_DIRECT);
		else
			obj = last_resort(priv, gfp);
		if (!obj)
			return NULL;
	}
	debug_alloc(priv, &obj, 1);
	if (want_init_on_alloc(gfp))
		objcache_zero_for(cache, obj, gfp);
	return obj;
}
EXPORT_SYMBOL_GPL(objcache_alloc_slow);

/**
 * __objcache_alloc() - objcache_alloc() but for OBJCACHE_GFP_SPECIAL
 * @cache: the cache
 * @gfp:   as for objcache_alloc()
 *
 * Context: as objcache_alloc().
 * Return: as objcache_alloc().
 */
void *__objcache_alloc(struct objcache *cache, gfp_t gfp)
{
	void *obj = mag_pop(cache->mag);

	if (unlikely(!obj))
		return objcache_alloc_slow(cache, gfp);
	if (static_branch_unlikely(&init_on_alloc))
		return objcache_zero_for(cache, obj, gfp);
	return obj;
}
EXPORT_SYMBOL_GPL(__objcache_alloc);

/* Preemption is off for the reason in objcache_fill(). */
static bool push_any_slot(struct objcache_priv *priv, void *obj, bool above_cap)
{
	unsigned int limit;
	bool done;

	preempt_disable();
	limit = READ_ONCE(priv->capacity);
	if (limit && above_cap)
		limit = READ_ONCE(priv->most);
	done = mag_push_scan(priv->pub.mag, obj, limit);
	preempt_enable();
	return done;
}

/*
 * A magazine is full when its hint says so: flush() puts a wrong one right, and
 * costs less than a look at each slot.
 */
static noinline void free_to_magazine_or_below(struct objcache_priv *priv, void *obj)
{
	if (!mag_full(priv->pub.mag) && push_any_slot(priv, obj, /*above_cap=*/false))
		return;
	if (backing_reachable()) {
		flush(priv);
		if (push_any_slot(priv, obj, /*above_cap=*/false))
			return;
	} else if (!magdepot_put(priv->depot, &obj, 1)) {
		/* Preemption is off here, so quiesce() waits for this too. */
		account_inc(priv->acct, ACCOUNT_FREE_DIRECT);
		return;
	} else if (push_any_slot(priv, obj, /*above_cap=*/true)) {
		return;
	}
	account_inc(priv->acct, ACCOUNT_FREE_DIRECT);
	overflow_put(priv->overflow, &obj, 1);
}

/**
 * objcache_free_slow() - free when the magazine's hint found no room
 * @cache: the cache
 * @obj:   the object, or NULL
 *
 * A double free is reported and ignored when it is of the object that this CPU
 * freed last; others are noticed when the cache is debugged.
 *
 * The last free into a zombie ends the cache: nothing of it is touched after
 * the object is put down.
 *
 * Context: any.
 */
void objcache_free_slow(struct objcache *cache, void *obj)
{
	struct objcache_priv *priv = to_priv(cache);

	if (unlikely(!obj)) {
		pr_err_ratelimited("cache '%s': free of a NULL object by %ps\n",
				   priv->name, __builtin_return_address(0));
		return;
	}
	if (unlikely(mag_on_top(cache->mag, obj))) {
		pr_err_ratelimited("cache '%s': double free of an object by %ps\n",
				   priv->name, __builtin_return_address(0));
		return;
	}
	account_inc(priv->acct, ACCOUNT_MAG_FREE_MISS);
	if (!debug_free(priv, &obj, __builtin_return_address(0)))
		return;
	if (want_init_on_free())
		objcache_wipe(priv, obj);
	if (likely(READ_ONCE(priv->state) == OBJCACHE_LIVE) &&
	    likely(!wait_closed(priv))) {
		free_to_magazine_or_below(priv, obj);
	} else {
		account_inc(priv->acct, ACCOUNT_FREE_DIRECT);
		wait_hand_or_put(priv, obj);
	}
}
EXPORT_SYMBOL_GPL(objcache_free_slow);

/**
 * objcache_free() - free an object
 * @cache: the cache it was allocated from
 * @obj:   the object; NULL is reported and ignored, and so is the object that
 *	this CPU freed last, which is free
 *
 * Never fails, never sleeps, on any CPU.
 *
 * Context: any, NMI too.
 */
void objcache_free(struct objcache *cache, void *obj)
{
	objcache_free_inline(cache, obj);
}
EXPORT_SYMBOL_GPL(objcache_free);
