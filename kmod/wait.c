// SPDX-License-Identifier: GPL-2.0-only
/*
 * wait.c - beside floor 1: sleeping until an object is free
 *
 * Called from: drivers; objcache.c and bulk.c (frees), knobs.c.
 * Calls: objcache.c, magazine.c, depot.c, backing.c, overflow.c, reclaim.c.
 * Locks: waiters.lock.  Context: task for waiting, any for the rest.
 *
 * A waiter is handed its object by the one who frees it: so the order is that
 * of arrival, and nobody who comes later takes it away.  For every free to
 * come by here, all magazines are closed while anyone waits.  What is cached
 * already, and what comes back to slab below a limit of all caches, the first
 * in line looks for, every WAIT_PERIOD.
 */
#include "internal.h"

#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/hardirq.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>

#include "depot.h"
#include "magazine.h"
#include "objcache_priv.h"
#include "overflow.h"
#include "reclaim.h"
#include "wait.h"

/*
 * An object that was freed into a magazine the moment it was closed, or given
 * to slab by another cache, is found after this long: a tick of HZ=100.
 */
#define WAIT_PERIOD	msecs_to_jiffies(10)

struct waiter {
	struct list_head	list;	/* W */
	struct task_struct	*task;	/* I */
	void			*obj;	/* W for writers, A for readers */
};

/*
 * Waiters take themselves off the list, under the lock: they are all there.
 *
 * A dying CPU runs its irq_work once more, when the scheduler has left it
 * already; a task that is woken then can be put onto it (one whose dequeue was
 * delayed, from 6.12 on), which the scheduler warns about.  So nobody is woken
 * there: a waiter looks by itself within WAIT_PERIOD.
 */
static void wake_served(struct irq_work *work)
{
	struct waiters *ws = container_of(work, struct waiters, wake);
	struct waiter *w;
	unsigned long flags;

	if (!cpu_active(raw_smp_processor_id()))
		return;
	raw_spin_lock_irqsave(&ws->lock, flags);
	list_for_each_entry(w, &ws->served, list)
		wake_up_process(w->task);
	raw_spin_unlock_irqrestore(&ws->lock, flags);
}

void wait_init(struct objcache_priv *priv)
{
	struct waiters *ws = &priv->waiters;

	raw_spin_lock_init(&ws->lock);
	INIT_LIST_HEAD(&ws->waiting);
	INIT_LIST_HEAD(&ws->served);
	init_irq_work(&ws->wake, wake_served);
}

void wait_exit(struct objcache_priv *priv)
{
	irq_work_sync(&priv->waiters.wake);
}

/**
 * wait_set_cap() - set the magazines' caps, as soon as nobody waits
 * @priv: the cache
 * @cap:  objects a CPU
 *
 * Context: any but NMI.
 */
void wait_set_cap(struct objcache_priv *priv, unsigned int cap)
{
	struct waiters *ws = &priv->waiters;
	unsigned long flags;

	raw_spin_lock_irqsave(&ws->lock, flags);
	ws->cap = cap;
	mag_set_cap(priv->pub.mag, ws->nr ? 0 : cap);
	raw_spin_unlock_irqrestore(&ws->lock, flags);
}

/**
 * wait_hand() - hand a freed object to the first in line
 * @priv: the cache
 * @obj:  the object
 *
 * Context: any; in NMI it may find the lock taken, and does without.
 * Return: true when somebody has it now; false: put it elsewhere.
 */
bool wait_hand(struct objcache_priv *priv, void *obj)
{
	struct waiters *ws = &priv->waiters;
	struct waiter *w;
	unsigned long flags;

	if (in_nmi())
		return false;
	raw_spin_lock_irqsave(&ws->lock, flags);
	w = list_first_entry_or_null(&ws->waiting, struct waiter, list);
	if (w) {
		list_move_tail(&w->list, &ws->served);
		/*
		 * The waiter reads it without the lock only to see whether to
		 * sleep; it takes it under the lock.
		 */
		WRITE_ONCE(w->obj, obj);
		irq_work_queue(&ws->wake);
	}
	raw_spin_unlock_irqrestore(&ws->lock, flags);
	return w;
}

static void join(struct objcache_priv *priv, struct waiter *w)
{
	struct waiters *ws = &priv->waiters;
	unsigned long flags;

	raw_spin_lock_irqsave(&ws->lock, flags);
	list_add_tail(&w->list, &ws->waiting);
	WRITE_ONCE(ws->nr, ws->nr + 1);
	if (ws->nr == 1)
		mag_set_cap(priv->pub.mag, 0);
	raw_spin_unlock_irqrestore(&ws->lock, flags);
}

