// SPDX-License-Identifier: GPL-2.0-only
/*
 * tune.c - beside floor 1: the capacity of magazines follows the load
 *
 * Called from: slow paths, through an irq_work; a work item of its own;
 * knobs.c (the capacity changed), lifecycle.c.
 * Calls: knobs.c, reclaim.c, magazine.c.
 * Locks: tries objcache_priv.knobs.  Context: task; sleeps; any for a kick.
 *
 * A slow path counts, and no more: each TUNE_KICK refills of a CPU it asks for a
 * look, which is taken in a work item:
 *
 *	tune_count_refill
 *	  tune_kick          any context: queues the irq_work
 *	    kicked           hardirq: queues the work item
 *	      tune_look_now  task: observe() all CPUs, tune_decide(), carry out
 *
 * The capacity grows when a magazine runs empty and full in turns, and when
 * CPUs meet at a depot's lock: both get rarer by half when it doubles.  It
 * shrinks when for a whole period no magazine ran empty or full and the numbers
 * of objects seen in them lay close together: what a magazine neither falls
 * below nor rises above is its working set, and it needs room for no more.
 *
 * Everything is read from afar while it changes: a decision made of numbers
 * that are a moment old is as good.
 */
#include "internal.h"

#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "knobs.h"
#include "magazine.h"
#include "objcache_priv.h"
#include "reclaim.h"
#include "tune.h"

/*
 * Growing: what happens TUNE_TURNS times on a CPU within TUNE_WINDOW_MS.  A turn
 * is a refill and a flush, some 6000 instructions when slab is asked: less
 * than 80 a second cost less than 0.1 % of a CPU, and are not worth memory.
 * Contention is held to half of that, as each costs a second CPU as well.
 * (UMA grows at every contention, illumos after three within 15 s; both move
 * whole magazines under the lock.)
 */
#define TUNE_WINDOW_MS	100u
#define TUNE_TURNS	8u
#define TUNE_CONTENDED	4u

/*
 * Shrinking: UMA's period, in which eight looks see where a magazine stands.
 * A look wakes no idle CPU, and a cache that has the least capacity has none.
 */
#define TUNE_PERIOD_MS	20000u
#define TUNE_LOOKS	8u

/*
 * Whoever grows again within a period of shrinking shrinks later next time: at
 * most after 16 periods, so that a load that comes and goes costs some 64 misses
 * in 5 minutes.
 */
#define TUNE_PATIENCE	16u

/* What one CPU did since the last look, and how far it swung in the period. */
static void observe_cpu(struct objcache_priv *priv, int cpu, struct tune_facts *f)
{
	struct account *acct = per_cpu_ptr(priv->acct, cpu);
	struct tune_cpu *c = &priv->tune.cpu[cpu];
	unsigned long refills = READ_ONCE(acct->n[ACCOUNT_REFILLS]) - c->refills;
	unsigned long flushes = READ_ONCE(acct->n[ACCOUNT_FLUSHES]) - c->flushes;
	unsigned long ops;
	unsigned int level = mag_look(priv->pub.mag, cpu, &ops);

	c->refills += refills;
	c->flushes += flushes;
	c->misses += refills + flushes;
	c->low = min(c->low, level);
	c->high = max(c->high, level);
	f->turns = max(f->turns, min(refills, flushes));
	f->misses = max(f->misses, c->misses);
	/* Nothing that lies in an idle magazine is needed. */
	if (ops != c->ops)
		f->swing = max(f->swing, c->high - c->low);
}

static unsigned long sum_contended(struct objcache_priv *priv)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(priv->acct, cpu)->n[ACCOUNT_DEPOT_CONTENDED]);
	return sum;
}

static void observe(struct objcache_priv *priv, struct tune_facts *f)
{
	struct tune *t = &priv->tune;
	unsigned long now = jiffies, contended = sum_contended(priv);
	int cpu;

	f->window_ms = jiffies_to_msecs(now - t->looked);
	f->contended = contended - t->contended;
	for_each_possible_cpu(cpu)
		observe_cpu(priv, cpu, f);
	t->contended = contended;
	WRITE_ONCE(t->looked, now);
}

