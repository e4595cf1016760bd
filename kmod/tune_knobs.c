// SPDX-License-Identifier: GPL-2.0-only
/*
 * tune_knobs.c - beside floor 1: what tuning may do, and what no magazine may
 *
 * Called from: drivers, knobtable.c.  Calls: knobs.c, reclaim.c.
 * Locks: objcache_priv.knobs.  Context: task; sleeps.
 */
#include "internal.h"

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/rcupdate.h>

#include "knobs.h"
#include "objcache_priv.h"
#include "reclaim.h"
#include "tune.h"

/* Locks the knobs of a cache that can be tuned; unlock them after success. */
static int begin(struct objcache_priv *priv)
{
	if (priv->flags & OBJCACHE_PASSTHROUGH) {
		pr_err_ratelimited("cache '%s': passed through to slab, has nothing to tune\n",
				   priv->name);
		return -EPERM;
	}
	mutex_lock(&priv->knobs);
	if (READ_ONCE(priv->state) == OBJCACHE_LIVE)
		return 0;
	/* A dying cache is closed under this lock, and stays closed. */
	mutex_unlock(&priv->knobs);
	return -ENODEV;
}

static void end(struct objcache_priv *priv)
{
	lockdep_assert_held(&priv->knobs);
	knobs_apply(priv);
	reclaim_drain_cpus(priv, priv->capacity);
	mutex_unlock(&priv->knobs);
}

/* While it is tuned the capacity is within the bounds, at once. */
static void obey_bounds(struct objcache_priv *priv)
{
	if (priv->tune.on)
		priv->wanted = clamp(priv->wanted, priv->tune.min, priv->tune.max);
}

/**
 * objcache_set_auto_tune() - have the capacity of magazines follow the load
 * @cache: the cache
 * @on:    whether it does; on from the start
 *
 * It begins at the capacity that there is, and ends at the one it has
 * reached.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: 0; -EPERM for a cache that passes everything through to slab;
 * -ENODEV for one that is being destroyed.
 */
int objcache_set_auto_tune(struct objcache *cache, bool on)
{
	struct objcache_priv *priv = to_priv(cache);
	int err = begin(priv);

	if (err)
		return err;
	WRITE_ONCE(priv->tune.on, on);
	priv->tune.memory = (struct tune_memory){};
	obey_bounds(priv);
	end(priv);
	return 0;
}
EXPORT_SYMBOL_GPL(objcache_set_auto_tune);

/**
 * objcache_auto_tune() - does the capacity of magazines follow the load
 * @cache: the cache
 *
 * Context: any.
 * Return: true if it does.
 */
bool objcache_auto_tune(const struct objcache *cache)
{
	return READ_ONCE(container_of(cache, struct objcache_priv, pub)->tune.on);
}
EXPORT_SYMBOL_GPL(objcache_auto_tune);

static int set_bounds(struct objcache_priv *priv, unsigned int min, unsigned int max)
{
	struct tune *t = &priv->tune;

	lockdep_assert_held(&priv->knobs);
	if (min > max || max > priv->phys) {
		pr_err_ratelimited("cache '%s': auto-tuning from %u to %u, slots %u\n",
				   priv->name, min, max, priv->phys);
		return -ERANGE;
	}
	WRITE_ONCE(t->min, min);
	WRITE_ONCE(t->max, max);
	obey_bounds(priv);
	return 0;
}

/**
 * tune_set_min() - set the least capacity that tuning chooses
 * @priv: the cache
 * @min:  objects, at least 1
 *
 * Context: task; sleeps.
 * Return: as objcache_set_auto_tune(); -ERANGE when it is above the most.
 */
int tune_set_min(struct objcache_priv *priv, unsigned int min)
{
	int err = begin(priv);

	if (err)
		return err;
	err = set_bounds(priv, min, priv->tune.max);
	end(priv);
	return err;
}
EXPORT_SYMBOL_FOR_TEST(tune_set_min);

/**
 * tune_set_max() - set the most capacity that tuning chooses
 * @priv: the cache
 * @max:  objects
 *
 * Context: task; sleeps.
 * Return: as objcache_set_auto_tune(); -ERANGE when it is below the least, or
 * when there are not so many slots.
 */
int tune_set_max(struct objcache_priv *priv, unsigned int max)
{
	int err = begin(priv);

	if (err)
		return err;
	err = set_bounds(priv, priv->tune.min, max);
	end(priv);
	return err;
}
EXPORT_SYMBOL_FOR_TEST(tune_set_max);

/**
 * tune_set_period() - set how long a load must be calm for the capacity to shrink
 * @priv: the cache
 * @ms:   from TUNE_PERIOD_MIN_MS to TUNE_PERIOD_MAX_MS
 *
 * Context: task; sleeps.
 * Return: as objcache_set_auto_tune().
 */
int tune_set_period(struct objcache_priv *priv, unsigned int ms)
{
	int err = begin(priv);

	if (err)
		return err;
	WRITE_ONCE(priv->tune.period_ms, ms);
	/* The next look comes at the end of the new interval. */
	cancel_delayed_work_sync(&priv->tune.periodic);
	end(priv);
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(tune_set_period);

/**
 * tune_set_bytes_max() - bound what a magazine holds, however that was chosen
 * @priv:  the cache
 * @bytes: bytes of objects, as slab pads them; 0: as many as there are slots
 *	for; less than one object switches magazines and depots off
 *
 * Never exceeded from then on, in no context, not by what is in flight.  So it
 * takes as long as objcache_destroy().
 *
 * Context: task; sleeps.
 * Return: as objcache_set_auto_tune().
 */
int tune_set_bytes_max(struct objcache_priv *priv, unsigned int bytes)
{
	int err = begin(priv);
	unsigned int was;

	if (err)
		return err;
	was = priv->most;
	WRITE_ONCE(priv->bytes_max, bytes);
	knobs_apply(priv);
	/* For who read the old bound, and puts objects above the new one; see quiesce(). */
	if (priv->most < was) {
		synchronize_rcu_tasks();
		synchronize_rcu();
	}
	end(priv);
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(tune_set_bytes_max);
