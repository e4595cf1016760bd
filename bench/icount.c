// SPDX-License-Identifier: GPL-2.0-only
/*
 * icount.c - what a pair of alloc and free costs, in instructions
 *
 * Called from: bench/icount reads debugfs mempool_bench/icount in a guest
 * whose clock counts instructions (lab/vm --icount).
 * Calls: the exported symbols of mempool.ko and of the kernel.
 * Locks: none; one reader at a time, seq_file's own mutex is not across opens.
 * Context: task.
 *
 * Each allocator is asked for one object and gets it back, over and over: the
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
#include <linux/compiler.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mempool.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <mempool/objcache.h>
#include <mempool/sizeclass.h>

#include "icount.h"

#ifdef HAVE_OBJPOOL
#include <linux/objpool.h>
#endif

/*
 * The reserve of mempool_t and all there is of objpool.  Any number does: one
 * object is out at a time.
 */
#define BENCH_OBJECTS	16

#define BENCH_BATCHES	200u

/* Boot leaves work behind: RCU callbacks, module loading, the console. */
#define BENCH_SETTLE_MS	3000u

#define BENCH_NOPS	50

static struct objcache *bench_objcache;
static struct sizeclass_pool *bench_sizeclass;
static struct kmem_cache *bench_kmem_cache;
static mempool_t *bench_mempool;
static struct dentry *bench_dir;

static noinline u64 batch_empty(void *pool)
{
	return batch(pool, NULL, NULL);
}

/* nops: the number of instructions that anybody can count */

static __always_inline void nops_free(void *pool, void *obj)
{
	asm volatile(".rept %c0\n\tnop\n\t.endr" : : "i" (BENCH_NOPS));
}

static noinline u64 batch_nops(void *pool)
{
	return batch(pool, NULL, nops_free);
}

/* objcache, through calls to the exported symbols */

static __always_inline void *call_alloc(void *pool)
{
	return objcache_alloc(pool, GFP_KERNEL);
}

static __always_inline void call_free(void *pool, void *obj)
{
	objcache_free(pool, obj);
}

static noinline u64 batch_objcache_call(void *pool)
{
	return batch(pool, call_alloc, call_free);
}

/* objcache, inline */

static __always_inline void *inline_alloc(void *pool)
{
	return objcache_alloc_inline(pool, GFP_KERNEL);
}

static __always_inline void inline_free(void *pool, void *obj)
{
	objcache_free_inline(pool, obj);
}

static noinline u64 batch_objcache_inline(void *pool)
{
	return batch(pool, inline_alloc, inline_free);
}

/* kmem_cache */

static __always_inline void *slab_alloc(void *pool)
{
	return kmem_cache_alloc(pool, GFP_KERNEL);
}

static __always_inline void slab_free(void *pool, void *obj)
{
	kmem_cache_free(pool, obj);
}

static noinline u64 batch_kmem_cache(void *pool)
{
	return batch(pool, slab_alloc, slab_free);
}

/* kmalloc, whose size the compiler knows, as it mostly does */

static __always_inline void *kmalloc_alloc(void *pool)
{
	return kmalloc(BENCH_SIZE, GFP_KERNEL);
}

static __always_inline void kmalloc_free(void *pool, void *obj)
{
	kfree(obj);
}

static noinline u64 batch_kmalloc(void *pool)
{
	return batch(pool, kmalloc_alloc, kmalloc_free);
}

/* the kernel's mempool_t, over kmem_cache */

static __always_inline void *reserve_alloc(void *pool)
{
	return mempool_alloc(pool, GFP_KERNEL);
}

static __always_inline void reserve_free(void *pool, void *obj)
{
	mempool_free(obj, pool);
}

static noinline u64 batch_mempool_t(void *pool)
{
	return batch(pool, reserve_alloc, reserve_free);
}

/* objpool, a fixed number of objects; not on every kernel */

#ifdef HAVE_OBJPOOL

static struct objpool_head bench_objpool;

static int objpool_setup(void)
{
	return objpool_init(&bench_objpool, BENCH_OBJECTS, BENCH_SIZE,
			    GFP_KERNEL, NULL, NULL, NULL);
}

static void objpool_teardown(void)
{
	objpool_fini(&bench_objpool);
}

static void *objpool_pool(void)
{
	return &bench_objpool;
}

static __always_inline void *ring_alloc(void *pool)
{
	return objpool_pop(pool);
}

static __always_inline void ring_free(void *pool, void *obj)
{
	objpool_push(obj, pool);
}

static noinline u64 batch_objpool(void *pool)
{
	return batch(pool, ring_alloc, ring_free);
}

#else

static int objpool_setup(void)
{
	return 0;
}

static void objpool_teardown(void)
{
}

static void *objpool_pool(void)
{
	return NULL;
}

static u64 batch_objpool(void *pool)
{
	return 0;
}

#endif

/*
 * objcache in bulk: as many calls in a row as a magazine of the default
 * capacity has objects for, so that neither side sees the slow path.
 */
#define BENCH_BULK	16u
#define BENCH_CALLS	7u

static void *bench_objs[BENCH_CALLS * BENCH_BULK];

enum bulk_half { BULK_NONE, BULK_ALLOC, BULK_FREE };

