// SPDX-License-Identifier: GPL-2.0-only
/*
 * wait.c - beside floor 1: sleeping until objects are free
 *
 * Called from: drivers; objcache.c and bulk.c (frees), reservation.c, knobs.c,
 * reserve.c (changed).
 * Calls: objcache.c, gfp.c, magazine.c, reserve.c, depot.c, backing.c, overflow.c,
 * reclaim.c, debug.c.
 * Locks: waiters.lock.  Context: task for waiting, any for the rest.
 *
 * A waiter is handed its object by the one who frees it: so the order is that
 * of arrival, and nobody who comes later takes it away.  For every free to
 * come by here, all magazines are closed while anyone waits; and while the
 * reserve is short, which is served next.  What is cached already, and what
 * comes back to slab below a limit of all caches, the first in line looks for,
 * every WAIT_PERIOD.
 *
 * Who needs several objects at once gathers them here, and only the first in
 * line does: no two can hold a part each and wait for the other's.
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

#include "debug.h"
#include "depot.h"
#include "gfp.h"
#include "magazine.h"
#include "objcache_priv.h"
#include "overflow.h"
#include "reclaim.h"
#include "reserve.h"
#include "wait.h"

/*
 * An object that was freed into a magazine the moment it was closed, or given
 * to slab by another cache, is found after this long: a tick of HZ=100.
 */
#define WAIT_PERIOD	msecs_to_jiffies(10)

struct waiter {
	struct list_head	list;	/* W */
	struct task_struct	*task;	/* I */
	unsigned int		want;	/* I: objects */
	unsigned int		missing;/* W for writers, A for readers */
	void			*chain;	/* W: those it has, through backing_link() */
};

static struct task_struct *next_served(struct waiters *ws)
{
	struct task_struct *task = NULL;
	unsigned long flags;
	struct waiter *w;

	raw_spin_lock_irqsave(&ws->lock, flags);
	w = list_first_entry_or_null(&ws->served, struct waiter, list);
	if (w) {
		list_del_init(&w->list);
		task = w->task;
	}
	raw_spin_unlock_irqrestore(&ws->lock, flags);
	return task;
}

/*
 * Nobody is woken under the lock: the scheduler's locks are held where an object
 * may be freed, by a tracing program for instance, and a free takes ours.
 *
 * A dying CPU runs its irq_work once more, when the scheduler has left it
 * already; a task that is woken then can be put onto it (one whose dequeue was
 * delayed, from 6.12 on), which the scheduler warns about.  So nobody is woken
 * there: a waiter looks by itself within WAIT_PERIOD.
 */
static void wake_served(struct irq_work *work)
{
	struct waiters *ws = container_of(work, struct waiters, wake);
	struct objcache_priv *priv = container_of(ws, struct objcache_priv, waiters);
	struct task_struct *task;

	/* By a timer, which outlives its CPU; a worker would be woken here. */
	if (reserve_short(&priv->reserve))
		schedule_delayed_work(&priv->refill, 1);

	wait_open(priv);
	if (!cpu_active(raw_smp_processor_id()))
		return;
	/* A task that was on the list is there until a grace period has passed. */
	rcu_read_lock();
	while ((task = next_served(ws)))
		wake_up_process(task);
	rcu_read_unlock();
}

/*
 * Each change of the reserve is followed by a look at it under waiters.lock, so
 * the last look sees the last change: the caps end right.
 */
static void reserve_changed(struct reserve *r)
{
	struct objcache_priv *priv = container_of(r, struct objcache_priv, reserve);

	if (in_nmi() || reserve_short(r))
		irq_work_queue(&priv->waiters.wake);
	wait_open(priv);
}

void wait_init(struct objcache_priv *priv)
{
	struct waiters *ws = &priv->waiters;

	raw_spin_lock_init(&ws->lock);
	INIT_LIST_HEAD(&ws->waiting);
	INIT_LIST_HEAD(&ws->served);
	/* In hardirq on PREEMPT_RT too: a thread would be parked with its CPU. */
	ws->wake = IRQ_WORK_INIT_HARD(wake_served);
	reserve_init(&priv->reserve, priv->acct, reserve_changed);
}

/* The irq_work may have started it at the last moment; it finds nothing to do. */
void wait_exit(struct objcache_priv *priv)
{
	irq_work_sync(&priv->waiters.wake);
	cancel_delayed_work_sync(&priv->refill);
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

	/* Without the lock, which all frees of a closed cache would meet at. */
	if (in_nmi() || !wait_anybody(priv))
		return false;
	raw_spin_lock_irqsave(&ws->lock, flags);
	w = list_first_entry_or_null(&ws->waiting, struct waiter, list);
	if (w) {
		*backing_link(&priv->backing, obj) = w->chain;
		w->chain = obj;
		/*
		 * The waiter reads it without the lock only to see whether to
		 * sleep; it takes the chain under the lock.
		 */
		WRITE_ONCE(w->missing, w->missing - 1);
		if (!w->missing) {
			list_move_tail(&w->list, &ws->served);
			WRITE_ONCE(ws->nr, ws->nr - 1);
			wait_apply_cap(priv);
			irq_work_queue(&ws->wake);
		}
	}
	raw_spin_unlock_irqrestore(&ws->lock, flags);
	return w;
}

