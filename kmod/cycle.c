// SPDX-License-Identifier: GPL-2.0-only
/*
 * cycle.c - beside floor 1: cached objects go back to slab
 *
 * Called from: drivers, debugfs_reclaim.c, triggers.c, shrinker.c, lifecycle.c.
 * Calls: cycle_give.c.
 * Locks: cycle_lock, members_lock, stats_lock.  Context: task; sleeps.
 *
 * A cycle visits each cache, one after the other, and has it give what the
 * trigger asks for (cycle_give.c).  Allocations and frees go on meanwhile; who
 * finds nothing because a cycle has it in its hands waits and looks again
 * (transit.h).
 *
 * Caches come and go while cycles run: who is at a cache has it pinned, and
 * destruction waits for that one visit to end.  A walk takes no lock that is
 * held while memory is allocated, so that who reclaims memory may do it too.
 */
#include "internal.h"

#include <linux/build_bug.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/wait.h>

#include "cycle.h"
#include "cycle_give.h"
#include "objcache_priv.h"

const char *const cycle_trigger_names[] = {
	[CYCLE_FORCED]		= "forced",
	[CYCLE_CLEANER]		= "cleaner",
	[CYCLE_IDLE]		= "idle",
	[CYCLE_LIMIT]		= "limit",
	[CYCLE_SHRINKER]	= "shrinker",
};

static_assert(ARRAY_SIZE(cycle_trigger_names) == CYCLE_TRIGGERS);

static LIST_HEAD(members);
static DEFINE_SPINLOCK(members_lock);	/* the list, pins, leaving */
static DECLARE_WAIT_QUEUE_HEAD(unpinned);

static DEFINE_MUTEX(cycle_lock);	/* one cycle at a time */
static DEFINE_SPINLOCK(stats_lock);
static struct cycle_stats stats_of[CYCLE_TRIGGERS];

static struct objcache_priv *to_cache(struct cycle_member *member)
{
	return container_of(member, struct objcache_priv, cycle);
}

/**
 * cycle_create() - prepare what cycles remember of a cache
 * @priv: the cache
 *
 * Context: task; sleeps.
 * Return: 0 or -ENOMEM.
 */
int cycle_create(struct objcache_priv *priv)
{
	priv->cycle.cpu = kcalloc(nr_cpu_ids, sizeof(*priv->cycle.cpu), GFP_KERNEL);
	return priv->cycle.cpu ? 0 : -ENOMEM;
}

/**
 * cycle_destroy() - the opposite of cycle_create()
 * @priv: the cache
 */
void cycle_destroy(struct objcache_priv *priv)
{
	kfree(priv->cycle.cpu);
}

/**
 * cycle_add_cache() - have cycles visit a cache
 * @priv: the cache, built
 *
 * Context: task.
 */
void cycle_add_cache(struct objcache_priv *priv)
{
	spin_lock(&members_lock);
	list_add_tail(&priv->cycle.link, &members);
	spin_unlock(&members_lock);
}

/**
 * cycle_remove_cache() - the opposite of cycle_add_cache()
 * @priv: the cache; nobody is at it, nor comes, when this returns
 *
 * It stays in the list until then, so that a walk finds its way on.
 *
 * Context: task; sleeps.
 */
void cycle_remove_cache(struct objcache_priv *priv)
{
	struct cycle_member *member = &priv->cycle;

	spin_lock(&members_lock);
	member->leaving = true;
	spin_unlock(&members_lock);
	wait_event(unpinned, !READ_ONCE(member->pins));
	/* Who dropped the last pin may be in the lock still. */
	spin_lock(&members_lock);
	list_del(&member->link);
	spin_unlock(&members_lock);
}

/**
 * cycle_next() - walk through all caches
 * @priv: where the walk is, let go by this; NULL: at the start
 *
 * The one returned does not go away before it is given here again.  A walk
 * that is not followed to its end would keep its last cache for ever.
 *
 * Context: task, also one that reclaims memory.
 * Return: the next cache, or NULL at the end.
 */
struct objcache_priv *cycle_next(struct objcache_priv *priv)
{
	struct cycle_member *at, *next = NULL;