/* An object that came in the last instant counts. */
static void *leave(struct objcache_priv *priv, struct waiter *w)
{
	struct waiters *ws = &priv->waiters;
	unsigned long flags;

	raw_spin_lock_irqsave(&ws->lock, flags);
	list_del(&w->list);
	WRITE_ONCE(ws->nr, ws->nr - 1);
	if (!ws->nr)
		mag_set_cap(priv->pub.mag, ws->cap);
	raw_spin_unlock_irqrestore(&ws->lock, flags);
	return w->obj;
}

static bool first_in_line(struct objcache_priv *priv, struct waiter *w)
{
	struct waiters *ws = &priv->waiters;
	unsigned long flags;
	bool first;

	raw_spin_lock_irqsave(&ws->lock, flags);
	first = list_first_entry_or_null(&ws->waiting, struct waiter, list) == w;
	raw_spin_unlock_irqrestore(&ws->lock, flags);
	return first;
}

/* Whatever is cached on any CPU or node, or may be taken from slab again. */
static void look_for_objects(struct objcache_priv *priv, gfp_t gfp)
{
	void *obj;

	reclaim_drain_cpus(priv, 0);
	while (READ_ONCE(priv->waiters.nr) &&
	       (magdepot_get_any(priv->depot, &obj) ||
		backing_take(&priv->backing, gfp, &obj, 1))) {
		if (!wait_hand(priv, obj)) {
			overflow_put(priv->overflow, &obj, 1);
			break;
		}
	}
}

static int sleep_until_served(struct objcache_priv *priv, struct waiter *w,
			      gfp_t gfp, unsigned int state, unsigned long end)
{
	for (;;) {
		long left = end - jiffies;

		if (first_in_line(priv, w))
			look_for_objects(priv, gfp);
		set_current_state(state);
		if (READ_ONCE(w->obj))
			return 0;
		if (signal_pending_state(state, current))
			return -EINTR;
		if (left <= 0)
			return -ETIMEDOUT;
		schedule_timeout(min_t(long, left, WAIT_PERIOD));
	}
}

/**
 * objcache_alloc_wait() - allocate, sleeping until an object is free
 * @cache:   the cache
 * @gfp:     as for objcache_alloc(), with direct reclaim allowed
 * @state:   TASK_INTERRUPTIBLE, TASK_KILLABLE or TASK_UNINTERRUPTIBLE
 * @timeout: in jiffies, at most LONG_MAX / 2; 0 does not sleep
 *
 * For caches with a limit, or when memory is short.  Served in the order of
 * arrival among those who sleep; an allocation that does not sleep may
 * overtake.  While anyone waits all frees of the cache take the slow path.
 *
 * Context: task; sleeps; not in a CPU hotplug callback, nor with
 * cpus_read_lock() held.
 * Return: the object, or ERR_PTR: -EINTR (a signal, of those that @state
 * allows), -ETIMEDOUT, -EINVAL (@state or @gfp).
 */
void *objcache_alloc_wait(struct objcache *cache, gfp_t gfp, unsigned int state,
			  unsigned long timeout)
{
	struct objcache_priv *priv = to_priv(cache);
	struct waiter w = { .task = current };
	void *obj;
	int err;

	might_sleep();
	if (!gfpflags_allow_blocking(gfp) ||
	    (state != TASK_INTERRUPTIBLE && state != TASK_KILLABLE &&
	     state != TASK_UNINTERRUPTIBLE)) {
		pr_err_ratelimited("cache '%s': wait with gfp %#x in state %#x by %ps\n",
				   priv->name, (__force unsigned int)gfp, state,
				   __builtin_return_address(0));
		return ERR_PTR(-EINVAL);
	}
	obj = objcache_alloc(cache, gfp);
	if (obj)
		return obj;

	account_inc(priv->acct, ACCOUNT_WAITS);
	join(priv, &w);
	err = sleep_until_served(priv, &w, gfp, state,
				 jiffies + min(timeout, (unsigned long)LONG_MAX / 2));
	__set_current_state(TASK_RUNNING);
	obj = leave(priv, &w);
	if (!obj)
		return ERR_PTR(err);

	account_inc(priv->acct, ACCOUNT_ALLOC_DIRECT);
	if (want_init_on_alloc(gfp))
		objcache_zero(cache, obj);
	return obj;
}
EXPORT_SYMBOL_GPL(objcache_alloc_wait);
