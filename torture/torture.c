// SPDX-License-Identifier: GPL-2.0-only
/*
 * torture.c - mempool_torture: everything at once, every object accounted for
 *
 * Called from: insmod, which returns when the time is over.
 * Calls: actor.c, nmi.c, lifecycle.c, objcache.  Context: task.
 *
 * Tasks, softirqs, hardirq timers and NMIs on all CPUs allocate, hand over and
 * free, while CPUs go off and on, the magazine capacity and the limit change,
 * and other caches are made and destroyed.  At the end all actors give back what they
 * hold; the cache stays until rmmod, for the statistics to be checked.
 */
#define pr_fmt(fmt) "mempool_torture: " fmt

#include <linux/cpu.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timer.h>

#include "torture.h"

static unsigned int seconds = 10;
module_param(seconds, uint, 0444);
MODULE_PARM_DESC(seconds, "how long (default 10)");

static bool hotplug = true;
module_param(hotplug, bool, 0444);
MODULE_PARM_DESC(hotplug, "take CPUs off and on (default yes)");

static bool lifecycle = true;
module_param(lifecycle, bool, 0444);
MODULE_PARM_DESC(lifecycle, "make and destroy caches meanwhile (default yes)");

#define TASKS_PER_CPU	2
#define TASK_OPS	512
#define TIMER_OPS	48
#define TIMER_PERIOD_NS	(500 * NSEC_PER_USEC)
#define NMI_PERIOD_US	400

struct cpu_actors {
	struct actor		task[TASKS_PER_CPU];
	struct task_struct	*thread[TASKS_PER_CPU];
	struct actor		softirq;
	struct timer_list	timer;
	struct actor		hardirq;
	struct hrtimer		hrtimer;
};

struct objcache *torture_cache;
atomic64_t torture_errors;
static struct cpu_actors __percpu *actors;
static bool stopping;
static u64 transitions, capacity_changes;
static u64 ops[ACTOR_CONTEXTS], failed[ACTOR_CONTEXTS];

void torture_error(const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	if (atomic64_inc_return(&torture_errors) > 20)
		return;
	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	pr_err("%pV", &vaf);
	va_end(args);
}

static void construct(void *p)
{
	struct torture_object *obj = p;

	atomic64_set(&obj->owner, 0);
}

static int task_actor(void *data)
{
	struct actor *a = data;

	while (!kthread_should_stop()) {
		actor_step(a, GFP_KERNEL, TASK_OPS);
		cond_resched();
		if (!(a->ops & 0x3f))
			usleep_range(50, 200);
	}
	actor_release(a);
	return 0;
}

static void softirq_actor(struct timer_list *timer)
{
	struct cpu_actors *c = container_of(timer, struct cpu_actors, timer);

	actor_step(&c->softirq, GFP_ATOMIC | __GFP_NOWARN, TIMER_OPS);
	if (!READ_ONCE(stopping))
		mod_timer(timer, jiffies + 1);
}

static enum hrtimer_restart hardirq_actor(struct hrtimer *timer)
{
	struct cpu_actors *c = container_of(timer, struct cpu_actors, hrtimer);

	actor_step(&c->hardirq, GFP_ATOMIC | __GFP_NOWARN, TIMER_OPS);
	if (READ_ONCE(stopping))
		return HRTIMER_NORESTART;
	hrtimer_forward_now(timer, ns_to_ktime(TIMER_PERIOD_NS));
	return HRTIMER_RESTART;
}

static void init_hardirq_timer(struct hrtimer *timer)
{
#ifdef HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, hardirq_actor, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	timer->function = hardirq_actor;
#endif
}

static void start_timers(void *unused)
{
	struct cpu_actors *c = this_cpu_ptr(actors);

	mod_timer(&c->timer, jiffies + 1);
	hrtimer_start(&c->hrtimer, ns_to_ktime(TIMER_PERIOD_NS),
		      HRTIMER_MODE_REL_PINNED_HARD);
}

static int start_actors(void)
{
	int cpu, i;

	for_each_possible_cpu(cpu) {
		struct cpu_actors *c = per_cpu_ptr(actors, cpu);

		actor_init(&c->softirq, ACTOR_SOFTIRQ);
		timer_setup(&c->timer, softirq_actor, TIMER_PINNED);
		actor_init(&c->hardirq, ACTOR_HARDIRQ);
		init_hardirq_timer(&c->hrtimer);
		for (i = 0; i < TASKS_PER_CPU; i++) {
			actor_init(&c->task[i], ACTOR_TASK);
			c->thread[i] = kthread_run(task_actor, &c->task[i],
						   "torture/%d.%d", cpu, i);
			if (IS_ERR(c->thread[i]))
				return PTR_ERR(c->thread[i]);
		}
	}
	on_each_cpu(start_timers, NULL, 1);
	return 0;
}

static void account_actor(struct actor *a)
{
	ops[a->context] += a->ops;
	failed[a->context] += a->failed;
}

static void stop_actors(void)
{
	int cpu, i;

	WRITE_ONCE(stopping, true);
	for_each_possible_cpu(cpu) {
		struct cpu_actors *c = per_cpu_ptr(actors, cpu);

		for (i = 0; i < TASKS_PER_CPU; i++)
			if (!IS_ERR_OR_NULL(c->thread[i]))
				kthread_stop(c->thread[i]);
		if (!c->hrtimer.function)
			continue;
		timer_delete_sync(&c->timer);
		hrtimer_cancel(&c->hrtimer);
		actor_release(&c->softirq);
		actor_release(&c->hardirq);
		for (i = 0; i < TASKS_PER_CPU; i++)
			account_actor(&c->task[i]);
		account_actor(&c->softirq);
		account_actor(&c->hardirq);
	}
}

