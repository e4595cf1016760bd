// SPDX-License-Identifier: GPL-2.0-only
/*
 * waiters.c - mempool_waiters: what those who sleep for objects are served with
 *
 * Called from: insmod; writes to the parameter run; CPU hotplug.  Calls: objcache.
 * Locks: none.  Context: task, hardirq; some of it with CPU hotplug held off.
 *
 * Prints "case NAME: VALUE" lines, which 48-waiting.sh compares.
 */
#define pr_fmt(fmt) "mempool_waiters: " fmt

#include <linux/completion.h>
#include <linux/cpuhotplug.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <linux/string.h>

#include <mempool/objcache.h>
#include <mempool/reservation.h>

#define SIZE		256
#define LIMIT		64u
#define OTHER_CPU	1	/* whose magazine the objects lie in */
#define SOON_MS		5000	/* for what is done at once, on a busy machine */

/* Those of "own" are the module's until one is freed; all memory is "hoarder"'s. */
static struct objcache *own, *squeezed, *hoarder;
static void *objs[LIMIT], *hoard[LIMIT];
static unsigned int nr_objs, nr_hoard;

struct sleeper {
	struct completion	done;
	struct objcache		*cache;
	unsigned int		timeout_ms;
	unsigned int		want;
	void			*obj;
	int			err;
	ktime_t			served;
};

static int sleeper(void *data)
{
	struct sleeper *s = data;
	struct objcache_reservation res;
	unsigned long timeout = msecs_to_jiffies(s->timeout_ms);

	if (s->want > 1) {
		s->err = objcache_reservation_wait(&res, s->cache, GFP_KERNEL, s->want,
						   TASK_KILLABLE, timeout);
		objcache_reservation_release(&res);
	} else {
		s->obj = objcache_alloc_wait(s->cache, GFP_KERNEL, TASK_KILLABLE, timeout);
		s->err = PTR_ERR_OR_ZERO(s->obj);
	}
	s->served = ktime_get();
	complete(&s->done);
	return 0;
}

static void start(struct sleeper *s, struct objcache *cache, unsigned int timeout_ms)
{
	struct task_struct *task;

	init_completion(&s->done);
	s->cache = cache;
	s->timeout_ms = timeout_ms;
	s->obj = NULL;
	task = kthread_run(sleeper, s, "waiters/sleeper");
	if (!IS_ERR(task))
		return;
	s->err = PTR_ERR(task);
	complete(&s->done);
}

/* -EDEADLK for who is not back in time; then its own time ends first. */
static int end(struct sleeper *s)
{
	bool in_time = wait_for_completion_timeout(&s->done, msecs_to_jiffies(SOON_MS));

	if (!in_time)
		return -EDEADLK;
	return s->err;
}

static void free_in_irq(void *obj)
{
	objcache_free(obj == hoard ? hoarder : own,
		      obj == hoard ? hoard[--nr_hoard] : objs[--nr_objs]);
}

static void free_there(void *which)
{
	smp_call_function_single(OTHER_CPU, free_in_irq, which, 1);
}

/* What it got is the module's again. */
static void keep(struct sleeper *s)
{
	if (IS_ERR_OR_NULL(s->obj))
		return;
	if (s->cache == own)
		objs[nr_objs++] = s->obj;
	else
		objcache_free(s->cache, s->obj);
}

/* One that lies in another CPU's magazine when the sleeper comes. */
static int wait_cached(void)
{
	static struct sleeper s;
	int err;

	free_there(objs);
	start(&s, own, 2 * SOON_MS);
	err = end(&s);
	keep(&s);
	return err;
}

static int wait_in_vain(void)
{
	static struct sleeper s;

	start(&s, own, 50);
	return end(&s);
}

/* Nothing at all until another cache caches some, which are all memory there is. */
static int wait_squeezed(const char *what)
{
	static struct sleeper s;
	ktime_t freed;
	int err;

	start(&s, squeezed, 2 * SOON_MS);
	msleep(100);
	pr_info("case %s-before: %d\n", what, completion_done(&s.done));
	freed = ktime_get();
	free_there(hoard);
	free_there(hoard);
	err = end(&s);
	pr_info("latency_us: %lld\n", ktime_us_delta(s.served, freed));
	keep(&s);
	return err;
}

static void run_cached(void)
{
	pr_info("case cached: %d\n", wait_cached());
	pr_info("case in-vain: %d\n", wait_in_vain());
}

