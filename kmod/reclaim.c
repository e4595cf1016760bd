// SPDX-License-Identifier: GPL-2.0-only
/*
 * reclaim.c - beside floor 1: brings cached objects back down
 *
 * Called from: cycle.c, lifecycle.c and knobs.c (destroy, resize), seek.c,
 * refill.c, CPU hotplug.
 * Calls: magazine.c, wait.c, overflow.c.
 * Locks: cpu_hotplug_lock (read), drain_lock, transit.lock.  Context: task; sleeps.
 *
 * A magazine is emptied by its own CPU, through a work item on it, because
 * its slots change hands by CPU-local instructions.  Only the magazine of a
 * dead CPU is emptied from elsewhere.
 *
 * Who must have all objects holds CPU hotplug off meanwhile.  Who only wants
 * some does not: hotplug allocates memory, which may have to wait for them.  A
 * CPU that was online keeps its workers; when it goes away they run elsewhere,
 * where they find another magazine, and its own is emptied by cpu_dead().
 */
#include "internal.h"

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/delay.h>
#include <linux/percpu.h>
#include <linux/sched/isolation.h>
#include <linux/workqueue.h>

#include "depot.h"
#include "magazine.h"
#include "objcache_priv.h"
#include "overflow.h"
#include "reclaim.h"
#include "wait.h"

/* All under drain_lock, or the work's own. */
struct drain_work {
	struct work_struct	work;
	struct objcache_priv	*priv;
	unsigned int		above;
	unsigned int		given;	/* objects that went past the depot */
	bool			queued;
};

/* A cache's own, for who does not wait for them, or not for long. */
struct bring_work {
	struct work_struct	work;
	struct objcache_priv	*priv;	/* I */
	unsigned long		given;	/* the work's: objects that went past the depot */
	bool			asked;	/* of reclaim_bring(): is it waited for */
};

/*
 * How long a cycle that nobody asked for waits for CPUs: a work item is some
 * microseconds, and comes to run within a scheduler's slice, unless real-time tasks
 * have the CPU.  Then its magazine is emptied whenever they leave it.
 */
#define BRING_PATIENCE_MS	100u

static DEFINE_PER_CPU(struct drain_work, drain_works);
static DEFINE_MUTEX(drain_lock);
static enum cpuhp_state dead_cpu_state;

/* Who sleeps comes first, then a short reserve. */
static unsigned int put_down(struct objcache_priv *priv, void **objs, unsigned int n)
{
	while (n && unlikely(wait_anybody(priv)) && wait_hand(priv, objs[n - 1]))
		n--;
	return n ? overflow_put(priv->overflow, objs, n) : 0;
}

/* No more than there are slots: others may free as fast as this takes. */
static unsigned int drain(struct objcache_priv *priv, unsigned int above)
{
	struct transit *t = &priv->backing.transit;
	unsigned int n, batch = backing_drain_batch(&priv->backing);
	unsigned int left = priv->phys, given = 0;
	void *objs[BACKING_DRAIN_BATCH];
	unsigned long irqs;

	do {
		n = min(left, batch);
		left -= n;
		irqs = transit_begin(t);
		n = mag_take(priv->pub.mag, priv->phys, above, objs, n);
		if (n)
			given += put_down(priv, objs, n);
		transit_end(t, irqs);
		cond_resched();
	} while (n == batch && left);
	return given;
}

static void drain_this_cpu(struct work_struct *work)
{
	struct drain_work *drain_work = container_of(work, struct drain_work, work);

	drain_work->given = drain(drain_work->priv, drain_work->above);
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
 * The objects go to who sleeps, a short reserve, the depot, or slab.  Does not
 * wait for CPU hotplug.
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
	for_each_online_cpu(cpu)
		if (want(priv, cpu))
			start_drain(priv, above, cpu);
	/* One of them may be online no longer. */
	for_each_possible_cpu(cpu)
		given += end_drain(cpu);
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
 * Context: task; sleeps; not in a CPU hotplug callback.
 */
void reclaim_drain_cpus(struct objcache_priv *priv, unsigned int above)
{
	cpus_read_lock();
	reclaim_drain_some(priv, above, every_cpu);
	cpus_read_unlock();
}
EXPORT_SYMBOL_FOR_TEST(reclaim_drain_cpus);

static void bring(struct work_struct *work)
{
	struct bring_work *this = container_of(work, struct bring_work, work);

	WRITE_ONCE(this->given, this->given + drain(this->priv, 0));
}

/**
 * reclaim_may_trouble() - may what comes by itself have a CPU do something
 * @cpu: the CPU
 *
 * Context: any.
 * Return: false for those that are to be left alone.
 */
bool reclaim_may_trouble(int cpu)
{
	return housekeeping_cpu(cpu, HK_TYPE_TICK) && housekeeping_cpu(cpu, HK_TYPE_DOMAIN);
}

static unsigned long sum_brought(struct objcache_priv *priv)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(priv->bring, cpu)->given);
	return sum;
}

