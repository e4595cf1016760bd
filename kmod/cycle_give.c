// SPDX-License-Identifier: GPL-2.0-only
/*
 * cycle_give.c - beside floor 1: how much a cache gives in a cycle
 *
 * Called from: cycle.c, triggers.c, knobtable.c.
 * Calls: depot.c, magazine.c, reclaim.c, view.c.
 * Locks: under cycle_lock, for cycle_give().  Context: task; sleeps.
 *
 * Depots give to slab here, magazines on their own CPUs, and into the depot, which
 * is short work there.  What the reserve keeps is in neither.  By trigger:
 *
 *	forced, limit	all: the depots, so that there is room in them, the magazines,
 *			the depots again
 *	cleaner		what nobody needed in a period: of a depot what lay below its
 *			lowest level, of a magazine all or nothing
 *	idle		what is more than so many percent of what is in use: of the
 *			depots, then of magazines that do nothing
 */
#include "internal.h"

#include <linux/compiler.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "cycle.h"
#include "cycle_give.h"
#include "depot.h"
#include "magazine.h"
#include "objcache_priv.h"
#include "reclaim.h"

/* Below 0: no matter how much is cached; why so is in reclaim.rst. */
static int idle_percent = -1;

/* Nobody is woken for an empty magazine. */
static bool has_objects(struct objcache_priv *priv, int cpu)
{
	return mag_count_cpu(priv->pub.mag, cpu);
}

/* Whether a magazine did nothing since the caller looked last. */
static bool idle_since(struct objcache_priv *priv, int cpu, unsigned long *seen)
{
	unsigned long ops, before = *seen;

	mag_look(priv->pub.mag, cpu, &ops);
	*seen = ops;
	return ops == before && has_objects(priv, cpu);
}

static bool idle_in_period(struct objcache_priv *priv, int cpu)
{
	return idle_since(priv, cpu, &priv->cycle.cpu[cpu].period) && reclaim_may_trouble(cpu);
}

static bool idle_since_look(struct objcache_priv *priv, int cpu)
{
	return idle_since(priv, cpu, &priv->cycle.cpu[cpu].look) && reclaim_may_trouble(cpu);
}

/* Who asked waits for each CPU; a limit does not, for others wait behind it. */
static unsigned long give_all(struct objcache_priv *priv, bool forced)
{
	unsigned long given = magdepot_trim(priv->depot, 0);

	given += forced ? reclaim_drain_some(priv, 0, has_objects) :
			  reclaim_bring(priv, has_objects);
	return given + magdepot_trim(priv->depot, 0);
}

/* Idle magazines go to the depot first, on top of what was needed there. */
static unsigned long give_unused(struct objcache_priv *priv)
{
	unsigned long given;

	magdepot_end_period(priv->depot);
	given = reclaim_bring(priv, idle_in_period);
	return given + magdepot_trim_unused(priv->depot);
}

static unsigned long give_surplus(struct objcache_priv *priv)
{
	unsigned long surplus = cycle_surplus(priv);
	unsigned long given = magdepot_give(priv->depot, surplus);

	if (given >= surplus)
		return given;
	given += reclaim_bring(priv, idle_since_look);
	return given + magdepot_give(priv->depot, surplus - min(surplus, given));
}

/**
 * cycle_give() - give what a trigger asks for
 * @priv:    the cache, which stays
 * @trigger: why; not CYCLE_SHRINKER, which takes from depots by itself
 *
 * Context: task; sleeps.
 * Return: how many objects went to slab.
 */
unsigned long cycle_give(struct objcache_priv *priv, enum cycle_trigger trigger)
{
	switch (trigger) {
	case CYCLE_CLEANER:
		return give_unused(priv);
	case CYCLE_IDLE:
		return give_surplus(priv);
	default:
		return give_all(priv, trigger == CYCLE_FORCED);
	}
}

/**
 * cycle_surplus() - what is cached beyond the idle percent
 * @priv: the cache
 *
 * The reserve is not idle: it is kept on purpose.
 *
 * Context: any; stops nobody.
 * Return: objects; 0 when the percent is below 0.
 */
unsigned long cycle_surplus(struct objcache_priv *priv)
{
	int percent = cycle_idle_percent();
	struct account_view view;
	u64 cached, kept;

	if (percent < 0)
		return 0;
	objcache_view(priv, &view);
	cached = view.n[ACCOUNT_CACHED];
	kept = div_u64((u64)view.n[ACCOUNT_IN_USE] * percent, 100) +
	       READ_ONCE(priv->reserve.nr);
	return cached - min(cached, kept);
}
EXPORT_SYMBOL_FOR_TEST(cycle_surplus);

/**
 * cycle_idle_percent() - how much may be cached, of what is in use
 *
 * Context: any.
 * Return: percent; below 0: any number.
 */
int cycle_idle_percent(void)
{
	return READ_ONCE(idle_percent);
}
EXPORT_SYMBOL_FOR_TEST(cycle_idle_percent);

/**
 * cycle_set_idle_percent() - change that
 * @percent: the percent
 *
 * Context: any.
 */
void cycle_set_idle_percent(int percent)
{
	WRITE_ONCE(idle_percent, percent);
}
EXPORT_SYMBOL_FOR_TEST(cycle_set_idle_percent);
