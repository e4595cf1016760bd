/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debug.h - beside floor 1: caches whose every operation is checked
 *
 * Called from: whatever hands objects out or takes them back.
 */
#ifndef _MEMPOOL_DEBUG_H
#define _MEMPOOL_DEBUG_H

#include <linux/rcupdate.h>

#include "check.h"
#include "objcache_priv.h"
#include "quarantine.h"

/**
 * struct debug - what a cache has while it is debugged
 * @priv:       the cache (I)
 * @table:      what is known of its objects (I)
 * @quarantine: freed objects, for a while (I)
 * @link:       in the list of all caches that are debugged (RCU)
 */
struct debug {
	struct objcache_priv	*priv;
	struct check_table	*table;
	struct quarantine	*quarantine;
	struct list_head	link;
};

bool debug_free_slow(struct objcache_priv *priv, void **obj, void *caller);
void debug_alloc_slow(struct objcache_priv *priv, void **objs, unsigned int n);
bool debug_take_slow(struct objcache_priv *priv, void **obj);
bool debug_leave_slow(struct objcache_priv *priv, void *obj, enum check_state to,
		      void *caller);
void debug_move_slow(struct objcache_priv *priv, void *obj, enum check_state from,
		     enum check_state to);

void debug_look_for_writes(const struct debug *d, void *obj);
bool debug_is_used(struct objcache_priv *priv, const void *obj);
unsigned int debug_look_at_all(struct objcache_priv *priv);
unsigned int debug_list(struct objcache_priv *priv, unsigned int from, void **objs,
			unsigned int n);
unsigned int debug_count(struct objcache_priv *priv);

int debug_create(struct objcache_priv *priv);
void debug_close(struct objcache_priv *priv);
void debug_report_leaks(struct objcache_priv *priv);
void debug_destroy(struct objcache_priv *priv);

struct debug *debug_of_slab(const struct kmem_cache *slab);
bool debug_wanted(unsigned int flags);
bool debug_anywhere(void);

static inline bool debug_is_on(const struct objcache_priv *priv)
{
	return unlikely(rcu_access_pointer(priv->debug));
}

/*
 * Who frees asks at once, before anything is done with the object; who allocates
 * at last, when it is the caller's.  So an object that was freed under the eyes of
 * debugging cannot get past them to a user when that has just begun: who took
 * it from wherever it was put sees that debugging is on.
 */

/* False: it was bad, or is cared for.  What is to be put down may be another one. */
static inline bool debug_free(struct objcache_priv *priv, void **obj, void *caller)
{
	return !debug_is_on(priv) || debug_free_slow(priv, obj, caller);
}

static inline void debug_alloc(struct objcache_priv *priv, void **objs, unsigned int n)
{
	if (debug_is_on(priv))
		debug_alloc_slow(priv, objs, n);
}

/* One that was freed and lies in quarantine, when there are no others. */
static inline bool debug_take(struct objcache_priv *priv, void **obj)
{
	return debug_is_on(priv) && debug_take_slow(priv, obj);
}

/* From its user to where it waits to be freed, or used again; false: it was bad. */
static inline bool debug_leave(struct objcache_priv *priv, void *obj, enum check_state to,
			       void *caller)
{
	return !debug_is_on(priv) || debug_leave_slow(priv, obj, to, caller);
}

/* What mempool itself does with it, and cannot be wrong. */
static inline void debug_move(struct objcache_priv *priv, void *obj, enum check_state from,
			      enum check_state to)
{
	if (debug_is_on(priv))
		debug_move_slow(priv, obj, from, to);
}

#endif /* _MEMPOOL_DEBUG_H */
