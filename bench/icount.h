/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * icount.h - mempool_bench: the pools, and what a row is
 *
 * Called from: icount*.c.  Calls: nothing.
 */
#ifndef _MEMPOOL_BENCH_ICOUNT_H
#define _MEMPOOL_BENCH_ICOUNT_H

#include <linux/compiler.h>
#include <linux/ktime.h>
#include <linux/mempool.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/types.h>
#include <mempool/objcache.h>
#include <mempool/sizeclass.h>

#ifdef HAVE_OBJPOOL
#include <linux/objpool.h>
#endif

/* A size that slab, kmalloc and the magazines all have exactly. */
#define BENCH_SIZE	256u

/*
 * Under a tick (4 ms, 4 million instructions) for the slowest pair of about
 * 600, so that most batches meet no interrupt.
 */
#define BENCH_PAIRS	200u

/* Objects out at a time, or in one call. */
#define BENCH_BURST	16u

/*
 * What mempool_t reserves, objpool has, the array holds: a burst, and as many
 * again.
 */
#define BENCH_OBJECTS	32u

/*
 * No protection at all, not even against an interrupt: the floor under every
 * allocator that keeps pointers per CPU.
 */
struct bench_array {
	unsigned int	n;
	void		*obj[BENCH_OBJECTS];
};

/*
 * One of each, all of BENCH_SIZE; made once (I).  The compiler knows none of
 * them, as in a driver that finds them in its own structures.
 */
struct bench_pools {
	struct objcache		*objcache;
	struct objcache		*limited;
	struct objcache		*reserved;
	struct objcache		*guarded;	/* with both */
	struct sizeclass_pool	*sizeclass;
	struct kmem_cache	*kmem_cache;
	mempool_t		*mempool_t;
	struct bench_array __percpu *array;
#ifdef HAVE_OBJPOOL
	struct objpool_head	objpool;
#endif
};

extern struct bench_pools bench;

/**
 * struct bench_row - one line of the result (I)
 * @name:  what it is called in build/bench/icount.json
 * @run:   one batch, in instructions; NULL: this kernel does not have it
 * @empty: the same batch without the operation; NULL: nothing is deducted
 * @n:     operations in a batch
 */
struct bench_row {
	const char	*name;
	u64		(*run)(void);
	u64		(*empty)(void);
	unsigned int	n;
};

/* Each ends with a row without a name. */
extern const struct bench_row bench_pair_rows[];
extern const struct bench_row bench_sizeclass_rows[];
extern const struct bench_row bench_many_rows[];
extern const struct bench_row bench_read_rows[];

u64 bench_empty_pairs(void);
u64 bench_objcache_pairs(void);

int bench_read_open(void);
void bench_read_close(void);

#endif /* _MEMPOOL_BENCH_ICOUNT_H */
