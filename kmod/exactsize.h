/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exactsize.h - beside floor 1: the whole of a pool of exact sizes
 *
 * Called from: exactsize.c, exactsize_life.c.
 */
#ifndef _MEMPOOL_KMOD_EXACTSIZE_H
#define _MEMPOOL_KMOD_EXACTSIZE_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <mempool/exactsize.h>

#include "family.h"

#define EXACTSIZE_GRANULES	(OBJCACHE_SIZE_MAX / EXACTSIZE_GRANULE)

/* In the place of a cache's number: this size has none, and will not have one. */
#define EXACTSIZE_NEVER		255u
static_assert(EXACTSIZE_MAX < EXACTSIZE_NEVER);

/**
 * struct exactsize_pool - a pool
 * @family: its caches, and what kmalloc() gave
 * @making: one cache is made at a time; the family's M
 * @closed: it is being destroyed: no more caches (M for writers, A for readers)
 * @max:    how many caches there may be (I)
 * @crowded: that there are so many was said (M)
 * @make:   makes the caches of the sizes that are wanted
 * @wanted: the granules that @make has to look at (A)
 * @cache:  the caches, from 1 on; written before the number in @index (M for
 *	writers)
 * @index:  for each granule the number of its cache; 0: none yet;
 *	EXACTSIZE_NEVER.  Once it is not 0 it stays (M for writers, A for readers)
 */
struct exactsize_pool {
	struct family		family;
	struct mutex		making;		/* births of caches, one at a time */
	bool			closed;
	unsigned int		max;
	bool			crowded;
	struct later		make;
	DECLARE_BITMAP(wanted, EXACTSIZE_GRANULES);
	struct objcache		*cache[EXACTSIZE_MAX + 1];
	u8			index[EXACTSIZE_GRANULES];
};

static inline unsigned int exactsize_granule(size_t size)
{
	return (size - 1) / EXACTSIZE_GRANULE;
}

/* 0 and what is above the caches: it wraps around. */
static inline bool exactsize_may_have_cache(size_t size)
{
	return size - 1 < OBJCACHE_SIZE_MAX;
}

int exactsize_make(struct exactsize_pool *pool, size_t size);
void exactsize_want(struct exactsize_pool *pool, size_t size);

#endif /* _MEMPOOL_KMOD_EXACTSIZE_H */
