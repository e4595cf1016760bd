/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rows.h - the loops that are timed
 *
 * Called from: native.c.  Calls: nothing.  Locks: none.  Context: task.
 */
#ifndef _MEMPOOL_BENCH_ROWS_H
#define _MEMPOOL_BENCH_ROWS_H

#include <linux/types.h>

#define ROWS	54

/**
 * struct row - one thing to measure
 * @name:  as bench/native knows it
 * @run:   what CPU 0 does, and is timed: for so many objects
 * @pool:  from where
 * @other: what CPU 1 does meanwhile: until told to stop, or, with @joint, for
 *	as many objects
 * @joint: they wait for each other
 * @burst: objects out at a time, up to NATIVE_OUT, a power of two
 */
struct row {
	const char *name;
	void (*run)(void *pool, unsigned int n, unsigned int burst);
	void **pool;
	void (*other)(void *pool, unsigned int n, unsigned int burst);
	bool joint;
	unsigned int burst;
};

extern const struct row rows[ROWS];

#endif /* _MEMPOOL_BENCH_ROWS_H */
