/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * overflow.h - frees that could go nowhere right now
 *
 * Called from: objcache.c, bulk.c, wait.c, reclaim.c.  Calls: reserve.h, depot.h,
 * backing.h.
 */
#ifndef _MEMPOOL_OVERFLOW_H
#define _MEMPOOL_OVERFLOW_H

#include <linux/irq_work.h>
#include <linux/llist.h>

struct magdepot_set;
struct reserve;

/**
 * struct overflow - one CPU's objects on their way down
 * @list:  the objects, linked through their own memory at backing.link (A)
 * @work:  carries them (I)
 * @reserve: where to, while it is short (I)
 * @depot: where to otherwise (I)
 */
struct overflow {
	struct llist_head	list;
	struct irq_work		work;
	struct reserve		*reserve;
	struct magdepot_set	*depot;
};

struct overflow __percpu *overflow_create(struct reserve *reserve,
					  struct magdepot_set *depot);
void overflow_destroy(struct overflow __percpu *o);
unsigned int overflow_put(struct overflow __percpu *o, void **objs, unsigned int n);
void overflow_add(struct overflow __percpu *o, void **objs, unsigned int n);
void overflow_sync(struct overflow __percpu *o);

#endif /* _MEMPOOL_OVERFLOW_H */
