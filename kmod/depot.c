// SPDX-License-Identifier: GPL-2.0-only
/*
 * depot.c - floor 3: a NUMA node's stock of free objects
 *
 * Called from: objcache.c, overflow.c, lifecycle.c, knobs.c.  Calls: depot_trim.c.
 * Locks: takes magdepot.lock (interrupts only try).
 * Context: any for get and put; they never sleep and never call slab.
 */
#include "internal.h"

#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>

#include "backing.h"
#include "depot.h"
#include "depot_lock.h"

/**
 * magdepot_create() - make an empty depot for each possible node
 * @backing: where surplus objects go
 * @acct:    where to count
 * @size:    the most that one may ever hold, in objects
 * @by_node: put each object into the depot of the node its memory is on
 *
 * Context: task; sleeps.
 * Return: the depots, closed (max 0), or NULL.
 */
struct magdepot_set *magdepot_create(struct backing *backing,
				     struct account __percpu *acct,
				     unsigned int size, bool by_node)
{
	struct magdepot_set *set = kzalloc(struct_size(set, depot, nr_node_ids), GFP_KERNEL);
	unsigned int chunks = DIV_ROUND_UP(size, MAGDEPOT_CHUNK);
	int node;

	if (!set)
		return NULL;
	set->backing = backing;
	set->acct = acct;
	set->by_node = by_node && nr_node_ids > 1;
	for_each_node(node) {
		struct magdepot *d;

		d = kvzalloc_node(struct_size(d, chunk, chunks), GFP_KERNEL,
				  node_online(node) ? node : NUMA_NO_NODE);
		if (!d) {
			magdepot_destroy(set);
			return NULL;
		}
		raw_spin_lock_init(&d->lock);
		d->size = size;
		set->depot[node] = d;
	}
	return set;
}
EXPORT_SYMBOL_FOR_TEST(magdepot_create);

/**
 * magdepot_destroy() - free the depots
 * @set: the depots, empty
 *
 * Context: task; sleeps.
 */
void magdepot_destroy(struct magdepot_set *set)
{
	int node;

	for_each_node(node) {
		struct magdepot *d = set->depot[node];

		while (d && d->chunks)
			kfree(d->chunk[--d->chunks]);
		kvfree(d);
	}
	kfree(set);
}
EXPORT_SYMBOL_FOR_TEST(magdepot_destroy);

/*
 * The lock is tried, with interrupts on: disabling them costs more than what is
 * done under it.  So an interrupt may have come upon its holder, and does
 * without; a task waits some batches long for another CPU's.  Whoever gives up
 * goes to slab.  On UP there is no lock, and interrupts are disabled.
 */
#define MAGDEPOT_PATIENCE	200

static bool may_wait(void)
{
	return in_task() && !irqs_disabled();
}

/* Tell sparse when it succeeded: __acquire(). */
static bool depot_trylock(struct magdepot_set *set, struct magdepot *d,
			  unsigned long *flags)
{
	unsigned int left;

	if (!IS_ENABLED(CONFIG_SMP)) {
		if (in_nmi())
			return false;
		local_irq_save(*flags);
		return _raw_spin_trylock(&d->lock);
	}
	if (likely(_raw_spin_trylock(&d->lock)))
		return true;
	account_inc(set->acct, ACCOUNT_DEPOT_CONTENDED);
	for (left = may_wait() ? MAGDEPOT_PATIENCE : 0; left; left--) {
		cpu_relax();
		if (!raw_spin_is_locked(&d->lock) && _raw_spin_trylock(&d->lock))
			return true;
	}
	return false;
}

/* Copies @n objects from, or else to, the places from @at on, chunk by chunk. */
static void copy(struct magdepot *d, unsigned int at, void **objs, unsigned int n, bool out)
{
	unsigned int nr;

	for (; n; at += nr, objs += nr, n -= nr) {
		void **place = d->chunk[at / MAGDEPOT_CHUNK] + at % MAGDEPOT_CHUNK;

		nr = min_t(unsigned int, n, MAGDEPOT_CHUNK - at % MAGDEPOT_CHUNK);
		if (out)
			memcpy(objs, place, nr * sizeof(*objs));
		else
			memcpy(place, objs, nr * sizeof(*objs));
	}
}

