// SPDX-License-Identifier: GPL-2.0-only
/*
 * interop.c - beside floor 1: objcaches where the kernel's own ways are used
 *
 * Called from: drivers, devres, mempool_t, RCU.  Calls: objcache.c, debug.c, lifecycle.c.
 * Locks: none.  Context: see each function.
 */
#include "internal.h"

#include <linux/device.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/rcupdate.h>

#include "debug.h"
#include "objcache_priv.h"

static void destroy_managed(void *cache)
{
	objcache_destroy(cache);
}

/**
 * __devm_objcache_create() - devm_objcache_create() for a named owner
 * @dev:    see devm_objcache_create()
 * @name:   see objcache_create()
 * @size:   see objcache_create()
 * @params: see objcache_create()
 * @owner:  see __objcache_create()
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: see devm_objcache_create().
 */
struct objcache *
__devm_objcache_create(struct device *dev, const char *name, unsigned int size,
		       const struct objcache_params *params, struct module *owner)
{
	struct objcache *cache = __objcache_create(name, size, params, owner);
	int err;

	if (IS_ERR(cache))
		return cache;
	err = devm_add_action_or_reset(dev, destroy_managed, cache);
	return err ? ERR_PTR(err) : cache;
}
EXPORT_SYMBOL_GPL(__devm_objcache_create);

/**
 * objcache_mempool_alloc() - a mempool_alloc_t over an objcache
 * @gfp:   as the mempool gives it
 * @cache: the mempool's pool_data: a struct objcache
 *
 * mempool_create(min_nr, objcache_mempool_alloc, objcache_mempool_free, cache)
 * puts the kernel's guaranteed reserve on top of magazines.
 *
 * Context: as objcache_alloc().
 * Return: an object or NULL.
 */
void *objcache_mempool_alloc(gfp_t gfp, void *cache)
{
	return objcache_alloc(cache, gfp);
}
EXPORT_SYMBOL_GPL(objcache_mempool_alloc);

/**
 * objcache_mempool_free() - a mempool_free_t over an objcache
 * @obj:   the object
 * @cache: the mempool's pool_data: a struct objcache
 *
 * Context: any.
 */
void objcache_mempool_free(void *obj, void *cache)
{
	objcache_free(cache, obj);
}
EXPORT_SYMBOL_GPL(objcache_mempool_free);

static void free_after_grace_period(struct rcu_head *head)
{
	struct objcache_rcu *rcu = container_of(head, struct objcache_rcu, head);

	/* Freed by who left it to RCU, and not by us. */
	debug_move(to_priv(rcu->cache), rcu->obj, CHECK_RCU, CHECK_USED);
	objcache_free(rcu->cache, rcu->obj);
}

/**
 * objcache_free_rcu() - free an object when no RCU reader can see it any more
 * @cache: the cache
 * @obj:   the object, not NULL
 * @rcu:   in the object, or in memory that lives at least as long
 *
 * The object counts as in use until then; objcache_destroy() waits for it.
 *
 * Context: any but NMI.
 */
void objcache_free_rcu(struct objcache *cache, void *obj, struct objcache_rcu *rcu)
{
	struct objcache_priv *priv = to_priv(cache);

	if (!debug_leave(priv, obj, CHECK_RCU, __builtin_return_address(0)))
		return;
	rcu->cache = cache;
	rcu->obj = obj;
	/* Read by objcache_destroy(), after the driver's last call of this. */
	if (!READ_ONCE(priv->frees_by_rcu))
		WRITE_ONCE(priv->frees_by_rcu, true);
	call_rcu(&rcu->head, free_after_grace_period);
}
EXPORT_SYMBOL_GPL(objcache_free_rcu);
