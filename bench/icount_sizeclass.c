// SPDX-License-Identifier: GPL-2.0-only
/*
 * icount_sizeclass.c - mempool_bench: the rows of size classes
 *
 * Called from: icount.c.  Calls: the public API of size classes.
 * Locks: none.  Context: task.
 */
#include "icount.h"

#include <mempool/sizeclass.h>

/*
 * The loop of batch(), with a size that the compiler knows in each of the
 * functions below.
 */
static __always_inline u64 batch_of(void *pool, const size_t size)
{
	unsigned int n = BENCH_PAIRS;
	u64 start = ktime_get_ns();
	void *obj;

	do {
		OPTIMIZER_HIDE_VAR(pool);
		obj = sizeclass_alloc(pool, size, GFP_KERNEL);
		OPTIMIZER_HIDE_VAR(obj);
		sizeclass_free(pool, obj, size);
		barrier();
	} while (--n);
	return ktime_get_ns() - start;
}

static noinline u64 batch_class_64(void *pool)
{
	return batch_of(pool, 64);
}

static noinline u64 batch_class_128(void *pool)
{
	return batch_of(pool, 128);
}

static noinline u64 batch_class_256(void *pool)
{
	return batch_of(pool, 256);
}

static noinline u64 batch_class_512(void *pool)
{
	return batch_of(pool, 512);
}

static noinline u64 batch_class_1024(void *pool)
{
	return batch_of(pool, 1024);
}

static noinline u64 batch_class_2048(void *pool)
{
	return batch_of(pool, 2048);
}

static noinline u64 batch_class_4096(void *pool)
{
	return batch_of(pool, 4096);
}

static noinline u64 batch_class_8192(void *pool)
{
	return batch_of(pool, 8192);
}

/* with one that it does not know, and freed without */

static __always_inline size_t unknown_size(void)
{
	size_t size = BENCH_SIZE;

	OPTIMIZER_HIDE_VAR(size);
	return size;
}

static __always_inline void *class_alloc_any(void *pool)
{
	return sizeclass_alloc(pool, unknown_size(), GFP_KERNEL);
}

static __always_inline void class_free_any(void *pool, void *obj)
{
	sizeclass_free(pool, obj, unknown_size());
}

static noinline u64 batch_class_any(void *pool)
{
	return batch(pool, class_alloc_any, class_free_any);
}

static __always_inline void *class_alloc_256(void *pool)
{
	return sizeclass_alloc(pool, BENCH_SIZE, GFP_KERNEL);
}

static __always_inline void class_free_unsized(void *pool, void *obj)
{
	sizeclass_free_unsized(pool, obj);
}

static noinline u64 batch_class_unsized(void *pool)
{
	return batch(pool, class_alloc_256, class_free_unsized);
}

const struct bench_row bench_sizeclass_rows[BENCH_SIZECLASS_ROWS] = {
	{ "sizeclass_pair", batch_class_256 },
	{ "sizeclass_pair_64", batch_class_64 },
	{ "sizeclass_pair_128", batch_class_128 },
	{ "sizeclass_pair_512", batch_class_512 },
	{ "sizeclass_pair_1024", batch_class_1024 },
	{ "sizeclass_pair_2048", batch_class_2048 },
	{ "sizeclass_pair_4096", batch_class_4096 },
	{ "sizeclass_pair_8192", batch_class_8192 },
	{ "sizeclass_pair_variable", batch_class_any },
	{ "sizeclass_pair_unsized", batch_class_unsized },
};
