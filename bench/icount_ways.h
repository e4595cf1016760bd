/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * icount_ways.h - mempool_bench: how each allocator is asked for one object
 *
 * Called from: icount_pairs.c, icount_many.c.
 * Calls: the exported symbols of mempool.ko and of the kernel.
 * Locks: none.  Context: task.
 *
 * The way is a constant wherever this is inlined, so nothing is left of the
 * switch.
 */
#ifndef _MEMPOOL_BENCH_ICOUNT_WAYS_H
#define _MEMPOOL_BENCH_ICOUNT_WAYS_H

#include "icount.h"

/* The number of instructions that anybody can count; bench/icount knows it. */
#define NOPS	50

enum way {
	WAY_EMPTY, WAY_NOPS, WAY_CALL, WAY_INLINE, WAY_KMEM_CACHE, WAY_KMALLOC,
	WAY_MEMPOOL_T, WAY_OBJPOOL, WAY_ARRAY,
};

/* @pool is where the per-CPU pointer is: it has to be loaded, as an objcache's. */
static __always_inline struct bench_array *this_array(void *pool)
{
	struct bench_array __percpu **array = pool;

	return raw_cpu_ptr(*array);
}

/* Pointer arithmetic: an array index brings UBSAN's bounds check on 7.x. */
static __always_inline void *pop_array(void *pool)
{
	struct bench_array *a = this_array(pool);

	return *(a->obj + --a->n);
}

static __always_inline void push_array(void *pool, void *obj)
{
	struct bench_array *a = this_array(pool);

	*(a->obj + a->n++) = obj;
}

static __always_inline void *take(const enum way way, void *pool)
{
	switch (way) {
	case WAY_CALL:
		return objcache_alloc(pool, GFP_KERNEL);
	case WAY_INLINE:
		return objcache_alloc_inline(pool, GFP_KERNEL);
	case WAY_KMEM_CACHE:
		return kmem_cache_alloc(pool, GFP_KERNEL);
	case WAY_KMALLOC:
		/* The compiler knows the size, as it mostly does. */
		return kmalloc(BENCH_SIZE, GFP_KERNEL);
	case WAY_MEMPOOL_T:
		return mempool_alloc(pool, GFP_KERNEL);
#ifdef HAVE_OBJPOOL
	case WAY_OBJPOOL:
		return objpool_pop(pool);
#endif
	case WAY_ARRAY:
		return pop_array(pool);
	default:
		return NULL;
	}
}

static __always_inline void give(const enum way way, void *pool, void *obj)
{
	switch (way) {
	case WAY_NOPS:
		asm volatile(".rept %c0\n\tnop\n\t.endr" : : "i" (NOPS));
		break;
	case WAY_CALL:
		objcache_free(pool, obj);
		break;
	case WAY_INLINE:
		objcache_free_inline(pool, obj);
		break;
	case WAY_KMEM_CACHE:
		kmem_cache_free(pool, obj);
		break;
	case WAY_KMALLOC:
		kfree(obj);
		break;
	case WAY_MEMPOOL_T:
		mempool_free(obj, pool);
		break;
#ifdef HAVE_OBJPOOL
	case WAY_OBJPOOL:
		objpool_push(obj, pool);
		break;
#endif
	case WAY_ARRAY:
		push_array(pool, obj);
		break;
	default:
		break;
	}
}

#endif /* _MEMPOOL_BENCH_ICOUNT_WAYS_H */
