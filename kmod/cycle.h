/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cycle.h - beside floor 1: cached objects go back to slab
 *
 * Called from: drivers, debugfs_reclaim.c, what triggers cycles.
 */
#ifndef _MEMPOOL_CYCLE_H
#define _MEMPOOL_CYCLE_H

#include <linux/list.h>
#include <linux/types.h>

struct objcache_priv;

/**
 * enum cycle_trigger - why a cycle runs
 * @CYCLE_FORCED: somebody asked for it
 * @CYCLE_LIMIT:  a limit refused an allocation
 * @CYCLE_TRIGGERS: how many there are
 */
enum cycle_trigger {
	CYCLE_FORCED,
	CYCLE_LIMIT,
	CYCLE_TRIGGERS
};

extern const char *const cycle_trigger_names[CYCLE_TRIGGERS];

/**
 * struct cycle_stats - what the cycles of one trigger did since the module was
 *	loaded
 * @cycles:   how many there were
 * @objects:  objects that they gave back to slab
 * @bytes:    the same in bytes, as slab has them
 * @total_ns: what they took, together
 * @last_ns:  what the last one took
 * @last_at:  when that ended, in ns since 1970
 */
struct cycle_stats {
	u64	cycles;
	u64	objects;
	u64	bytes;
	u64	total_ns;
	u64	last_ns;
	u64	last_at;
};

/**
 * struct cycle_member - a cache's part in it
 * @link:    among all caches that cycles visit (C)
 * @pins:    who is at this cache just now (C)
 * @leaving: nobody comes any more (C)
 */
struct cycle_member {
	struct list_head	link;
	unsigned int		pins;
	bool			leaving;
};

void cycle_add_cache(struct objcache_priv *priv);
void cycle_remove_cache(struct objcache_priv *priv);
struct objcache_priv *cycle_next(struct objcache_priv *priv);

unsigned long cycle_run(enum cycle_trigger trigger);
unsigned long cycle_run_one(struct objcache_priv *priv, enum cycle_trigger trigger);
void cycle_read(enum cycle_trigger trigger, struct cycle_stats *stats);

#endif /* _MEMPOOL_CYCLE_H */