static __always_inline u64 bulk_half(void *pool, const enum bulk_half half)
{
	void **objs = bench_objs;
	unsigned int n = BENCH_CALLS;
	u64 start = ktime_get_ns();

	do {
		OPTIMIZER_HIDE_VAR(pool);
		OPTIMIZER_HIDE_VAR(objs);
		if (half == BULK_ALLOC)
			objcache_alloc_bulk(pool, GFP_KERNEL, BENCH_BULK, objs);
		else if (half == BULK_FREE)
			objcache_free_bulk(pool, BENCH_BULK, objs);
		objs += BENCH_BULK;
		barrier();
	} while (--n);
	return ktime_get_ns() - start;
}

static noinline u64 bulk_empty(void *pool)
{
	return bulk_half(pool, BULK_NONE);
}

static noinline u64 bulk_alloc(void *pool)
{
	return bulk_half(pool, BULK_ALLOC);
}

static noinline u64 bulk_free(void *pool)
{
	return bulk_half(pool, BULK_FREE);
}

static u64 shortest(u64 (*run)(void *pool), void *pool)
{
	u64 best = U64_MAX;
	unsigned int i;

	for (i = 0; i < BENCH_BATCHES; i++)
		best = min(best, run(pool));
	return best;
}

/* One of @n shares of a batch, in hundredths of an instruction. */
static void print_share(struct seq_file *m, const char *name, s64 ns, unsigned int n)
{
	s64 hundredths = div_s64(ns * 100 + n / 2, n);

	seq_printf(m, "%-23s %lld.%02lld\n", name, hundredths / 100,
		   abs(hundredths) % 100);
}

static void print_row(struct seq_file *m, const char *name, s64 ns)
{
	print_share(m, name, ns, BENCH_PAIRS);
}

static void print_bulk(struct seq_file *m)
{
	u64 empty = U64_MAX, alloc = U64_MAX, free = U64_MAX;
	unsigned int i;

	for (i = 0; i < BENCH_BATCHES; i++) {
		empty = min(empty, bulk_empty(bench_objcache));
		alloc = min(alloc, bulk_alloc(bench_objcache));
		free = min(free, bulk_free(bench_objcache));
	}
	print_share(m, "bulk16_alloc_per_object", alloc - empty, ARRAY_SIZE(bench_objs));
	print_share(m, "bulk16_free_per_object", free - empty, ARRAY_SIZE(bench_objs));
}

/* Lines of "name value"; the names are those of build/bench/icount.json. */
static int icount_show(struct seq_file *m, void *unused)
{
	const struct {
		const char *name;
		u64 (*run)(void *pool);
		void *pool;
	} rows[] = {
		{ "nops", batch_nops, bench_objcache },
		{ "objcache_pair_call", batch_objcache_call, bench_objcache },
		{ "objcache_pair_inline", batch_objcache_inline, bench_objcache },
		{ "kmem_cache_pair", batch_kmem_cache, bench_kmem_cache },
		{ "kmalloc_pair", batch_kmalloc, bench_kmem_cache },
		{ "mempool_t_pair", batch_mempool_t, bench_mempool },
		{ "objpool_pair", batch_objpool, objpool_pool() },
	};
	unsigned int i;
	u64 empty;

	msleep(BENCH_SETTLE_MS);
	empty = shortest(batch_empty, bench_objcache);
	print_row(m, "empty", empty);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!rows[i].pool)
			seq_printf(m, "%-23s null\n", rows[i].name);
		else
			print_row(m, rows[i].name,
				  shortest(rows[i].run, rows[i].pool) - empty);
	}
	for (i = 0; i < BENCH_SIZECLASS_ROWS; i++)
		print_row(m, bench_sizeclass_rows[i].name,
			  shortest(bench_sizeclass_rows[i].run, bench_sizeclass) - empty);
	print_bulk(m);
	seq_printf(m, "%-23s %d\n", "nops_expected", BENCH_NOPS);
	seq_printf(m, "%-23s %d\n", "init_on_alloc",
		   !!static_branch_unlikely(&init_on_alloc));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(icount);

static int __init bench_init(void)
{
	int err;

	bench_objcache = objcache_create("mempool_bench", BENCH_SIZE, NULL);
	if (IS_ERR(bench_objcache))
		return PTR_ERR(bench_objcache);

	bench_sizeclass = sizeclass_pool_create("mempool_bench", NULL, 0);
	err = PTR_ERR_OR_ZERO(bench_sizeclass);
	if (err)
		goto destroy_objcache;

	err = -ENOMEM;
	bench_kmem_cache = kmem_cache_create("mempool_bench_slab", BENCH_SIZE,
					     0, 0, NULL);
	if (!bench_kmem_cache)
		goto destroy_sizeclass;

	bench_mempool = mempool_create_slab_pool(BENCH_OBJECTS,
						 bench_kmem_cache);
	if (!bench_mempool)
		goto destroy_kmem_cache;

	err = objpool_setup();
	if (err)
		goto destroy_mempool;

	bench_dir = debugfs_create_dir("mempool_bench", NULL);
	debugfs_create_file("icount", 0400, bench_dir, NULL, &icount_fops);
	return 0;

destroy_mempool:
	mempool_destroy(bench_mempool);
destroy_kmem_cache:
	kmem_cache_destroy(bench_kmem_cache);
destroy_sizeclass:
	sizeclass_pool_destroy(bench_sizeclass);
destroy_objcache:
	objcache_destroy(bench_objcache);
	return err;
}

static void __exit bench_exit(void)
{
	debugfs_remove(bench_dir);
	objpool_teardown();
	mempool_destroy(bench_mempool);
	kmem_cache_destroy(bench_kmem_cache);
	sizeclass_pool_destroy(bench_sizeclass);
	objcache_destroy(bench_objcache);
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("mempool: counts the instructions of allocators");
MODULE_LICENSE("GPL");
