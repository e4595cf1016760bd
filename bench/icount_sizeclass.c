// SPDX-License-Identifier: GPL-2.0-only
/*
 * icount_sizeclass.c - mempool_bench: the rows of size classes
 *
 * Called from: icount.c.  Calls: the public API of size classes.
 * Locks: none.  Context: task.
 */
#include "icount.h"

/* What the compiler knows of a size, and what a free is told. */
enum know { KNOWN, UNKNOWN, UNSIZED };

static __always_inline size_t told(const enum know know, size_t size)
{
	if (know == UNKNOWN)
		OPTIMIZER_HIDE_VAR(size);
	return size;
}

/* Both are constants in each of the functions below. */
static __always_inline u64 batch_of(const size_t size, const enum know know)
{
	void *pool = bench.sizeclass, *obj;
	unsigned int n = BENCH_PAIRS;
	u64 start = ktime_get_ns();

	do {
		OPTIMIZER_HIDE_VAR(pool);
		obj = sizeclass_alloc(pool, told(know, size), GFP_KERNEL);
		OPTIMIZER_HIDE_VAR(obj);
		if (know == UNSIZED)
			sizeclass_free_unsized(pool, obj);
		else
			sizeclass_free(pool, obj, told(know, size));
		barrier();
	} while (--n);
	return ktime_get_ns() - start;
}

static noinline u64 batch_class_64(void)
{
	return batch_of(64, KNOWN);
}

static noinline u64 batch_class_128(void)
{
	return batch_of(128, KNOWN);
}

static noinline u64 batch_class_256(void)
{
	return batch_of(256, KNOWN);
}

static noinline u64 batch_class_512(void)
{
	return batch_of(512, KNOWN);
}

static noinline u64 batch_class_1024(void)
{
	return batch_of(1024, KNOWN);
}

static noinline u64 batch_class_2048(void)
{
	return batch_of(2048, KNOWN);
}

static noinline u64 batch_class_4096(void)
{
	return batch_of(4096, KNOWN);
}

static noinline u64 batch_class_8192(void)
{
	return batch_of(8192, KNOWN);
}

static noinline u64 batch_class_any(void)
{
	return batch_of(BENCH_SIZE, UNKNOWN);
}

static noinline u64 batch_class_unsized(void)
{
	return batch_of(BENCH_SIZE, UNSIZED);
}

#define ROW(name, run) { name, run, bench_empty_pairs, BENCH_PAIRS }

const struct bench_row bench_sizeclass_rows[] = {
	ROW("sizeclass_pair", batch_class_256),
	ROW("sizeclass_pair_64", batch_class_64),
	ROW("sizeclass_pair_128", batch_class_128),
	ROW("sizeclass_pair_512", batch_class_512),
	ROW("sizeclass_pair_1024", batch_class_1024),
	ROW("sizeclass_pair_2048", batch_class_2048),
	ROW("sizeclass_pair_4096", batch_class_4096),
	ROW("sizeclass_pair_8192", batch_class_8192),
	ROW("sizeclass_pair_variable", batch_class_any),
	ROW("sizeclass_pair_unsized", batch_class_unsized),
	{}
};
