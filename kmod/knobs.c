// SPDX-License-Identifier: GPL-2.0-only
/*
 * knobs.c - beside floor 1: what can be changed while a cache is in use
 *
 * Called from: drivers, debugfs.c, lifecycle.c.
 * Calls: depot.c, reclaim.c, wait.c, tune.c.
 * Locks: objcache_priv.knobs.  Context: task; sleeps.
 */
#include "internal.h"

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>

#include "depot.h"
#include "knobs.h"
#include "limits.h"
#include "objcache_priv.h"
#include "reclaim.h"
#include "tune.h"

/*
 * With init_on_free every free takes the slow path, which zeroes: the
 * magazines' own cap stays 0 and costs the others no instruction.
 */
static unsigned int fast_cap(unsigned int capacity)
{
	return want_init_on_free() ? 0 : capacity;
}

/* As many slots as the bound on bytes has room for. */
static unsigned int most_in_magazine(const struct objcache_priv *priv)
{
	return priv->bytes_max ? min(priv->bytes_max / priv->backing.padded, priv->phys) :
				 priv->phys;
}

/**
 * knobs_most_capacity() - the largest capacity that could be in force
 * @priv: the cache
 *
 * A small pool: all magazines together may hold half of what the reserve
 * leaves of the limit, so that objects cannot be stranded in them while others
 * wait.  Less than two objects a CPU switches magazines off.
 *
 * Context: task.
 * Return: objects a CPU, whatever was asked for.
 */
unsigned int knobs_most_capacity(const struct objcache_priv *priv)
{
	unsigned long allowed = (limits_most(priv) - priv->reserve.min) /
				(2 * num_possible_cpus());

	/* All that is done must be seen; what was found broken must not be used. */
	if (priv->debugging || priv->unsound)
		return 0;
	return min_t(unsigned long, most_in_magazine(priv), allowed);
}

/**
 * knobs_apply() - put the capacity and the limit into force
 * @priv: the cache; its magazines may hold more than that still
 *
 * The one place where it is decided what the capacity is.
 *
 * Context: task; sleeps.
 */
void knobs_apply(struct objcache_priv *priv)
{
	unsigned int capacity = min(priv->wanted, knobs_most_capacity(priv));

	WRITE_ONCE(priv->most, most_in_magazine(priv));
	WRITE_ONCE(priv->capacity, capacity);
	wait_set_cap(priv, fast_cap(capacity));
	magdepot_set_max(priv->depot, capacity ? priv->depot_wanted : 0);
	tune_capacity_changed(priv);
}

static int check_capacity(const struct objcache_priv *priv, const char *what,
			  unsigned int capacity, unsigned int max)
{
	if (capacity > max) {
		pr_err_ratelimited("cache '%s': %s capacity %u is more than %u\n",
				   priv->name, what, capacity, max);
		return -ERANGE;
	}
	if (priv->flags & OBJCACHE_PASSTHROUGH) {
		pr_err_ratelimited("cache '%s': passed through to slab, has no %ss\n",
				   priv->name, what);
		return -EPERM;
	}
	return 0;
}

/**
 * objcache_set_capacity() - set how many objects a magazine may hold
 * @cache:    the cache
 * @capacity: objects a CPU; 0 switches magazines and depots off
 *
 * Exact when it returns: no magazine keeps more, but for a free or a refill
 * that was in flight.  What is above goes to the depot, then to slab.  It stays
 * what it was set to: this ends auto-tuning, until that is switched on again.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: 0; -ERANGE when @capacity is more than there are slots for; -EPERM
 * for a cache that passes everything through to slab; -ENODEV for one that is
 * being destroyed.
 */
int objcache_set_capacity(struct objcache *cache, unsigned int capacity)
{
	struct objcache_priv *priv = to_priv(cache);
	int err = check_capacity(priv, "magazine", capacity, priv->phys);

	if (err)
		return err;
	mutex_lock(&priv->knobs);
	/* A dying cache is closed under this lock, and stays closed. */
	if (READ_ONCE(priv->state) == OBJCACHE_LIVE) {
		priv->tune.on = false;
		priv->wanted = capacity;
		knobs_apply(priv);
		reclaim_drain_cpus(priv, priv->capacity);
	} else {
		err = -ENODEV;
	}
	mutex_unlock(&priv->knobs);
	return err;
}
EXPORT_SYMBOL_GPL(objcache_set_capacity);

/**
 * objcache_set_depot_capacity() - set how many objects a depot may hold
 * @cache:    the cache
 * @capacity: objects a node; 0: none stay between magazines and slab
 *
 * What is above goes to slab before it returns.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: 0; -ERANGE when @capacity is more than a depot has room for; -EPERM
 * for a cache that passes everything through to slab; -ENODEV for one that is
 * being destroyed.
 */
int objcache_set_depot_capacity(struct objcache *cache, unsigned int capacity)
{
	struct objcache_priv *priv = to_priv(cache);
	int err = check_capacity(priv, "depot", capacity, priv->depot_max);

	if (err)
		return err;
	mutex_lock(&priv->knobs);
	if (READ_ONCE(priv->state) == OBJCACHE_LIVE) {
		WRITE_ONCE(priv->depot_wanted, capacity);
		knobs_apply(priv);
	} else {
		err = -ENODEV;
	}
	mutex_unlock(&priv->knobs);
	return err;
}
EXPORT_SYMBOL_GPL(objcache_set_depot_capacity);

/**
 * objcache_depot_capacity() - how many objects a depot may hold
 * @cache: the cache
 *
 * Context: any.
 * Return: objects a node.
 */
unsigned int objcache_depot_capacity(const struct objcache *cache)
{
	return READ_ONCE(container_of(cache, struct objcache_priv, pub)->depot_wanted);
}
EXPORT_SYMBOL_GPL(objcache_depot_capacity);

/**
 * objcache_capacity() - how many objects a magazine may hold
 * @cache: the cache
 *
 * Context: any.
 * Return: objects a CPU.
 */
unsigned int objcache_capacity(const struct objcache *cache)
{
	return READ_ONCE(container_of(cache, struct objcache_priv, pub)->wanted);
}
EXPORT_SYMBOL_GPL(objcache_capacity);
