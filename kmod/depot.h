/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * depot.h - floor 3: a NUMA node's stock of free objects
 *
 * Called from: objcache.c, overflow.c, cycle.c, shrinker.c, lifecycle.c, knobs.c.
 * Calls: backing.h.
 */
#ifndef _MEMPOOL_DEPOT_H
#define _MEMPOOL_DEPOT_H

#include <linux/cache.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/spinlock.h>

#include "account.h"

struct backing;

/*
 * Objects moved in one go between floors.  It bounds three things: the
 * pointers on the stack of a slow path (512 bytes), the copies under a depot's
 * lock, and the objects asked of slab at once.  It is half of the largest
 * default magazine, so that a refill or a flush takes the lock once: with 32, a
 * producer and a consumer on two CPUs met at the lock twice as often and took
 * 24 ns an object instead of 17.
 */
#define MAGDEPOT_BATCH	64

/* Pointers in a chunk: a page of them, which is what slab hands out best. */
#define MAGDEPOT_CHUNK		(PAGE_SIZE / sizeof(void *))

/**
 * struct magdepot - one node's depot: a bounded stack of objects
 * @lock:   protects all of it; raw, since it is taken in hardirq on PREEMPT_RT
 * @nr:     objects in it (D)
 * @max:    how many it may hold; 0: closed (D)
 * @chunks: how many of @chunk are there (D)
 * @size:   how many objects @chunk could hold (I)
 * @low:    the fewest that were in it in this period: nobody needed so many (D for
 *	writers, A for readers)
 * @keep:   when the period ended, what was above @low (D for writers, A for readers)
 * @chunk:  the objects, in chunks that come when they are needed; last in,
 *	first out, for the warm ones (D)
 */
struct magdepot {
	raw_spinlock_t	lock;
	unsigned int	nr;
	unsigned int	max;
	unsigned int	chunks;
	unsigned int	size;
	unsigned int	low;
	unsigned int	keep;
	void		**chunk[];
} ____cacheline_aligned_in_smp;

/**
 * struct magdepot_set - the depots of all nodes
 * @backing: where objects go that a depot has no room for (I)
 * @acct:    where to count (I)
 * @by_node: all objects belong to one node, or are sorted when put (I)
 * @depot:   one for each possible node (I)
 */
struct magdepot_set {
	struct backing		*backing;
	struct account __percpu	*acct;
	bool			by_node;
	struct magdepot		*depot[];
};

struct magdepot_set *magdepot_create(struct backing *backing,
				     struct account __percpu *acct,
				     unsigned int size, bool by_node);
void magdepot_destroy(struct magdepot_set *set);
void magdepot_set_max(struct magdepot_set *set, unsigned int max);

unsigned int magdepot_get(struct magdepot_set *set, void **objs, unsigned int n);
bool magdepot_get_node(struct magdepot_set *set, int node, void **obj);
bool magdepot_get_any(struct magdepot_set *set, void **obj);
unsigned int magdepot_put(struct magdepot_set *set, void **objs, unsigned int n);
unsigned long magdepot_trim(struct magdepot_set *set, unsigned int keep);
unsigned long magdepot_give(struct magdepot_set *set, unsigned long n);
unsigned long magdepot_give_node(struct magdepot_set *set, int node, unsigned long n);
void magdepot_end_period(struct magdepot_set *set);
unsigned long magdepot_trim_unused(struct magdepot_set *set);
unsigned int magdepot_list(struct magdepot_set *set, int node, unsigned int from,
			   void **objs);
unsigned int magdepot_count_objects(struct magdepot_set *set);

/* Objects in a node's depot, exact when nothing moves. */
static inline unsigned int magdepot_count_node(const struct magdepot_set *set, int node)
{
	return READ_ONCE(set->depot[node]->nr);
}

#endif /* _MEMPOOL_DEPOT_H */
