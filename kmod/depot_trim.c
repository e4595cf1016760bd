// SPDX-License-Identifier: GPL-2.0-only
/*
 * depot_trim.c - floor 3: objects of a depot go back to slab
 *
 * Called from: cycle.c, shrinker.c, limits.c, depot.c.  Calls: backing.c.
 * Locks: takes transit.lock and magdepot.lock.  Context: task; sleeps.
 *
 * A depot's lock is taken here in transits alone: who finds it taken, or the
 * depot empty, must not believe that there is nothing.
 */
#include "internal.h"

#include <linux/sched.h>
#include <linux/slab.h>

#include "backing.h"
#include "depot.h"
#include "depot_lock.h"

/*
 * In a transit the depot's lock is only tried: its holder has interrupts on, and
 * one that came upon it may be waiting for the transit to end.  The lock is waited
 * for outside, since that one looks again as long as transits pass.
 */
static unsigned long begin_with_lock(struct transit *t, struct magdepot *d)
	__acquires(&t->lock) __acquires(&d->lock)
{
	unsigned long irqs = transit_begin(t);

	while (!raw_spin_trylock(&d->lock)) {
		transit_end(t, irqs);
		while (raw_spin_is_locked(&d->lock))
			cpu_relax();
		irqs = transit_begin(t);
	}
	return irqs;
}

/* The chunks above what is there, but for the first of an open depot. */
static void drop_chunks(struct magdepot_set *set, struct magdepot *d)
{
	struct transit *t = &set->backing->transit;
	unsigned long irqs;
	void **chunk;

	do {
		chunk = NULL;
		irqs = begin_with_lock(t, d);
		if (d->chunks > DIV_ROUND_UP(max_t(unsigned int, d->nr, !!d->max),
					     MAGDEPOT_CHUNK)) {
			WRITE_ONCE(d->chunks, d->chunks - 1);
			chunk = d->chunk[d->chunks];
		}
		raw_spin_unlock(&d->lock);
		transit_end(t, irqs);
		kfree(chunk);
	} while (chunk);
}

/* The cache outlives it: the last object's return ends only what is closed. */
static unsigned int give_some(struct magdepot_set *set, struct magdepot *d,
			      unsigned int keep)
{
	struct backing *b = set->backing;
	void *objs[BACKING_DRAIN_BATCH];
	unsigned long irqs;
	unsigned int n;

	irqs = begin_with_lock(&b->transit, d);
	n = magdepot_take_out(d, keep, objs, backing_drain_batch(b));
	raw_spin_unlock(&d->lock);
	if (n)
		backing_give(b, objs, n);
	transit_end(&b->transit, irqs);
	return n;
}

/* No more than what is there now: others may put as fast as this takes. */
static unsigned long trim_node(struct magdepot_set *set, struct magdepot *d,
			       unsigned int keep)
{
	unsigned int nr = READ_ONCE(d->nr), most = nr - min(nr, keep);
	unsigned long given = 0;

	while (given < most && READ_ONCE(d->nr) > keep) {
		given += give_some(set, d, keep);
		cond_resched();
	}
	drop_chunks(set, d);
	return given;
}

/**
 * magdepot_trim() - give objects back to slab until @keep remain a node
 * @set:  the depots
 * @keep: objects to keep in each depot
 *
 * Context: task; sleeps.
 * Return: how many were given.
 */
unsigned long magdepot_trim(struct magdepot_set *set, unsigned int keep)
{
	unsigned long given = 0;
	int node;

	for_each_node(node)
		given += trim_node(set, set->depot[node], keep);
	return given;
}
EXPORT_SYMBOL_FOR_TEST(magdepot_trim);

/**
 * magdepot_give_node() - give some objects of a node back to slab
 * @set:  the depots
 * @node: the node
 * @n:    how many at most
 *
 * Context: task; sleeps.
 * Return: how many were given.
 */
unsigned long magdepot_give_node(struct magdepot_set *set, int node, unsigned long n)
{
	unsigned int nr = magdepot_count_node(set, node);

	return n ? trim_node(set, set->depot[node], nr - min_t(unsigned long, nr, n)) : 0;
}

/**
 * magdepot_give() - give some objects back to slab, of any node
 * @set: the depots
 * @n:   how many at most
 *
 * Context: task; sleeps.
 * Return: how many were given.
 */
unsigned long magdepot_give(struct magdepot_set *set, unsigned long n)
{
	unsigned long given = 0;
	int node;

	for_each_node(node)
		given += magdepot_give_node(set, node, n - min(n, given));
	return given;
}
EXPORT_SYMBOL_FOR_TEST(magdepot_give);

/**
 * magdepot_end_period() - see what was needed since the last period ended
 * @set: the depots
 *
 * A depot is a stack: what lay below its lowest level all the time served
 * nobody.  What comes in after this was not needed in the period either.
 *
 * Context: task; sleeps.
 */
void magdepot_end_period(struct magdepot_set *set)
{
	struct transit *t = &set->backing->transit;
	unsigned long irqs;
	int node;

	for_each_node(node) {
		struct magdepot *d = set->depot[node];

		irqs = begin_with_lock(t, d);
		WRITE_ONCE(d->keep, d->nr - d->low);
		raw_spin_unlock(&d->lock);
		transit_end(t, irqs);
	}
}
EXPORT_SYMBOL_FOR_TEST(magdepot_end_period);

static void begin_period(struct magdepot_set *set, struct magdepot *d)
{
	struct transit *t = &set->backing->transit;
	unsigned long irqs = begin_with_lock(t, d);

	WRITE_ONCE(d->low, d->nr);
	raw_spin_unlock(&d->lock);
	transit_end(t, irqs);
}

/**
 * magdepot_trim_unused() - give back what was not needed, and begin a new period
 * @set: the depots, after magdepot_end_period()
 *
 * Context: task; sleeps.
 * Return: how many were given.
 */
unsigned long magdepot_trim_unused(struct magdepot_set *set)
{
	unsigned long given = 0;
	int node;

	for_each_node(node) {
		given += trim_node(set, set->depot[node], READ_ONCE(set->depot[node]->keep));
		begin_period(set, set->depot[node]);
	}
	return given;
}
EXPORT_SYMBOL_FOR_TEST(magdepot_trim_unused);
