// SPDX-License-Identifier: GPL-2.0-only
/*
 * icount_many.c - mempool_bench: the rows of bursts and of bulk calls
 *
 * Called from: icount.c.  Calls: icount_ways.h, bulk calls of both sides.
 * Locks: none.  Context: task.
 *
 * A burst takes its objects one by one and gives them back last in, first out.
 *
 * Where slab's page of this CPU ends, its slow path begins: some bursts meet
 * that, others do not.  Each batch of slab's begins with another number of
 * objects held, so that the shortest is the one that never does.
 */
#include "icount.h"

#include "icount_ways.h"

#define BURSTS		(BENCH_PAIRS / BENCH_BURST)

/* Calls in a row, so that a reading of the clock is little. */
#define CALLS		8u

static void *objs[BENCH_BURST];
static void *held[BENCH_BURST];

/* How many the next batch holds; all numbers get their turn. */
static unsigned int holds;

static __always_inline bool of_slab(const enum way way)
{
	return way == WAY_KMEM_CACHE || way == WAY_KMALLOC || way == WAY_MEMPOOL_T;
}

static __always_inline void hold(const enum way way, void *pool)
{
	unsigned int i;

	for (i = 0; of_slab(way) && i < holds; i++)
		held[i] = take(way, pool);
}

static __always_inline void unhold(const enum way way, void *pool)
{
	unsigned int i;

	for (i = holds; of_slab(way) && i; i--)
		give(way, pool, held[i - 1]);
	holds = (holds + 1) % BENCH_BURST;
}

static __always_inline u64 burst(const enum way way, void *pool)
{
	unsigned int n = BURSTS, i;
	void **at, *obj;
	u64 start, took;

	hold(way, pool);
	start = ktime_get_ns();
	do {
		OPTIMIZER_HIDE_VAR(pool);
		for (at = objs, i = BENCH_BURST; i; at++, i--) {
			*at = take(way, pool);
			barrier();
		}
		for (i = BENCH_BURST; i; i--) {
			obj = *--at;
			OPTIMIZER_HIDE_VAR(obj);
			give(way, pool, obj);
			barrier();
		}
	} while (--n);
	took = ktime_get_ns() - start;
	unhold(way, pool);
	return took;
}

#define DEFINE_BURST(name, way, pool)					\
static noinline u64 name##_burst(void)					\
{									\
	return burst(way, pool);					\
}

DEFINE_BURST(empty, WAY_EMPTY, bench.objcache)
DEFINE_BURST(call, WAY_CALL, bench.objcache)
DEFINE_BURST(inline, WAY_INLINE, bench.objcache)
DEFINE_BURST(kmem_cache, WAY_KMEM_CACHE, bench.kmem_cache)
DEFINE_BURST(kmalloc, WAY_KMALLOC, NULL)
DEFINE_BURST(mempool_t, WAY_MEMPOOL_T, bench.mempool_t)
DEFINE_BURST(array, WAY_ARRAY, &bench.array)

#ifdef HAVE_OBJPOOL
DEFINE_BURST(objpool, WAY_OBJPOOL, &bench.objpool)
#else
#define objpool_burst NULL
#endif

/* bulk: the two halves of a round are clocked apart */

enum half { ALLOC, FREE };

static __always_inline void bulk_alloc(const enum way way, void *pool)
{
	if (way == WAY_CALL)
		objcache_alloc_bulk(pool, GFP_KERNEL, BENCH_BURST, objs);
	else if (way == WAY_KMEM_CACHE)
		kmem_cache_alloc_bulk(pool, GFP_KERNEL, BENCH_BURST, objs);
}

static __always_inline void bulk_free(const enum way way, void *pool)
{
	if (way == WAY_CALL)
		objcache_free_bulk(pool, BENCH_BURST, objs);
	else if (way == WAY_KMEM_CACHE)
		kmem_cache_free_bulk(pool, BENCH_BURST, objs);
}

static __always_inline u64 bulk(const enum way way, void *pool, const enum half half)
{
	unsigned int n = CALLS;
	u64 start, took = 0;

	hold(way, pool);
	do {
		OPTIMIZER_HIDE_VAR(pool);
		if (half == FREE)
			bulk_alloc(way, pool);
		start = ktime_get_ns();
		barrier();
		if (half == FREE)
			bulk_free(way, pool);
		else
			bulk_alloc(way, pool);
		barrier();
		took += ktime_get_ns() - start;
		if (half == ALLOC)
			bulk_free(way, pool);
	} while (--n);
	unhold(way, pool);
	return took;
}

#define DEFINE_HALF(name, way, pool, half)				\
static noinline u64 name##16(void)					\
{									\
	return bulk(way, pool, half);					\
}

DEFINE_HALF(empty_alloc, WAY_EMPTY, bench.objcache, ALLOC)
DEFINE_HALF(empty_free, WAY_EMPTY, bench.objcache, FREE)
DEFINE_HALF(our_alloc, WAY_CALL, bench.objcache, ALLOC)
DEFINE_HALF(our_free, WAY_CALL, bench.objcache, FREE)
DEFINE_HALF(slab_alloc, WAY_KMEM_CACHE, bench.kmem_cache, ALLOC)
DEFINE_HALF(slab_free, WAY_KMEM_CACHE, bench.kmem_cache, FREE)

#define BURST_ROW(name, run) { name, run, empty_burst, BURSTS * BENCH_BURST }
#define ALLOC_ROW(name, run) { name, run, empty_alloc16, CALLS * BENCH_BURST }
#define FREE_ROW(name, run) { name, run, empty_free16, CALLS * BENCH_BURST }

const struct bench_row bench_many_rows[] = {
	BURST_ROW("objcache_burst16_call", call_burst),
	BURST_ROW("objcache_burst16_inline", inline_burst),
	BURST_ROW("kmem_cache_burst16", kmem_cache_burst),
	BURST_ROW("kmalloc_burst16", kmalloc_burst),
	BURST_ROW("mempool_t_burst16", mempool_t_burst),
	BURST_ROW("objpool_burst16", objpool_burst),
	BURST_ROW("array_burst16", array_burst),
	ALLOC_ROW("bulk16_alloc_per_object", our_alloc16),
	FREE_ROW("bulk16_free_per_object", our_free16),
	ALLOC_ROW("kmem_cache_bulk16_alloc_per_object", slab_alloc16),
	FREE_ROW("kmem_cache_bulk16_free_per_object", slab_free16),
	{}
};
