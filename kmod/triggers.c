// SPDX-License-Identifier: GPL-2.0-only
/*
 * triggers.c - beside floor 1: cycles that come by themselves
 *
 * Called from: slow paths; a work item each; knobtable.c, main.c.
 * Calls: cycle.c, cycle_give.c, backing.c, later.c.
 * Locks: period_lock.  Context: any for who asks; task for the work, which sleeps.
 *
 * A slow path that has a reason says so in its cache, and no more:
 *
 *	triggers_flushed, triggers_failed
 *	  ask              any context: notes the reason (later.c has it looked at)
 *	    answer         task: through all caches, to those that asked
 *
 * The cleaner comes with its period.  Each cache is pinned while somebody is at it
 * (cycle_next()), so none has work of its own that its end would wait for.
 */
#include "internal.h"

#include <linux/bitops.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/workqueue.h>

#include "backing.h"
#include "cycle.h"
#include "cycle_give.h"
#include "later.h"
#include "objcache_priv.h"
#include "triggers.h"

/* Why a cache asked: bits of cycle_member.asked. */
enum {
	ASKED_IDLE,
	ASKED_LIMIT,
};

/*
 * Flushes of a CPU between two looks at what is cached.  A look takes some
 * 3000 instructions, as a flush to slab does.
 */
#define FLUSHES_A_LOOK	8u

/*
 * So long between two answers: 3000 instructions a cache each 10 ms are 0.01 % of a
 * CPU.  At the limit of all caches, a cycle that found nothing to give is not repeated
 * for twice the pause before it, up to a second: all is in use then.
 */
#define PAUSE		msecs_to_jiffies(10)
#define LONGEST_PAUSE	msecs_to_jiffies(1000)

/* Not that of the drains, which cycles wait for. */
static struct workqueue_struct *wq;

static DEFINE_MUTEX(period_lock);	/* one change at a time, with its consequence */
static unsigned int period_ms = CLEANER_PERIOD_MS;

/* Of the limit of all caches (A): somebody asked; not before; how long after that. */
static bool all_asked;
static unsigned long all_next;
static unsigned long all_pause;

static void clean(struct work_struct *work);

static struct later answering;
static unsigned long answered;	/* answer()'s: when the last one ended */
static DECLARE_DELAYED_WORK(cleaner, clean);

static void ask(struct objcache_priv *priv, int why)
{
	if (!test_and_set_bit(why, &priv->cycle.asked))
		later_start(&answering);
}

/**
 * triggers_flushed() - a magazine was emptied: perhaps too much is cached now
 * @priv:    the cache
 * @flushes: how often this CPU did so
 *
 * Context: any.
 */
void triggers_flushed(struct objcache_priv *priv, unsigned long flushes)
{
	if (flushes % FLUSHES_A_LOOK == 0 && unlikely(cycle_idle_percent() >= 0))
		ask(priv, ASKED_IDLE);
}

static void ask_all(void)
{
	if (READ_ONCE(all_asked) || time_before(jiffies, READ_ONCE(all_next)))
		return;
	WRITE_ONCE(all_asked, true);
	later_start(&answering);
}

/**
 * triggers_failed() - an allocation failed: perhaps a limit has room when what is
 *	cached elsewhere goes back
 * @priv: the cache
 *
 * Context: any, NMI too.
 */
void triggers_failed(struct objcache_priv *priv)
{
	if (backing_at_limit(&priv->backing))
		ask(priv, ASKED_LIMIT);
	else if (backing_squeezed(&priv->backing))
		ask_all();
}

static bool has_cached(struct objcache_priv *priv)
{
	struct account_view view;

	objcache_view(priv, &view);
	return view.n[ACCOUNT_CACHED] > READ_ONCE(priv->reserve.nr);
}

static void look(struct objcache_priv *priv)
{
	unsigned long *asked = &priv->cycle.asked;

	if (!READ_ONCE(*asked))
		return;
	if (test_and_clear_bit(ASKED_LIMIT, asked) && has_cached(priv))
		cycle_run_one(priv, CYCLE_LIMIT);
	if (test_and_clear_bit(ASKED_IDLE, asked) && cycle_surplus(priv))
		cycle_run_one(priv, CYCLE_IDLE);
}

