/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wait.h - beside floor 1: sleeping until an object is free
 */
#ifndef _MEMPOOL_WAIT_H
#define _MEMPOOL_WAIT_H

#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/spinlock.h>

struct objcache_priv;

/**
 * struct waiters - who sleeps for an object of a cache
 * @lock:    protects all of it, and the magazines' caps (raw: taken in NMI by
 *	trying, and in hardirq on PREEMPT_RT)
 * @nr:      how many there are; while not 0 all caps are 0, so that every free
 *	comes by (W for writers, A for readers)
 * @cap:     what the magazines' caps are while @nr is 0 (W)
 * @waiting: first come, first served (W)
 * @served:  those who have an object and may still sleep (W)
 * @wake:    wakes them, since a free wakes nobody itself: it may be in NMI (I)
 */
struct waiters {
	raw_spinlock_t		lock;
	unsigned int		nr;
	unsigned int		cap;
	struct list_head	waiting;
	struct list_head	served;
	struct irq_work		wake;
};

void wait_init(struct objcache_priv *priv);
void wait_exit(struct objcache_priv *priv);
void wait_set_cap(struct objcache_priv *priv, unsigned int cap);
bool wait_hand(struct objcache_priv *priv, void *obj);

#endif /* _MEMPOOL_WAIT_H */