static void begin_period(struct objcache_priv *priv)
{
	struct tune *t = &priv->tune;
	int cpu;

	t->looks = 0;
	for_each_possible_cpu(cpu) {
		struct tune_cpu *c = &t->cpu[cpu];

		c->misses = 0;
		c->low = mag_look(priv->pub.mag, cpu, &c->ops);
		c->high = c->low;
	}
}

static enum account_item reason_to_grow(const struct tune_facts *f)
{
	if (f->window_ms > TUNE_WINDOW_MS || f->capacity >= f->max)
		return TUNE_KEEP;
	if (f->turns >= TUNE_TURNS)
		return ACCOUNT_GROWN_TURNS;
	if (f->contended >= TUNE_CONTENDED)
		return ACCOUNT_GROWN_CONTENDED;
	return TUNE_KEEP;
}

static bool calm_enough(const struct tune_facts *f, struct tune_memory *memory)
{
	/* A period without regret. */
	if (memory->shrunk)
		memory->patience = 1;
	memory->shrunk = false;
	memory->calm = f->misses < TUNE_KICK ? memory->calm + 1 : 0;
	return memory->calm && memory->calm >= memory->patience;
}

/**
 * tune_decide() - what the capacity should be
 * @f:        what was seen
 * @memory:   of the decisions before; changed
 * @capacity: the result
 *
 * Depends on nothing else.  Grows to double at most, shrinks to half at most,
 * and to no less than twice the swing, since looks do not see all of it.
 *
 * Context: any.
 * Return: the counter that says why it is another one, or TUNE_KEEP.
 */
enum account_item tune_decide(const struct tune_facts *f, struct tune_memory *memory,
			      unsigned int *capacity)
{
	enum account_item why = reason_to_grow(f);
	unsigned int smaller;

	*capacity = f->capacity;
	if (why != TUNE_KEEP) {
		if (memory->shrunk)
			memory->patience = clamp(2 * memory->patience, 2u, TUNE_PATIENCE);
		memory->shrunk = false;
		memory->calm = 0;
		*capacity = clamp(2 * f->capacity, f->min, f->max);
		return why;
	}
	if (!f->period_over || !calm_enough(f, memory))
		return TUNE_KEEP;
	smaller = max3(f->min, f->capacity / 2, 2 * f->swing);
	if (smaller >= f->capacity)
		return TUNE_KEEP;
	memory->shrunk = true;
	memory->calm = 0;
	*capacity = smaller;
	return ACCOUNT_SHRUNK;
}
EXPORT_SYMBOL_FOR_TEST(tune_decide);

static unsigned int most(const struct objcache_priv *priv)
{
	return min(priv->tune.max, knobs_most_capacity(priv));
}

static void look(struct objcache_priv *priv, bool periodic)
{
	struct tune *t = &priv->tune;
	struct tune_facts f = {
		.capacity = priv->wanted,
		.min = t->min,
		.max = most(priv),
		.period_over = periodic && ++t->looks >= TUNE_LOOKS,
	};
	enum account_item why;

	observe(priv, &f);
	why = tune_decide(&f, &t->memory, &priv->wanted);
	if (why == TUNE_KEEP) {
		if (f.period_over)
			begin_period(priv);
		return;
	}
	account_inc(priv->acct, why);
	knobs_apply(priv);
	if (why == ACCOUNT_SHRUNK)
		reclaim_drain_cpus(priv, priv->capacity);
}

/**
 * tune_look_now() - look at a cache and act
 * @priv:     the cache
 * @periodic: one of the looks that make a period
 *
 * Whoever changes a knob this instant is not waited for: it may be the one who
 * waits for this work to end.
 *
 * Context: task; sleeps.
 * Return: whether periodic looks are to go on.
 */
bool tune_look_now(struct objcache_priv *priv, bool periodic)
{
	struct tune *t = &priv->tune;
	bool go_on = false;

	if (!mutex_trylock(&priv->knobs))
		return true;
	/* Off, or closed by a small limit: nothing to tune. */
	if (t->on && priv->capacity) {
		look(priv, periodic);
		go_on = priv->wanted > t->min;
	}
	mutex_unlock(&priv->knobs);
	return go_on;
}
EXPORT_SYMBOL_FOR_TEST(tune_look_now);

