/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reserve.h - floor 3: the objects a cache keeps for when slab has none
 *
 * Called from: objcache.c, bulk.c, refill.c, wait.c, overflow.c.  Calls: nothing.
 */
#ifndef _MEMPOOL_RESERVE_H
#define _MEMPOOL_RESERVE_H

#include <linux/compiler.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "account.h"

/*
 * Pointers in a block: 1 KiB.  The array is made of blocks so that it grows
 * without its content being copied under the lock: for a reserve of 100,000
 * objects 800 addresses of blocks are copied there.
 */
#define RESERVE_BLOCK	128u

/**
 * struct reserve - objects kept back, in one place for all CPUs and nodes
 * @lock:    protects all of it; raw, since it is taken in hardirq on PREEMPT_RT
 * @nr:      objects in it; above @min only while that is being changed (R for
 *	writers, A for readers)
 * @min:     how many there should be; below that it is short (R for writers, A
 *	for readers)
 * @blocks:  how many there are, room for @min at least (R)
 * @block:   arrays of RESERVE_BLOCK objects each; last in, first out (R)
 * @acct:    where to count (I)
 * @changed: called when it became short, or full again; in any context, with
 *	interrupts off and without @lock (I)
 */
struct reserve {
	raw_spinlock_t	lock;
	unsigned int	nr;
	unsigned int	min;
	unsigned int	blocks;
	void		***block;
	struct account __percpu *acct;
	void		(*changed)(struct reserve *r);
};

void reserve_init(struct reserve *r, struct account __percpu *acct,
		  void (*changed)(struct reserve *r));
void reserve_fini(struct reserve *r);
void reserve_drop_room(struct reserve *r);
int reserve_make_room(struct reserve *r, unsigned int n);
void reserve_set_min(struct reserve *r, unsigned int min);

bool reserve_get(struct reserve *r, void **objs, unsigned int n);
unsigned int reserve_get_surplus(struct reserve *r, void **objs, unsigned int n);
unsigned int reserve_put(struct reserve *r, void **objs, unsigned int n);
unsigned int reserve_fill(struct reserve *r, void **objs, unsigned int n,
			  unsigned int level);

unsigned int reserve_list(struct reserve *r, unsigned int from, void **objs,
			  unsigned int n);

/* Racy, but whoever changes the answer calls changed() afterwards. */
static inline bool reserve_short(const struct reserve *r)
{
	return READ_ONCE(r->nr) < READ_ONCE(r->min);
}

#endif /* _MEMPOOL_RESERVE_H */