	spin_lock(&members_lock);
	at = priv ? &priv->cycle : list_entry(&members, struct cycle_member, link);
	list_for_each_entry_continue(at, &members, link) {
		if (at->leaving)
			continue;
		at->pins++;
		next = at;
		break;
	}
	if (priv) {
		WRITE_ONCE(priv->cycle.pins, priv->cycle.pins - 1);
		if (!priv->cycle.pins && priv->cycle.leaving)
			wake_up_all(&unpinned);
	}
	spin_unlock(&members_lock);
	return next ? to_cache(next) : NULL;
}
EXPORT_SYMBOL_FOR_TEST(cycle_next);

static void visit(struct objcache_priv *priv, enum cycle_trigger trigger,
		  struct cycle_stats *sum)
{
	unsigned long given = cycle_give(priv, trigger);

	account_inc(priv->acct, ACCOUNT_CYCLES);
	account_add(priv->acct, ACCOUNT_RECLAIMED, given);
	sum->objects += given;
	sum->bytes += (u64)given * priv->backing.padded;
}

/**
 * cycle_note() - count a cycle
 * @trigger: why it was
 * @sum:     what it gave: objects and bytes
 * @took:    how long, in ns
 *
 * Context: task, also one that reclaims memory.
 */
void cycle_note(enum cycle_trigger trigger, const struct cycle_stats *sum, u64 took)
{
	struct cycle_stats *stats = &stats_of[trigger];

	spin_lock(&stats_lock);
	stats->cycles++;
	stats->objects += sum->objects;
	stats->bytes += sum->bytes;
	stats->total_ns += took;
	stats->last_ns = took;
	stats->last_at = ktime_get_real_ns();
	spin_unlock(&stats_lock);
}

/**
 * cycle_run() - one cycle through all caches
 * @trigger: why
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: how many objects went back to slab.
 */
unsigned long cycle_run(enum cycle_trigger trigger)
{
	struct objcache_priv *priv = NULL;
	struct cycle_stats sum = {};
	u64 start;

	mutex_lock(&cycle_lock);
	start = ktime_get_ns();
	while ((priv = cycle_next(priv)))
		visit(priv, trigger, &sum);
	cycle_note(trigger, &sum, ktime_get_ns() - start);
	mutex_unlock(&cycle_lock);
	return sum.objects;
}
EXPORT_SYMBOL_FOR_TEST(cycle_run);

/**
 * cycle_run_one() - a cycle through one cache
 * @priv:    the cache, which the caller keeps from being destroyed
 * @trigger: why
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: how many objects went back to slab.
 */
unsigned long cycle_run_one(struct objcache_priv *priv, enum cycle_trigger trigger)
{
	struct cycle_stats sum = {};
	u64 start;

	mutex_lock(&cycle_lock);
	start = ktime_get_ns();
	visit(priv, trigger, &sum);
	cycle_note(trigger, &sum, ktime_get_ns() - start);
	mutex_unlock(&cycle_lock);
	return sum.objects;
}
EXPORT_SYMBOL_FOR_TEST(cycle_run_one);

/**
 * cycle_read() - what the cycles of one trigger did
 * @trigger: which
 * @stats:   where it goes
 *
 * Context: task.
 */
void cycle_read(enum cycle_trigger trigger, struct cycle_stats *stats)
{
	spin_lock(&stats_lock);
	*stats = stats_of[trigger];
	spin_unlock(&stats_lock);
}
EXPORT_SYMBOL_FOR_TEST(cycle_read);

/**
 * objcache_reclaim() - give what a cache has cached back to slab
 * @cache: the cache
 *
 * All that lies in depots and magazines, but not the reserve.  No allocation
 * fails because of it; those that follow are slower, so it is for when memory
 * is needed elsewhere, or a phase of work is over.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: how many objects.
 */
unsigned long objcache_reclaim(struct objcache *cache)
{
	might_sleep();
	return cycle_run_one(to_priv(cache), CYCLE_FORCED);
}
EXPORT_SYMBOL_GPL(objcache_reclaim);

/**
 * objcache_reclaim_all() - objcache_reclaim() for the caches of all drivers
 *
 * Context: as objcache_reclaim().
 * Return: how many objects.
 */
unsigned long objcache_reclaim_all(void)
{
	might_sleep();
	return cycle_run(CYCLE_FORCED);
}
EXPORT_SYMBOL_GPL(objcache_reclaim_all);