static unsigned long look_interval(const struct tune *t)
{
	return max(msecs_to_jiffies(READ_ONCE(t->period_ms) / TUNE_LOOKS), 1ul);
}

static void look_periodically(struct work_struct *work)
{
	struct objcache_priv *priv =
		container_of(work, struct objcache_priv, tune.periodic.work);

	if (tune_look_now(priv, /*periodic=*/true))
		schedule_delayed_work(&priv->tune.periodic, look_interval(&priv->tune));
}

static void look_once(struct work_struct *work)
{
	tune_look_now(container_of(work, struct objcache_priv, tune.look),
		      /*periodic=*/false);
}

/* Not on a dying CPU, where nobody may be woken (see wake_served()). */
static void kicked(struct irq_work *work)
{
	struct tune *t = container_of(work, struct tune, kick);

	if (cpu_active(raw_smp_processor_id()))
		schedule_work(&t->look);
}

/**
 * tune_kick() - have somebody look soon
 * @t: the cache's tuning
 *
 * At most once a jiffy, so that a load that no capacity can help costs less than
 * 0.1 % of a CPU.
 *
 * Context: any, NMI too.
 */
void tune_kick(struct tune *t)
{
	if (READ_ONCE(t->wants_kick) && time_after(jiffies, READ_ONCE(t->looked)))
		irq_work_queue(&t->kick);
}

/**
 * tune_capacity_changed() - a capacity is in force now that may be another one
 * @priv: the cache
 *
 * Context: task; under objcache_priv.knobs, but at creation.
 */
void tune_capacity_changed(struct objcache_priv *priv)
{
	struct tune *t = &priv->tune;

	WRITE_ONCE(t->wants_kick, t->on && priv->capacity && priv->wanted < most(priv));
	begin_period(priv);
	if (t->on && priv->wanted > t->min)
		schedule_delayed_work(&t->periodic, look_interval(t));
}

/**
 * tune_create() - prepare the tuning of a new cache
 * @priv: the cache, with its default capacity: what tuning shrinks to
 * @max:  what it grows to
 *
 * Context: task; sleeps.
 * Return: 0 or -ENOMEM.
 */
int tune_create(struct objcache_priv *priv, unsigned int max)
{
	struct tune *t = &priv->tune;

	t->cpu = kcalloc(nr_cpu_ids, sizeof(*t->cpu), GFP_KERNEL);
	if (!t->cpu)
		return -ENOMEM;
	t->on = !(priv->flags & OBJCACHE_PASSTHROUGH);
	t->min = max(priv->wanted, 1u);
	t->max = max(max, t->min);
	t->period_ms = TUNE_PERIOD_MS;
	t->looked = jiffies;
	/* In hardirq on PREEMPT_RT too: a thread would be parked with its CPU. */
	t->kick = IRQ_WORK_INIT_HARD(kicked);
	INIT_WORK(&t->look, look_once);
	INIT_DEFERRABLE_WORK(&t->periodic, look_periodically);
	return 0;
}

/* Nobody kicks any more, or whoever does finds nothing to do. */
static void stop(struct tune *t)
{
	irq_work_sync(&t->kick);
	cancel_work_sync(&t->look);
	cancel_delayed_work_sync(&t->periodic);
}

/**
 * tune_close() - leave a dying cache alone
 * @priv: the cache
 *
 * Context: task; sleeps; under objcache_priv.knobs, which looks only try.
 */
void tune_close(struct objcache_priv *priv)
{
	lockdep_assert_held(&priv->knobs);
	WRITE_ONCE(priv->tune.on, false);
	WRITE_ONCE(priv->tune.wants_kick, false);
	stop(&priv->tune);
}

/**
 * tune_destroy() - the opposite of tune_create()
 * @priv: the cache
 *
 * Context: task; sleeps.
 */
void tune_destroy(struct objcache_priv *priv)
{
	stop(&priv->tune);
	kfree(priv->tune.cpu);
}
