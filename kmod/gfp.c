// SPDX-License-Identifier: GPL-2.0-only
/*
 * gfp.c - beside floor 1: what gfp flags ask for that a hit cannot pass by
 *
 * Called from: drivers, the inline forms (OBJCACHE_GFP_SPECIAL), bulk.c, wait.c,
 * reservation.c.
 * Calls: objcache.c, magazine.c, depot.c, reserve.c, backing.c, debug.c.
 * Locks: none.  Context: any; sleeps only in slab, if gfp says so.
 *
 * Documentation/api.rst has the table of all flags.
 */
#include "internal.h"

#include <linux/export.h>
#include <linux/nodemask.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/topology.h>

#include "debug.h"
#include "depot.h"
#include "gfp.h"
#include "magazine.h"
#include "objcache_priv.h"
#include "reserve.h"
#include "triggers.h"
#include "wait.h"

/* Memory of another zone than the cache's cannot be had from a recycled object. */
#define GFP_OTHER_PLACES (__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM | ~__GFP_BITS_MASK)

static gfp_t own_zone(const struct objcache_priv *priv)
{
	if (priv->flags & OBJCACHE_DMA)
		return __GFP_DMA;
	return priv->flags & OBJCACHE_DMA32 ? __GFP_DMA32 : 0;
}

/**
 * gfp_valid() - say no to what a cache cannot do
 * @priv:    the cache
 * @gfp:     as the caller gave it
 * @refused: what this way of allocating cannot do besides
 * @caller:  an address in the driver
 *
 * The zone that the cache was made for may be asked for again.
 *
 * Context: any.
 * Return: true when it can do all that @gfp asks for.
 */
bool gfp_valid(const struct objcache_priv *priv, gfp_t gfp, gfp_t refused, void *caller)
{
	gfp_t bad = gfp & (GFP_OTHER_PLACES | refused) & ~own_zone(priv);

	if (likely(!bad))
		return true;
	pr_err_ratelimited("cache '%s': allocation with %pGg, which it cannot serve, by %ps\n",
			   priv->name, &bad, caller);
	return false;
}

/**
 * objcache_alloc_special() - allocate with one of OBJCACHE_GFP_SPECIAL
 * @cache: the cache
 * @gfp:   as for objcache_alloc()
 *
 * Context: as objcache_alloc().
 * Return: as objcache_alloc().
 */
void *objcache_alloc_special(struct objcache *cache, gfp_t gfp)
{
	void *obj;

	if (!gfp_valid(to_priv(cache), gfp, 0, __builtin_return_address(0)))
		return NULL;
	if (gfp & __GFP_THISNODE)
		return objcache_alloc_node(cache, gfp, numa_mem_id());
	obj = mag_pop(cache->mag);
	if (!obj)
		return objcache_alloc_slow(cache, gfp);
	if (want_init_on_alloc(gfp))
		objcache_zero_for(cache, obj, gfp);
	return obj;
}
EXPORT_SYMBOL_GPL(objcache_alloc_special);

static bool node_valid(const struct objcache_priv *priv, int node, void *caller)
{
	int own = priv->backing.node;

	if (node < 0 || node >= MAX_NUMNODES || !node_online(node)) {
		pr_err_ratelimited("cache '%s': allocation on node %d, which is not online, by %ps\n",
				   priv->name, node, caller);
		return false;
	}
	if (own != NUMA_NO_NODE && own != node) {
		pr_err_ratelimited("cache '%s': allocation on node %d from a cache of node %d by %ps\n",
				   priv->name, node, own, caller);
		return false;
	}
	return true;
}

/* The magazine's top object, if it lies there; who looks deeper looks long. */
static void *pop_on_node(struct objcache *cache, int node)
{
	void *obj = node == numa_mem_id() ? mag_pop(cache->mag) : NULL;

	if (!obj || page_to_nid(virt_to_page(obj)) == node)
		return obj;
	objcache_free(cache, obj);
	return NULL;
}

/* From the node itself; unless that is a must, from where there is any. */
static void *look_on_node(struct objcache_priv *priv, gfp_t gfp, int node)
{
	void *obj;

	if (magdepot_get_node(priv->depot, node, &obj) ||
	    backing_take_on(&priv->backing, gfp, node, &obj))
		return obj;
	if (!(gfp & __GFP_THISNODE) &&
	    (magdepot_get_any(priv->depot, &obj) || debug_take(priv, &obj) ||
	     reserve_get(&priv->reserve, &obj, 1)))
		return obj;
	return NULL;
}

static void *get_or_take_on_node(struct objcache_priv *priv, gfp_t gfp, int node)
{
	bool squeezed = false;
	unsigned int seen;
	void *obj;

	if (unlikely(READ_ONCE(priv->reserve.min)))
		gfp = backing_gfp_may_fail(gfp);
	do {
		seen = transit_seen(&priv->backing.transit);
		obj = look_on_node(priv, gfp, node);
	} while (!obj && objcache_look_again(priv, gfp, seen, &squeezed));
	return obj;
}

/* Counts it itself. */
static bool wait_for_any_node(struct objcache_priv *priv, gfp_t gfp, void **obj)
{
	return !(gfp & __GFP_THISNODE) && wait_nofail(priv, gfp, 1, obj);
}

/**
 * objcache_alloc_node() - allocate an object whose memory lies on a node
 * @cache: the cache
 * @gfp:   as for objcache_alloc(); with __GFP_THISNODE there and nowhere else
 * @node:  the node, or NUMA_NO_NODE: objcache_alloc()
 *
 * Served from the magazine only when its top object lies there, so it is
 * slower than objcache_alloc(): for what is allocated once and used long.
 * Without __GFP_THISNODE another node's object is better than none.
 *
 * Context: as objcache_alloc().
 * Return: the object or NULL, also for a node that is not online, or not the
 * one of OBJCACHE_NODE.
 */
void *objcache_alloc_node(struct objcache *cache, gfp_t gfp, int node)
{
	struct objcache_priv *priv = to_priv(cache);
	void *obj;

	if (node == NUMA_NO_NODE)
		return objcache_alloc(cache, gfp & ~__GFP_THISNODE);
	if (!gfp_valid(priv, gfp, 0, __builtin_return_address(0)) ||
	    !node_valid(priv, node, __builtin_return_address(0)))
		return NULL;
	if (nr_online_nodes == 1)
		return objcache_alloc(cache, gfp & ~__GFP_THISNODE);

	obj = pop_on_node(cache, node);
	if (!obj) {
		if (!objcache_may_alloc(priv, __builtin_return_address(0)))
			return NULL;
		account_inc(priv->acct, ACCOUNT_MAG_ALLOC_MISS);
		obj = get_or_take_on_node(priv, gfp, node);
		if (obj) {
			account_inc(priv->acct, ACCOUNT_ALLOC_DIRECT);
		} else if (!wait_for_any_node(priv, gfp, &obj)) {
			account_inc(priv->acct, ACCOUNT_ALLOC_FAILED);
			triggers_failed(priv);
			return NULL;
		}
		debug_alloc(priv, &obj, 1);
	}
	if (want_init_on_alloc(gfp))
		objcache_zero_for(cache, obj, gfp);
	return obj;
}
EXPORT_SYMBOL_GPL(objcache_alloc_node);