/* Under the lock: up to @n objects of those above @keep. */
unsigned int magdepot_take_out(struct magdepot *d, unsigned int keep, void **objs,
			       unsigned int n)
{
	n = min(n, d->nr - min(d->nr, keep));
	WRITE_ONCE(d->nr, d->nr - n);
	if (d->nr < d->low)
		WRITE_ONCE(d->low, d->nr);
	copy(d, d->nr, objs, n, true);
	return n;
}

static unsigned int depot_get(struct magdepot_set *set, struct magdepot *d,
			      void **objs, unsigned int n, bool must)
{
	unsigned long flags;

	/* Racy peek: an object put this instant may be missed, as ever. */
	if (!READ_ONCE(d->nr))
		return 0;
	if (depot_trylock(set, d, &flags))
		__acquire(&d->lock);
	else if (must && may_wait())
		depot_lock(d, &flags);
	else
		return 0;
	n = magdepot_take_out(d, 0, objs, n);
	depot_unlock(d, &flags);
	return n;
}

/*
 * Room for @n more, if that takes another chunk and it can be had without
 * waking anybody: whoever frees may hold any lock.  Without it the objects go
 * to slab.
 */
static void **new_chunk(struct magdepot *d, unsigned int n)
{
	if (likely(READ_ONCE(d->nr) + n <= READ_ONCE(d->chunks) * MAGDEPOT_CHUNK) ||
	    !backing_reachable())
		return NULL;
	return kmalloc_array(MAGDEPOT_CHUNK, sizeof(void *), __GFP_NOWARN | __GFP_NOMEMALLOC);
}

/* Under the lock; returns the chunk if there is no place for it. */
static void **add_chunk(struct magdepot *d, void **chunk)
{
	if (!chunk || d->chunks == DIV_ROUND_UP(d->size, MAGDEPOT_CHUNK))
		return chunk;
	d->chunk[d->chunks] = chunk;
	WRITE_ONCE(d->chunks, d->chunks + 1);
	return NULL;
}

static unsigned int depot_put(struct magdepot_set *set, struct magdepot *d,
			      void **objs, unsigned int n)
{
	unsigned int room;
	unsigned long flags;
	void **chunk;

	/* Racy peek: full a moment ago is full enough. */
	if (READ_ONCE(d->nr) >= READ_ONCE(d->max))
		return 0;
	chunk = new_chunk(d, n);
	if (!depot_trylock(set, d, &flags)) {
		kfree(chunk);
		return 0;
	}
	__acquire(&d->lock);
	chunk = add_chunk(d, chunk);
	room = min_t(unsigned int, d->max, d->chunks * MAGDEPOT_CHUNK);
	room = room > d->nr ? room - d->nr : 0;
	n = min(n, room);
	copy(d, d->nr, objs, n, false);
	WRITE_ONCE(d->nr, d->nr + n);
	/* Under the lock: they may be the cache's last, and go with it then. */
	account_add(set->acct, ACCOUNT_DEPOT_PUT_HIT, n);
	depot_unlock(d, &flags);
	/* Never in NMI: there is no chunk then. */
	kfree(chunk);
	return n;
}

/**
 * magdepot_get() - get objects from this node's depot
 * @set:  the depots
 * @objs: where they go
 * @n:    how many at most, up to MAGDEPOT_BATCH
 *
 * Context: any.
 * Return: how many there were.
 */
unsigned int magdepot_get(struct magdepot_set *set, void **objs, unsigned int n)
{
	n = depot_get(set, set->depot[numa_mem_id()], objs, n, false);
	if (n)
		account_add(set->acct, ACCOUNT_DEPOT_GET_HIT, n);
	else
		account_inc(set->acct, ACCOUNT_DEPOT_GET_MISS);
	return n;
}
EXPORT_SYMBOL_FOR_TEST(magdepot_get);

