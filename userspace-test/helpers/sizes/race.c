// SPDX-License-Identifier: GPL-2.0-only
/*
 * race.c - first callers for the same sizes, at once, on four CPUs
 *
 * Called from: main.c.  Calls: pools of exact sizes.
 * Locks: none.  Context: a thread on each CPU, and hardirqs in it.
 *
 * On each CPU a thread and an interrupt ask for the same sizes in the same
 * order, some with flags that allow a cache to be made and some not.  Then each
 * CPU frees what the next one has, also in a hardirq.  In the end there must be
 * one cache a size, and nothing out.
 */
#include "sizes.h"

#include <linux/cpumask.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>

#define CPUS	4
#define SIZES	24
#define ROUNDS	6

/* Sizes that kmalloc() has a cache of too, and others. */
static unsigned int size_of(unsigned int i)
{
	return i & 1 ? 32 * (i + 1) : 40 * (i + 1);
}

struct racer {
	struct exactsize_pool	*pool;
	struct racer		*next;
	struct completion	done;
	struct irq_work		irq;
	unsigned int		at;
	bool			freeing;
	u8			*objs[2][SIZES];	/* of the task, of the irq */
	unsigned int		bad;
};

static struct racer racers[CPUS];
static atomic_t arrived;

/* All of them at the same moment, as far as they run at all. */
static void meet(unsigned int n)
{
	atomic_inc(&arrived);
	while (atomic_read(&arrived) < n)
		cond_resched();
}

static u8 mark_of(const struct racer *r, unsigned int i)
{
	return (r - racers) * SIZES + i + 1;
}

static u8 *allocate(struct racer *r, unsigned int i, gfp_t gfp)
{
	u8 *obj = exactsize_alloc(r->pool, size_of(i), gfp);

	if (obj)
		memset(obj, mark_of(r, i), size_of(i));
	return obj;
}

static void check_and_free(struct racer *r, u8 *obj, unsigned int i)
{
	if (!obj)
		return;
	if (memchr_inv(obj, mark_of(r, i), size_of(i)))
		r->bad++;
	exactsize_free(r->pool, obj, size_of(i));
}

static void from_interrupt(struct irq_work *work)
{
	struct racer *r = container_of(work, struct racer, irq);

	if (r->freeing)
		check_and_free(r->next, r->next->objs[1][r->at], r->at);
	else
		r->objs[1][r->at] = allocate(r, r->at, GFP_ATOMIC);
}

static void interrupt(struct racer *r, unsigned int i)
{
	r->at = i;
	irq_work_queue(&r->irq);
	irq_work_sync(&r->irq);
}

static int race(void *data)
{
	static const gfp_t gfps[] = { GFP_KERNEL, GFP_ATOMIC, GFP_KERNEL, GFP_NOIO };
	struct racer *r = data;
	unsigned int i, cpu = r - racers;

	meet(CPUS);
	for (i = 0; i < SIZES; i++) {
		if ((cpu + i) & 1)
			interrupt(r, i);
		r->objs[0][i] = allocate(r, i, gfps[(cpu + i) % ARRAY_SIZE(gfps)]);
		if (!((cpu + i) & 1))
			interrupt(r, i);
	}
	meet(2 * CPUS);
	r->freeing = true;
	for (i = 0; i < SIZES; i++) {
		check_and_free(r->next, r->next->objs[0][i], i);
		interrupt(r, i);
	}
	complete(&r->done);
	return 0;
}

static bool start(struct racer *r, struct exactsize_pool *pool, unsigned int cpu)
{
	struct task_struct *task;

	*r = (struct racer){ .pool = pool, .next = &racers[(cpu + 1) % CPUS] };
	init_completion(&r->done);
	r->irq = IRQ_WORK_INIT_HARD(from_interrupt);
	task = kthread_create(race, r, "sizes/%u", cpu);
	if (IS_ERR(task))
		return false;
	kthread_bind(task, cpumask_nth(cpu % num_online_cpus(), cpu_online_mask));
	wake_up_process(task);
	return true;
}

/* The number of things that went wrong. */
static unsigned int one_race(void)
{
	struct exactsize_pool *pool = exactsize_pool_create("race", SIZES);
	unsigned int i, bad = 0;

	if (IS_ERR(pool))
		return 1;
	atomic_set(&arrived, 0);
	for (i = 0; i < CPUS; i++)
		if (!start(&racers[i], pool, i))
			return 1;
	for (i = 0; i < CPUS; i++)
		wait_for_completion(&racers[i].done);
	for (i = 0; i < CPUS; i++)
		bad += racers[i].bad;
	bad += !comes_to(pool, SIZES);
	for (i = 0; i < SIZES; i++)
		bad += !exactsize_cache(pool, size_of(i));
	if (!exactsize_fallbacks(pool))
		pr_info("nobody was early\n");
	return bad + !!exactsize_pool_destroy(pool);
}

void run_race(void)
{
	unsigned int i, bad = 0;

	for (i = 0; i < ROUNDS; i++)
		bad += one_race();
	say("race-cpus", min_t(unsigned int, num_online_cpus(), CPUS));
	say("race-bad", bad);
}

/* A pool is destroyed while the work item is asked for, starts, or is through. */
void run_ends(void)
{
	unsigned int i, bad = 0;

	for (i = 0; i < 40; i++) {
		struct exactsize_pool *pool = exactsize_pool_create("ends", 4);
		void *obj;

		if (IS_ERR(pool)) {
			bad++;
			continue;
		}
		obj = exactsize_alloc(pool, 72, GFP_ATOMIC);
		if (obj)
			exactsize_free(pool, obj, 72);
		usleep_range(i * 300, i * 300 + 10);
		bad += !!exactsize_pool_destroy(pool);
	}
	say("ends-bad", bad);
}
