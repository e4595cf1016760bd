/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shrinker.h - shrinkers of 6.1 and those since 6.7, as one
 *
 * Included by kmod/shrinker.c.  Written in the dialect of the newest, but for
 * compat_shrinker_register(), which may fail.
 */
#ifndef _MEMPOOL_COMPAT_SHRINKER_H
#define _MEMPOOL_COMPAT_SHRINKER_H

#include <linux/shrinker.h>
#include <linux/slab.h>

#ifdef SHRINKER_ALLOCATED
static inline int compat_shrinker_register(struct shrinker *shrinker)
{
	shrinker_register(shrinker);
	return 0;
}
#else
static inline struct shrinker *shrinker_alloc(unsigned int flags, const char *name)
{
	struct shrinker *shrinker = kzalloc(sizeof(*shrinker), GFP_KERNEL);

	if (shrinker) {
		shrinker->flags = flags;
		shrinker->seeks = DEFAULT_SEEKS;
	}
	return shrinker;
}

static inline int compat_shrinker_register(struct shrinker *shrinker)
{
	return register_shrinker(shrinker, "mempool");
}

static inline void shrinker_free(struct shrinker *shrinker)
{
	unregister_shrinker(shrinker);
	kfree(shrinker);
}
#endif

#endif /* _MEMPOOL_COMPAT_SHRINKER_H */
