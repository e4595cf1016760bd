// SPDX-License-Identifier: GPL-2.0-only
/*
 * depot_list.c - floor 3: what is in a depot, for those who only look
 *
 * Called from: validate_places.c.  Calls: nothing.
 * Locks: takes magdepot.lock, with interrupts off.  Context: task.
 */
#include "internal.h"

#include <linux/minmax.h>

#include "depot.h"

/**
 * magdepot_list() - list some of a depot's objects
 * @set:  the depots
 * @node: which one
 * @from: how many to pass over
 * @objs: where they go, MAGDEPOT_BATCH of them
 *
 * Context: task.
 * Return: how many are listed; 0: there are no more.
 */
unsigned int magdepot_list(struct magdepot_set *set, int node, unsigned int from,
			   void **objs)
{
	struct magdepot *d = set->depot[node];
	unsigned long flags;
	unsigned int i, n;

	raw_spin_lock_irqsave(&d->lock, flags);
	n = from < d->nr ? min_t(unsigned int, d->nr - from, MAGDEPOT_BATCH) : 0;
	for (i = 0; i < n; i++)
		objs[i] = d->chunk[(from + i) / MAGDEPOT_CHUNK][(from + i) % MAGDEPOT_CHUNK];
	raw_spin_unlock_irqrestore(&d->lock, flags);
	return n;
}
EXPORT_SYMBOL_FOR_TEST(magdepot_list);