static bool busy(struct objcache_priv *priv)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct bring_work *this = per_cpu_ptr(priv->bring, cpu);

		if (READ_ONCE(this->asked) && work_busy(&this->work))
			return true;
	}
	return false;
}

/**
 * reclaim_bring() - have some CPUs empty their magazines, and wait for a while
 * @priv: the cache, which stays
 * @want: which CPUs to trouble; called once for each that is online
 *
 * A CPU that has not come to it since the last time is not waited for again.
 * Nothing is allocated: those who wait for memory may wait for this.
 *
 * Context: task; sleeps.
 * Return: how many objects went to slab so far.
 */
unsigned long reclaim_bring(struct objcache_priv *priv,
			    bool (*want)(struct objcache_priv *priv, int cpu))
{
	unsigned long before = sum_brought(priv);
	unsigned int ms;
	int cpu;

	for_each_online_cpu(cpu) {
		struct bring_work *this = per_cpu_ptr(priv->bring, cpu);

		WRITE_ONCE(this->asked, want(priv, cpu) &&
			   queue_work_on(cpu, objcache_wq, &this->work));
	}
	for (ms = 0; busy(priv) && ms < BRING_PATIENCE_MS; ms += 2)
		usleep_range(1000, 2000);
	return sum_brought(priv) - before;
}

/**
 * reclaim_start_bringing() - have CPUs empty their magazines, and wait for none
 * @priv: the cache; not yet in reclaim_remove_cache()
 *
 * One that never comes to it, under a load of real-time tasks, holds up nobody.
 *
 * Context: task.
 * Return: how many were asked that had not been before.
 */
unsigned int reclaim_start_bringing(struct objcache_priv *priv)
{
	unsigned int n = 0;
	int cpu;

	for_each_online_cpu(cpu)
		if (mag_count_cpu(priv->pub.mag, cpu))
			n += queue_work_on(cpu, objcache_wq,
					   &per_cpu_ptr(priv->bring, cpu)->work);
	return n;
}

/* The hotplug core calls it on a live CPU, for each cache. */
static int cpu_dead(unsigned int cpu, struct hlist_node *node)
{
	struct objcache_priv *priv =
		hlist_entry(node, struct objcache_priv, cpuhp);
	void *objs[MAGDEPOT_BATCH];
	unsigned int n;

	while ((n = mag_take_dead(priv->pub.mag, cpu, objs, MAGDEPOT_BATCH)))
		put_down(priv, objs, n);
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
	int cpu, err;

	priv->bring = alloc_percpu(struct bring_work);
	if (!priv->bring)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct bring_work *this = per_cpu_ptr(priv->bring, cpu);

		INIT_WORK(&this->work, bring);
		this->priv = priv;
	}
	err = cpuhp_state_add_instance_nocalls(dead_cpu_state, &priv->cpuhp);
	if (err)
		free_percpu(priv->bring);
	return err;
}

/**
 * reclaim_remove_cache() - the opposite of reclaim_add_cache()
 * @priv: the cache, for which nobody seeks any more
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 */
void reclaim_remove_cache(struct objcache_priv *priv)
{
	int cpu;

	cpuhp_state_remove_instance_nocalls(dead_cpu_state, &priv->cpuhp);
	for_each_possible_cpu(cpu)
		cancel_work_sync(&per_cpu_ptr(priv->bring, cpu)->work);
	free_percpu(priv->bring);
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