/* The memory that "squeezed" had is slab's again: nobody else may have taken it. */
static void run_squeezed(void)
{
	pr_info("case squeezed: %d\n", wait_squeezed("squeezed"));
	objcache_reclaim(squeezed);
	hoard[nr_hoard] = objcache_alloc_wait(hoarder, GFP_KERNEL, TASK_KILLABLE, HZ);
	nr_hoard += !IS_ERR(hoard[nr_hoard]);
	hoard[nr_hoard] = objcache_alloc_wait(hoarder, GFP_KERNEL, TASK_KILLABLE, HZ);
	nr_hoard += !IS_ERR(hoard[nr_hoard]);
	pr_info("case squeezed-back: %u\n", nr_hoard);
}

static void run_limits(void)
{
	static struct sleeper one, many = { .want = 6 };

	start(&one, own, 2 * SOON_MS);
	msleep(60);
	objcache_set_limit(own, LIMIT + 1);
	pr_info("case raised: %d\n", end(&one));
	if (!IS_ERR_OR_NULL(one.obj))
		objcache_free(own, one.obj);
	objcache_set_limit(own, LIMIT);

	start(&many, own, 2 * SOON_MS);
	msleep(60);
	objcache_set_limit(own, 5);
	pr_info("case lowered: %d\n", end(&many));
	objcache_set_limit(own, LIMIT);
}

static void run_dies(void)
{
	struct objcache *cache = objcache_create("dying", SIZE, NULL);
	static struct sleeper one, many = { .want = 2 };
	void *obj;

	if (IS_ERR(cache))
		return;
	objcache_set_limit(cache, 2);
	obj = objcache_alloc(cache, GFP_KERNEL);
	/* The one has half of what it needs, the other stands behind it. */
	start(&many, cache, 2 * SOON_MS);
	msleep(60);
	start(&one, cache, 2 * SOON_MS);
	msleep(60);
	pr_info("case destroyed: %d\n", objcache_destroy(cache));
	pr_info("case dies: %d %d\n", end(&many), end(&one));
	objcache_free(cache, obj);
}

/* A CPU is dead, and hotplug waits for this. */
static int in_hotplug(unsigned int cpu)
{
	if (!nr_objs)
		return 0;
	pr_info("case hotplug-cached: %d\n", wait_cached());
	pr_info("case hotplug-in-vain: %d\n", wait_in_vain());
	pr_info("case hotplug-squeezed: %d\n", wait_squeezed("hotplug-squeezed"));
	return 0;
}

static const struct {
	const char	*name;
	void		(*fn)(void);
} runs[] = {
	{ "cached", run_cached },
	{ "squeezed", run_squeezed },
	{ "limits", run_limits },
	{ "dies", run_dies },
};

static int run_set(const char *name, const struct kernel_param *param)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(runs); i++) {
		if (sysfs_streq(name, runs[i].name)) {
			runs[i].fn();
			return 0;
		}
	}
	return -EINVAL;
}

static const struct kernel_param_ops run_ops = { .set = run_set };
module_param_cb(run, &run_ops, NULL, 0200);
MODULE_PARM_DESC(run, "what to do now");

static void take_all(void)
{
	for (nr_objs = 0; nr_objs < LIMIT; nr_objs++)
		objs[nr_objs] = objcache_alloc(own, GFP_KERNEL);
	for (nr_hoard = 0; nr_hoard < LIMIT; nr_hoard++)
		hoard[nr_hoard] = objcache_alloc(hoarder, GFP_KERNEL);
	/* Nothing is left in magazines: the memory is that of the objects in use. */
	objcache_reclaim_all();
}

static int cpuhp;

static int __init waiters_init(void)
{
	own = objcache_create("own", SIZE, NULL);
	squeezed = objcache_create("squeezed", SIZE, NULL);
	hoarder = objcache_create("hoarder", SIZE, NULL);
	if (IS_ERR(own) || IS_ERR(squeezed) || IS_ERR(hoarder))
		return -ENOMEM;
	objcache_set_limit(own, LIMIT);
	take_all();
	cpuhp = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "mempool:waiters", NULL,
					  in_hotplug);
	return cpuhp < 0 ? cpuhp : 0;
}

static void __exit waiters_exit(void)
{
	cpuhp_remove_state_nocalls(cpuhp);
	objcache_free_bulk(own, nr_objs, objs);
	objcache_free_bulk(hoarder, nr_hoard, hoard);
	if (objcache_destroy(own) || objcache_destroy(squeezed) || objcache_destroy(hoarder))
		pr_err("objects lost\n");
}

module_init(waiters_init);
module_exit(waiters_exit);

MODULE_DESCRIPTION("Those who sleep for objects of mempool, and what they get");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
