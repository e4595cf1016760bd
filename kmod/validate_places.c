// SPDX-License-Identifier: GPL-2.0-only
/*
 * validate_places.c - beside floor 1: where free objects are, and out of there
 *
 * Called from: validate.c.
 * Calls: magazine.c, depot.c, reserve.c, debug.c, backing.c, wait.c, knobs.c.
 * Locks: under objcache_priv.knobs; those of the floors, for a batch at a time.
 * Context: task; sleeps.
 */
#include "internal.h"

#include <linux/cpu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/sort.h>

#include "debug.h"
#include "depot.h"
#include "knobs.h"
#include "magazine.h"
#include "objcache_priv.h"
#include "reserve.h"
#include "validate.h"

static void add(struct validation *v, void *obj, enum place_kind kind, int which,
		unsigned int slot)
{
	if (v->nr < v->room)
		v->at[v->nr] = (struct place){ obj, kind, which, slot };
	/* One too many says that there is not enough room. */
	if (v->nr <= v->room)
		v->nr++;
}

static void add_many(struct validation *v, void **objs, unsigned int n,
		     enum place_kind kind, int which)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		add(v, objs[i], kind, which, 0);
}

static void list_magazines(struct validation *v)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct magazine *mag = per_cpu_ptr(v->priv->pub.mag, cpu);
		unsigned int i;

		for (i = 1; i <= v->priv->phys; i++) {
			void *obj = READ_ONCE(mag->slot[i]);

			if (obj)
				add(v, obj, PLACE_MAGAZINE, cpu, i);
		}
	}
}

static void list_depots(struct validation *v)
{
	void *objs[MAGDEPOT_BATCH];
	unsigned int n, from;
	int node;

	for_each_node(node) {
		for (from = 0; ; from += n) {
			n = magdepot_list(v->priv->depot, node, from, objs);
			if (!n)
				break;
			add_many(v, objs, n, PLACE_DEPOT, node);
		}
	}
}

static void list_others(struct validation *v)
{
	void *objs[MAGDEPOT_BATCH];
	unsigned int n, from;

	for (from = 0; (n = reserve_list(&v->priv->reserve, from, objs, MAGDEPOT_BATCH)); from += n)
		add_many(v, objs, n, PLACE_RESERVE, 0);
	for (from = 0; (n = debug_list(v->priv, from, objs, MAGDEPOT_BATCH)); from += n)
		add_many(v, objs, n, PLACE_QUARANTINE, 0);
}

/* Some more than there are, for those that come meanwhile. */
static bool make_room(struct validation *v)
{
	struct objcache_priv *priv = v->priv;
	unsigned int room = mag_count_objects(priv->pub.mag) +
			    magdepot_count_objects(priv->depot) +
			    READ_ONCE(priv->reserve.nr) + debug_count(priv) + 64;

	v->nr = 0;
	if (room <= v->room)
		return true;
	kvfree(v->at);
	v->at = kvmalloc_array(room, sizeof(*v->at), GFP_KERNEL);
	v->room = v->at ? room : 0;
	return v->at;
}

/**
 * validate_list() - list the free objects
 * @v: the validation
 *
 * Context: task; sleeps.
 * Return: true; false when there was not enough room for all.
 */
bool validate_list(struct validation *v)
{
	if (!make_room(v))
		return false;
	list_magazines(v);
	list_depots(v);
	list_others(v);
	return v->nr <= v->room;
}

static int compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	/* There can be millions of them, and sort() does not let others run. */
	cond_resched();
	return x->obj < y->obj ? -1 : x->obj > y->obj;
}

/**
 * validate_sort() - sort the list, so that those of one object are neighbours
 * @v: the validation
 *
 * Context: task; sleeps.
 */
void validate_sort(struct validation *v)
{
	sort(v->at, v->nr, sizeof(*v->at), compare, NULL);
}

static void add_end(struct validation *v, void *obj)
{
	if (obj && obj != MAG_SENTINEL)
		add(v, obj, PLACE_MAGAZINE, raw_smp_processor_id(), 0);
}

/*
 * On this CPU.  A hint that is no slot's would lead anywhere; and what was
 * written over the ends has been reported.
 */
static int empty_magazine(void *arg)
{
	struct validation *v = arg;
	struct magazine __percpu *m = v->priv->pub.mag;
	unsigned int phys = v->priv->phys;
	void *objs[MAGDEPOT_BATCH];
	unsigned int n;

	this_cpu_write(m->hint, 0);
	this_cpu_write(m->cap, 0);
	this_cpu_write(m->phys, phys);
	add_end(v, this_cpu_xchg(m->slot[0], NULL));
	add_end(v, this_cpu_xchg(m->slot[phys + 1], MAG_SENTINEL));
	add_end(v, this_cpu_xchg(m->slot[phys + MAG_PARKED], NULL));
	while ((n = mag_take(m, phys, 0, objs, MAGDEPOT_BATCH)))
		add_many(v, objs, n, PLACE_MAGAZINE, raw_smp_processor_id());
	return 0;
}

static void empty_depots(struct validation *v)
{
	void *obj;

	while (magdepot_get_any(v->priv->depot, &obj)) {
		add(v, obj, PLACE_DEPOT, 0, 0);
		cond_resched();
	}
}

/* Each once, and only what is ours. */
static void give_back(struct validation *v)
{
	struct backing_origin origin;
	unsigned int i;

	validate_sort(v);
	for (i = 0; i < v->nr; i++) {
		void *obj = v->at[i].obj;

		if (i && obj == v->at[i - 1].obj)
			continue;
		backing_origin(&v->priv->backing, obj, &origin);
		if (origin.kind == BACKING_OWN)
			wait_hand_or_put(v->priv, obj);
	}
}

/**
 * validate_purge() - use magazines and depots no more, and empty them
 * @v: the validation that found them unsound
 *
 * Context: task; sleeps; under objcache_priv.knobs.
 */
void validate_purge(struct validation *v)
{
	struct objcache_priv *priv = v->priv;
	int cpu;

	pr_err("cache '%s': magazines and depots are off from now on\n", priv->name);
	priv->unsound = true;
	WRITE_ONCE(priv->capacity, 0);
	wait_set_cap(priv, 0);
	if (!make_room(v))
		return;
	for_each_online_cpu(cpu)
		smp_call_on_cpu(cpu, empty_magazine, v, false);
	empty_depots(v);
	v->nr = min(v->nr, v->room);
	give_back(v);
	knobs_apply(priv);
}
