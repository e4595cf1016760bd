// SPDX-License-Identifier: GPL-2.0-only
/*
 * wait.c - beside floor 1: sleeping until objects are free
 *
 * Called from: drivers; objcache.c and bulk.c (frees), reservation.c, reclaim.c,
 * seek.c.
 * Calls: objcache.c, gfp.c, seek.c, backing.c, overflow.c, debug.c.
 * Locks: waiters.lock.  Context: task for waiting, any for the rest.
 *
 * A waiter is handed its object by the one who frees it: so the order is that
 * of arrival, and nobody who comes later takes it away.  For every free to
 * come by here, all magazines are closed while anyone waits; and while the
 * reserve is short, which is served next.  What is cached already, and what
 * comes back to slab below a limit of all caches, seek.c looks for: a waiter does
 * nothing but sleep, and heeds its signals and its time.
 *
 * Who needs several objects at once gathers them here, and only the first in
 * line does: no two can hold a part each and wait for the other's.
 */
#include "internal.h"

#include <linux/err.h>
#include <linux/export.h>
#include <linux/hardirq.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "debug.h"
#include "gfp.h"
#include "objcache_priv.h"
#include "overflow.h"
#include "seek.h"
#include "wait.h"

/*
 * Who waits for more than one looks whether a limit was lowered below that, which
 * nobody tells it: so often that no user will notice.
 */
#define LIMIT_PERIOD	msecs_to_jiffies(100)

/*
 * Waiting without an end is no fault, so nobody sleeps so long that the kernel takes
 * it for hung (120 s); as long as in mempool_alloc() of the kernel.
 */
#define LONGEST_NAP	(5 * HZ)

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

/* The first in line has the others' objects sought too. */
static int join(struct objcache_priv *priv, struct waiter *w)
{
	struct waiters *ws = &priv->waiters;
	unsigned long flags;
	bool first, closed;

	raw_spin_lock_irqsave(&ws->lock, flags);
	closed = ws->closed;
	first = !ws->nr;
	if (!closed) {
		list_add_tail(&w->list, &ws->waiting);
		WRITE_ONCE(ws->nr, ws->nr + 1);
		ws->inside++;
		wait_apply_cap(priv);
	}
	raw_spin_unlock_irqrestore(&ws->lock, flags);
	if (closed)
		return -ENODEV;
	if (first)
		seek_start(priv);
	return 0;
}

/* An object that came in the last instant counts. */
static void leave(struct objcache_priv *priv, struct waiter *w)
{
	struct waiters *ws = &priv->waiters;
	unsigned long flags;

	raw_spin_lock_irqsave(&ws->lock, flags);
	list_del(&w->list);
	if (w->missing && !w->err)
		WRITE_ONCE(ws->nr, ws->nr - 1);
	wait_apply_cap(priv);
	raw_spin_unlock_irqrestore(&ws->lock, flags);
}

/* Who has no object may not touch the cache after this. */
static void go(struct objcache_priv *priv)
{
	struct waiters *ws = &priv->waiters;
	unsigned long flags;
	bool last;

	raw_spin_lock_irqsave(&ws->lock, flags);
	WRITE_ONCE(ws->inside, ws->inside - 1);
	last = ws->closed && !ws->inside;
	raw_spin_unlock_irqrestore(&ws->lock, flags);
	if (last)
		wait_all_left();
}

/**
 * wait_first_misses() - what the first in line lacks
 * @priv: the cache
 *
 * Context: any but NMI.
 * Return: objects; 0 when nobody waits.
 */
unsigned int wait_first_misses(struct objcache_priv *priv)
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
		n += w->want - w->missing;
	raw_spin_unlock_irqrestore(&ws->lock, flags);
	return n;
}

static int sleep_until_served(struct objcache_priv *priv, struct waiter *w,
			      unsigned int state, unsigned long end)
{
	int err;

	for (;;) {
		long left = end - jiffies;

		set_current_state(state);
		if (!READ_ONCE(w->missing))
			return 0;
		err = READ_ONCE(w->err);
		if (err)
			return err;
		/* A limit that was lowered meanwhile. */
		if (w->want > 1 && w->want > backing_most(&priv->backing))
			return -EINVAL;
		if (signal_pending_state(state, current))
			return -EINTR;
		if (left <= 0)
			return -ETIMEDOUT;
		schedule_timeout(min_t(long, left, w->want > 1 ? LIMIT_PERIOD : LONGEST_NAP));
	}
}

static void pass_on(struct objcache_priv *priv, void *chain)
{
	while (chain) {
		void *obj = chain, **link = backing_link(&priv->backing, obj);

		chain = *link;
		*link = NULL;	/* freed memory may have to be zero */
		wait_hand_or_put(priv, obj);
	}
}

/**
 * wait_for_objects() - sleep until there are so many objects, or none
 * @priv:    the cache
 * @state:   see objcache_alloc_wait()
 * @timeout: see objcache_alloc_wait()
 * @n:       how many
 * @chain:   the first of them, the others behind it through backing_link()
 *
 * Who gives up passes what was gathered on to the next in line.
 *
 * Context: task; sleeps.
 * Return: 0, -EINTR, -ETIMEDOUT; -EINVAL when a limit allows fewer than @n;
 * -ENODEV when the cache is being destroyed.
 */
int wait_for_objects(struct objcache_priv *priv, unsigned int state,
		     unsigned long timeout, unsigned int n, void **chain)
{
	struct waiter w = { .task = current, .want = n, .missing = n };
	int err;

	if (!timeout)
		return -ETIMEDOUT;
	err = join(priv, &w);
	if (err)
		return err;
	account_inc(priv->acct, ACCOUNT_WAITS);
	err = sleep_until_served(priv, &w, state,
				 jiffies + min(timeout, (unsigned long)LONG_MAX / 2));
	__set_current_state(TASK_RUNNING);
	leave(priv, &w);
	if (!w.missing) {
		account_add(priv->acct, ACCOUNT_ALLOC_DIRECT, n);
		*chain = w.chain;
		err = 0;
	} else {
		pass_on(priv, w.chain);
	}
	go(priv);
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
	    !wait_for_objects(priv, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT, n, chain))
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
 * Context: task; sleeps.
 * Return: the object, or ERR_PTR: -EINTR (a signal, of those that @state
 * allows), -ETIMEDOUT, -EINVAL (@state or @gfp), -ENODEV (the cache is being
 * destroyed).
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
	err = wait_for_objects(priv, state, timeout, 1, &obj);
	if (err)
		return ERR_PTR(err);
	debug_alloc(priv, &obj, 1);
	if (want_init_on_alloc(gfp))
		objcache_zero_for(cache, obj, gfp);
	return obj;
}
EXPORT_SYMBOL_GPL(objcache_alloc_wait);
