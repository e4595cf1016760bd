// SPDX-License-Identifier: GPL-2.0-only
/*
 * icount.c - what allocators cost, in instructions
 *
 * Called from: bench/icount reads debugfs mempool_bench/icount in a guest
 * whose clock counts instructions (lab/vm --icount).
 * Calls: the rows in icount_*.c; the exported symbols of mempool.ko and of the
 * kernel to make and destroy pools.
 * Locks: icount_lock, around a measurement.
 * Context: task.
 *
 * Each allocator is asked for objects and gets them back, over and over: the
 * shortest path of all of them.  The pointers to the pool and to the object
 * pass through OPTIMIZER_HIDE_VAR(), so the compiler knows neither, as in a
 * driver that finds both in its own structures.
 *
 * A batch can only be made longer than it is, by an interrupt or a first
 * touch, so the shortest of many is its true length.  What an empty batch
 * costs, clock included, is deducted.  A row of nops, whose number is known,
 * shows that the clock does count instructions; without it the figures would
 * be nanoseconds of an emulator, which mean nothing.
 */
#include "icount.h"

#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>

#define BENCH_BATCHES	200u

/* Boot leaves work behind: RCU callbacks, module loading, the console. */
#define BENCH_SETTLE_MS	3000u

/* Never reached: what is measured is a limit that is watched over. */
#define BENCH_LIMIT	4096u

struct bench_pools bench;
static struct dentry *bench_dir;
static DEFINE_MUTEX(icount_lock);

static u64 shortest(u64 (*run)(void))
{
	u64 best = U64_MAX;
	unsigned int i;

	if (!run)
		return 0;
	for (i = 0; i < BENCH_BATCHES; i++)
		best = min(best, run());
	return best;
}

/* One of @row's operations, in hundredths of an instruction. */
static void print_row(struct seq_file *m, const struct bench_row *row)
{
	s64 hundredths;

	if (!row->run) {
		seq_printf(m, "%-35s null\n", row->name);
		return;
	}
	hundredths = (shortest(row->run) - shortest(row->empty)) * 100;
	hundredths = div_s64(hundredths + row->n / 2, row->n);
	seq_printf(m, "%-35s %lld.%02lld\n", row->name, hundredths / 100,
		   abs(hundredths) % 100);
}

static void print_rows(struct seq_file *m, const struct bench_row *row)
{
	for (; row->name; row++)
		print_row(m, row);
}

/* Lines of "name value"; the names are those of build/bench/icount.json. */
static int icount_show(struct seq_file *m, void *unused)
{
	int err;

	err = mutex_lock_interruptible(&icount_lock);
	if (err)
		return err;
	err = bench_read_open();
	if (err)
		goto unlock;
	msleep(BENCH_SETTLE_MS);
	print_rows(m, bench_pair_rows);
	print_rows(m, bench_sizeclass_rows);
	print_rows(m, bench_many_rows);
	print_rows(m, bench_read_rows);
	seq_printf(m, "%-35s %d\n", "init_on_alloc",
		   !!static_branch_unlikely(&init_on_alloc));
	bench_read_close();
unlock:
	mutex_unlock(&icount_lock);
	return err;
}
DEFINE_SHOW_ATTRIBUTE(icount);

/* pools: what was made is destroyed, however far that came */

static void pools_exit(void)
{
	objcache_destroy(bench.objcache);
	objcache_destroy(bench.limited);
	objcache_destroy(bench.reserved);
	objcache_destroy(bench.guarded);
	sizeclass_pool_destroy(bench.sizeclass);
	mempool_destroy(bench.mempool_t);
	kmem_cache_destroy(bench.kmem_cache);
	free_percpu(bench.array);
}

/* A @limit of 0 is none, a @reserve too. */
static int make_objcache(struct objcache **cache, const char *name,
			 unsigned long limit, unsigned long reserve)
{
	struct objcache *made = objcache_create(name, BENCH_SIZE, NULL);
	int err;

	if (IS_ERR(made))
		return PTR_ERR(made);
	*cache = made;
	err = objcache_set_limit(made, limit);
	if (!err)
		err = objcache_set_reserve(made, reserve);
	return err;
}

static int make_objcaches(void)
{
	int err;

	err = make_objcache(&bench.objcache, "mempool_bench", 0, 0);
	if (!err)
		err = make_objcache(&bench.limited, "mempool_bench_limit",
				    BENCH_LIMIT, 0);
	if (!err)
		err = make_objcache(&bench.reserved, "mempool_bench_reserve",
				    0, BENCH_OBJECTS);
	if (!err)
		err = make_objcache(&bench.guarded, "mempool_bench_both",
				    BENCH_LIMIT, BENCH_OBJECTS);
	return err;
}

/* Nobody looks at the objects, so any pointer is one. */
static int make_array(void)
{
	struct bench_array *a;
	int cpu;

	bench.array = alloc_percpu(struct bench_array);
	if (!bench.array)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		a = per_cpu_ptr(bench.array, cpu);
		while (a->n < BENCH_OBJECTS)
			a->obj[a->n++] = a;
	}
	return 0;
}

static int make_peers(void)
{
	/* A cache with a window for user space is never merged with others. */
	bench.kmem_cache = kmem_cache_create_usercopy("mempool_bench_slab",
						      BENCH_SIZE, 0, 0, 0,
						      BENCH_SIZE, NULL);
	if (!bench.kmem_cache)
		return -ENOMEM;
	bench.mempool_t = mempool_create_slab_pool(BENCH_OBJECTS, bench.kmem_cache);
	if (!bench.mempool_t)
		return -ENOMEM;
	return make_array();
}

static int make_sizeclass(void)
{
	struct sizeclass_pool *made = sizeclass_pool_create("mempool_bench", NULL, 0);

	if (IS_ERR(made))
		return PTR_ERR(made);
	bench.sizeclass = made;
	return 0;
}

/* Last, since what objpool_init() did not make objpool_fini() cannot take. */
static int make_objpool(void)
{
#ifdef HAVE_OBJPOOL
	return objpool_init(&bench.objpool, BENCH_OBJECTS, BENCH_SIZE,
			    GFP_KERNEL, NULL, NULL, NULL);
#else
	return 0;
#endif
}

static int __init bench_init(void)
{
	int err;

	err = make_objcaches();
	if (!err)
		err = make_sizeclass();
	if (!err)
		err = make_peers();
	if (!err)
		err = make_objpool();
	if (err) {
		pools_exit();
		return err;
	}
	bench_dir = debugfs_create_dir("mempool_bench", NULL);
	debugfs_create_file("icount", 0400, bench_dir, NULL, &icount_fops);
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove(bench_dir);
#ifdef HAVE_OBJPOOL
	objpool_fini(&bench.objpool);
#endif
	pools_exit();
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("mempool: counts the instructions of allocators");
MODULE_LICENSE("GPL");
