// SPDX-License-Identifier: GPL-2.0-only
/*
 * overflow.c - frees that could go nowhere right now
 *
 * Called from: objcache.c, bulk.c, wait.c, reclaim.c.  Calls: reserve.c, depot.c,
 * backing.c, later.c.
 * Locks: none.  Context: any.
 *
 * A free cannot fail.  In NMI, and with preemption off on PREEMPT_RT, slab is
 * out of reach; when the magazine and the depot have no room either, the
 * object waits in a per-CPU llist for an irq_work, which calls slab in hardirq.
 * The method is that of bpf_mem_alloc's free_llist_extra.  On PREEMPT_RT, where
 * that may not be, a worker takes the lists of all CPUs: irq_works that run in
 * a thread there lie still while their CPU is off, and may not sleep on all
 * kernels.
 */
#include "internal.h"

#include <linux/percpu.h>
#include <linux/slab.h>

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

static void deliver(struct overflow *o, struct llist_head *list)
{
	struct backing *b = o->depot->backing;
	struct llist_node *node, *next;
	void *objs[MAGDEPOT_BATCH];
	unsigned int n = 0;

	node = llist_del_all(list);
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

static void deliver_here(struct irq_work *work)
{
	struct overflow_cpu *this = container_of(work, struct overflow_cpu, work);

	deliver(this->all, &this->list);
}

static void deliver_late(struct later *late)
{
	struct overflow *o = container_of(late, struct overflow, late);
	int cpu;

	for_each_possible_cpu(cpu)
		deliver(o, &per_cpu_ptr(o->cpu, cpu)->list);
}

/**
 * overflow_create() - make the lists of all CPUs
 * @reserve: where the objects go while it is short
 * @depot:   where they go otherwise
 * @wq:      for who carries them, with a rescuer
 *
 * Context: task; sleeps.
 * Return: the lists, or NULL.
 */
struct overflow *overflow_create(struct reserve *reserve, struct magdepot_set *depot,
				 struct workqueue_struct *wq)
{
	struct overflow *o = kzalloc(sizeof(*o), GFP_KERNEL);
	int cpu;

	if (!o)
		return NULL;
	o->cpu = alloc_percpu(struct overflow_cpu);
	if (!o->cpu) {
		kfree(o);
		return NULL;
	}
	for_each_possible_cpu(cpu) {
		struct overflow_cpu *this = per_cpu_ptr(o->cpu, cpu);

		init_llist_head(&this->list);
		init_irq_work(&this->work, deliver_here);
		this->all = o;
	}
	o->reserve = reserve;
	o->depot = depot;
	later_init(&o->late, wq, deliver_late);
	o->by_worker = IS_ENABLED(CONFIG_PREEMPT_RT);
	return o;
}
EXPORT_SYMBOL_FOR_TEST(overflow_create);

/**
 * overflow_destroy() - free the lists
 * @o: the lists, empty
 *
 * Context: task; sleeps.
 */
void overflow_destroy(struct overflow *o)
{
	overflow_sync(o);
	free_percpu(o->cpu);
	kfree(o);
}
EXPORT_SYMBOL_FOR_TEST(overflow_destroy);

/**
 * overflow_add() - leave objects to who can call slab
 * @o:    the lists
 * @objs: the objects
 * @n:    how many
 *
 * Preemption is off here anyway, but for a pass-through on PREEMPT_RT, and
 * must be: free_cache() waits for whoever is between the list and the work.
 *
 * Context: any.
 */
void overflow_add(struct overflow *o, void **objs, unsigned int n)
{
	struct overflow_cpu *this = get_cpu_ptr(o->cpu);
	unsigned int link = o->depot->backing->link;
	unsigned int i;

	account_add(o->depot->acct, ACCOUNT_FREE_DEFERRED, n);
	for (i = 0; i < n; i++)
		llist_add((struct llist_node *)(objs[i] + link), &this->list);
	if (o->by_worker)
		later_start(&o->late);
	else
		irq_work_queue(&this->work);
	put_cpu_ptr(o->cpu);
}
EXPORT_SYMBOL_FOR_TEST(overflow_add);

/**
 * overflow_put() - put objects down: reserve, depot, slab, else the lists
 * @o:    the lists
 * @objs: the objects; overwritten
 * @n:    how many, up to MAGDEPOT_BATCH
 *
 * Context: any.
 * Return: how many went past reserve and depot.
 */
unsigned int overflow_put(struct overflow *o, void **objs, unsigned int n)
{
	n = put_into_stock(o, objs, n);
	if (!n)
		return 0;
	if (backing_reachable())
		backing_give(o->depot->backing, objs, n);
	else
		overflow_add(o, objs, n);
	return n;
}

/**
 * overflow_sync() - wait until nobody carries objects, with all delivered
 * @o: the lists, to which nobody adds any more
 *
 * One pass, and at most one grace period: that of later_finish() is for the
 * irq_works too.
 *
 * Context: task; sleeps.
 */
void overflow_sync(struct overflow *o)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct irq_work *work = &per_cpu_ptr(o->cpu, cpu)->work;

		if (irq_work_is_busy(work))
			irq_work_sync(work);
	}
	later_finish(&o->late);
}
EXPORT_SYMBOL_FOR_TEST(overflow_sync);
