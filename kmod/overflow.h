/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * overflow.h - frees that could go nowhere right now
 *
 * Called from: objcache.c, bulk.c, wait.c, reclaim.c.  Calls: reserve.h, depot.h,
 * backing.h, later.h.
 */
#ifndef _MEMPOOL_OVERFLOW_H
#define _MEMPOOL_OVERFLOW_H

#include <linux/irq_work.h>
#include <linux/llist.h>
#include <linux/percpu.h>

#include "later.h"

struct magdepot_set;
struct reserve;

/**
 * struct overflow_cpu - one CPU's objects on their way down
 * @list: the objects, linked through their own memory at backing.link (A)
 * @work: carries them, where slab can be called in hardirq (I)
 * @all:  what this is a part of (I)
 */
struct overflow_cpu {
	struct llist_head	list;
	struct irq_work		work;
	struct overflow		*all;
};

/**
 * struct overflow - those of all CPUs
 * @cpu:       each CPU's (I)
 * @reserve:   where they go, while it is short (I)
 * @depot:     where they go otherwise (I)
 * @late:      carries those of all CPUs, where slab cannot be called in hardirq
 * @by_worker: which of the two it is: true on PREEMPT_RT (I)
 */
struct overflow {
	struct overflow_cpu __percpu *cpu;
	struct reserve		*reserve;
	struct magdepot_set	*depot;
	struct later		late;
	bool			by_worker;
};

struct overflow *overflow_create(struct reserve *reserve, struct magdepot_set *depot,
				 struct workqueue_struct *wq);
void overflow_destroy(struct overflow *o);
unsigned int overflow_put(struct overflow *o, void **objs, unsigned int n);
void overflow_add(struct overflow *o, void **objs, unsigned int n);
void overflow_sync(struct overflow *o);

#endif /* _MEMPOOL_OVERFLOW_H */
