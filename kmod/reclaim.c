// SPDX-License-Identifier: GPL-2.0-only
/*
 * reclaim.c - beside floor 1: brings cached objects back down
 *
 * Called from: cycle.c, lifecycle.c and knobs.c (destroy, resize), wait.c,
 * refill.c, CPU hotplug.
 * Calls: magazine.c, overflow.c.
 * Locks: drain_lock, cpu_hotplug_lock (read), transit.lock.  Context: task; sleeps.
 *
 * A magazine is emptied by its own CPU, through a work item on it, because
 * its slots change hands by CPU-local instructions.  Only the magazine of a
 * dead CPU is emptied from elsewhere.
 */
#include "internal.h"

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/percpu.h>
#include <linux/workqueue.h>

#include "depot.h"
#include "magazine.h"
#include "objcache_priv.h"
#include "overflow.h"
#include "reclaim.h"

/* All under drain_lock, or the work's own. */
struct drain_work {
	struct work_struct	work;
	struct objcache_priv	*priv;
	unsigned int		above;
	unsigned int		given;	/* objects that went past the depot */
	bool			queued;
};

static DEFINE_PER_CPU(struct drain_work, drain_works);
static DEFINE_MUTEX(drain_lock);
static enum cpuhp_state dead_cpu_state;

/* No more than there are slots: others may free as fast as this takes. */
static void drain_this_cpu(struct work_struct *work)
{
	struct drain_work *drain = container_of(work, struct drain_work, work);
	struct objcache_priv *priv = drain->priv;
	struct transit *t = &priv->backing.transit;
	unsigned int n, batch = backing_drain_batch(&priv->backing);
	unsigned int left = priv->phys;
	void *objs[BACKING_DRAIN_BATCH];
	unsigned long irqs;

	do {
		n = min(left, batch);
		left -= n;
		irqs = transit_begin(t);
		n = mag_take(priv->pub.mag, priv->phys, drain->above, objs, n);
		if (n)
			drain->given += overflow_put(priv->overflow, objs, n);
		transit_end(t, irqs);
		cond_resched();
	} while (n == batch && left);
}

static void start_drain(struct objcache_priv *priv, unsigned int above, int cpu)
{
	struct drain_work *drain = per_cpu_ptr(&drain_works, cpu);

	drain->priv = priv;
	drain->above = above;
	drain->given = 0;
	drain->queued = true;
	queue_work_on(cpu, objcache_wq, &drain->work);
}

static unsigned int end_drain(int cpu)
{
	struct drain_work *drain = per_cpu_ptr(&drain_works, cpu);

	if (!drain->queued)
		return 0;
	flush_work(&drain->work);
	drain->queued = false;
	return drain->given;
}

/**
 * reclaim_drain_some() - empty the magazines of some CPUs
 * @priv:  the cache
 * @above: leave the objects in slots up to this one; 0 takes all
 * @want:  which CPUs to trouble; called once for each that is online
 *
 * The objects go to a short reserve, the depot, or slab.
 *
 * Context: task; sleeps.
 * Return: how many went to slab.
 */
unsigned long reclaim_drain_some(struct objcache_priv *priv, unsigned int above,
				 bool (*want)(struct objcache_priv *priv, int cpu))
{
	unsigned long given = 0;
	int cpu;

	mutex_lock(&drain_lock);
	cpus_read_lock();
	for_each_online_cpu(cpu)
		if (want(priv, cpu))
			start_drain(priv, above, cpu);
	for_each_online_cpu(cpu)
		given += end_drain(cpu);
	cpus_read_unlock();
	mutex_unlock(&drain_lock);
	return given;
}

/* Also those that look empty: an operation may be in flight. */
static bool every_cpu(struct objcache_priv *priv, int cpu)
{
	return true;
}

/**
 * reclaim_drain_cpus() - empty the magazines of all online CPUs
 * @priv:  the cache
 * @above: leave the objects in slots up to this one; 0 takes all
 *
 * Offline CPUs have nothing: cpu_dead() took it.
 *
 * Context: task; sleeps.
 */
void reclaim_drain_cpus(struct objcache_priv *priv, unsigned int above)
{
	reclaim_drain_some(priv, above, every_cpu);
}
EXPORT_SYMBOL_FOR_TEST(reclaim_drain_cpus);

/* The hotplug core calls it on a live CPU, for each cache. */
static int cpu_dead(unsigned int cpu, struct hlist_node *node)
{
	struct objcache_priv *priv =
		hlist_entry(node, struct objcache_priv, cpuhp);
	void *objs[MAGDEPOT_BATCH];
	unsigned int n;

	while ((n = mag_take_dead(priv->pub.mag, cpu, objs, MAGDEPOT_BATCH)))
		overflow_put(priv->overflow, objs, n);
	return 0;
}

/**
 * reclaim_add_cache() - have a cache's magazines emptied when CPUs die
 * @priv: the cache
 *
 * Context: task; sleeps.
 * Return: 0 or a negative errno.
 */
int reclaim_add_cache(struct objcache_priv *priv)
{
	return cpuhp_state_add_instance_nocalls(dead_cpu_state, &priv->cpuhp);
}

/**
 * reclaim_remove_cache() - the opposite of reclaim_add_cache()
 * @priv: the cache
 */
void reclaim_remove_cache(struct objcache_priv *priv)
{
	cpuhp_state_remove_instance_nocalls(dead_cpu_state, &priv->cpuhp);
}

/**
 * reclaim_init() - register with CPU hotplug
 *
 * In the PREPARE section teardown runs when the CPU is dead; there is no
 * startup callback, since a magazine is never made anew while it may hold
 * objects.
 *
 * Return: 0 or a negative errno.
 */
int reclaim_init(void)
{
	int cpu, state;

	for_each_possible_cpu(cpu)
		INIT_WORK(&per_cpu_ptr(&drain_works, cpu)->work, drain_this_cpu);

	state = cpuhp_setup_state_multi(CPUHP_BP_PREPARE_DYN, "mempool:dead",
					NULL, cpu_dead);
	if (state < 0)
		return state;
	dead_cpu_state = state;
	return 0;
}

/**
 * reclaim_exit() - unregister
 */
void reclaim_exit(void)
{
	cpuhp_remove_multi_state(dead_cpu_state);
}
