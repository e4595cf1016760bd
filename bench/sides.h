/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sides.h - the allocators that a trace is replayed through
 *
 * Called from: runner.c (inline), replay.c.  Calls: mempool, slab.
 * Locks: none.  Context: as the allocators; create and destroy: task.
 */
#ifndef _MEMPOOL_BENCH_SIDES_H
#define _MEMPOOL_BENCH_SIDES_H

#include <linux/bitops.h>
#include <linux/slab.h>
#include <mempool/objcache.h>

enum side { SIDE_DRY, SIDE_SLAB, SIDE_MEMPOOL, SIDES };

/* 64, 128 ... 8192; larger objects are kmalloc's on both sides. */
#define SIDE_CLASSES	8
#define SIDE_SMALLEST	64u
#define SIDE_LARGEST	(SIDE_SMALLEST << (SIDE_CLASSES - 1))

extern struct objcache *side_class[SIDE_CLASSES];

int side_classes_create(void);
void side_classes_destroy(void);
size_t side_classes_percpu_bytes(void);

/* The smallest class with room for 1 to SIDE_LARGEST bytes. */
static __always_inline struct objcache *side_class_of(u32 size)
{
	return side_class[size <= SIDE_SMALLEST ? 0 :
			  fls(size - 1) - fls(SIDE_SMALLEST - 1)];
}

static __always_inline void *side_take(const enum side side, u32 size, gfp_t gfp)
{
	if (side == SIDE_DRY)
		return ZERO_SIZE_PTR;
	if (side == SIDE_MEMPOOL && likely(size <= SIDE_LARGEST))
		return objcache_alloc_inline(side_class_of(size), gfp);
	return kmalloc(size, gfp);
}

static __always_inline void side_give(const enum side side, u32 size, void *obj)
{
	if (side == SIDE_DRY)
		return;
	if (side == SIDE_MEMPOOL && likely(size <= SIDE_LARGEST))
		objcache_free_inline(side_class_of(size), obj);
	else
		kfree(obj);
}

#endif /* _MEMPOOL_BENCH_SIDES_H */
