/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * icount.h - mempool_bench: the loop that all rows share
 *
 * Called from: icount.c, icount_sizeclass.c.  Calls: nothing.
 */
#ifndef _MEMPOOL_BENCH_ICOUNT_H
#define _MEMPOOL_BENCH_ICOUNT_H

#include <linux/compiler.h>
#include <linux/ktime.h>
#include <linux/types.h>

/* A size that slab, kmalloc and the magazines all have exactly. */
#define BENCH_SIZE	256u

/*
 * Under a tick (4 ms, 4 million instructions) for the slowest pair of about
 * 600, so that most batches meet no interrupt.
 */
#define BENCH_PAIRS	200u

/*
 * The loop of every row; alloc and free are constants and get inlined.  With
 * none of them it is the empty one.
 */
static __always_inline u64 batch(void *pool, void *(*alloc)(void *pool),
				 void (*free)(void *pool, void *obj))
{
	unsigned int n = BENCH_PAIRS;
	void *obj = NULL;
	u64 start;

	start = ktime_get_ns();
	do {
		OPTIMIZER_HIDE_VAR(pool);
		if (alloc)
			obj = alloc(pool);
		OPTIMIZER_HIDE_VAR(obj);
		if (free)
			free(pool, obj);
		/* Keeps the empty loop, and costs nothing in the others. */
		barrier();
	} while (--n);
	return ktime_get_ns() - start;
}

struct bench_row {
	const char	*name;
	u64		(*run)(void *pool);
};

/* Of a pool with the default classes. */
#define BENCH_SIZECLASS_ROWS	10
extern const struct bench_row bench_sizeclass_rows[BENCH_SIZECLASS_ROWS];

#endif /* _MEMPOOL_BENCH_ICOUNT_H */
