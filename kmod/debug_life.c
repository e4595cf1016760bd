// SPDX-License-Identifier: GPL-2.0-only
/*
 * debug_life.c - beside floor 1: debugging a cache begins and ends
 *
 * Called from: drivers, the windows; lifecycle.c.
 * Calls: debug.c, check.c, quarantine.c, backing.c, wait.c, knobs.c, reclaim.c,
 * overflow.c.
 * Locks: objcache_priv.knobs, debug_lock.  Context: task; sleeps.
 *
 * It begins when no operation can be in the middle of a magazine any more (R2),
 * and its memory goes when nobody can look into it.  Objects that are in use at
 * the beginning have no record.  They are counted: as many frees without a record
 * are believed, and get one.
 */
#include "internal.h"

#include <linux/export.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "debug.h"
#include "knobs.h"
#include "overflow.h"
#include "reclaim.h"

static bool debug_all;
module_param_named(debug, debug_all, bool, 0444);
MODULE_PARM_DESC(debug, "check every object of all caches, from the start (default: no)");

/* 225 bytes a record, with 16384 of them 3.5 MiB a cache that is debugged. */
static unsigned int debug_records = 16384;
module_param(debug_records, uint, 0444);
MODULE_PARM_DESC(debug_records, "objects a debugged cache can know of, 64 to 1048576 (default: 16384)");

static LIST_HEAD(debugged);
static DEFINE_SPINLOCK(debug_lock);	/* writers of the list */

/**
 * debug_wanted() - is a new cache to be debugged
 * @flags: of enum objcache_flags
 *
 * Return: true if so.
 */
bool debug_wanted(unsigned int flags)
{
	return debug_all || (flags & OBJCACHE_DEBUG);
}

/**
 * debug_anywhere() - is any cache debugged
 *
 * Context: any.
 * Return: true if so.
 */
bool debug_anywhere(void)
{
	return !list_empty(&debugged);
}

/**
 * debug_of_slab() - the debugged cache that sits on a slab cache
 * @slab: the slab cache
 *
 * Context: any; under rcu_read_lock(), as long as it is used.
 * Return: what it knows; NULL when none of the debugged ones does.
 */
struct debug *debug_of_slab(const struct kmem_cache *slab)
{
	struct debug *d;

	list_for_each_entry_rcu(d, &debugged, link)
		if (d->priv->backing.slab == slab)
			return d;
	return NULL;
}

/**
 * debug_create() - begin to debug a cache
 * @priv: the cache, of which no operation can go past its slow paths
 *
 * Context: task; sleeps.
 * Return: 0 or a negative errno.
 */
int debug_create(struct objcache_priv *priv)
{
	unsigned int bits = ilog2(roundup_pow_of_two(clamp(debug_records, 64u, 1u << 20)));
	bool poisoned = !priv->ctor && !(priv->flags & OBJCACHE_TYPESAFE_BY_RCU);
	struct debug *d = kzalloc(sizeof(*d), GFP_KERNEL);
	struct account_view view;

	if (!d)
		return -ENOMEM;
	d->priv = priv;
	d->table = check_create(bits);
	d->quarantine = quarantine_create(priv->pub.size, poisoned);
	if (!d->table || !d->quarantine || !backing_learn(&priv->backing)) {
		kfree(d->quarantine);
		check_destroy(d->table);
		kfree(d);
		return -ENOMEM;
	}
	/* Never too low, so nobody is accused who did nothing. */
	objcache_view(priv, &view);
	atomic_long_set(&d->table->unknown, view.n[ACCOUNT_IN_USE]);

	spin_lock(&debug_lock);
	list_add_rcu(&d->link, &debugged);
	spin_unlock(&debug_lock);
	rcu_assign_pointer(priv->debug, d);
	return 0;
}

static struct debug *debug_locked(struct objcache_priv *priv)
{
	return rcu_dereference_protected(priv->debug, lockdep_is_held(&priv->knobs));
}