/**
 * magdepot_get_node() - get one object from a node's depot
 * @set:  the depots
 * @node: the node, online
 * @obj:  where it goes
 *
 * Context: any.
 * Return: true if there was one.
 */
bool magdepot_get_node(struct magdepot_set *set, int node, void **obj)
{
	if (!depot_get(set, set->depot[node], obj, 1, false))
		return false;
	account_inc(set->acct, ACCOUNT_DEPOT_GET_HIT);
	return true;
}
EXPORT_SYMBOL_FOR_TEST(magdepot_get_node);

/**
 * magdepot_get_any() - get one object, from whichever node has one
 * @set: the depots
 * @obj: where it goes
 *
 * The last resort, so in a task it waits for a depot that is busy.
 *
 * Context: any.
 * Return: true if there was one.
 */
bool magdepot_get_any(struct magdepot_set *set, void **obj)
{
	int node;

	for_each_node(node) {
		if (depot_get(set, set->depot[node], obj, 1, true)) {
			account_inc(set->acct, ACCOUNT_DEPOT_GET_HIT);
			return true;
		}
	}
	return false;
}
EXPORT_SYMBOL_FOR_TEST(magdepot_get_any);

static int node_of(const void *obj)
{
	return page_to_nid(virt_to_page(obj));
}

/* The length of the run at the front of @objs that shares a node. */
static unsigned int same_node(void **objs, unsigned int n, int node)
{
	unsigned int i;

	for (i = 1; i < n && node_of(objs[i]) == node; i++)
		;
	return i;
}

/**
 * magdepot_put() - put objects into the depots
 * @set:  the depots
 * @objs: the objects; those that did not fit are moved to its front
 * @n:    how many, up to MAGDEPOT_BATCH
 *
 * The node is looked at here and not on each free, so an object of another
 * node may serve this CPU until it is flushed.
 *
 * Context: any.
 * Return: how many did not fit.
 */
unsigned int magdepot_put(struct magdepot_set *set, void **objs, unsigned int n)
{
	unsigned int done, kept, run, left = 0;

	if (unlikely(backing_over_limit(set->backing)))
		return n;

	for (done = 0; done < n; done += run) {
		int node = numa_mem_id();

		run = n - done;
		if (set->by_node) {
			node = node_of(objs[done]);
			run = same_node(objs + done, run, node);
		}
		kept = depot_put(set, set->depot[node], objs + done, run);
		memmove(objs + left, objs + done + kept,
			(run - kept) * sizeof(*objs));
		left += run - kept;
	}
	if (left)
		account_add(set->acct, ACCOUNT_DEPOT_PUT_MISS, left);
	return left;
}
EXPORT_SYMBOL_FOR_TEST(magdepot_put);

/**
 * magdepot_set_max() - set how much a depot may hold
 * @set: the depots
 * @max: objects a node; more than there is room for means all the room; 0
 *	closes the depots
 *
 * What is above the new maximum goes back to slab.
 *
 * Context: task; sleeps.
 */
void magdepot_set_max(struct magdepot_set *set, unsigned int max)
{
	unsigned long flags;
	int node;

	for_each_node(node) {
		struct magdepot *d = set->depot[node];
		/* For those who cannot get one when they come: NMI. */
		void **chunk = max ? kmalloc_array(MAGDEPOT_CHUNK, sizeof(void *),
						   GFP_KERNEL) : NULL;

		depot_lock(d, &flags);
		WRITE_ONCE(d->max, min(max, d->size));
		if (!d->chunks)
			chunk = add_chunk(d, chunk);
		depot_unlock(d, &flags);
		kfree(chunk);
	}
	magdepot_trim(set, max);
}
EXPORT_SYMBOL_FOR_TEST(magdepot_set_max);

/**
 * magdepot_count_objects() - objects in all depots
 * @set: the depots
 *
 * Return: the number of objects, exact when nothing moves.
 */
unsigned int magdepot_count_objects(struct magdepot_set *set)
{
	unsigned int count = 0;
	int node;

	for_each_node(node)
		count += magdepot_count_node(set, node);
	return count;
}
EXPORT_SYMBOL_FOR_TEST(magdepot_count_objects);
