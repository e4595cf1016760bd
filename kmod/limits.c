// SPDX-License-Identifier: GPL-2.0-only
/*
 * limits.c - beside floor 1: how much a cache may hold
 *
 * Called from: drivers, knobtable.c.
 * Calls: knobs.c, depot.c, reclaim.c, backing.c.
 * Locks: objcache_priv.knobs.  Context: task; sleeps.
 *
 * Two rules, in objects and in bytes, of which the stricter is in force; it is
 * kept by floor 4, in objects.
 */
#include "internal.h"

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>

#include "depot.h"
#include "knobs.h"
#include "limits.h"
#include "objcache_priv.h"
#include "reclaim.h"

static unsigned long most_of(const struct objcache_priv *priv, unsigned long objects,
			     unsigned long bytes)
{
	unsigned long most = objects ?: ULONG_MAX;

	return bytes ? min(most, bytes / priv->backing.padded) : most;
}

/**
 * limits_most() - what both rules of a cache leave
 * @priv: the cache
 *
 * Context: under objcache_priv.knobs.
 * Return: the most objects to hold; ULONG_MAX: any number.
 */
unsigned long limits_most(const struct objcache_priv *priv)
{
	return most_of(priv, priv->limit, priv->limit_bytes);
}

static void put_into_force(struct objcache_priv *priv)
{
	lockdep_assert_held(&priv->knobs);
	WRITE_ONCE(priv->backing.limit, limits_most(priv));
	knobs_apply(priv);
	if (backing_over_limit(&priv->backing)) {
		reclaim_drain_cpus(priv, 0);
		magdepot_trim(priv->depot, 0);
		wait_open(priv);
	} else {
		reclaim_drain_cpus(priv, priv->capacity);
	}
}

/* Those of objects and of bytes alike; @unit is the rule that is changed. */
static int change(struct objcache_priv *priv, unsigned long objects,
		  unsigned long bytes, const char *unit, unsigned long value)
{
	lockdep_assert_held(&priv->knobs);
	if (most_of(priv, objects, bytes) < priv->reserve.min) {
		pr_err_ratelimited("cache '%s': limit of %lu %s is less than the reserve of %u objects\n",
				   priv->name, value, unit, priv->reserve.min);
		return -ERANGE;
	}
	if (READ_ONCE(priv->state) != OBJCACHE_LIVE)
		return -ENODEV;
	WRITE_ONCE(priv->limit, objects);
	WRITE_ONCE(priv->limit_bytes, bytes);
	put_into_force(priv);
	return 0;
}

/**
 * objcache_set_limit() - set a hard limit on what a cache holds
 * @cache: the cache
 * @limit: objects, in use and cached together; 0: no limit
 *
 * Never exceeded, not by one object, once what is held is below it.  The
 * reserve counts, so a limit cannot be smaller than that.  Less than
 * is held now is accepted: cached objects are given back at once, and
 * allocations fail until enough were freed.  Magazines
 * are held to half of the limit together, so a small limit costs hits.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: 0; -ERANGE when the reserve is larger; -ENODEV for a cache that is
 * being destroyed.
 */
int objcache_set_limit(struct objcache *cache, unsigned long limit)
{
	struct objcache_priv *priv = to_priv(cache);
	int err;

	mutex_lock(&priv->knobs);
	err = change(priv, limit, priv->limit_bytes, "objects", limit);
	mutex_unlock(&priv->knobs);
	return err;
}
EXPORT_SYMBOL_GPL(objcache_set_limit);

/**
 * objcache_limit() - the hard limit of a cache
 * @cache: the cache
 *
 * Context: any.
 * Return: objects; 0: none.
 */
unsigned long objcache_limit(const struct objcache *cache)
{
	return READ_ONCE(container_of(cache, struct objcache_priv, pub)->limit);
}
EXPORT_SYMBOL_GPL(objcache_limit);

/**
 * objcache_set_limit_bytes() - objcache_set_limit() in bytes
 * @cache: the cache
 * @bytes: what its objects may take in slab, padding included; 0: no limit
 *
 * As many objects as fit into @bytes.  Beside the limit in objects: the
 * stricter of the two holds.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: 0; -ERANGE when not one object fits, or the reserve does not;
 * -ENODEV for a cache that is being destroyed.
 */
int objcache_set_limit_bytes(struct objcache *cache, unsigned long bytes)
{
	struct objcache_priv *priv = to_priv(cache);
	int err;

	if (bytes && bytes < priv->backing.padded) {
		pr_err_ratelimited("cache '%s': limit of %lu bytes is less than an object of %u\n",
				   priv->name, bytes, priv->backing.padded);
		return -ERANGE;
	}
	mutex_lock(&priv->knobs);
	err = change(priv, priv->limit, bytes, "bytes", bytes);
	mutex_unlock(&priv->knobs);
	return err;
}
EXPORT_SYMBOL_GPL(objcache_set_limit_bytes);

/**
 * objcache_limit_bytes() - the hard limit of a cache in bytes
 * @cache: the cache
 *
 * Context: any.
 * Return: bytes, as they were set; 0: none.
 */
unsigned long objcache_limit_bytes(const struct objcache *cache)
{
	return READ_ONCE(container_of(cache, struct objcache_priv, pub)->limit_bytes);
}
EXPORT_SYMBOL_GPL(objcache_limit_bytes);
