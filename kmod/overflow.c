// SPDX-License-Identifier: GPL-2.0-only
/*
 * overflow.c - frees that could go nowhere right now
 *
 * Called from: objcache.c, bulk.c, wait.c, reclaim.c.  Calls: reserve.c, depot.c,
 * backing.c.
 * Locks: none.  Context: any.
 *
 * A free cannot fail.  In NMI, and with preemption off on PREEMPT_RT, slab is
 * out of reach; when the magazine and the depot have no room either, the
 * object waits in a per-CPU llist for an irq_work, which runs where slab can
 * be called: in hardirq, on PREEMPT_RT in a thread.  The method is that of
 * bpf_mem_alloc's free_llist_extra.
 */
#include "internal.h"

#include <linux/percpu.h>

#include "backing.h"
#include "depot.h"
#include "overflow.h"
#include "reserve.h"

/* A short reserve comes first: it is what others may have to rely on. */
static unsigned int put_into_stock(struct overflow *o, void **objs, unsigned int n)
{
	if (unlikely(reserve_short(o->reserve)))
		n = reserve_put(o->reserve, objs, n);
	return n ? magdepot_put(o->depot, objs, n) : 0;
}

static void overflow_drain(struct irq_work *work)
{
	struct overflow *o = container_of(work, struct overflow, work);
	struct backing *b = o->depot->backing;
	struct llist_node *node, *next;
	void *objs[MAGDEPOT_BATCH];
	unsigned int n = 0;

	node = llist_del_all(&o->list);
	while (node) {
		next = node->next;
		node->next = NULL;	/* freed memory may have to be zero */
		objs[n++] = (void *)node - b->link;
		node = next;
		if (n < MAGDEPOT_BATCH && node)
			continue;
		n = put_into_stock(o, objs, n);
		if (n)
			backing_give(b, objs, n);
		n = 0;
	}
}

/**
 * overflow_create() - make the lists of all CPUs
 * @reserve: where the objects go while it is short
 * @depot:   where they go otherwise
 *
 * Context: task; sleeps.
 * Return: the lists, or NULL.
 */
struct overflow __percpu *overflow_create(struct reserve *reserve,
					  struct magdepot_set *depot)
{
	struct overflow __percpu *o = alloc_percpu(struct overflow);
	int cpu;

	if (!o)
		return NULL;
	for_each_possible_cpu(cpu) {
		struct overflow *this = per_cpu_ptr(o, cpu);

		init_llist_head(&this->list);
		init_irq_work(&this->work, overflow_drain);
		this->reserve = reserve;
		this->depot = depot;
	}
	return o;
}
EXPORT_SYMBOL_FOR_TEST(overflow_create);

/**
 * overflow_destroy() - free the lists
 * @o: the lists, empty
 *
 * Context: task; sleeps.
 */
void overflow_destroy(struct overflow __percpu *o)
{
	overflow_sync(o);
	free_percpu(o);
}
EXPORT_SYMBOL_FOR_TEST(overflow_destroy);

/**
 * overflow_add() - leave objects to the irq_work
 * @o:    the lists
 * @objs: the objects
 * @n:    how many
 *
 * Preemption is off here anyway, but for a pass-through on PREEMPT_RT, and
 * must be: free_cache() waits for whoever is between the list and the work.
 *
 * Context: any.
 */
void overflow_add(struct overflow __percpu *o, void **objs, unsigned int n)
{
	struct overflow *this = get_cpu_ptr(o);
	unsigned int link = this->depot->backing->link;
	unsigned int i;

	account_add(this->depot->acct, ACCOUNT_FREE_DEFERRED, n);
	for (i = 0; i < n; i++)
		llist_add((struct llist_node *)(objs[i] + link), &this->list);
	irq_work_queue(&this->work);
	put_cpu_ptr(o);
}
EXPORT_SYMBOL_FOR_TEST(overflow_add);

/**
 * overflow_put() - put objects down: reserve, depot, slab, else the irq_work
 * @o:    the lists
 * @objs: the objects; overwritten
 * @n:    how many, up to MAGDEPOT_BATCH
 *
 * Context: any.
 * Return: how many went past reserve and depot.
 */
unsigned int overflow_put(struct overflow __percpu *o, void **objs, unsigned int n)
{
	struct overflow *this = raw_cpu_ptr(o);
	struct backing *b = this->depot->backing;

	n = put_into_stock(this, objs, n);
	if (!n)
		return 0;
	if (backing_reachable())
		backing_give(b, objs, n);
	else
		overflow_add(o, objs, n);
	return n;
}

/**
 * overflow_sync() - wait until no irq_work runs, with its objects delivered
 * @o: the lists, to which nobody adds any more
 *
 * Context: task; sleeps.
 */
void overflow_sync(struct overflow __percpu *o)
{
	int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(o, cpu)->work);
}
EXPORT_SYMBOL_FOR_TEST(overflow_sync);
