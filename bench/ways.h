/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ways.h - the allocators that native.c and latency.c time: one object each way
 *
 * Called from: rows.c, latency.c (inline).  Calls: mempool, slab, mempool_t.
 * Locks: none.  Context: task.
 *
 * array is a stack of pointers per CPU without any protection: not an
 * allocator, but the floor under all that use a stack.
 */
#ifndef _MEMPOOL_BENCH_WAYS_H
#define _MEMPOOL_BENCH_WAYS_H

#include <linux/compiler.h>
#include <linux/mempool.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <mempool/objcache.h>
#include <mempool/sizeclass.h>

/* A size that slab, kmalloc and the magazines all have exactly. */
#define NATIVE_SIZE	256u

/* The longest burst, and the most objects out at a time. */
#define NATIVE_OUT	512u

/* As many objects a bulk call; mempool_t and an objcache keep as many back. */
#define NATIVE_BULK	16u

struct array {
	unsigned int n;
	void *obj[NATIVE_OUT];
};

/**
 * struct native_pools - one of each allocator, for objects of NATIVE_SIZE
 * @objcache:   mempool's
 * @reserved:   mempool's, with a reserve
 * @sizeclass:  mempool's, for any size
 * @kmem_cache: slab's
 * @mempool:    the kernel's mempool, on @kmem_cache
 * @array:      neither's
 */
struct native_pools {
	struct objcache *objcache;
	struct objcache *reserved;
	struct sizeclass_pool *sizeclass;
	struct kmem_cache *kmem_cache;
	mempool_t *mempool;
	struct array __percpu *array;
};

extern struct native_pools native_pools;

enum way { EMPTY, OBJCACHE, OBJCACHE_ATOMIC, SIZECLASS, KMEM_CACHE,
	   KMEM_CACHE_ATOMIC, KMALLOC, MEMPOOL_T, ARRAY };

static __always_inline void *take(const enum way way, void *pool)
{
	struct array *a;

	OPTIMIZER_HIDE_VAR(pool);
	switch (way) {
	case OBJCACHE:
		return objcache_alloc_inline(pool, GFP_KERNEL);
	case OBJCACHE_ATOMIC:
		return objcache_alloc_inline(pool, GFP_ATOMIC);
	case SIZECLASS:
		return sizeclass_alloc_inline(pool, NATIVE_SIZE, GFP_KERNEL);
	case KMEM_CACHE:
		return kmem_cache_alloc(pool, GFP_KERNEL);
	case KMEM_CACHE_ATOMIC:
		return kmem_cache_alloc(pool, GFP_ATOMIC);
	case KMALLOC:
		return kmalloc(NATIVE_SIZE, GFP_KERNEL);
	case MEMPOOL_T:
		return mempool_alloc(pool, GFP_KERNEL);
	case ARRAY:
		a = raw_cpu_ptr((__force struct array __percpu *)(unsigned long)pool);
		return a->obj[--a->n];
	default:
		return pool;
	}
}

static __always_inline void give(const enum way way, void *pool, void *obj)
{
	struct array *a;

	OPTIMIZER_HIDE_VAR(pool);
	OPTIMIZER_HIDE_VAR(obj);
	switch (way) {
	case OBJCACHE:
	case OBJCACHE_ATOMIC:
		objcache_free_inline(pool, obj);
		break;
	case SIZECLASS:
		sizeclass_free_inline(pool, obj, NATIVE_SIZE);
		break;
	case KMEM_CACHE:
	case KMEM_CACHE_ATOMIC:
		kmem_cache_free(pool, obj);
		break;
	case KMALLOC:
		kfree(obj);
		break;
	case MEMPOOL_T:
		mempool_free(obj, pool);
		break;
	case ARRAY:
		a = raw_cpu_ptr((__force struct array __percpu *)(unsigned long)pool);
		a->obj[a->n++] = obj;
		break;
	default:
		break;
	}
	barrier();
}

#endif /* _MEMPOOL_BENCH_WAYS_H */
