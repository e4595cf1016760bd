// SPDX-License-Identifier: GPL-2.0-only
/*
 * stattable.c - every statistic of a cache once, for all windows
 *
 * Called from: the windows.  Calls: view.c, and what looks into each floor.
 * Locks: objcache_list_lock, to add up all caches.  Context: task; stops nobody.
 *
 * A new counter is a line in account.[ch] and appears here; any other number is
 * a line in one of the tables below, and a row in Documentation/admin.rst.
 */
#include "internal.h"

#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "debug.h"
#include "depot.h"
#include "magazine.h"
#include "objcache_priv.h"
#include "stattable.h"

#define STAT(name)							\
static u64 get_##name(struct objcache_priv *priv, const struct account_view *view)

STAT(object_size)
{
	return priv->pub.size;
}

STAT(slab_object_size)
{
	return priv->backing.padded;
}

STAT(passthrough)
{
	return !!(priv->flags & OBJCACHE_PASSTHROUGH);
}

STAT(magazine_capacity)
{
	return objcache_capacity(&priv->pub);
}

STAT(magazine_capacity_max)
{
	return priv->phys;
}

STAT(magazine_capacity_in_force)
{
	return READ_ONCE(priv->capacity);
}

STAT(depot_capacity)
{
	return objcache_depot_capacity(&priv->pub);
}

STAT(depot_capacity_max)
{
	return priv->depot_max;
}

STAT(limit)
{
	return objcache_limit(&priv->pub);
}

STAT(limit_bytes)
{
	return objcache_limit_bytes(&priv->pub);
}

STAT(reserve)
{
	return objcache_reserve(&priv->pub);
}

STAT(in_use_bytes)
{
	return (u64)view->n[ACCOUNT_IN_USE] * priv->backing.padded;
}

STAT(cached_bytes)
{
	return (u64)view->n[ACCOUNT_CACHED] * priv->backing.padded;
}

STAT(held_bytes)
{
	return (u64)view->n[ACCOUNT_HELD] * priv->backing.padded;
}

STAT(held_peak)
{
	return atomic_long_read(&priv->backing.peak);
}

STAT(scanned_magazines)
{
	return mag_count_objects(priv->pub.mag);
}

STAT(scanned_depots)
{
	return magdepot_count_objects(priv->depot);
}

STAT(scanned_reserve)
{
	return READ_ONCE(priv->reserve.nr);
}

STAT(scanned_quarantine)
{
	return debug_count(priv);
}

STAT(debug)
{
	return objcache_debug(&priv->pub);
}

STAT(longest_transit_ns)
{
	return READ_ONCE(priv->backing.transit.longest);
}

#define ITEM(name, kind, unit)	{ #name, STAT_##kind, STAT_##unit, get_##name }

/* Before the counters. */
static const struct stat_item first_items[] = {
	ITEM(object_size, PROPERTY, BYTES),
	ITEM(slab_object_size, PROPERTY, BYTES),
	ITEM(passthrough, PROPERTY, NUMBER),
	ITEM(debug, PROPERTY, NUMBER),
	ITEM(magazine_capacity, PROPERTY, NUMBER),
	ITEM(magazine_capacity_max, PROPERTY, NUMBER),
	ITEM(magazine_capacity_in_force, PROPERTY, NUMBER),
	ITEM(depot_capacity, PROPERTY, NUMBER),
	ITEM(depot_capacity_max, PROPERTY, NUMBER),
	ITEM(limit, PROPERTY, NUMBER),
	ITEM(limit_bytes, PROPERTY, BYTES),
	ITEM(reserve, PROPERTY, NUMBER),
};

/* Behind them. */
static const struct stat_item last_items[] = {
	ITEM(in_use_bytes, LEVEL, BYTES),
	ITEM(cached_bytes, LEVEL, BYTES),
	ITEM(held_bytes, LEVEL, BYTES),
	ITEM(held_peak, PEAK, NUMBER),
	ITEM(scanned_magazines, SCAN, NUMBER),
	ITEM(scanned_depots, SCAN, NUMBER),
	ITEM(scanned_reserve, SCAN, NUMBER),
	ITEM(scanned_quarantine, SCAN, NUMBER),
	ITEM(longest_transit_ns, PEAK, NS),
};