/**
 * wait_hand_or_put() - put a found object where it is needed most
 * @priv: the cache
 * @obj:  the object
 *
 * Context: any.
 */
void wait_hand_or_put(struct objcache_priv *priv, void *obj)
{
	if (!wait_hand(priv, obj))
		overflow_put(priv->overflow, &obj, 1);
}

static void join(struct objcache_priv *priv, struct waiter *w)
{
	struct waiters *ws = &priv->waiters;
	unsigned long flags;

	raw_spin_lock_irqsave(&ws->lock, flags);
	list_add_tail(&w->list, &ws->waiting);
	WRITE_ONCE(ws->nr, ws->nr + 1);
	wait_apply_cap(priv);
	raw_spin_unlock_irqrestore(&ws->lock, flags);
}

/* An object that came in the last instant counts. */
static void leave(struct objcache_priv *priv, struct waiter *w)
{
	struct waiters *ws = &priv->waiters;
	unsigned long flags;

	raw_spin_lock_irqsave(&ws->lock, flags);
	list_del(&w->list);
	if (w->missing)
		WRITE_ONCE(ws->nr, ws->nr - 1);
	wait_apply_cap(priv);
	raw_spin_unlock_irqrestore(&ws->lock, flags);
}

/* Objects that the first in line lacks; 0 when nobody does. */
static unsigned int first_misses(struct objcache_priv *priv)
{
	struct waiters *ws = &priv->waiters;
	struct waiter *w;
	unsigned long flags;
	unsigned int missing;

	raw_spin_lock_irqsave(&ws->lock, flags);
	w = list_first_entry_or_null(&ws->waiting, struct waiter, list);
	missing = w ? w->missing : 0;
	raw_spin_unlock_irqrestore(&ws->lock, flags);
	return missing;
}

/**
 * wait_gathered() - objects that sleepers have, and do not use yet
 * @priv: the cache
 *
 * Context: any but NMI.
 * Return: objects.
 */
