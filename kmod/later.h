/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * later.h - a leaf: from any context to a worker
 *
 * Called from: whoever cannot do it where it is.  Calls: nothing of kmod/.
 * Locks: none.  Context: later_start() any, NMI and under any lock too.
 *
 * An irq_work, which starts a timer, which wakes a worker.  No worker can be woken
 * in NMI, nor under the scheduler's locks, which are held where a tracing
 * program frees an object; nor on a dying CPU, which runs its irq_works once
 * more when the scheduler has left it already.  A timer outlives its CPU.
 */
#ifndef _MEMPOOL_LATER_H
#define _MEMPOOL_LATER_H

#include <linux/irq_work.h>
#include <linux/workqueue.h>

/**
 * struct later - something to be done in a worker
 * @raise: starts @work (I)
 * @work:  does it (I)
 * @wq:    where (I)
 * @fn:    what; may free the structure (I)
 */
struct later {
	struct irq_work		raise;
	struct delayed_work	work;
	struct workqueue_struct	*wq;
	void			(*fn)(struct later *l);
};

void later_init(struct later *l, struct workqueue_struct *wq, void (*fn)(struct later *l));
void later_start(struct later *l);
void later_again(struct later *l, unsigned long delay);
void later_stop(struct later *l);
void later_finish(struct later *l);

#endif /* _MEMPOOL_LATER_H */