#define FIRST	ARRAY_SIZE(first_items)
#define LAST	(FIRST + ACCOUNT_NR)
#define ITEMS	(LAST + ARRAY_SIZE(last_items))

/**
 * stats_nr() - how many statistics there are
 *
 * Return: their number.
 */
unsigned int stats_nr(void)
{
	return ITEMS;
}
EXPORT_SYMBOL_FOR_TEST(stats_nr);

/**
 * stat_describe() - what a statistic is
 * @i:    which, below stats_nr()
 * @item: where that goes
 */
void stat_describe(unsigned int i, struct stat_item *item)
{
	if (i < FIRST) {
		*item = first_items[i];
	} else if (i >= LAST) {
		*item = last_items[i - LAST];
	} else {
		i -= FIRST;
		*item = (struct stat_item) {
			.name = account_names[i],
			.kind = i < ACCOUNT_IN_USE ? STAT_COUNTER : STAT_LEVEL,
		};
	}
}
EXPORT_SYMBOL_FOR_TEST(stat_describe);

static u64 read_item(const struct stat_item *item, struct objcache_priv *priv,
		     const struct account_view *view, bool scan)
{
	return item->kind != STAT_SCAN || scan ? item->get(priv, view) : 0;
}

/**
 * stats_read() - all statistics of a cache, in one reading
 * @priv:   the cache
 * @scan:   also those that take a look at each slot; otherwise they are 0
 * @values: where they go; stats_nr() of them
 *
 * Context: see struct stat_item; stops nobody.
 */
void stats_read(struct objcache_priv *priv, bool scan, u64 *values)
{
	struct account_view view;
	unsigned int i;

	objcache_view(priv, &view);
	for (i = 0; i < FIRST; i++)
		values[i] = read_item(&first_items[i], priv, &view, scan);
	for (i = 0; i < ACCOUNT_NR; i++)
		values[FIRST + i] = view.n[i];
	for (i = 0; i < ARRAY_SIZE(last_items); i++)
		values[LAST + i] = read_item(&last_items[i], priv, &view, scan);
}
EXPORT_SYMBOL_FOR_TEST(stats_read);

static __always_inline bool adds_up(const struct stat_item *item, bool scan)
{
	return item->kind == STAT_SCAN ? scan :
	       item->kind != STAT_PROPERTY && item->kind != STAT_PEAK;
}

/* What is before the counters are properties. */
static void add_cache(struct objcache_priv *priv, bool scan, u64 *values)
{
	struct account_view view;
	unsigned int i;

	objcache_view(priv, &view);
	/* Unrolled both know at compile time what they would look up. */
#pragma GCC unroll 64
	for (i = 0; i < ACCOUNT_NR; i++)
		values[FIRST + i] += view.n[i];
#pragma GCC unroll 64
	for (i = 0; i < ARRAY_SIZE(last_items); i++)
		if (adds_up(&last_items[i], scan))
			values[LAST + i] += last_items[i].get(priv, &view);
}

/**
 * stats_read_all() - the sums over all caches there are
 * @scan:   as for stats_read()
 * @values: where they go; stats_nr() of them, 0 where no sum means anything
 *
 * What a cache counted goes with it.
 *
 * Context: task; sleeps.
 */
void stats_read_all(bool scan, u64 *values)
{
	struct objcache_priv *priv;

	memset(values, 0, ITEMS * sizeof(*values));
	mutex_lock(&objcache_list_lock);
	list_for_each_entry(priv, &objcache_list, link) {
		add_cache(priv, scan, values);
		cond_resched();
	}
	mutex_unlock(&objcache_list_lock);
}
EXPORT_SYMBOL_FOR_TEST(stats_read_all);
