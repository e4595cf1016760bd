// SPDX-License-Identifier: GPL-2.0-only
/*
 * rivals_bench.c - instructions of the guarded magazines beside objcache's
 *
 * The loop is the one of ../icount.c.  Prints to debugfs
 * mempool_rivals/icount.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <mempool/objcache.h>
#include "rivals.h"

#define PAIRS	200u
#define BATCHES	200u
#define SLOTS	64u
#define SIZE	256u

static struct objcache *objcache;
static struct gcache gcache = { .size = SIZE };
static char objs[SLOTS / 2][SIZE];
static struct dentry *dir;

static __always_inline u64 batch(void *pool, void *(*alloc)(void *pool),
				 void (*free)(void *pool, void *obj))
{
	unsigned int n = PAIRS;
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
		barrier();
	} while (--n);
	return ktime_get_ns() - start;
}

static noinline u64 batch_empty(void *pool)
{
	return batch(pool, NULL, NULL);
}

#define ROW(row, alloc, free)						\
static __always_inline void *row##_a(void *pool)			\
{									\
	return alloc(pool, GFP_KERNEL);					\
}									\
static __always_inline void row##_f(void *pool, void *obj)		\
{									\
	free(pool, obj);						\
}									\
static noinline u64 row##_batch(void *pool)				\
{									\
	return batch(pool, row##_a, row##_f);				\
}

ROW(slotcas_call, objcache_alloc, objcache_free)
ROW(slotcas_inline, objcache_alloc_inline, objcache_free_inline)
ROW(word_call, word_alloc, word_free)
ROW(word_inline, word_alloc_inline, word_free_inline)
ROW(byte_call, byte_alloc, byte_free)
ROW(byte_inline, byte_alloc_inline, byte_free_inline)
ROW(bit_call, bit_alloc, bit_free)
ROW(bit_inline, bit_alloc_inline, bit_free_inline)
ROW(cas_call, cas_alloc, cas_free)
ROW(cas_inline, cas_alloc_inline, cas_free_inline)
ROW(floor_call, floor_alloc, floor_free)
ROW(floor_inline, floor_alloc_inline, floor_free_inline)

static u64 shortest(u64 (*run)(void *pool), void *pool)
{
	u64 best = U64_MAX;
	unsigned int i;

	for (i = 0; i < BATCHES; i++)
		best = min(best, run(pool));
	return best;
}

static int icount_show(struct seq_file *m, void *unused)
{
	const struct {
		const char *name;
		u64 (*run)(void *pool);
		void *pool;
	} rows[] = {
		{ "slotcas_call", slotcas_call_batch, objcache },
		{ "word_call", word_call_batch, &gcache },
		{ "byte_call", byte_call_batch, &gcache },
		{ "bit_call", bit_call_batch, &gcache },
		{ "cas_call", cas_call_batch, &gcache },
		{ "floor_call", floor_call_batch, &gcache },
		{ "slotcas_inline", slotcas_inline_batch, objcache },
		{ "word_inline", word_inline_batch, &gcache },
		{ "byte_inline", byte_inline_batch, &gcache },
		{ "bit_inline", bit_inline_batch, &gcache },
		{ "cas_inline", cas_inline_batch, &gcache },
		{ "floor_inline", floor_inline_batch, &gcache },
	};
	unsigned int i;
	u64 empty;

	msleep(3000);
	empty = shortest(batch_empty, objcache);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s64 net = shortest(rows[i].run, rows[i].pool) - empty;

		net = div_s64(net * 100 + PAIRS / 2, PAIRS);
		seq_printf(m, "%-16s %lld.%02lld\n", rows[i].name, net / 100,
			   net % 100);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(icount);

static int __init rivals_init(void)
{
	unsigned int i;
	int cpu;

	objcache = objcache_create("mempool_rivals", SIZE, NULL);
	if (IS_ERR(objcache))
		return PTR_ERR(objcache);
	gcache.mag = __alloc_percpu(sizeof(struct gmag) +
				    SLOTS * sizeof(void *), 64);
	if (!gcache.mag) {
		objcache_destroy(objcache);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu) {
		struct gmag *mag = per_cpu_ptr(gcache.mag, cpu);

		mag->phys = SLOTS;
		mag->cap = SLOTS;
		mag->n = SLOTS / 2;
		for (i = 0; i < SLOTS / 2; i++)
			mag->slot[i] = objs[i];
	}
	dir = debugfs_create_dir("mempool_rivals", NULL);
	debugfs_create_file("icount", 0400, dir, NULL, &icount_fops);
	return 0;
}

static void __exit rivals_exit(void)
{
	debugfs_remove(dir);
	free_percpu(gcache.mag);
	objcache_destroy(objcache);
}

module_init(rivals_init);
module_exit(rivals_exit);

MODULE_DESCRIPTION("mempool: counts the instructions of guarded magazines");
MODULE_LICENSE("GPL");
