// SPDX-License-Identifier: GPL-2.0-only
/*
 * squeeze.c - beside floor 1: all depots give so many bytes, and at once
 *
 * Called from: shrinker.c; objcache.c, at the limit of all caches.
 * Calls: cycle.c, depot_trim.c.
 * Locks: none that is held while memory is allocated, nor any of CPU hotplug's: the
 * caller may be who these wait for.  Context: task, also one that reclaims memory;
 * sleeps.
 *
 * Each cache gives its share, which is its part of what lies in depots.
 */
#include "internal.h"

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/nodemask.h>

#include "backing.h"
#include "cycle.h"
#include "depot.h"
#include "objcache_priv.h"
#include "squeeze.h"

/*
 * At the limit of all caches: more than the one object, since others will come, and
 * little of what makes them fast.
 */
#define SQUEEZE_SHARE	16u

static u64 bytes_on(struct objcache_priv *priv, int node)
{
	return (u64)magdepot_count_node(priv->depot, node) * priv->backing.padded;
}

/**
 * squeeze_bytes() - what all depots of a node have
 * @node: the node
 *
 * Context: see above.
 * Return: bytes.
 */
u64 squeeze_bytes(int node)
{
	struct objcache_priv *priv = NULL;
	u64 bytes = 0;

	while ((priv = cycle_next(priv)))
		bytes += bytes_on(priv, node);
	return bytes;
}

/* Rounded up to an object. */
static unsigned long give_share(struct objcache_priv *priv, int node, u64 wanted, u64 all)
{
	u64 share = mul_u64_u64_div_u64(bytes_on(priv, node), wanted, all);
	unsigned long given = magdepot_give_node(priv->depot, node,
						 DIV_ROUND_UP_ULL(share, priv->backing.padded));

	if (given) {
		account_inc(priv->acct, ACCOUNT_CYCLES);
		account_add(priv->acct, ACCOUNT_RECLAIMED, given);
	}
	return given;
}

/**
 * squeeze_node() - have the depots of a node give to slab
 * @node:   the node
 * @wanted: bytes
 * @sum:    what was given is added to it: objects and bytes
 *
 * Context: see above.
 */
void squeeze_node(int node, u64 wanted, struct cycle_stats *sum)
{
	u64 all = squeeze_bytes(node);
	struct objcache_priv *priv = NULL;

	wanted = min(wanted, all);
	while (wanted && (priv = cycle_next(priv))) {
		unsigned long given = give_share(priv, node, wanted, all);

		sum->objects += given;
		sum->bytes += (u64)given * priv->backing.padded;
	}
}

static void squeeze_all(u64 wanted, struct cycle_stats *sum)
{
	int node;

	for_each_node(node)
		squeeze_node(node, wanted, sum);
}

/**
 * squeeze_for() - make room below the limit of all caches, if that is what lacks
 * @priv: the cache that found nothing
 * @gfp:  with direct reclaim allowed, or nothing is done
 *
 * Context: any, as @gfp says.
 * Return: true when something was given back: try again.
 */
bool squeeze_for(struct objcache_priv *priv, gfp_t gfp)
{
	struct cycle_stats sum = {};
	u64 start;

	if (!gfpflags_allow_blocking(gfp) || !backing_squeezed(&priv->backing))
		return false;
	start = ktime_get_ns();
	squeeze_all(max_t(u64, backing_memory_limit() / SQUEEZE_SHARE, priv->backing.padded),
		    &sum);
	cycle_note(CYCLE_LIMIT, &sum, ktime_get_ns() - start);
	return sum.objects;
}
