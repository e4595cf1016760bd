// SPDX-License-Identifier: GPL-2.0-only
/*
 * limits.c - mempool_limits: hard limits, and waiting at them
 *
 * Called from: insmod.  Calls: objcache.  Context: task, hardirq.
 *
 * Prints "case NAME: VALUE" lines, which 48-limits.sh compares.
 */
#define pr_fmt(fmt) "mempool_limits: " fmt

#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched/signal.h>

#include <mempool/objcache.h>

static bool race_only;
module_param(race_only, bool, 0444);
MODULE_PARM_DESC(race_only, "the race alone, for a limit of all caches (default no)");

#define SIZE		128
#define LIMIT		20
#define RACERS		8
#define RACE_OBJECTS	64
#define RACE_ROUNDS	400
#define SLEEPERS	5

static struct objcache *cache;

/* A race of threads for LIMIT objects: how many did they have, at the most? */

struct racer {
	struct task_struct	*task;
	struct completion	done;
};

static struct racer racers[RACERS];
static atomic_t out;
static atomic_t out_peak;

static void note_out(int now)
{
	int peak = atomic_read(&out_peak);

	while (now > peak && !atomic_try_cmpxchg(&out_peak, &peak, now))
		;
}

static int race(void *data)
{
	struct racer *racer = data;
	void *objs[RACE_OBJECTS];
	unsigned int round, n;

	for (round = 0; round < RACE_ROUNDS; round++) {
		for (n = 0; n < RACE_OBJECTS; n++) {
			objs[n] = objcache_alloc(cache, GFP_KERNEL | __GFP_NOWARN);
			if (!objs[n])
				break;
			note_out(atomic_inc_return(&out));
		}
		atomic_sub(n, &out);
		objcache_free_bulk(cache, n, objs);
		cond_resched();
	}
	complete(&racer->done);
	return 0;
}

static void run_race(const char *what)
{
	unsigned int i;

	atomic_set(&out_peak, 0);
	for (i = 0; i < RACERS; i++) {
		init_completion(&racers[i].done);
		racers[i].task = kthread_run(race, &racers[i], "limits/%u", i);
		if (IS_ERR(racers[i].task))
			complete(&racers[i].done);
	}
	for (i = 0; i < RACERS; i++)
		wait_for_completion(&racers[i].done);
	pr_info("case %s-peak: %d\n", what, atomic_read(&out_peak));
	/* What lies in a magazine counts too, so a few less than LIMIT is right. */
	pr_info("case %s-within-limit: %d\n", what, atomic_read(&out_peak) <= LIMIT);
	pr_info("case %s-near-limit: %d\n", what, atomic_read(&out_peak) >= LIMIT / 2);
}

/* Sleepers, served in the order in which they came. */

struct sleeper {
	struct completion	done;
	void			*obj;
	int			order;
	unsigned int		state;
	unsigned int		timeout_ms;
	bool			signals;
	struct task_struct	*task;
	ktime_t			served;
};

static atomic_t served;

static int sleeper(void *data)
{
	struct sleeper *s = data;

	if (s->signals)
		allow_signal(SIGUSR1);
	s->obj = objcache_alloc_wait(cache, GFP_KERNEL, s->state,
				     msecs_to_jiffies(s->timeout_ms));
	s->served = ktime_get();
	s->order = atomic_inc_return(&served);
	complete(&s->done);
	return 0;
}

static void start_sleeper(struct sleeper *s, unsigned int state,
			  unsigned int timeout_ms, bool signals)
{
	init_completion(&s->done);
	s->state = state;
	s->timeout_ms = timeout_ms;
	s->signals = signals;
	s->task = kthread_run(sleeper, s, "limits/sleeper");
	if (IS_ERR(s->task)) {
		s->obj = ERR_CAST(s->task);
		complete(&s->done);
	}
	/* In line before the next one. */
	msleep(60);
}

static void *held[LIMIT];

static void hold_all(void)
{
	unsigned int i;

	for (i = 0; i < LIMIT; i++) {
		held[i] = objcache_alloc_wait(cache, GFP_KERNEL, TASK_UNINTERRUPTIBLE, HZ);
		if (IS_ERR(held[i]))
			pr_info("case hold-%u: %ld\n", i, PTR_ERR(held[i]));
	}
}

static void free_in_hardirq(struct irq_work *work)
{
	static unsigned int next = SLEEPERS;

	objcache_free(cache, held[next++]);
}

static DEFINE_IRQ_WORK(free_work, free_in_hardirq);

static void run_order(void)
{
	static struct sleeper sleepers[SLEEPERS];
	bool in_order = true;
	unsigned int i;

	for (i = 0; i < SLEEPERS; i++)
		start_sleeper(&sleepers[i], TASK_KILLABLE, 10000, false);
	for (i = 0; i < SLEEPERS; i++) {
		objcache_free(cache, held[i]);
		wait_for_completion(&sleepers[i].done);
		if (IS_ERR(sleepers[i].obj) || sleepers[i].order != i + 1)
			in_order = false;
		held[i] = sleepers[i].obj;
	}
	pr_info("case fifo: %d\n", in_order);
}

