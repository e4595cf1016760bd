// SPDX-License-Identifier: GPL-2.0-only
/*
 * native.c - what allocators cost in time, on a kernel that runs natively
 *
 * Called from: bench/native reads debugfs mempool_native/result on CPU 0 of a
 * UML guest with two.  Calls: the exported symbols of mempool.ko and of the kernel.
 * Locks: native_lock, around a measurement.  Context: task.
 *
 * Each row is a loop over one allocator, run in turn with all others, again
 * and again, so that whatever slows the machine down meets all of them.  Raw
 * numbers are printed, bench/native makes medians of them.
 *
 * array is a stack of pointers per CPU without any protection: not an
 * allocator, but the floor under all that use a stack.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mempool.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <mempool/objcache.h>

/* A size that slab, kmalloc and the magazines all have exactly. */
#define NATIVE_SIZE	256u
#define NATIVE_BURST	16u

/* A batch takes under a millisecond: less than a tick of UML's, 10 ms. */
#define NATIVE_OBJECTS	8192u
#define NATIVE_REPS	51u

/* As many objects are between producer and consumer at most. */
#define NATIVE_RING	256u

/* The other CPU looks at its flag this often. */
#define NATIVE_SHARE	512u

static struct objcache *native_objcache;
static struct kmem_cache *native_kmem_cache;
static mempool_t *native_mempool;
static struct dentry *native_dir;
static DEFINE_MUTEX(native_lock);

struct array {
	unsigned int n;
	void *obj[NATIVE_BURST];
};

static DEFINE_PER_CPU(struct array, native_array);

enum way { EMPTY, OBJCACHE, OBJCACHE_ATOMIC, KMEM_CACHE, KMEM_CACHE_ATOMIC,
	   KMALLOC, MEMPOOL_T, ARRAY };

static __always_inline void *take(const enum way way, void *pool)
{
	struct array *a;

	OPTIMIZER_HIDE_VAR(pool);
	switch (way) {
	case OBJCACHE:
		return objcache_alloc_inline(pool, GFP_KERNEL);
	case OBJCACHE_ATOMIC:
		return objcache_alloc_inline(pool, GFP_ATOMIC);
	case KMEM_CACHE:
		return kmem_cache_alloc(pool, GFP_KERNEL);
	case KMEM_CACHE_ATOMIC:
		return kmem_cache_alloc(pool, GFP_ATOMIC);
	case KMALLOC:
		return kmalloc(NATIVE_SIZE, GFP_KERNEL);
	case MEMPOOL_T:
		return mempool_alloc(pool, GFP_KERNEL);
	case ARRAY:
		a = raw_cpu_ptr(&native_array);
		return a->obj[--a->n];
	default:
		return NULL;
	}
}

static __always_inline void give(const enum way way, void *pool, void *obj)
{
	struct array *a;

	OPTIMIZER_HIDE_VAR(pool);
	OPTIMIZER_HIDE_VAR(obj);
	switch (way) {
	case OBJCACHE:
	case OBJCACHE_ATOMIC:
		objcache_free_inline(pool, obj);
		break;
	case KMEM_CACHE:
	case KMEM_CACHE_ATOMIC:
		kmem_cache_free(pool, obj);
		break;
	case KMALLOC:
		kfree(obj);
		break;
	case MEMPOOL_T:
		mempool_free(obj, pool);
		break;
	case ARRAY:
		a = raw_cpu_ptr(&native_array);
		a->obj[a->n++] = obj;
		break;
	default:
		break;
	}
	barrier();
}

static __always_inline void pairs(const enum way way, void *pool, unsigned int n)
{
	while (n--)
		give(way, pool, take(way, pool));
}

/* @n objects, so many out at a time: last in, first out. */
static __always_inline void bursts(const enum way way, void *pool, unsigned int n)
{
	void *obj[NATIVE_BURST];
	unsigned int i;

	for (; n >= NATIVE_BURST; n -= NATIVE_BURST) {
		for (i = 0; i < NATIVE_BURST; i++)
			obj[i] = take(way, pool);
		while (i--)
			give(way, pool, obj[i]);
	}
}

#define ROW_FUNCTION(loop, way, name)					\
static noinline void name(void *pool, unsigned int n)			\
{									\
	loop(way, pool, n);						\
}

