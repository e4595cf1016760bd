// SPDX-License-Identifier: GPL-2.0-only
/*
 * rivals.c - the guarded magazines' called forms, and their slow paths, which
 * are never taken: the benchmark keeps the magazine half full.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/string.h>
#include "rivals.h"

noinline void *gcache_alloc_slow(struct gcache *cache, gfp_t gfp)
{
	WARN_ON(1);
	return NULL;
}
EXPORT_SYMBOL_GPL(gcache_alloc_slow);

noinline void *gcache_zero(struct gcache *cache, void *obj)
{
	memset(obj, 0, cache->size);
	return obj;
}
EXPORT_SYMBOL_GPL(gcache_zero);

noinline void gcache_free_slow(struct gcache *cache, void *obj)
{
	WARN_ON(1);
}
EXPORT_SYMBOL_GPL(gcache_free_slow);

GCACHE_CALLED(floor);
GCACHE_CALLED(word);
GCACHE_CALLED(byte);
GCACHE_CALLED(bit);
GCACHE_CALLED(cas);

MODULE_DESCRIPTION("mempool: guarded magazines to compare with");
MODULE_LICENSE("GPL");
