// SPDX-License-Identifier: GPL-2.0-only
/*
 * frees.c - mempool_crimes: objects that are freed twice
 *
 * Called from: main.c.  Calls: objcache.  Context: task, and what it goes to.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include <mempool/reservation.h>

#include "crimes.h"

#define MANY	20

struct pair {
	struct objcache *cache;
	void *obj;
};

static void free_twice(void *arg)
{
	struct pair *p = arg;

	owner_frees(p->cache, p->obj);
	thief_frees(p->cache, p->obj);
}

static void free_again(void *arg)
{
	struct pair *p = arg;

	thief_frees(p->cache, p->obj);
}

/* The object that this CPU freed last: caught without debugging too. */
static void run_last(struct objcache *cache, const char *prefix)
{
	enum context context;
	char name[40];

	for (context = 0; context < CONTEXTS; context++) {
		struct pair p = { cache, owner_allocates(cache) };

		snprintf(name, sizeof(name), "%s-%s", prefix, context_names[context]);
		crime_begins(name);
		run_in(context, free_twice, &p);
		crime_ends(name, 0);
	}
}

static void run_elsewhere(struct objcache *cache)
{
	struct pair p = { cache, owner_allocates(cache) };
	void *others[MANY];

	crime_begins("double-other-cpu");
	owner_frees(cache, p.obj);
	run_on_other_cpu(free_again, &p);
	crime_ends("double-other-cpu", 0);

	p.obj = owner_allocates(cache);
	objcache_alloc_bulk(cache, GFP_KERNEL, MANY, others);
	crime_begins("double-after-others");
	owner_frees(cache, p.obj);
	objcache_free_bulk(cache, MANY, others);
	thief_frees(cache, p.obj);
	crime_ends("double-after-others", 0);
}

static noinline void thief_frees_in_bulk(struct objcache *cache, unsigned int n, void **objs)
{
	objcache_free_bulk(cache, n, objs);
	barrier();
}

static void run_bulk(struct objcache *cache)
{
	void *objs[MANY + 1];

	objcache_alloc_bulk(cache, GFP_KERNEL, MANY, objs);
	objs[MANY] = objs[3];
	crime_begins("double-in-bulk");
	thief_frees_in_bulk(cache, MANY + 1, objs);
	crime_ends("double-in-bulk", 0);
}

/* Two CPUs, one object: one of them frees it, whichever. */
struct race {
	struct pair pair;
	atomic_t ready;
};

static void race_to_free(void *arg)
{
	struct race *race = arg;

	atomic_inc(&race->ready);
	while (atomic_read(&race->ready) < 2)
		cpu_relax();
	thief_frees(race->pair.cache, race->pair.obj);
}

static void run_race(struct objcache *cache)
{
	struct race race = { .pair = { cache, owner_allocates(cache) } };

	crime_begins("double-race");
	on_each_cpu_mask(cpumask_of(cpumask_last(cpu_online_mask)), race_to_free, &race, false);
	race_to_free(&race);
	/* The other one is in an interrupt, with the race on our stack. */
	smp_call_function_single(cpumask_last(cpu_online_mask), race_to_free, &race, true);
	crime_ends("double-race", 0);
}

static void run_reservation(struct objcache *cache)
{
	struct objcache_reservation res;
	void *obj, *obj2;

	if (objcache_reservation_try(&res, cache, GFP_KERNEL, 2))
		return;
	obj = objcache_reservation_take(&res);
	obj2 = objcache_reservation_take(&res);
	objcache_reservation_put(&res, obj);
	objcache_reservation_put(&res, obj2);
	crime_begins("reservation-free");
	thief_frees(cache, obj);
	crime_ends("reservation-free", 0);
	crime_begins("reservation-put-twice");
	objcache_reservation_put(&res, obj);
	crime_ends("reservation-put-twice", objcache_reservation_left(&res));
	objcache_reservation_release(&res);
	crime_begins("reservation-released");
	thief_frees(cache, obj);
	crime_ends("reservation-released", 0);
	crime_begins("reservation-put-free");
	objcache_reservation_put(&res, obj);
	crime_ends("reservation-put-free", objcache_reservation_left(&res));
}

static noinline void owner_leaves_to_rcu(struct objcache *cache, void *obj,
					 struct objcache_rcu *rcu)
{
	objcache_free_rcu(cache, obj, rcu);
	barrier();
}

static void run_rcu(struct objcache *cache)
{
	struct objcache_rcu rcu, again;
	void *obj = owner_allocates(cache);

	rcu_read_lock();
	owner_leaves_to_rcu(cache, obj, &rcu);
	crime_begins("rcu-free");
	thief_frees(cache, obj);
	crime_ends_now("rcu-free", 0);
	crime_begins("rcu-twice");
	objcache_free_rcu(cache, obj, &again);
	crime_ends_now("rcu-twice", 0);
	rcu_read_unlock();
	rcu_barrier();
	crime_begins("rcu-over");
	thief_frees(cache, obj);
	crime_ends("rcu-over", 0);
}

static void run_mempool(struct objcache *cache)
{
	void *obj = objcache_mempool_alloc(GFP_KERNEL, cache);

	crime_begins("mempool-twice");
	objcache_mempool_free(obj, cache);
	objcache_mempool_free(obj, cache);
	crime_ends("mempool-twice", 0);
}

/* Freed into a reserve that is short, and to one who waits: not in quarantine. */
static void run_reserve(struct objcache *cache)
{
	void *obj, *all[4];

	objcache_set_limit(cache, 4);
	objcache_set_reserve(cache, 2);
	objcache_alloc_bulk(cache, GFP_KERNEL, 4, all);
	obj = all[0];
	crime_begins("reserve-twice");
	objcache_free_bulk(cache, 4, all);
	thief_frees(cache, obj);
	crime_ends("reserve-twice", 0);
	objcache_set_reserve(cache, 0);
	objcache_set_limit(cache, 0);
}

void run_frees(struct scene *s)
{
	run_last(s->plain, "last");
	run_last(s->cache, "double");
	run_elsewhere(s->cache);
	run_bulk(s->cache);
	run_race(s->cache);
	run_reservation(s->cache);
	run_rcu(s->cache);
	run_mempool(s->cache);
	run_reserve(s->cache);
}
