// SPDX-License-Identifier: GPL-2.0-only
/*
 * native.c - what allocators cost in time, on a kernel that runs natively
 *
 * Called from: bench/native reads debugfs mempool_native/result on CPU 0 of a
 * UML guest with two.  Calls: rows.h, latency.h; mempool and slab, to make one
 * of each.
 * Locks: native_lock, around a measurement.  Context: task.
 *
 * Each row is a loop over one allocator, run in turn with all others, again
 * and again, so that whatever slows the machine down meets all of them.  Raw
 * numbers are printed, bench/native makes medians of them.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>

#include "irqsaves.h"
#include "kthread.h"
#include "latency.h"
#include "rows.h"
#include "ways.h"

/* A batch takes under a millisecond: less than a tick of UML's, 10 ms. */
#define NATIVE_OBJECTS	8192u
#define NATIVE_REPS	51u

/*
 * Not timed, before each row that one CPU runs alone or beside another: what the
 * row before left in the caches and the branch predictor is not this one's.
 * Two longest bursts.
 */
#define NATIVE_WARM	1024u

/* The other CPU looks at its flag this often. */
#define NATIVE_SHARE	512u

struct native_pools native_pools;
static struct dentry *native_dir;
static DEFINE_MUTEX(native_lock);

/**
 * struct batch - one run of a row
 * @ns:       what it took
 * @irqsaves: how often it disabled interrupts; of two CPUs that wait for each
 *	other, the one that did more
 */
struct batch {
	u64 ns;
	u64 irqsaves;
};

/* They stay, for seq_file may ask for them again. */
static struct batch results[NATIVE_REPS][ROWS];
static bool measured;

struct other {
	const struct row *row;
	u64 irqsaves;
	bool running;
	bool stop;
	struct completion done;
};

static int other_fn(void *data)
{
	struct other *o = data;
	const struct row *row = o->row;
	u64 before;

	WRITE_ONCE(o->running, true);
	before = irqsaves();
	if (row->joint)
		row->other(*row->pool, NATIVE_OBJECTS, row->burst);
	else
		while (!READ_ONCE(o->stop))
			row->other(*row->pool, NATIVE_SHARE, row->burst);
	o->irqsaves = irqsaves() - before;
	complete(&o->done);
	return await_stop();
}

static int measure_row(const struct row *row, struct batch *batch)
{
	struct other o = { .row = row };
	struct task_struct *task = NULL;
	u64 start, before;

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
	if (!row->joint)
		row->run(*row->pool, NATIVE_WARM, row->burst);
	before = irqsaves();
	start = ktime_get_ns();
	row->run(*row->pool, NATIVE_OBJECTS, row->burst);
	batch->ns = ktime_get_ns() - start;
	batch->irqsaves = irqsaves() - before;
	if (task) {
		WRITE_ONCE(o.stop, true);
		wait_for_completion(&o.done);
		kthread_stop(task);
		if (row->joint)
			batch->irqsaves = max(batch->irqsaves, o.irqsaves);
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
		for (i = 0; i < ROWS; i++) {
			err = measure_row(&rows[i], &results[rep][i]);
			if (err)
				return err;
			cond_resched();
		}
	}
	err = latency_measure();
	measured = !err;
	return err;
}

static int result_show(struct seq_file *m, void *unused)
{
	unsigned int rep, i;
	int err = 0;

	mutex_lock(&native_lock);
	if (!measured)
		err = measure();
	for (rep = 0; !err && rep < NATIVE_REPS; rep++)
		for (i = 0; i < ROWS; i++)
			seq_printf(m, "row %u %s %llu %llu %u %u\n", rep, rows[i].name,
				   results[rep][i].ns, results[rep][i].irqsaves,
				   NATIVE_OBJECTS, rows[i].burst);
	if (!err)
		latency_show(m);
	mutex_unlock(&native_lock);
	return err;
}
DEFINE_SHOW_ATTRIBUTE(result);

/* Nobody looks into the objects. */
static struct array __percpu *create_array(void)
{
	struct array __percpu *array = alloc_percpu(struct array);
	struct array *a;
	int cpu;

	if (!array)
		return NULL;
	for_each_possible_cpu(cpu) {
		a = per_cpu_ptr(array, cpu);
		while (a->n < NATIVE_OUT)
			a->obj[a->n++] = a;
	}
	return array;
}

/* What there is of them. */
static void destroy_pools(void)
{
	struct native_pools *p = &native_pools;

	free_percpu(p->array);
	mempool_destroy(p->mempool);
	kmem_cache_destroy(p->kmem_cache);
	if (!IS_ERR_OR_NULL(p->sizeclass))
		sizeclass_pool_destroy(p->sizeclass);
	if (!IS_ERR_OR_NULL(p->reserved))
		objcache_destroy(p->reserved);
	if (!IS_ERR_OR_NULL(p->objcache))
		objcache_destroy(p->objcache);
}

static int create_pools(void)
{
	struct native_pools *p = &native_pools;
	int err;

	p->objcache = objcache_create("mempool_native", NATIVE_SIZE, NULL);
	if (IS_ERR(p->objcache))
		return PTR_ERR(p->objcache);
	p->reserved = objcache_create("mempool_native_reserve", NATIVE_SIZE, NULL);
	if (IS_ERR(p->reserved))
		return PTR_ERR(p->reserved);
	/* As many as the kernel's mempool_t keeps. */
	err = objcache_set_reserve(p->reserved, NATIVE_BULK);
	if (err)
		return err;
	p->sizeclass = sizeclass_pool_create("mempool_native_class", NULL, 0);
	if (IS_ERR(p->sizeclass))
		return PTR_ERR(p->sizeclass);
	p->kmem_cache = kmem_cache_create("mempool_native_slab", NATIVE_SIZE, 0, 0,
					  NULL);
	if (!p->kmem_cache)
		return -ENOMEM;
	p->mempool = mempool_create_slab_pool(NATIVE_BULK, p->kmem_cache);
	p->array = create_array();
	if (!p->mempool || !p->array)
		return -ENOMEM;
	return 0;
}

static int __init native_init(void)
{
	int err;

	if (!cpu_online(1))
		return -ENODEV;
	err = create_pools();
	if (err) {
		destroy_pools();
		return err;
	}
	native_dir = debugfs_create_dir("mempool_native", NULL);
	debugfs_create_file("result", 0400, native_dir, NULL, &result_fops);
	return 0;
}

static void __exit native_exit(void)
{
	debugfs_remove(native_dir);
	destroy_pools();
}

module_init(native_init);
module_exit(native_exit);

MODULE_DESCRIPTION("mempool: times allocators");
MODULE_LICENSE("GPL");
