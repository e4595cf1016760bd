// SPDX-License-Identifier: GPL-2.0-only
/*
 * icount_pairs.c - mempool_bench: the rows of one object, asked for and given back
 *
 * Called from: icount.c, icount_read.c.  Calls: icount_ways.h.
 * Locks: none.  Context: task.
 */
#include "icount.h"

#include "icount_ways.h"

/* With the empty way it is the empty loop. */
static __always_inline u64 pairs(const enum way way, void *pool)
{
	unsigned int n = BENCH_PAIRS;
	u64 start = ktime_get_ns();
	void *obj;

	do {
		OPTIMIZER_HIDE_VAR(pool);
		obj = take(way, pool);
		OPTIMIZER_HIDE_VAR(obj);
		give(way, pool, obj);
		/* Keeps the empty loop, and costs nothing in the others. */
		barrier();
	} while (--n);
	return ktime_get_ns() - start;
}

#define DEFINE_PAIRS(name, way, pool)					\
static noinline u64 name##_pairs(void)					\
{									\
	return pairs(way, pool);					\
}

noinline u64 bench_empty_pairs(void)
{
	return pairs(WAY_EMPTY, bench.objcache);
}

noinline u64 bench_objcache_pairs(void)
{
	return pairs(WAY_CALL, bench.objcache);
}

DEFINE_PAIRS(nops, WAY_NOPS, bench.objcache)
DEFINE_PAIRS(inline, WAY_INLINE, bench.objcache)
DEFINE_PAIRS(limited, WAY_CALL, bench.limited)
DEFINE_PAIRS(kmem_cache, WAY_KMEM_CACHE, bench.kmem_cache)
DEFINE_PAIRS(kmalloc, WAY_KMALLOC, NULL)
DEFINE_PAIRS(mempool_t, WAY_MEMPOOL_T, bench.mempool_t)
DEFINE_PAIRS(array, WAY_ARRAY, &bench.array)
DEFINE_PAIRS(reserved, WAY_CALL, bench.reserved)
DEFINE_PAIRS(guarded, WAY_CALL, bench.guarded)
DEFINE_PAIRS(guarded_inline, WAY_INLINE, bench.guarded)

#ifdef HAVE_OBJPOOL
DEFINE_PAIRS(objpool, WAY_OBJPOOL, &bench.objpool)
#else
#define objpool_pairs NULL
#endif

#define ROW(name, run) { name, run, bench_empty_pairs, BENCH_PAIRS }

const struct bench_row bench_pair_rows[] = {
	{ "empty", bench_empty_pairs, NULL, BENCH_PAIRS },
	ROW("nops", nops_pairs),
	ROW("objcache_pair_call", bench_objcache_pairs),
	ROW("objcache_pair_inline", inline_pairs),
	ROW("objcache_pair_limit", limited_pairs),
	ROW("objcache_pair_reserve", reserved_pairs),
	ROW("objcache_pair_reserve_limit", guarded_pairs),
	ROW("objcache_pair_reserve_limit_inline", guarded_inline_pairs),
	ROW("kmem_cache_pair", kmem_cache_pairs),
	ROW("kmalloc_pair", kmalloc_pairs),
	ROW("mempool_t_pair", mempool_t_pairs),
	ROW("objpool_pair", objpool_pairs),
	ROW("array_pair", array_pairs),
	{}
};
