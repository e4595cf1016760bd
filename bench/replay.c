// SPDX-License-Identifier: GPL-2.0-only
/*
 * replay.c - a recorded trace through slab, through mempool, and through neither
 *
 * Called from: bench/replay reads debugfs mempool_replay/result in a guest.
 * Calls: trace.h, runner.h, sides.h.
 * Locks: replay_lock, around all that is done with the trace.
 * Context: task.
 *
 * Parameters: trace=FILE to replay, which is read and checked as the module is
 * loaded; fold=1 puts all records on CPU 0, in the order of the file; reps=N;
 * auto_tune=0 leaves the magazines at the capacity they are made with;
 * roam=1 leaves it to the scheduler on which CPUs the records run, and to who
 * sets the affinity of the threads replay/N, and keeps no more order than that
 * an object is allocated before it is freed.
 *
 *	result	replays it and prints lines of "name value"; the numbers are
 *		raw, bench/replay makes medians of them
 *	keep	1 replays it through mempool once and keeps what the trace
 *		never frees, 0 frees that; reads as the number of objects kept
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/vmalloc.h>

#include "runner.h"
#include "trace.h"

/* Boot leaves work behind: RCU callbacks, module loading, the console. */
#define REPLAY_SETTLE_MS	2000u

/* Their lines fit in one page, or seq_file would do it all over again. */
#define REPLAY_REPS_MAX		51u

static char *replay_path = "";
module_param_named(trace, replay_path, charp, 0400);
MODULE_PARM_DESC(trace, "the file to replay");

static bool replay_fold;
module_param_named(fold, replay_fold, bool, 0400);
MODULE_PARM_DESC(fold, "all records on CPU 0");

static unsigned int replay_reps = 1;
module_param_named(reps, replay_reps, uint, 0400);
MODULE_PARM_DESC(reps, "repetitions, up to 51");

static bool replay_auto_tune = true;
module_param_named(auto_tune, replay_auto_tune, bool, 0400);
MODULE_PARM_DESC(auto_tune, "whether the capacity of mempool's magazines follows the load (default yes)");

static DEFINE_MUTEX(replay_lock);
static struct trace trace;
static void **table;		/* all NULL, but while objects are kept */
static bool keeping;
static struct dentry *replay_dir;

/* A replay whose objects are all freed again. */
static int replay_once(enum side side, bool look, struct replay_result *result)
{
	int err = replay_run(&trace, table, side, look, result);

	replay_free_kept(&trace, table, side);
	return err;
}

/*
 * First of all, before the repetitions leave slab and the depots with pages
 * that nobody counts.  What mempool's classes take themselves is on its side:
 * depots come from slab, magazines are added.
 */
static int show_memory(struct seq_file *m)
{
	struct replay_result slab, mempool;
	s64 base, classes;
	int err;

	err = replay_once(SIDE_SLAB, true, &slab);
	if (err)
		return err;
	base = replay_slab_bytes();
	err = side_pool_create(replay_auto_tune);
	if (err)
		return err;
	classes = replay_slab_bytes() - base + side_pool_percpu_bytes();
	err = replay_once(SIDE_MEMPOOL, true, &mempool);
	if (err)
		return err;
	seq_printf(m, "live_peak_bytes %llu\n", trace.live_peak);
	seq_printf(m, "slab_peak_bytes %lld\n", slab.peak);
	seq_printf(m, "mempool_peak_bytes %lld\n", mempool.peak + classes);
	seq_printf(m, "mempool_classes_bytes %lld\n", classes);
	return 0;
}

/* Interleaved, and each side is first as often as the others. */
static int show_rep(struct seq_file *m, unsigned int rep)
{
	struct replay_result result[SIDES];
	unsigned int i, side;
	int err;

	for (i = 0; i < SIDES; i++) {
		side = (rep + i) % SIDES;
		err = replay_once(side, false, &result[side]);
		if (err)
			return err;
	}
	seq_printf(m, "rep %llu %llu %llu %llu %llu %llu %llu\n", result[SIDE_DRY].ns,
		   result[SIDE_SLAB].ns, result[SIDE_MEMPOOL].ns,
		   result[SIDE_DRY].irqsaves, result[SIDE_SLAB].irqsaves,
		   result[SIDE_MEMPOOL].irqsaves, replay_irqsave_ps());
	return 0;
}

