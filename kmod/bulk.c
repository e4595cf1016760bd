// SPDX-License-Identifier: GPL-2.0-only
/*
 * bulk.c - floor 1: alloc and free of many
 *
 * Called from: drivers.  Calls: magazine.h, objcache.c, gfp.c, wait.c,
 * reserve.c, overflow.c, debug.c.
 * Locks: none.  Context: any; sleeps only in slab, if gfp says so.
 *
 * The order is that of single objects (objcache.c), but what the magazine does
 * not have goes from the depot or slab straight to the caller, and what it has
 * no room for straight to the depot.
 */
#include "internal.h"

#include <linux/export.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>

#include "debug.h"
#include "depot.h"
#include "gfp.h"
#include "magazine.h"
#include "objcache_priv.h"
#include "overflow.h"
#include "reserve.h"
#include "triggers.h"
#include "tune.h"

static __always_inline unsigned int
pop_many(struct magazine __percpu *m, unsigned int n, void **objs)
{
	mag_cursor cur = mag_begin(m);
	unsigned long hint = mag_park(cur);
	unsigned int got = 0, turn = MAG_TURN;

	while (turn == MAG_TURN && got + MAG_TURN <= n) {
		turn = mag_pop_turn(cur, hint, objs + got);
		hint -= turn;
		got += turn;
	}
	while (unlikely(got < n) && mag_pop_one(cur, hint, 0, objs + got)) {
		hint--;
		got++;
	}
	mag_count(cur, allocs, got);
	mag_unpark(cur, hint);
	mag_end(cur);
	return got;
}

static __always_inline unsigned int
push_many(struct magazine __percpu *m, unsigned int n, void **objs)
{
	mag_cursor cur = mag_begin(m);
	unsigned long hint = mag_park(cur);
	unsigned int done = 0, turn = MAG_TURN;

	while (turn == MAG_TURN && done + MAG_TURN <= n &&
	       mag_below_cap(cur, hint + MAG_TURN - 1)) {
		turn = mag_push_turn(cur, hint, objs + done);
		hint += turn;
		done += turn;
	}
	while (unlikely(done < n) && mag_below_cap(cur, hint) &&
	       mag_push_one(cur, hint, 0, objs + done)) {
		hint++;
		done++;
	}
	mag_count(cur, frees, done);
	mag_unpark(cur, hint);
	mag_end(cur);
	return done;
}

/* What pop_many() left, from any slot, the depot, or slab. */
static noinline unsigned int
alloc_below(struct objcache_priv *priv, gfp_t gfp, unsigned int n, void **objs)
{
	unsigned int got, more;

	if (!objcache_may_alloc(priv, __builtin_return_address(0)))
		return 0;
	account_inc(priv->acct, ACCOUNT_MAG_ALLOC_MISS);
	got = mag_take(priv->pub.mag, priv->phys, 0, objs, n);
	if (got < n)
		tune_count_refill(&priv->tune, priv->acct);
	while (got < n) {
		unsigned int want = min_t(unsigned int, n - got, MAGDEPOT_BATCH);

		more = objcache_get_or_take(priv, gfp, objs + got, want);
		if (!more)
			break;
		got += more;
	}
	account_add(priv->acct, ACCOUNT_ALLOC_DIRECT, got);
	return got;
}

/* The reserve is for those who need an object, not for those who can have less. */
static unsigned int reserve_get_many(struct objcache_priv *priv, unsigned int n,
				     void **objs)
{
	unsigned int got, some;

	if (likely(READ_ONCE(priv->reserve.nr) < n))
		return 0;
	for (got = 0; got < n; got += some) {
		some = min_t(unsigned int, n - got, MAGDEPOT_BATCH);
		if (!reserve_get(&priv->reserve, objs + got, some))
			break;
	}
	account_add(priv->acct, ACCOUNT_ALLOC_DIRECT, got);
	return got;
}

static noinline void zero_many(struct objcache *cache, gfp_t gfp, unsigned int n,
			       void **objs)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		objcache_zero_for(cache, objs[i], gfp);
}

/**
 * objcache_alloc_some() - allocate up to so many objects
 * @cache: the cache
 * @gfp:   as for objcache_alloc()
 * @n:     how many at most
 * @objs:  where they go
 *
 * Takes one from the reserve when there are no others.
 *
 * Context: as objcache_alloc().
 * Return: how many were allocated.
 */
unsigned int objcache_alloc_some(struct objcache *cache, gfp_t gfp,
				 unsigned int n, void **objs)
{
	unsigned int got;

	if (!gfp_valid(to_priv(cache), gfp, __GFP_THISNODE, __builtin_return_address(0)))
		return 0;
	got = pop_many(cache->mag, n, objs);
	if (unlikely(got < n))
		got += alloc_below(to_priv(cache), gfp, n - got, objs + got);
	if (unlikely(!got) && n)
		got = reserve_get_many(to_priv(cache), 1, objs);
	if (unlikely(!got) && n)
		triggers_failed(to_priv(cache));
	debug_alloc(to_priv(cache), objs, got);
	if (want_init_on_alloc(gfp))
		zero_many(cache, gfp, got, objs);
	return got;
}
EXPORT_SYMBOL_GPL(objcache_alloc_some);

/* Nothing is held while it is waited for, so no two can wait for each other's. */
static bool alloc_nofail(struct objcache_priv *priv, gfp_t gfp, unsigned int n,
			 void **objs)
{
	void *chain;

	if (!wait_nofail(priv, gfp, n, &chain))
		return false;
	while (n--) {
		objs[n] = chain;
		chain = *backing_link(&priv->backing, chain);
		debug_alloc(priv, objs + n, 1);
	}
	return true;
}

