// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory.c - beside floor 1: the memory of all caches together, for all windows
 *
 * Called from: the windows; lifecycle.c, when a cache is gone.
 * Calls: view.c, backing.c, cycle.c.
 * Locks: objcache_list_lock.  Context: task; stops no allocation.
 *
 * One reading is made of one walk through the caches, so its numbers fit
 * together, under traffic too.  A new number is a line in the table, and a row in
 * Documentation/admin.rst.
 */
#include "internal.h"

#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "backing.h"
#include "cycle.h"
#include "memory.h"
#include "objcache_priv.h"

enum memory_nr {
	MEMORY_CACHES,
	MEMORY_IN_USE,
	MEMORY_CACHED,
	MEMORY_HELD,
	MEMORY_IN_USE_BYTES,
	MEMORY_CACHED_BYTES,
	MEMORY_HELD_BYTES,
	MEMORY_CHARGED_BYTES,
	MEMORY_LIMIT,
	MEMORY_ALLOCS,
	MEMORY_FREES,
	MEMORY_ALLOCATED_BYTES,
	MEMORY_FREED_BYTES,
	MEMORY_CYCLES,
	MEMORY_CYCLE_OBJECTS,
	MEMORY_CYCLE_BYTES,
	MEMORY_CYCLE_NS,
	MEMORY_LAST_CYCLE_NS,
	MEMORY_LAST_CYCLE_AT_NS,
	MEMORY_NR
};

#define ITEM(NR, name, kind, unit)					\
	[MEMORY_##NR] = { #name, STAT_##kind, STAT_##unit }

const struct memory_item memory_items[] = {
	ITEM(CACHES, caches, LEVEL, NUMBER),
	ITEM(IN_USE, in_use, LEVEL, NUMBER),
	ITEM(CACHED, cached, LEVEL, NUMBER),
	ITEM(HELD, held, LEVEL, NUMBER),
	ITEM(IN_USE_BYTES, in_use_bytes, LEVEL, BYTES),
	ITEM(CACHED_BYTES, cached_bytes, LEVEL, BYTES),
	ITEM(HELD_BYTES, held_bytes, LEVEL, BYTES),
	ITEM(CHARGED_BYTES, charged_bytes, LEVEL, BYTES),
	ITEM(LIMIT, memory_limit, PROPERTY, BYTES),
	ITEM(ALLOCS, allocs, COUNTER, NUMBER),
	ITEM(FREES, frees, COUNTER, NUMBER),
	ITEM(ALLOCATED_BYTES, allocated_bytes, COUNTER, BYTES),
	ITEM(FREED_BYTES, freed_bytes, COUNTER, BYTES),
	ITEM(CYCLES, cycles, COUNTER, NUMBER),
	ITEM(CYCLE_OBJECTS, cycle_objects, COUNTER, NUMBER),
	ITEM(CYCLE_BYTES, cycle_bytes, COUNTER, BYTES),
	ITEM(CYCLE_NS, cycle_ns, COUNTER, NS),
	ITEM(LAST_CYCLE_NS, last_cycle_ns, LEVEL, NS),
	ITEM(LAST_CYCLE_AT_NS, last_cycle_at_ns, LEVEL, NS),
};
EXPORT_SYMBOL_FOR_TEST(memory_items);

static_assert(ARRAY_SIZE(memory_items) == MEMORY_NR);

const unsigned int memory_items_nr = MEMORY_NR;
EXPORT_SYMBOL_FOR_TEST(memory_items_nr);

/* What caches that are gone allocated and freed; nothing else of them is left (L). */
static u64 gone[MEMORY_NR];

static void add_ever(u64 *values, const struct account_view *view, unsigned int size)
{
	values[MEMORY_ALLOCS] += view->n[ACCOUNT_ALLOCS];
	values[MEMORY_FREES] += view->n[ACCOUNT_FREES];
	values[MEMORY_ALLOCATED_BYTES] += (u64)view->n[ACCOUNT_ALLOCS] * size;
	values[MEMORY_FREED_BYTES] += (u64)view->n[ACCOUNT_FREES] * size;
}

/*
 * Of both numbers of a reading under traffic, held and in use, which may be too
 * high, the smaller one is nearer to what is in use: all that is in use is held.
 */
static void add_cache(u64 *values, struct objcache_priv *priv)
{
	struct account_view view;
	unsigned int size = priv->backing.padded;
	unsigned long held, in_use;

	objcache_view(priv, &view);
	held = view.n[ACCOUNT_HELD];
	in_use = min(view.n[ACCOUNT_IN_USE], held);
	values[MEMORY_CACHES]++;
	values[MEMORY_HELD] += held;
	values[MEMORY_IN_USE] += in_use;
	values[MEMORY_CACHED] += held - in_use;
	values[MEMORY_HELD_BYTES] += (u64)held * size;
	values[MEMORY_IN_USE_BYTES] += (u64)in_use * size;
	values[MEMORY_CACHED_BYTES] += (u64)(held - in_use) * size;
	add_ever(values, &view, size);
}

static void add_cycles(u64 *values)
{
	enum cycle_trigger trigger;
	struct cycle_stats stats;

	for (trigger = 0; trigger < CYCLE_TRIGGERS; trigger++) {
		cycle_read(trigger, &stats);
		values[MEMORY_CYCLES] += stats.cycles;
		values[MEMORY_CYCLE_OBJECTS] += stats.objects;
		values[MEMORY_CYCLE_BYTES] += stats.bytes;
		values[MEMORY_CYCLE_NS] += stats.total_ns;
		if (stats.last_at > values[MEMORY_LAST_CYCLE_AT_NS]) {
			values[MEMORY_LAST_CYCLE_AT_NS] = stats.last_at;
			values[MEMORY_LAST_CYCLE_NS] = stats.last_ns;
		}
	}
}

/**
 * memory_read() - all numbers of the module, in one reading
 * @values: where they go; memory_items_nr of them
 *
 * Context: task; sleeps.
 */
void memory_read(u64 *values)
{
	unsigned long limit = backing_memory_limit();
	struct objcache_priv *priv;

	mutex_lock(&objcache_list_lock);
	memcpy(values, gone, sizeof(gone));
	list_for_each_entry(priv, &objcache_list, link) {
		add_cache(values, priv);
		cond_resched();
	}
	mutex_unlock(&objcache_list_lock);
	/* Below zero by who frees too much. */
	values[MEMORY_CHARGED_BYTES] = max_t(long, backing_memory(), 0);
	values[MEMORY_LIMIT] = limit == ULONG_MAX ? 0 : limit;
	add_cycles(values);
}
EXPORT_SYMBOL_FOR_TEST(memory_read);

/**
 * memory_forget() - remember of a cache what it did, when it is gone
 * @priv: the cache, of which nothing is in use
 *
 * Context: under objcache_list_lock, just taken off the list.
 */
void memory_forget(struct objcache_priv *priv)
{
	struct account_view view;

	lockdep_assert_held(&objcache_list_lock);
	objcache_view(priv, &view);
	add_ever(gone, &view, priv->backing.padded);
}