static int result_show(struct seq_file *m, void *unused)
{
	unsigned int i;
	int err = -EBUSY;

	mutex_lock(&replay_lock);
	if (keeping)
		goto unlock;
	msleep(REPLAY_SETTLE_MS);
	seq_printf(m, "records %u\n", trace.records);
	seq_printf(m, "allocations %u\n", trace.allocations);
	seq_printf(m, "kept %u\n", trace.kept);
	seq_printf(m, "cpus %u\n", trace.cpus);
	seq_printf(m, "init_on_alloc %d\n",
		   !!static_branch_unlikely(&init_on_alloc));
	err = show_memory(m);
	for (i = 0; !err && i < replay_reps; i++)
		err = show_rep(m, i);
	side_pool_destroy();
unlock:
	mutex_unlock(&replay_lock);
	return err;
}
DEFINE_SHOW_ATTRIBUTE(result);

static void keep_nothing(void)
{
	if (!keeping)
		return;
	replay_free_kept(&trace, table, SIDE_MEMPOOL);
	keeping = false;
}

static int keep_set(void *data, u64 on)
{
	struct replay_result unused;
	int err = 0;

	mutex_lock(&replay_lock);
	if (!on) {
		keep_nothing();
	} else if (!keeping) {
		/* The pool stays until the module goes: to look at it. */
		if (!side_pool)
			err = side_pool_create(replay_auto_tune);
		if (!err)
			err = replay_run(&trace, table, SIDE_MEMPOOL, false, &unused);
		keeping = !err;
		if (err && side_pool)
			replay_free_kept(&trace, table, SIDE_MEMPOOL);
	}
	mutex_unlock(&replay_lock);
	return err;
}

static int keep_get(void *data, u64 *kept)
{
	u32 id;

	*kept = 0;
	mutex_lock(&replay_lock);
	for (id = 0; id < trace.allocations; id++)
		*kept += !!table[id];
	mutex_unlock(&replay_lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(keep_fops, keep_get, keep_set, "%llu\n");

static int check_cpus(void)
{
	unsigned int i;

	for (i = 0; i < trace.cpus; i++) {
		if (i >= nr_cpu_ids || !cpu_online(i)) {
			pr_err("the trace wants CPU %u, which is not online\n", i);
			return -ENODEV;
		}
	}
	return 0;
}

static int __init replay_init(void)
{
	int err;

	if (!replay_reps || replay_reps > REPLAY_REPS_MAX) {
		pr_err("reps is 1 to %u, not %u\n", REPLAY_REPS_MAX, replay_reps);
		return -EINVAL;
	}
	err = trace_load(&trace, replay_path, replay_fold);
	if (err)
		return err;
	err = check_cpus();
	if (err)
		goto unload;
	table = vzalloc((trace.allocations + 1ul) * sizeof(*table));
	if (!table) {
		err = -ENOMEM;
		goto unload;
	}
	replay_dir = debugfs_create_dir("mempool_replay", NULL);
	debugfs_create_file("result", 0400, replay_dir, NULL, &result_fops);
	debugfs_create_file("keep", 0600, replay_dir, NULL, &keep_fops);
	return 0;

unload:
	trace_unload(&trace);
	return err;
}

static void __exit replay_exit(void)
{
	debugfs_remove(replay_dir);
	keep_nothing();
	side_pool_destroy();
	vfree(table);
	trace_unload(&trace);
}

module_init(replay_init);
module_exit(replay_exit);

MODULE_DESCRIPTION("mempool: replays a trace of allocations");
MODULE_LICENSE("GPL");
