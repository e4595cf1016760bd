/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sides.h - the allocators that a trace is replayed through
 *
 * Called from: runner.c (inline), replay.c.  Calls: mempool, slab.
 * Locks: none.  Context: as the allocators; create and destroy: task.
 */
#ifndef _MEMPOOL_BENCH_SIDES_H
#define _MEMPOOL_BENCH_SIDES_H

#include <linux/slab.h>
#include <mempool/sizeclass.h>

enum side { SIDE_DRY, SIDE_SLAB, SIDE_MEMPOOL, SIDES };

/* Of the default classes; NULL while there is none. */
extern struct sizeclass_pool *side_pool;

int side_pool_create(bool auto_tune);
void side_pool_destroy(void);
size_t side_pool_percpu_bytes(void);

static __always_inline void *side_take(const enum side side, u32 size, gfp_t gfp)
{
	switch (side) {
	case SIDE_SLAB:
		return kmalloc(size, gfp);
	case SIDE_MEMPOOL:
		return sizeclass_alloc(side_pool, size, gfp);
	default:
		/* Read, as the others do. */
		OPTIMIZER_HIDE_VAR(size);
		return ZERO_SIZE_PTR;
	}
}

static __always_inline void side_give(const enum side side, u32 size, void *obj)
{
	if (side == SIDE_SLAB)
		kfree(obj);
	else if (side == SIDE_MEMPOOL)
		sizeclass_free(side_pool, obj, size);
	else
		OPTIMIZER_HIDE_VAR(obj);
}

#endif /* _MEMPOOL_BENCH_SIDES_H */
