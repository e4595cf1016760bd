// SPDX-License-Identifier: GPL-2.0-only
/*
 * shrinker.c - beside floor 1: cached objects go back when the kernel needs memory
 *
 * Called from: memory reclaim.  Calls: squeeze.c, cycle.c; reclaim.c, from a work
 * item.
 * Locks: none of ours is held while memory is allocated that reclaim could be
 * for.  Context: task that reclaims memory, whatever it holds; sleeps.
 *
 * Depots give to slab at once.  Magazines are emptied by their CPUs, which whoever
 * reclaims memory must not wait for: a work item has that done, and the next call
 * finds the objects in the depots.
 *
 * The currency is the page: a large object is worth more than a small one.
 */
#include "internal.h"

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/math.h>
#include <linux/workqueue.h>

#include "compat/shrinker.h"
#include "cycle.h"
#include "magazine.h"
#include "objcache_priv.h"
#include "reclaim.h"
#include "shrinker.h"
#include "squeeze.h"

/*
 * Magazines are emptied so often at most: what a CPU needs is back after a
 * refill or two, some 3000 instructions each, and most have less than a
 * megabyte together.
 */
#define MAGAZINES_PAUSE	msecs_to_jiffies(1000)

static struct shrinker *shrinker;
static struct workqueue_struct *wq;
static unsigned long magazines_next;	/* A: not before */

static unsigned long to_pages(u64 bytes)
{
	return DIV_ROUND_UP_ULL(bytes, PAGE_SIZE);
}

static bool has_objects(struct objcache_priv *priv, int cpu)
{
	return mag_count_cpu(priv->pub.mag, cpu) && reclaim_may_trouble(cpu);
}

static void empty_magazines(struct work_struct *work)
{
	struct objcache_priv *priv = NULL;

	while ((priv = cycle_next(priv)))
		reclaim_bring(priv, has_objects);
	WRITE_ONCE(magazines_next, jiffies + MAGAZINES_PAUSE);
}

static DECLARE_WORK(magazines_work, empty_magazines);

static void ask_for_magazines(void)
{
	if (time_after_eq(jiffies, READ_ONCE(magazines_next)))
		queue_work(wq, &magazines_work);
}

/* Nothing in the depots: perhaps there is in magazines, for the next time. */
static unsigned long count(struct shrinker *unused, struct shrink_control *sc)
{
	unsigned long pages = to_pages(squeeze_bytes(sc->nid));

	if (!pages)
		ask_for_magazines();
	return pages ?: SHRINK_EMPTY;
}

static unsigned long scan(struct shrinker *unused, struct shrink_control *sc)
{
	struct cycle_stats sum = {};
	u64 start = ktime_get_ns();

	squeeze_node(sc->nid, (u64)sc->nr_to_scan << PAGE_SHIFT, &sum);
	ask_for_magazines();
	cycle_note(CYCLE_SHRINKER, &sum, ktime_get_ns() - start);
	return sum.objects ? to_pages(sum.bytes) : SHRINK_STOP;
}

/**
 * shrinker_init() - have the kernel ask
 *
 * Context: task; sleeps.
 * Return: 0 or -ENOMEM.
 */
int shrinker_init(void)
{
	int err = -ENOMEM;

	wq = alloc_workqueue("mempool-shrinker", WQ_UNBOUND, 0);
	if (!wq)
		return -ENOMEM;
	magazines_next = jiffies;
	shrinker = shrinker_alloc(SHRINKER_NUMA_AWARE, "mempool");
	if (!shrinker)
		goto destroy_wq;
	shrinker->count_objects = count;
	shrinker->scan_objects = scan;
	err = compat_shrinker_register(shrinker);
	if (!err)
		return 0;
	shrinker_free(shrinker);
destroy_wq:
	destroy_workqueue(wq);
	return err;
}

/**
 * shrinker_exit() - stop
 *
 * Context: task; sleeps.
 */
void shrinker_exit(void)
{
	shrinker_free(shrinker);
	destroy_workqueue(wq);
}