static noinline bool alloc_rest(struct objcache *cache, gfp_t gfp, unsigned int n,
				void **objs, unsigned int got)
{
	struct objcache_priv *priv = to_priv(cache);

	if (!gfp_valid(priv, gfp, __GFP_THISNODE, __builtin_return_address(0))) {
		objcache_free_bulk(cache, got, objs);
		return false;
	}
	if (got < n)
		got += pop_many(cache->mag, n - got, objs + got);
	if (got < n)
		got += alloc_below(priv, gfp, n - got, objs + got);
	if (got < n)
		got += reserve_get_many(priv, n - got, objs + got);
	debug_alloc(priv, objs, got);
	if (got < n) {
		objcache_free_bulk(cache, got, objs);
		if (!alloc_nofail(priv, gfp, n, objs)) {
			account_inc(priv->acct, ACCOUNT_ALLOC_FAILED);
			triggers_failed(priv);
			return false;
		}
	}
	if (want_init_on_alloc(gfp))
		zero_many(cache, gfp, n, objs);
	return true;
}

/**
 * objcache_alloc_bulk() - allocate so many objects, or none
 * @cache: the cache
 * @gfp:   as for objcache_alloc()
 * @n:     how many
 * @objs:  where they go; undefined on failure
 *
 * Context: as objcache_alloc().
 * Return: true with all of them, false with none.
 */
bool objcache_alloc_bulk(struct objcache *cache, gfp_t gfp, unsigned int n,
			 void **objs)
{
	mag_cursor cur = mag_begin(cache->mag);
	unsigned int got = 0;

	if (likely(n >= MAG_TURN)) {
		unsigned long hint = mag_park(cur);

		got = mag_pop_turn(cur, hint, objs);
		mag_count(cur, allocs, got);
		mag_unpark(cur, hint - got);
	}
	mag_end(cur);

	/* Calls in the last position: nothing is saved on the stack for them. */
	if (unlikely(got < n))
		return alloc_rest(cache, gfp, n, objs, got);
	if (static_branch_unlikely(&init_on_alloc) || unlikely(gfp & OBJCACHE_GFP_SPECIAL))
		return alloc_rest(cache, gfp, n, objs, n);
	return true;
}
EXPORT_SYMBOL_GPL(objcache_alloc_bulk);

/* The good ones, or those that came out of quarantine for them. */
static unsigned int check_many(struct objcache_priv *priv, unsigned int n, void **objs,
			       void *caller)
{
	unsigned int i, good = 0;

	for (i = 0; i < n; i++) {
		void *obj = objs[i];

		if (debug_free(priv, &obj, caller))
			objs[good++] = obj;
	}
	return good;
}

/* At most MAGDEPOT_BATCH, none of them NULL. */
static void free_below(struct objcache_priv *priv, unsigned int n, void **objs,
		       void *caller)
{
	unsigned int i;

	if (debug_is_on(priv))
		n = check_many(priv, n, objs, caller);
	if (want_init_on_free())
		for (i = 0; i < n; i++)
			objcache_wipe(priv, objs[i]);

	account_add(priv->acct, ACCOUNT_FREE_DIRECT, n);
	while (n && unlikely(wait_anybody(priv)) && wait_hand(priv, objs[n - 1]))
		n--;
	/* With the last of them the cache may be gone. */
	if (!n)
		return;
	if (likely(READ_ONCE(priv->state) == OBJCACHE_LIVE) &&
	    likely(!wait_closed(priv))) {
		n = objcache_fill(priv, objs, n);
		if (n)
			triggers_flushed(priv, tune_count_flush(priv->acct));
	}
	if (n)
		overflow_put(priv->overflow, objs, n);
}

static unsigned int count_nulls(void **objs, unsigned int n)
{
	unsigned int nulls = 0;

	while (n--)
		nulls += !objs[n];
	return nulls;
}

static noinline void free_rest(struct objcache *cache, unsigned int n, void **from,
			       void *caller)
{
	struct objcache_priv *priv = to_priv(cache);
	unsigned int i = push_many(cache->mag, n, from);
	unsigned int nr = 0, nulls;
	void *objs[MAGDEPOT_BATCH];

	if (i == n)
		return;
	account_inc(priv->acct, ACCOUNT_MAG_FREE_MISS);
	/* First, since a zombie ends with the last of its objects. */
	nulls = count_nulls(from + i, n - i);
	if (unlikely(nulls))
		pr_err_ratelimited("cache '%s': bulk free of %u NULL objects by %ps\n",
				   priv->name, nulls, caller);
	for (; i < n; i++) {
		if (from[i])
			objs[nr++] = from[i];
		if (nr == MAGDEPOT_BATCH || (nr && i == n - 1)) {
			free_below(priv, nr, objs, caller);
			nr = 0;
		}
	}
}

/**
 * objcache_free_bulk() - free so many objects
 * @cache: the cache they were allocated from
 * @n:     how many
 * @objs:  the objects; a NULL among them is reported and ignored
 *
 * Context: any, NMI too.
 */
void objcache_free_bulk(struct objcache *cache, unsigned int n, void **objs)
{
	mag_cursor cur = mag_begin(cache->mag);
	unsigned int done = 0;

	if (likely(n >= MAG_TURN)) {
		unsigned long hint = mag_park(cur);

		if (likely(mag_below_cap(cur, hint + MAG_TURN - 1)))
			done = mag_push_turn(cur, hint, objs);
		mag_count(cur, frees, done);
		mag_unpark(cur, hint + done);
	}
	mag_end(cur);

	if (unlikely(done < n))
		free_rest(cache, n - done, objs + done, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(objcache_free_bulk);
