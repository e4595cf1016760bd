// SPDX-License-Identifier: GPL-2.0-only
/*
 * later.c - a leaf: from any context to a worker
 *
 * Called from: see later.h.  Calls: nothing of kmod/.
 * Locks: none.  Context: see each function.
 */
#include "internal.h"

#include <linux/rcupdate.h>

#include "later.h"

/* Nothing of it is touched after this: it may be free. */
static void do_it(struct work_struct *work)
{
	struct later *l = container_of(work, struct later, work.work);

	l->fn(l);
}

static void start(struct irq_work *raise)
{
	later_again(container_of(raise, struct later, raise), 1);
}

/**
 * later_init() - prepare something to be done in a worker
 * @l:  the structure
 * @wq: where
 * @fn: what; in task, one run at a time
 */
void later_init(struct later *l, struct workqueue_struct *wq, void (*fn)(struct later *l))
{
	/* In hardirq on PREEMPT_RT too: a thread would be parked with its CPU. */
	l->raise = IRQ_WORK_INIT_HARD(start);
	INIT_DELAYED_WORK(&l->work, do_it);
	l->wq = wq;
	l->fn = fn;
}
EXPORT_SYMBOL_FOR_TEST(later_init);

/**
 * later_start() - have it done, in a tick or two
 * @l: the structure
 *
 * A run begins after this; one for all who start it until then.  The last
 * instructions may come after that run, with preemption off.
 *
 * Context: any, NMI and under any lock too.
 */
void later_start(struct later *l)
{
	irq_work_queue(&l->raise);
}
EXPORT_SYMBOL_FOR_TEST(later_start);

/**
 * later_again() - have it done after a while
 * @l:     the structure
 * @delay: in jiffies, more than 0
 *
 * Context: any but NMI.
 */
void later_again(struct later *l, unsigned long delay)
{
	queue_delayed_work(l->wq, &l->work, delay);
}

/**
 * later_stop() - wait until nobody does it, nor will
 * @l: the structure, which nobody starts any more; it may be freed after this
 *
 * Not from where it is done.
 *
 * Context: task; sleeps.  Also in a work of a queue with a rescuer: what is
 * cancelled is not flushed.
 */
void later_stop(struct later *l)
{
	irq_work_sync(&l->raise);
	cancel_delayed_work_sync(&l->work);
	/* There an irq_work is looked at once more after it says that it is done. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT) || !arch_irq_work_has_interrupt())
		synchronize_rcu();
}

/**
 * later_finish() - do what is started and not done, here and now
 * @l: the structure
 *
 * Context: as later_stop().
 */
void later_finish(struct later *l)
{
	later_stop(l);
	l->fn(l);
}
EXPORT_SYMBOL_FOR_TEST(later_finish);