ROW_FUNCTION(pairs, EMPTY, empty_pair)
ROW_FUNCTION(pairs, OBJCACHE, objcache_pair)
ROW_FUNCTION(pairs, OBJCACHE_ATOMIC, objcache_pair_atomic)
ROW_FUNCTION(pairs, KMEM_CACHE, kmem_cache_pair)
ROW_FUNCTION(pairs, KMEM_CACHE_ATOMIC, kmem_cache_pair_atomic)
ROW_FUNCTION(pairs, KMALLOC, kmalloc_pair)
ROW_FUNCTION(pairs, MEMPOOL_T, mempool_t_pair)
ROW_FUNCTION(pairs, ARRAY, array_pair)
ROW_FUNCTION(bursts, OBJCACHE, objcache_burst)
ROW_FUNCTION(bursts, KMEM_CACHE, kmem_cache_burst)
ROW_FUNCTION(bursts, ARRAY, array_burst)

static noinline void objcache_bulk(void *pool, unsigned int n)
{
	void *obj[NATIVE_BURST];

	for (; n >= NATIVE_BURST; n -= NATIVE_BURST)
		if (objcache_alloc_bulk(pool, GFP_KERNEL, NATIVE_BURST, obj))
			objcache_free_bulk(pool, NATIVE_BURST, obj);
}

static noinline void kmem_cache_bulk(void *pool, unsigned int n)
{
	void *obj[NATIVE_BURST];

	for (; n >= NATIVE_BURST; n -= NATIVE_BURST)
		if (kmem_cache_alloc_bulk(pool, GFP_KERNEL, NATIVE_BURST, obj))
			kmem_cache_free_bulk(pool, NATIVE_BURST, obj);
}

/*
 * A ring of slots, NULL when empty: the producer fills them in order, the
 * consumer empties them.  It is between calls always empty.
 */
static void *ring[NATIVE_RING];

static __always_inline void produce(const enum way way, void *pool, unsigned int n)
{
	unsigned int i;
	void *obj;

	for (i = 0; i < n; i++) {
		obj = take(way, pool);
		while (READ_ONCE(ring[i % NATIVE_RING]))
			cpu_relax();
		/* Pairs with the acquire in consume(). */
		smp_store_release(&ring[i % NATIVE_RING], obj);
	}
}

static __always_inline void consume(const enum way way, void *pool, unsigned int n)
{
	unsigned int i;
	void *obj;

	for (i = 0; i < n; i++) {
		do {
			/* Pairs with the release in produce(). */
			obj = smp_load_acquire(&ring[i % NATIVE_RING]);
		} while (!obj);
		WRITE_ONCE(ring[i % NATIVE_RING], NULL);
		give(way, pool, obj);
	}
}

ROW_FUNCTION(produce, OBJCACHE, objcache_produce)
ROW_FUNCTION(consume, OBJCACHE, objcache_consume)
ROW_FUNCTION(produce, KMEM_CACHE, kmem_cache_produce)
ROW_FUNCTION(consume, KMEM_CACHE, kmem_cache_consume)

/**
 * struct row - one thing to measure
 * @name:  as bench/native knows it
 * @run:   what CPU 0 does, and is timed: for so many objects
 * @pool:  from where
 * @other: what CPU 1 does meanwhile: until told to stop, or, with @joint, for
 *	as many objects
 * @joint: they wait for each other
 */
struct row {
	const char *name;
	void (*run)(void *pool, unsigned int n);
	void **pool;
	void (*other)(void *pool, unsigned int n);
	bool joint;
};

#define POOL(pool) ((void **)&(pool))

static const struct row rows[] = {
	{ "empty", empty_pair, POOL(native_objcache) },
	{ "objcache_pair", objcache_pair, POOL(native_objcache) },
	{ "kmem_cache_pair", kmem_cache_pair, POOL(native_kmem_cache) },
	{ "kmalloc_pair", kmalloc_pair, POOL(native_kmem_cache) },
	{ "mempool_t_pair", mempool_t_pair, POOL(native_mempool) },
	{ "array_pair", array_pair, POOL(native_objcache) },
	{ "objcache_pair_atomic", objcache_pair_atomic, POOL(native_objcache) },
	{ "kmem_cache_pair_atomic", kmem_cache_pair_atomic, POOL(native_kmem_cache) },
	{ "objcache_burst16", objcache_burst, POOL(native_objcache) },
	{ "kmem_cache_burst16", kmem_cache_burst, POOL(native_kmem_cache) },
	{ "array_burst16", array_burst, POOL(native_objcache) },
	{ "objcache_bulk16", objcache_bulk, POOL(native_objcache) },
	{ "kmem_cache_bulk16", kmem_cache_bulk, POOL(native_kmem_cache) },
	{ "objcache_2cpu", objcache_pair, POOL(native_objcache), objcache_pair },
	{ "array_2cpu", array_pair, POOL(native_objcache), array_pair },
	{ "objcache_produce", objcache_produce, POOL(native_objcache),
	  objcache_consume, true },
	{ "kmem_cache_produce", kmem_cache_produce, POOL(native_kmem_cache),
	  kmem_cache_consume, true },
};

