// SPDX-License-Identifier: GPL-2.0-only
/*
 * late.c - mempool_late: frees in hardirq on a CPU that is going away
 *
 * Called from: insmod; a timer.  Calls: objcache.  Locks: none.
 * Context: task, hardirq.
 *
 * With no magazines and depots each free goes to slab, which on PREEMPT_RT cannot
 * be called there.  The timer goes on until the CPU is dead, and then on another.
 */
#define pr_fmt(fmt) "mempool_late: " fmt

#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/smp.h>

#include <mempool/objcache.h>

static int cpu = 3;
module_param(cpu, int, 0444);
MODULE_PARM_DESC(cpu, "where to free (default 3)");

/* More than are freed while a guest under emulation unplugs a CPU. */
#define OBJECTS		100000
#define PERIOD_NS	(20 * NSEC_PER_USEC)

static struct objcache *cache;
static void *last;	/* linked through their first words */
static struct hrtimer timer;

static enum hrtimer_restart free_one(struct hrtimer *t)
{
	void *obj = last;

	if (!obj)
		return HRTIMER_NORESTART;
	last = *(void **)obj;
	objcache_free(cache, obj);
	hrtimer_forward_now(t, ns_to_ktime(PERIOD_NS));
	return HRTIMER_RESTART;
}

static void start_here(void *unused)
{
	hrtimer_start(&timer, ns_to_ktime(PERIOD_NS), HRTIMER_MODE_REL_PINNED_HARD);
}

static int __init late_init(void)
{
	unsigned int i;
	void *obj;

	cache = objcache_create("late", 64, NULL);
	if (IS_ERR(cache))
		return PTR_ERR(cache);
	objcache_set_capacity(cache, 0);
	for (i = 0; i < OBJECTS; i++) {
		obj = objcache_alloc(cache, GFP_KERNEL);
		if (!obj)
			break;
		*(void **)obj = last;
		last = obj;
	}
#ifdef HAVE_HRTIMER_SETUP
	hrtimer_setup(&timer, free_one, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
#else
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	timer.function = free_one;
#endif
	return smp_call_function_single(cpu, start_here, NULL, 1);
}

static void __exit late_exit(void)
{
	hrtimer_cancel(&timer);
	if (objcache_destroy(cache))
		pr_err("objects lost\n");
}

module_init(late_init);
module_exit(late_exit);

MODULE_DESCRIPTION("Frees in hardirq on a CPU that is going away");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
