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

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/limits.h>
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

/* All is in use: no walk through all caches for each who fails. */
#define SQUEEZE_PAUSE	msecs_to_jiffies(10)

static unsigned long empty_since;	/* A: when nothing was found, in jiffies */
static bool found_empty;		/* A */

/* A cache of one node has no other memory in any depot. */
static bool has_memory_of(const struct objcache_priv *priv, int node, int depot)
{
	return priv->backing.node == NUMA_NO_NODE ? depot == node :
						    priv->backing.node == node;
}

static u64 bytes_on(struct objcache_priv *priv, int node)
{
	u64 objects = 0;
	int depot;

	for_each_node(depot)
		if (has_memory_of(priv, node, depot))
			objects += magdepot_count_node(priv->depot, depot);
	return objects * priv->backing.padded;
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
	unsigned long n = DIV_ROUND_UP_ULL(share, priv->backing.padded), given = 0;
	int depot;

	for_each_node(depot)
		if (has_memory_of(priv, node, depot))
			given += magdepot_give_node(priv->depot, depot, n - min(n, given));
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
		squeeze_node(node, wanted - min(wanted, sum->bytes), sum);
}

static void squeeze(u64 wanted)
{
	struct cycle_stats sum = {};
	u64 start = ktime_get_ns();

	squeeze_all(wanted, &sum);
	WRITE_ONCE(empty_since, jiffies);
	WRITE_ONCE(found_empty, !sum.objects);
	if (sum.objects)
		cycle_note(CYCLE_LIMIT, &sum, ktime_get_ns() - start);
}

static bool empty_a_moment_ago(void)
{
	return READ_ONCE(found_empty) &&
	       time_before(jiffies, READ_ONCE(empty_since) + SQUEEZE_PAUSE);
}

/**
 * squeeze_for() - make room below the limit of all caches, if that is what lacks
 * @priv: the cache that found nothing
 * @gfp:  with direct reclaim allowed, or nothing is done
 *
 * Others may have made it meanwhile.
 *
 * Context: any, as @gfp says.
 * Return: true when there is room now: try again.
 */
bool squeeze_for(struct objcache_priv *priv, gfp_t gfp)
{
	struct backing *b = &priv->backing;

	if (!gfpflags_allow_blocking(gfp) || backing_memory_limit() == ULONG_MAX ||
	    backing_at_limit(b))
		return false;
	if (backing_squeezed(b) && !empty_a_moment_ago())
		squeeze(max_t(u64, backing_memory_limit() / SQUEEZE_SHARE, b->padded));
	return !backing_squeezed(b);
}
