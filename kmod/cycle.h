/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cycle.h - beside floor 1: cached objects go back to slab
 *
 * Called from: drivers, debugfs_reclaim.c, triggers.c, shrinker.c.
 */
#ifndef _MEMPOOL_CYCLE_H
#define _MEMPOOL_CYCLE_H

#include <linux/list.h>
#include <linux/types.h>

struct objcache_priv;

/**
 * enum cycle_trigger - why a cycle runs
 * @CYCLE_FORCED:   somebody asked for it
 * @CYCLE_CLEANER:  a period is over: what nobody needed in it goes
 * @CYCLE_IDLE:     more is cached than so many percent of what is in use
 * @CYCLE_LIMIT:    a limit refused an allocation, or was lowered
 * @CYCLE_SHRINKER: the kernel needs memory
 * @CYCLE_TRIGGERS: how many there are
 */
enum cycle_trigger {
	CYCLE_FORCED,
	CYCLE_CLEANER,
	CYCLE_IDLE,
	CYCLE_LIMIT,
	CYCLE_SHRINKER,
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
 * struct cycle_cpu - what a CPU's magazine had done: who did nothing since is idle
 * @period: when the cleaner came last (C)
 * @look:   when the cache was last looked at for CYCLE_IDLE (C)
 */
struct cycle_cpu {
	unsigned long	period;
	unsigned long	look;
};

/**
 * struct cycle_member - a cache's part in it
 * @link:    among all caches that cycles visit (C)
 * @pins:    who is at this cache just now (C)
 * @leaving: nobody comes any more (C)
 * @cpu:     each possible CPU (I)
 * @asked:   triggers.c's: why somebody should look at it (A)
 */
struct cycle_member {
	struct list_head	link;
	unsigned int		pins;
	bool			leaving;
	struct cycle_cpu	*cpu;
	unsigned long		asked;
};

int cycle_create(struct objcache_priv *priv);
void cycle_destroy(struct objcache_priv *priv);
void cycle_add_cache(struct objcache_priv *priv);
void cycle_remove_cache(struct objcache_priv *priv);
struct objcache_priv *cycle_next(struct objcache_priv *priv);

unsigned long cycle_run(enum cycle_trigger trigger);
unsigned long cycle_run_one(struct objcache_priv *priv, enum cycle_trigger trigger);
void cycle_note(enum cycle_trigger trigger, const struct cycle_stats *sum, u64 took);
void cycle_read(enum cycle_trigger trigger, struct cycle_stats *stats);

#endif /* _MEMPOOL_CYCLE_H */
