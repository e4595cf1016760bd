// SPDX-License-Identifier: GPL-2.0-only
/*
 * wait_wake.c - beside floor 1: who slept for objects is woken, or sent away
 *
 * Called from: wait.c, seek.c, lifecycle.c, reserve.c (changed); an irq_work.
 * Calls: wait_caps.c, seek.c, reserve.c.
 * Locks: waiters.lock.  Context: any, but for wait_close() and wait_exit().
 */
#include "internal.h"

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/hardirq.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/wait.h>

#include "objcache_priv.h"
#include "reserve.h"
#include "seek.h"
#include "wait.h"

static DECLARE_WAIT_QUEUE_HEAD(all_left);

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

/**
 * wait_wake() - wake those who have their objects
 * @priv: the cache
 *
 * Nobody is woken under the lock: the scheduler's locks are held where an object
 * may be freed, by a tracing program for instance, and a free takes ours.
 *
 * Context: any where somebody may be woken.
 */
void wait_wake(struct objcache_priv *priv)
{
	struct task_struct *task;

	/* A task that was on the list is there until a grace period has passed. */
	rcu_read_lock();
	while ((task = next_served(&priv->waiters)))
		wake_up_process(task);
	rcu_read_unlock();
}

/*
 * A dying CPU runs its irq_work once more, when the scheduler has left it
 * already; a task that is woken then can be put onto it (one whose dequeue was
 * delayed, from 6.12 on), which the scheduler warns about.  So nobody is woken
 * there, but from where they are sought for.
 */
static void wake_served(struct irq_work *work)
{
	struct waiters *ws = container_of(work, struct waiters, wake);
	struct objcache_priv *priv = container_of(ws, struct objcache_priv, waiters);
	bool may_wake = cpu_active(raw_smp_processor_id());

	if (!may_wake || reserve_short(&priv->reserve))
		seek_start_anywhere(priv);
	wait_open(priv);
	if (may_wake)
		wait_wake(priv);
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
	seek_create(priv);
	reserve_init(&priv->reserve, priv->acct, reserve_changed);
}

/**
 * wait_close() - send those who sleep for objects of a dying cache away
 * @priv: the cache
 *
 * Who comes from now on is sent away too.  Its driver has been told not to do that,
 * but it would be a use of freed memory.
 *
 * Context: task; sleeps.
 */
void wait_close(struct objcache_priv *priv)
{
	struct waiters *ws = &priv->waiters;
	unsigned long flags;
	struct waiter *w;

	raw_spin_lock_irqsave(&ws->lock, flags);
	ws->closed = true;
	list_for_each_entry(w, &ws->waiting, list)
		WRITE_ONCE(w->err, -ENODEV);
	list_splice_tail_init(&ws->waiting, &ws->served);
	WRITE_ONCE(ws->nr, 0);
	raw_spin_unlock_irqrestore(&ws->lock, flags);
	wait_wake(priv);
	wait_event(all_left, !READ_ONCE(ws->inside));
	/* Who left last may be in the lock still. */
	wait_open(priv);
}

/**
 * wait_all_left() - the last who slept for objects of a dying cache is gone
 *
 * Context: task.
 */
void wait_all_left(void)
{
	wake_up_all(&all_left);
}

/* The irq_work may have started it at the last moment; it finds nothing to do. */
void wait_exit(struct objcache_priv *priv)
{
	irq_work_sync(&priv->waiters.wake);
	seek_close(priv);
}
