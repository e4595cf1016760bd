// SPDX-License-Identifier: GPL-2.0-only
/*
 * seek.c - beside floor 1: finds objects for who waits, and for a short reserve
 *
 * Called from: wait.c, lifecycle.c, refill.c; a work item a cache.
 * Calls: wait.c, reclaim.c, depot.c, backing.c, debug.c, cycle.c.
 * Locks: none of its own.  Context: task.
 *
 * Who waits only sleeps: it may be reclaiming memory, or writing pages back for
 * those who do, and nothing that it waited for besides could be relied on.  So a
 * work item looks instead, into depots, slab and, last, the reserve, as long
 * as anybody waits.  It waits for nobody either: magazines are emptied by
 * works of their own, which hand over what they find, and CPU hotplug, which may
 * itself wait for memory, is not held off.  Its queue has a rescuer, as has
 * theirs, so no new worker is needed.
 *
 * When the limit of all caches is in the way, others may have cached what it would
 * take: then a cycle gives that back, in a work item for all that seek.
 */
#include "internal.h"

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "cycle.h"
#include "debug.h"
#include "depot.h"
#include "magazine.h"
#include "objcache_priv.h"
#include "reclaim.h"
#include "reserve.h"
#include "seek.h"
#include "wait.h"

/*
 * An object that was freed into a magazine the moment it was closed, or given
 * to slab by another cache, is found after this long: a tick of HZ=100.
 */
#define SEEK_PERIOD	msecs_to_jiffies(10)

/*
 * While nobody waits.  Who frees an object fills the reserve up, and the first
 * attempt comes at once.  So this is only for memory that others give back: as
 * often as kswapd balances, which sleeps 100 ms at a time.
 */
#define REFILL_PERIOD	msecs_to_jiffies(100)

/* In the background nothing is reclaimed but by kswapd, which this wakes. */
#define GFP_BACKGROUND	(__GFP_KSWAPD_RECLAIM | __GFP_NOMEMALLOC | __GFP_NOWARN)

static struct workqueue_struct *seek_wq;
static struct workqueue_struct *squeeze_wq;
static unsigned long squeezed_at;	/* in jiffies; squeeze_all()'s */

/**
 * seek_start() - look for objects now
 * @priv: the cache
 *
 * Context: task, with interrupts on.
 */
void seek_start(struct objcache_priv *priv)
{
	mod_delayed_work(seek_wq, &priv->seek, 0);
}

/**
 * seek_start_anywhere() - look for objects soon
 * @priv: the cache
 *
 * By a timer, which outlives its CPU: on a dying one no worker may be woken, nor
 * under the scheduler's locks.
 *
 * Context: any but NMI.
 */
void seek_start_anywhere(struct objcache_priv *priv)
{
	queue_delayed_work(seek_wq, &priv->seek, 1);
}

/*
 * Those that were freed last may be in flight still, but are found the next time;
 * so are those of caches that only a cycle empties.
 */
static void squeeze_all(struct work_struct *work)
{
	struct objcache_priv *priv = NULL;

	WRITE_ONCE(squeezed_at, jiffies);
	cycle_run(CYCLE_LIMIT);
	/* From its end on too: it may take longer than the pause. */
	WRITE_ONCE(squeezed_at, jiffies);
	while ((priv = cycle_next(priv)))
		if (wait_anybody(priv))
			seek_start(priv);
}

static DECLARE_WORK(squeezing, squeeze_all);

/* Not for each that it has woken once more. */
static void squeeze(void)
{
	if (time_after_eq(jiffies, READ_ONCE(squeezed_at) + SEEK_PERIOD))
		queue_work(squeeze_wq, &squeezing);
}

static bool anybody_lacks(struct objcache_priv *priv)
{
	return wait_anybody(priv) || reserve_short(&priv->reserve);
}

/* What is below magazines, for any CPU and node. */
static void look_below(struct objcache_priv *priv)
{
	void *obj;

	while (anybody_lacks(priv) &&
	       (magdepot_get_any(priv->depot, &obj) || debug_take(priv, &obj) ||
		backing_take(&priv->backing, GFP_BACKGROUND, &obj, 1))) {
		wait_hand_or_put(priv, obj);
		cond_resched();
	}
}

/*
 * The reserve last, and only when that is the end of the waiting: until then
 * it is for those who cannot wait.
 */
static void look_into_reserve(struct objcache_priv *priv)
{
	unsigned int missing;
	void *obj;

	while ((missing = wait_first_misses(priv)) &&
	       missing <= READ_ONCE(priv->reserve.nr) &&
	       reserve_get(&priv->reserve, &obj, 1))
		wait_hand_or_put(priv, obj);
}

/*
 * Returns when to look again.  A magazine that is being emptied gets a tick for it,
 * then the reserve is not spared for its sake.
 */
static unsigned long seek_for_sleepers(struct objcache_priv *priv)
{
	unsigned int brought = reclaim_start_bringing(priv);

	look_below(priv);
	if (brought && wait_anybody(priv))
		return 1;
	look_into_reserve(priv);
	if (wait_anybody(priv) && backing_squeezed(&priv->backing))
		squeeze();
	return SEEK_PERIOD;
}

/* What lies in magazines comes down through overflow_put(), to the reserve. */
static unsigned long seek_for_reserve(struct objcache_priv *priv)
{
	look_below(priv);
	if (reserve_short(&priv->reserve))
		reclaim_start_bringing(priv);
	return REFILL_PERIOD;
}

static void seek(struct work_struct *work)
{
	struct objcache_priv *priv = container_of(work, struct objcache_priv, seek.work);
	unsigned long period;

	wait_wake(priv);
	if (!anybody_lacks(priv))
		return;
	period = wait_anybody(priv) ? seek_for_sleepers(priv) : seek_for_reserve(priv);
	/* Who joins from here on starts it anew. */
	if (wait_anybody(priv))
		queue_delayed_work(seek_wq, &priv->seek, min(period, SEEK_PERIOD));
	else if (reserve_short(&priv->reserve))
		queue_delayed_work(seek_wq, &priv->seek, REFILL_PERIOD);
}

/**
 * seek_create() - prepare the work of a new cache
 * @priv: the cache
 */
void seek_create(struct objcache_priv *priv)
{
	INIT_DELAYED_WORK(&priv->seek, seek);
}

/**
 * seek_close() - stop it
 * @priv: the cache, of which nobody lacks objects any more
 *
 * Context: task; sleeps.
 */
void seek_close(struct objcache_priv *priv)
{
	cancel_delayed_work_sync(&priv->seek);
}

/**
 * seek_init() - make the queues
 *
 * The cycle has its own: a rescuer runs one work at a time, and a cycle waits for
 * others.
 *
 * Return: 0 or -ENOMEM.
 */
int seek_init(void)
{
	seek_wq = alloc_workqueue("mempool-seek", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!seek_wq)
		return -ENOMEM;
	squeeze_wq = alloc_workqueue("mempool-squeeze", WQ_MEM_RECLAIM | WQ_UNBOUND, 1);
	if (!squeeze_wq) {
		destroy_workqueue(seek_wq);
		return -ENOMEM;
	}
	squeezed_at = jiffies - SEEK_PERIOD;
	return 0;
}

/**
 * seek_exit() - the opposite of seek_init()
 */
void seek_exit(void)
{
	destroy_workqueue(squeeze_wq);
	destroy_workqueue(seek_wq);
}