static void empty_quarantine(struct debug *d)
{
	void *obj;

	while ((obj = quarantine_get(d->quarantine))) {
		debug_look_for_writes(d, obj);
		wait_hand_or_put(d->priv, obj);
		cond_resched();
	}
}

static void forget(struct debug *d)
{
	spin_lock(&debug_lock);
	list_del_rcu(&d->link);
	spin_unlock(&debug_lock);
}

/**
 * debug_close() - keep nothing back any more: the cache is dying
 * @priv: the cache
 *
 * Frees are still checked, until debug_destroy().
 *
 * Context: task; sleeps; under objcache_priv.knobs.
 */
void debug_close(struct objcache_priv *priv)
{
	struct debug *d = debug_locked(priv);

	if (!d)
		return;
	forget(d);
	quarantine_close(d->quarantine);
	empty_quarantine(d);
}

static void destroy(struct debug *d)
{
	kfree(d->quarantine);
	check_destroy(d->table);
	kfree(d);
}

/**
 * debug_destroy() - free what debugging a cache took
 * @priv: the cache, after debug_close() and a grace period
 *
 * Context: task; sleeps.
 */
void debug_destroy(struct objcache_priv *priv)
{
	struct debug *d = rcu_dereference_protected(priv->debug, true);

	if (d)
		destroy(d);
}

static int turn_on(struct objcache_priv *priv)
{
	int err;

	WRITE_ONCE(priv->debugging, true);
	knobs_apply(priv);
	/* R2: whoever is in the middle of a magazine has left it then. */
	synchronize_rcu_tasks();
	synchronize_rcu();
	reclaim_drain_cpus(priv, 0);
	overflow_sync(priv->overflow);
	err = debug_create(priv);
	if (err) {
		WRITE_ONCE(priv->debugging, false);
		knobs_apply(priv);
	}
	return err;
}

static void turn_off(struct objcache_priv *priv)
{
	struct debug *d = debug_locked(priv);

	forget(d);
	rcu_assign_pointer(priv->debug, NULL);
	synchronize_rcu();
	empty_quarantine(d);
	destroy(d);
	WRITE_ONCE(priv->debugging, false);
	knobs_apply(priv);
}

/**
 * objcache_set_debug() - check every operation on a cache, or do not any more
 * @cache: the cache
 * @on:    whether
 *
 * While it is on, magazines and depots are off, each allocation and free is noted
 * with its thread, CPU, time and stack, and a free of anything but an object in
 * use is reported with the object's last owner, and ignored.  Freed objects lie
 * in a quarantine for a while; those without a constructor, and not typesafe by
 * RCU, are poisoned, and writes to them reported.  Objects in use when it is
 * turned on have no owner that could be named, but can be freed, once.  It can
 * be turned on and off at any time.
 *
 * Waits for an RCU-tasks grace period, as objcache_destroy() does.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: 0; or, with nothing changed, -ENOMEM; -ENODEV for a cache that is being
 * destroyed; -EOPNOTSUPP where pointers have no three bits to spare.
 */
int objcache_set_debug(struct objcache *cache, bool on)
{
	struct objcache_priv *priv = to_priv(cache);
	int err = 0;

	might_sleep();
	if (!IS_ENABLED(CONFIG_64BIT))
		return -EOPNOTSUPP;
	mutex_lock(&priv->knobs);
	if (READ_ONCE(priv->state) != OBJCACHE_LIVE)
		err = -ENODEV;
	else if (on && !priv->debugging)
		err = turn_on(priv);
	else if (!on && priv->debugging)
		turn_off(priv);
	mutex_unlock(&priv->knobs);
	return err;
}
EXPORT_SYMBOL_GPL(objcache_set_debug);

/**
 * objcache_debug() - is every operation on a cache checked
 * @cache: the cache
 *
 * Context: any.
 * Return: true if so.
 */
bool objcache_debug(const struct objcache *cache)
{
	return READ_ONCE(container_of(cache, struct objcache_priv, pub)->debugging);
}
EXPORT_SYMBOL_GPL(objcache_debug);