unsigned int wait_gathered(struct objcache_priv *priv)
{
	struct waiters *ws = &priv->waiters;
	struct waiter *w;
	unsigned long flags;
	unsigned int n = 0;

	raw_spin_lock_irqsave(&ws->lock, flags);
	list_for_each_entry(w, &ws->waiting, list)
		n += w->want - w->missing;
	list_for_each_entry(w, &ws->served, list)
		n += w->want;
	raw_spin_unlock_irqrestore(&ws->lock, flags);
	return n;
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

/*
 * The reserve last, and only when that is the end of the waiting: until then
 * it is for those who cannot wait.
 */
static void look_into_reserve(struct objcache_priv *priv)
{
	unsigned int missing;
	void *obj;

	while ((missing = first_misses(priv)) &&
	       missing <= READ_ONCE(priv->reserve.nr) &&
	       reserve_get(&priv->reserve, &obj, 1))
		wait_hand_or_put(priv, obj);
}

/*
 * Whatever is cached on any CPU or node, or may be taken from slab again.  Memory
 * was reclaimed before the waiting: who may have its object already does not go
 * into that again.
 */
static void look_for_objects(struct objcache_priv *priv, gfp_t gfp)
{
	void *obj;

	reclaim_drain_cpus(priv, 0);
	while (READ_ONCE(priv->waiters.nr) &&
	       (magdepot_get_any(priv->depot, &obj) || debug_take(priv, &obj) ||
		backing_take(&priv->backing, gfp & ~__GFP_DIRECT_RECLAIM, &obj, 1))) {
		if (!wait_hand(priv, obj)) {
			overflow_put(priv->overflow, &obj, 1);
			break;
		}
	}
	look_into_reserve(priv);
}

static int sleep_until_served(struct objcache_priv *priv, struct waiter *w,
			      gfp_t gfp, unsigned int state, unsigned long end)
{
	for (;;) {
		long left = end - jiffies;

		if (first_in_line(priv, w))
			look_for_objects(priv, gfp);
		set_current_state(state);
		if (!READ_ONCE(w->missing))
			return 0;
		/* A limit that was lowered meanwhile. */
		if (w->want > 1 && w->want > backing_most(&priv->backing))
			return -EINVAL;
		if (signal_pending_state(state, current))
			return -EINTR;
		if (left <= 0)
			return -ETIMEDOUT;
		schedule_timeout(min_t(long, left, WAIT_PERIOD));
	}
}

/**
 * wait_for_objects() - sleep until there are so many objects, or none
 * @priv:    the cache
 * @gfp:     for slab, with direct reclaim allowed
 * @state:   see objcache_alloc_wait()
 * @timeout: see objcache_alloc_wait()
 * @n:       how many
 * @chain:   the first of them, the others behind it through backing_link()
 *
 * Who gives up passes what was gathered on to the next in line.
 *
 * Context: task; sleeps.
 * Return: 0, -EINTR, -ETIMEDOUT; -EINVAL when a limit allows fewer than @n.
 */
int wait_for_objects(struct objcache_priv *priv, gfp_t gfp, unsigned int state,
		     unsigned long timeout, unsigned int n, void **chain)
{
	struct waiter w = { .task = current, .want = n, .missing = n };
	int err;

	account_inc(priv->acct, ACCOUNT_WAITS);
	join(priv, &w);
	err = sleep_until_served(priv, &w, gfp, state,
				 jiffies + min(timeout, (unsigned long)LONG_MAX / 2));
	__set_current_state(TASK_RUNNING);
	leave(priv, &w);
	if (!w.missing) {
		account_add(priv->acct, ACCOUNT_ALLOC_DIRECT, n);
		*chain = w.chain;
		return 0;
	}
	while (w.chain) {
		void *obj = w.chain, **link = backing_link(&priv->backing, obj);

		w.chain = *link;
		*link = NULL;	/* freed memory may have to be zero */
		wait_hand_or_put(priv, obj);
	}
	return err;
}

/**
 * wait_nofail() - sleep until there are so many objects, because it may not fail
 * @priv:  the cache, which is at a limit, or slab is out of reach
 * @gfp:   as the caller gave it
 * @n:     how many
 * @chain: as for wait_for_objects()
 *
 * Context: as @gfp says.
 * Return: true with all of them; false without __GFP_NOFAIL, and where that
 * cannot be: who may not sleep, and more than a limit will ever allow.
 */
bool wait_nofail(struct objcache_priv *priv, gfp_t gfp, unsigned int n, void **chain)
{
	if (likely(!(gfp & __GFP_NOFAIL)))
		return false;
	if (gfpflags_allow_blocking(gfp) &&
	    !wait_for_objects(priv, gfp, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT, n, chain))
		return true;
	pr_err_ratelimited("cache '%s': allocation of %u with __GFP_NOFAIL fails: gfp %#x, the limits allow %lu\n",
			   priv->name, n, (__force unsigned int)gfp,
			   backing_most(&priv->backing));
	return false;
}

/**
 * wait_args_valid() - say no to those who cannot sleep
 * @priv:  the cache
 * @gfp:   as the caller gave it
 * @state: as the caller gave it
 * @caller: an address in the driver
 *
 * Return: true when they can, and the cache can do what @gfp asks for.
 */
bool wait_args_valid(struct objcache_priv *priv, gfp_t gfp, unsigned int state,
		     void *caller)
{
	if (!gfp_valid(priv, gfp, __GFP_THISNODE, caller))
		return false;
	if (gfpflags_allow_blocking(gfp) &&
	    (state == TASK_INTERRUPTIBLE || state == TASK_KILLABLE ||
	     state == TASK_UNINTERRUPTIBLE))
		return true;
	pr_err_ratelimited("cache '%s': wait with gfp %#x in state %#x by %ps\n",
			   priv->name, (__force unsigned int)gfp, state, caller);
	return false;
}

/**
 * objcache_alloc_wait() - allocate, sleeping until an object is free
 * @cache:   the cache
 * @gfp:     as for objcache_alloc(), with direct reclaim allowed
 * @state:   TASK_INTERRUPTIBLE, TASK_KILLABLE or TASK_UNINTERRUPTIBLE
 * @timeout: in jiffies; 0 does not sleep, MAX_SCHEDULE_TIMEOUT has no end
 *
 * For caches with a limit, or when memory is short.  Without an end, and in a
 * state without signals, it does not fail as long as objects are freed.  Served in the order of
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
	void *obj;
	int err;

	might_sleep();
	if (!wait_args_valid(priv, gfp, state, __builtin_return_address(0)))
		return ERR_PTR(-EINVAL);
	/*
	 * Who finds an object overtakes those who sleep.  If all joined them, a line
	 * that is never empty would keep the magazines closed.
	 */
	obj = objcache_alloc(cache, backing_gfp_may_fail(gfp));
	if (obj)
		return obj;
	err = wait_for_objects(priv, gfp, state, timeout, 1, &obj);
	if (err)
		return ERR_PTR(err);
	debug_alloc(priv, &obj, 1);
	if (want_init_on_alloc(gfp))
		objcache_zero_for(cache, obj, gfp);
	return obj;
}
EXPORT_SYMBOL_GPL(objcache_alloc_wait);
