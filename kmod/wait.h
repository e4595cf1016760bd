/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wait.h - beside floor 1: sleeping until an object is free
 */
#ifndef _MEMPOOL_WAIT_H
#define _MEMPOOL_WAIT_H

#include <linux/gfp.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/spinlock.h>

struct objcache_priv;
struct task_struct;

/**
 * struct waiters - who sleeps for an object of a cache
 * @lock:    protects all of it, and the magazines' caps (raw: taken in hardirq
 *	on PREEMPT_RT)
 * @nr:      how many there are on @waiting; while not 0 all caps are 0, so that
 *	every free comes by (W for writers, A for readers)
 * @cap:     what the magazines' caps are while nobody waits and the reserve is
 *	full (W for writers, A for readers)
 * @in_force: what they are (as @cap)
 * @closed:  the cache is dying, nobody may come (W)
 * @inside:  how many tasks came and did not leave (W for writers, A for readers)
 * @waiting: first come, first served (W)
 * @served:  those who have their objects, or were sent away, and were not woken
 *	yet (W)
 * @wake:    wakes them, and has a short reserve refilled: whoever takes or frees
 *	an object may be in NMI, or in the scheduler (I)
 */
struct waiters {
	raw_spinlock_t		lock;
	unsigned int		nr;
	unsigned int		cap;
	unsigned int		in_force;
	bool			closed;
	unsigned int		inside;
	struct list_head	waiting;
	struct list_head	served;
	struct irq_work		wake;
};

/**
 * struct waiter - one of them, on its stack
 * @list:    where it stands (W)
 * @task:    who it is (I)
 * @want:    how many objects it needs (I)
 * @missing: how many of them it has not (W for writers, A for readers)
 * @err:     why it was sent away, or 0 (W for writers, A for readers)
 * @chain:   those that it has, through backing_link() (W)
 */
struct waiter {
	struct list_head	list;
	struct task_struct	*task;
	unsigned int		want;
	unsigned int		missing;
	int			err;
	void			*chain;
};

void wait_init(struct objcache_priv *priv);
void wait_close(struct objcache_priv *priv);
void wait_exit(struct objcache_priv *priv);
void wait_wake(struct objcache_priv *priv);
void wait_all_left(void);
void wait_apply_cap(struct objcache_priv *priv);
void wait_open(struct objcache_priv *priv);
void wait_set_cap(struct objcache_priv *priv, unsigned int cap);
void wait_hand_or_put(struct objcache_priv *priv, void *obj);
bool wait_hand(struct objcache_priv *priv, void *obj);
bool wait_args_valid(struct objcache_priv *priv, gfp_t gfp, unsigned int state,
		     void *caller);
bool wait_nofail(struct objcache_priv *priv, gfp_t gfp, unsigned int n, void **chain);
unsigned int wait_first_misses(struct objcache_priv *priv);
unsigned int wait_gathered(struct objcache_priv *priv);
int wait_for_objects(struct objcache_priv *priv, unsigned int state, unsigned long timeout,
		     unsigned int n, void **chain);

#endif /* _MEMPOOL_WAIT_H */