/* Nanoseconds a batch; they stay, for seq_file may ask for them again. */
static u64 results[NATIVE_REPS][ARRAY_SIZE(rows)];
static bool measured;

struct other {
	const struct row *row;
	bool running;
	bool stop;
	struct completion done;
};

static int other_fn(void *data)
{
	struct other *o = data;
	const struct row *row = o->row;

	WRITE_ONCE(o->running, true);
	if (row->joint)
		row->other(*row->pool, NATIVE_OBJECTS);
	else
		while (!READ_ONCE(o->stop))
			row->other(*row->pool, NATIVE_SHARE);
	complete(&o->done);
	/* Whoever stops it knows that it has left this module. */
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_INTERRUPTIBLE);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static int measure_row(const struct row *row, u64 *ns)
{
	struct other o = { .row = row };
	struct task_struct *task = NULL;
	u64 start;

	init_completion(&o.done);
	if (row->other) {
		task = kthread_create(other_fn, &o, "native/1");
		if (IS_ERR(task))
			return PTR_ERR(task);
		kthread_bind(task, 1);
		wake_up_process(task);
		while (!READ_ONCE(o.running))
			cond_resched();
	}
	start = ktime_get_ns();
	row->run(*row->pool, NATIVE_OBJECTS);
	*ns = ktime_get_ns() - start;
	if (task) {
		WRITE_ONCE(o.stop, true);
		wait_for_completion(&o.done);
		kthread_stop(task);
	}
	return 0;
}

static int measure(void)
{
	unsigned int rep, i;
	int err;

	/* Boot leaves work behind. */
	msleep(2000);
	for (rep = 0; rep < NATIVE_REPS; rep++) {
		for (i = 0; i < ARRAY_SIZE(rows); i++) {
			err = measure_row(&rows[i], &results[rep][i]);
			if (err)
				return err;
			cond_resched();
		}
	}
	measured = true;
	return 0;
}

static int result_show(struct seq_file *m, void *unused)
{
	unsigned int rep, i;
	int err = 0;

	mutex_lock(&native_lock);
	if (!measured)
		err = measure();
	for (rep = 0; !err && rep < NATIVE_REPS; rep++)
		for (i = 0; i < ARRAY_SIZE(rows); i++)
			seq_printf(m, "%u %s %llu %u\n", rep, rows[i].name,
				   results[rep][i], NATIVE_OBJECTS);
	mutex_unlock(&native_lock);
	return err;
}
DEFINE_SHOW_ATTRIBUTE(result);

static int __init native_init(void)
{
	struct array *a;
	unsigned int i;
	int cpu, err;

	if (!cpu_online(1))
		return -ENODEV;
	native_objcache = objcache_create("mempool_native", NATIVE_SIZE, NULL);
	if (IS_ERR(native_objcache))
		return PTR_ERR(native_objcache);
	err = -ENOMEM;
	native_kmem_cache = kmem_cache_create("mempool_native_slab", NATIVE_SIZE,
					      0, 0, NULL);
	if (!native_kmem_cache)
		goto destroy_objcache;
	native_mempool = mempool_create_slab_pool(NATIVE_BURST, native_kmem_cache);
	if (!native_mempool)
		goto destroy_kmem_cache;
	/* Nobody looks into them. */
	for_each_possible_cpu(cpu) {
		a = per_cpu_ptr(&native_array, cpu);
		for (i = 0; i < NATIVE_BURST; i++)
			a->obj[a->n++] = a;
	}
	native_dir = debugfs_create_dir("mempool_native", NULL);
	debugfs_create_file("result", 0400, native_dir, NULL, &result_fops);
	return 0;

destroy_kmem_cache:
	kmem_cache_destroy(native_kmem_cache);
destroy_objcache:
	objcache_destroy(native_objcache);
	return err;
}

static void __exit native_exit(void)
{
	debugfs_remove(native_dir);
	mempool_destroy(native_mempool);
	kmem_cache_destroy(native_kmem_cache);
	objcache_destroy(native_objcache);
}

module_init(native_init);
module_exit(native_exit);

MODULE_DESCRIPTION("mempool: times allocators");
MODULE_LICENSE("GPL");