static void look_at_all(void)
{
	unsigned long pause = PAUSE;

	if (!READ_ONCE(all_asked))
		return;
	WRITE_ONCE(all_asked, false);
	if (!cycle_run(CYCLE_LIMIT))
		pause = clamp(2 * all_pause, PAUSE, LONGEST_PAUSE);
	all_pause = pause;
	WRITE_ONCE(all_next, jiffies + pause);
}

static void answer(struct later *l)
{
	long left = answered + PAUSE - jiffies;
	struct objcache_priv *priv = NULL;

	if (left > 0) {
		later_again(l, min_t(long, left, PAUSE));
		return;
	}
	look_at_all();
	while ((priv = cycle_next(priv)))
		look(priv);
	answered = jiffies;
}

/* Also for caches whose magazines are never flushed. */
static void trim_surplus(void)
{
	struct objcache_priv *priv = NULL;

	if (cycle_idle_percent() < 0)
		return;
	while ((priv = cycle_next(priv)))
		if (cycle_surplus(priv))
			cycle_run_one(priv, CYCLE_IDLE);
}

static void clean(struct work_struct *work)
{
	unsigned int ms;

	cycle_run(CYCLE_CLEANER);
	trim_surplus();
	ms = triggers_period();
	if (ms)
		queue_delayed_work(wq, &cleaner, msecs_to_jiffies(ms));
}

/**
 * triggers_period() - how often the cleaner comes
 *
 * Context: any.
 * Return: ms; 0: never.
 */
unsigned int triggers_period(void)
{
	return READ_ONCE(period_ms);
}

/**
 * triggers_set_period() - change that
 * @ms: the period, which begins now; 0: the cleaner is at rest when this returns
 *
 * Context: task; sleeps.
 * Return: 0, or -ERANGE for a period that is too short.
 */
int triggers_set_period(unsigned int ms)
{
	if (ms && ms < CLEANER_PERIOD_MIN_MS) {
		pr_err_ratelimited("cleaner period %u ms is less than %u\n", ms,
				   CLEANER_PERIOD_MIN_MS);
		return -ERANGE;
	}
	mutex_lock(&period_lock);
	WRITE_ONCE(period_ms, ms);
	if (ms)
		mod_delayed_work(wq, &cleaner, msecs_to_jiffies(ms));
	else
		cancel_delayed_work_sync(&cleaner);
	mutex_unlock(&period_lock);
	return 0;
}

/**
 * triggers_set_idle_percent() - change how much may be cached, of what is in use
 * @percent: the percent; below 0: any number; in force when this returns
 *
 * Context: task; sleeps.
 */
void triggers_set_idle_percent(int percent)
{
	cycle_set_idle_percent(percent);
	trim_surplus();
}

/**
 * triggers_set_memory_limit() - limit what all caches together have out of slab
 * @bytes: padded object bytes; ULONG_MAX: no limit
 *
 * What is cached goes back when more is out than that.
 *
 * Context: task; sleeps.
 */
void triggers_set_memory_limit(unsigned long bytes)
{
	backing_set_memory_limit(bytes);
	if (backing_memory() > bytes)
		cycle_run(CYCLE_LIMIT);
}

/**
 * triggers_init() - start the cleaner
 *
 * Context: task; sleeps.
 * Return: 0 or -ENOMEM.
 */
int triggers_init(void)
{
	/* Unbound: a cycle through large depots takes its time. */
	wq = alloc_workqueue("mempool-cycles", WQ_UNBOUND, 0);
	if (!wq)
		return -ENOMEM;
	all_next = jiffies;
	answered = jiffies - PAUSE;
	later_init(&answering, wq, answer);
	triggers_set_period(CLEANER_PERIOD_MS);
	return 0;
}

/**
 * triggers_exit() - stop; there are no caches any more
 *
 * Context: task; sleeps.
 */
void triggers_exit(void)
{
	triggers_set_period(0);
	later_stop(&answering);
	destroy_workqueue(wq);
}