static int hotplug_thread(void *unused)
{
	while (!kthread_should_stop()) {
		unsigned int cpu = get_random_u32() % nr_cpu_ids;

		/* CPU 0 stays, as on most machines. */
		if (cpu && cpu_possible(cpu)) {
			bool online = cpu_online(cpu);

			if (!(online ? remove_cpu(cpu) : add_cpu(cpu)))
				transitions++;
		}
		msleep(20);
	}
	while (num_online_cpus() < num_present_cpus()) {
		unsigned int cpu;

		for_each_present_cpu(cpu)
			if (!cpu_online(cpu))
				add_cpu(cpu);
	}
	return 0;
}

static int capacity_thread(void *unused)
{
	static const unsigned int capacities[] = { 128, 0, 1, 2, 7, 64, 3, 256, 16 };
	static const unsigned long limits[] = { 0, 500, 0, 50, 1000 };
	unsigned int original = objcache_capacity(torture_cache);
	unsigned int i = 0;

	while (!kthread_should_stop()) {
		unsigned int capacity = capacities[i++ % ARRAY_SIZE(capacities)];

		if (objcache_set_capacity(torture_cache, capacity))
			torture_error("capacity %u refused\n", capacity);
		/* Every other time the load decides where it goes from there. */
		if (i % 2)
			objcache_set_auto_tune(torture_cache, true);
		/* Some of the time there is less than the actors want. */
		if (i % 4 == 0)
			objcache_set_limit(torture_cache, limits[i / 4 % ARRAY_SIZE(limits)]);
		capacity_changes++;
		usleep_range(10000, 11000);
	}
	objcache_set_limit(torture_cache, 0);
	objcache_set_capacity(torture_cache, original);
	return 0;
}

static int nmi_thread(void *unused)
{
	while (!kthread_should_stop()) {
		nmi_kick();
		usleep_range(NMI_PERIOD_US, 2 * NMI_PERIOD_US);
	}
	return 0;
}

static struct task_struct *run(int (*fn)(void *), const char *name, bool wanted)
{
	struct task_struct *t = wanted ? kthread_run(fn, NULL, "%s", name) : NULL;

	if (IS_ERR(t)) {
		torture_error("thread %s: error %ld\n", name, PTR_ERR(t));
		return NULL;
	}
	return t;
}

static void stop(struct task_struct *t)
{
	if (t)
		kthread_stop(t);
}

static void report(void)
{
	static const char *const context[] = { "task", "softirq", "hardirq", "nmi" };
	unsigned int i;

	nmi_report(&ops[ACTOR_NMI], &failed[ACTOR_NMI]);
	for (i = 0; i < ACTOR_CONTEXTS; i++)
		pr_info("%s: ops=%llu failed=%llu\n", context[i], ops[i], failed[i]);
	pr_info("hotplug=%llu capacity=%llu lifecycle=%lld errors=%lld\n",
		transitions, capacity_changes, atomic64_read(&lifecycle_rounds),
		atomic64_read(&torture_errors));
}

/*
 * The time, and on a busy machine some more: until a CPU went off and on and
 * both kinds of cache died.
 */
static void wait_for_events(void)
{
	unsigned int more;

	ssleep(seconds);
	for (more = 60; more; more--) {
		bool plugged = !hotplug || READ_ONCE(transitions) >= 2 ||
			       !IS_ENABLED(CONFIG_HOTPLUG_CPU);
		bool died = !lifecycle || atomic64_read(&lifecycle_rounds) >= 2;

		if (plugged && died)
			break;
		ssleep(1);
	}
}

static int run_all(void)
{
	struct task_struct *nmi, *capacity, *plug, *life;
	int err;

	err = nmi_start();
	if (err)
		return err;
	err = start_actors();
	nmi = run(nmi_thread, "torture/nmi", !err);
	capacity = run(capacity_thread, "torture/cap", !err);
	plug = run(hotplug_thread, "torture/plug", !err && hotplug);
	life = run(lifecycle_thread, "torture/life", !err && lifecycle);

	if (!err)
		wait_for_events();

	stop(life);
	stop(plug);
	stop(capacity);
	stop(nmi);
	stop_actors();
	report();
	nmi_stop();
	mailbox_release();
	if (!err && atomic64_read(&torture_errors))
		err = -EIO;
	return err;
}

static int __init torture_init(void)
{
	static const struct objcache_params params = { .ctor = construct };
	int err;

	torture_cache = objcache_create("torture", sizeof(struct torture_object),
					&params);
	if (IS_ERR(torture_cache))
		return PTR_ERR(torture_cache);
	actors = alloc_percpu(struct cpu_actors);
	err = actors ? run_all() : -ENOMEM;
	free_percpu(actors);
	if (err)
		objcache_destroy(torture_cache);
	return err;
}

static void __exit torture_exit(void)
{
	if (objcache_destroy(torture_cache))
		pr_err("objects lost\n");
}

module_init(torture_init);
module_exit(torture_exit);

MODULE_DESCRIPTION("Torture of mempool's object cache");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