static void run_hardirq(void)
{
	static struct sleeper s;
	ktime_t freed;

	start_sleeper(&s, TASK_UNINTERRUPTIBLE, 10000, false);
	freed = ktime_get();
	irq_work_queue(&free_work);
	wait_for_completion(&s.done);
	held[SLEEPERS] = s.obj;
	pr_info("case hardirq-serves: %d\n", !IS_ERR(s.obj));
	pr_info("latency_us: %lld\n", ktime_us_delta(s.served, freed));
}

static void run_errors(void)
{
	static struct sleeper interrupted, deaf;
	void *obj;

	obj = objcache_alloc(cache, GFP_KERNEL);
	pr_info("case at-limit: %d\n", !!obj);
	obj = objcache_alloc_wait(cache, GFP_KERNEL, TASK_KILLABLE, msecs_to_jiffies(50));
	pr_info("case timeout: %d\n", PTR_ERR_OR_ZERO(obj));
	obj = objcache_alloc_wait(cache, GFP_KERNEL, TASK_KILLABLE, 0);
	pr_info("case no-timeout: %d\n", PTR_ERR_OR_ZERO(obj));
	obj = objcache_alloc_wait(cache, GFP_ATOMIC, TASK_KILLABLE, HZ);
	pr_info("case atomic: %d\n", PTR_ERR_OR_ZERO(obj));
	obj = objcache_alloc_wait(cache, GFP_KERNEL, TASK_RUNNING, HZ);
	pr_info("case state: %d\n", PTR_ERR_OR_ZERO(obj));

	start_sleeper(&interrupted, TASK_INTERRUPTIBLE, 20000, true);
	send_sig(SIGUSR1, interrupted.task, 1);
	wait_for_completion(&interrupted.done);
	pr_info("case interrupted: %d\n", PTR_ERR_OR_ZERO(interrupted.obj));

	/* Only a fatal signal ends a killable sleep. */
	start_sleeper(&deaf, TASK_KILLABLE, 300, true);
	send_sig(SIGUSR1, deaf.task, 1);
	wait_for_completion(&deaf.done);
	pr_info("case not-killed: %d\n", PTR_ERR_OR_ZERO(deaf.obj));
}

/* Objects that lie in a magazine, of a cache whose limit came later. */
static void run_stranded(void)
{
	struct objcache *other = cache;
	void *objs[8], *obj;
	unsigned int i;

	cache = objcache_create("stranded", 64, NULL);
	if (IS_ERR(cache))
		goto out;
	for (i = 0; i < ARRAY_SIZE(objs); i++)
		objs[i] = objcache_alloc(cache, GFP_KERNEL);
	objcache_set_limit(cache, ARRAY_SIZE(objs));
	for (i = 0; i < ARRAY_SIZE(objs); i++)
		objcache_free(cache, objs[i]);
	for (i = 0; i < ARRAY_SIZE(objs); i++) {
		objs[i] = objcache_alloc_wait(cache, GFP_KERNEL, TASK_KILLABLE, HZ);
		if (IS_ERR(objs[i]))
			break;
	}
	pr_info("case none-stranded: %u\n", i);
	obj = objcache_alloc(cache, GFP_KERNEL);
	pr_info("case not-one-more: %d\n", !!obj);
	objcache_free_bulk(cache, i, objs);
	pr_info("case limit-of: %lu\n", objcache_limit(cache));
	objcache_destroy(cache);
out:
	cache = other;
}

static int __init limits_init(void)
{
	unsigned int i;

	cache = objcache_create("limited", SIZE, NULL);
	if (IS_ERR(cache))
		return PTR_ERR(cache);
	/* The stricter of both rules, which a byte more does not change. */
	objcache_set_limit(cache, 2 * LIMIT);
	objcache_set_limit_bytes(cache, (LIMIT + 1) * SIZE - 1);
	run_race("bytes-race");
	objcache_set_limit_bytes(cache, 0);
	objcache_set_limit(cache, LIMIT);
	run_race("race");
	if (race_only)
		return 0;
	hold_all();
	run_errors();
	atomic_set(&served, 0);
	run_order();
	run_hardirq();
	run_stranded();
	for (i = 0; i < LIMIT; i++)
		if (!IS_ERR_OR_NULL(held[i]))
			objcache_free(cache, held[i]);
	return 0;
}

static void __exit limits_exit(void)
{
	if (objcache_destroy(cache))
		pr_err("objects lost\n");
}

module_init(limits_init);
module_exit(limits_exit);

MODULE_DESCRIPTION("Hard limits of mempool, and waiting at them");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
