// SPDX-License-Identifier: GPL-2.0-only
/*
 * load.c - mempool_reclaim: allocations that must not fail while cycles run
 *
 * Called from: main.c.  Calls: objcache.  Context: task, softirq.
 *
 * Each CPU has two caches of its own, for a thread and for a timer, and takes
 * all that their limit allows, over and over: no object is to spare, and
 * none is where this CPU could not have it, but for what a cycle carries.  One
 * more cache is for all CPUs, without a limit.  Beside that caches come and go.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timer.h>

#include <mempool/objcache.h>

#include "reclaim.h"

#define LIMIT		64
#define SHARED_OBJECTS	100

struct exact {
	struct objcache	*cache;
	void		*objs[LIMIT];
};

struct loader {
	struct exact		by_task;
	struct exact		by_timer;
	struct task_struct	*task;
	struct timer_list	timer;
	int			cpu;
	bool			timer_set;
};

atomic_t load_rounds;
atomic_t load_failed;
atomic_t load_churned;

static struct loader *loaders;
static struct objcache *shared;
static struct task_struct *churner;

/* All of it, one by one and in bulk, and back. */
static void take_all(struct exact *e, gfp_t gfp, bool bulk)
{
	unsigned int n = 0;

	if (bulk) {
		if (objcache_alloc_bulk(e->cache, gfp, LIMIT, e->objs))
			n = LIMIT;
	} else {
		while (n < LIMIT && (e->objs[n] = objcache_alloc(e->cache, gfp)))
			n++;
	}
	if (n < LIMIT)
		atomic_inc(&load_failed);
	objcache_free_bulk(e->cache, n, e->objs);
	atomic_inc(&load_rounds);
}

static void share(void)
{
	void *objs[SHARED_OBJECTS];
	unsigned int n = 0;

	while (n < SHARED_OBJECTS && (objs[n] = objcache_alloc(shared, GFP_KERNEL)))
		n++;
	if (n < SHARED_OBJECTS)
		atomic_inc(&load_failed);
	objcache_free_bulk(shared, n, objs);
}

static int task_load(void *data)
{
	struct loader *loader = data;
	unsigned int round;

	/* Caches cannot be destroyed while threads run without ever sleeping. */
	for (round = 0; !kthread_should_stop(); round++) {
		take_all(&loader->by_task, GFP_NOWAIT | __GFP_NOWARN, round & 1);
		share();
		if (round % 64)
			cond_resched();
		else
			msleep(20);
	}
	return 0;
}

static void timer_load(struct timer_list *timer)
{
	struct loader *loader = container_of(timer, struct loader, timer);

	take_all(&loader->by_timer, GFP_ATOMIC | __GFP_NOWARN, false);
	take_all(&loader->by_timer, GFP_ATOMIC | __GFP_NOWARN, true);
	mod_timer(timer, jiffies + 1);
}

static int churn(void *data)
{
	unsigned int i = 0;

	while (!kthread_should_stop()) {
		char name[OBJCACHE_NAME_MAX];
		struct objcache *cache;
		void *obj;

		snprintf(name, sizeof(name), "come-%u", i++);
		cache = objcache_create(name, 96, NULL);
		if (IS_ERR(cache)) {
			atomic_inc(&load_failed);
			break;
		}
		obj = objcache_alloc(cache, GFP_KERNEL);
		if (obj)
			objcache_free(cache, obj);
		if (objcache_destroy(cache))
			atomic_inc(&load_failed);
		atomic_inc(&load_churned);
	}
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static int make_exact(struct exact *e, const char *what, int cpu)
{
	char name[OBJCACHE_NAME_MAX];
	struct objcache *cache;

	snprintf(name, sizeof(name), "exact-%s-%d", what, cpu);
	cache = objcache_create(name, 128, NULL);
	if (IS_ERR(cache))
		return PTR_ERR(cache);
	e->cache = cache;
	return objcache_set_limit(cache, LIMIT);
}

static int start_loader(struct loader *loader, int cpu)
{
	struct task_struct *task;
	int err;

	loader->cpu = cpu;
	err = make_exact(&loader->by_task, "task", cpu);
	if (!err)
		err = make_exact(&loader->by_timer, "timer", cpu);
	if (err)
		return err;
	task = kthread_create(task_load, loader, "reclaim-load/%d", cpu);
	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, cpu);
	loader->task = task;
	timer_setup(&loader->timer, timer_load, TIMER_PINNED);
	loader->timer.expires = jiffies + 1;
	loader->timer_set = true;
	add_timer_on(&loader->timer, cpu);
	wake_up_process(task);
	return 0;
}

static void stop_loader(struct loader *loader)
{
	if (loader->task)
		kthread_stop(loader->task);
	if (loader->timer_set)
		timer_delete_sync(&loader->timer);
	objcache_destroy(loader->by_task.cache);
	objcache_destroy(loader->by_timer.cache);
}

/**
 * load_stop() - end it; also what load_start() began
 */
void load_stop(void)
{
	int cpu;

	if (!loaders)
		return;
	if (!IS_ERR_OR_NULL(churner))
		kthread_stop(churner);
	churner = NULL;
	for_each_possible_cpu(cpu)
		stop_loader(&loaders[cpu]);
	objcache_destroy(shared);
	shared = NULL;
	kfree(loaders);
	loaders = NULL;
}

/**
 * load_start() - begin
 *
 * Return: 0 or a negative errno.
 */
int load_start(void)
{
	struct objcache *cache;
	int cpu, err = 0;

	if (loaders)
		return -EBUSY;
	loaders = kcalloc(nr_cpu_ids, sizeof(*loaders), GFP_KERNEL);
	if (!loaders)
		return -ENOMEM;
	cache = objcache_create("shared", 256, NULL);
	if (IS_ERR(cache)) {
		load_stop();
		return PTR_ERR(cache);
	}
	shared = cache;
	for_each_online_cpu(cpu) {
		err = start_loader(&loaders[cpu], cpu);
		if (err)
			break;
	}
	churner = kthread_run(churn, NULL, "reclaim-churn");
	if (!err && IS_ERR(churner))
		err = PTR_ERR(churner);
	if (err)
		load_stop();
	return err;
}
