// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - mempool_crimes: commits each crime against a debugged cache
 *
 * Called from: insmod.  Calls: objcache.  Context: task.
 *
 * Each is between "begin NAME" and "end NAME: VALUE" in the log, which 44-check.sh
 * reads.  Then all objects must be there, and the caches must go.
 */
#define pr_fmt(fmt) "mempool_crimes: " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "crimes.h"

static struct scene scene;

noinline void *owner_allocates(struct objcache *cache)
{
	void *obj = objcache_alloc(cache, GFP_ATOMIC);

	/* Not the last call, so that it is on the stack. */
	barrier();
	return obj;
}

noinline void owner_frees(struct objcache *cache, void *obj)
{
	objcache_free(cache, obj);
	barrier();
}

noinline void thief_frees(struct objcache *cache, void *obj)
{
	objcache_free(cache, obj);
	barrier();
}

void crime_begins(const char *name)
{
	pr_info("begin %s\n", name);
}

void crime_ends_now(const char *name, long value)
{
	pr_info("end %s: %ld\n", name, value);
}

/* Reports are limited to some a second. */
void crime_ends(const char *name, long value)
{
	crime_ends_now(name, value);
	msleep(150);
}

static struct objcache *make(const char *name, unsigned int flags)
{
	const struct objcache_params params = { .flags = flags };

	return objcache_create(name, SIZE, &params);
}

static int __init crimes_init(void)
{
	int err;

	set_cpus_allowed_ptr(current, cpumask_of(cpumask_first(cpu_online_mask)));
	err = contexts_init();
	if (err)
		return err;
	scene.cache = make("crimes", 0);
	scene.other = make("crimes-other", OBJCACHE_DEBUG);
	scene.plain = make("crimes-plain", 0);
	if (IS_ERR(scene.cache) || IS_ERR(scene.other) || IS_ERR(scene.plain))
		return -ENOMEM;
	err = objcache_set_debug(scene.cache, true);
	if (err)
		return err;
	run_frees(&scene);
	run_foreign(&scene);
	run_later(&scene);
	return 0;
}

static void __exit crimes_exit(void)
{
	contexts_exit();
	pr_info("end destroy: %d\n", objcache_destroy(scene.cache));
	pr_info("end destroy-other: %d\n", objcache_destroy(scene.other));
	pr_info("end destroy-plain: %d\n", objcache_destroy(scene.plain));
}

module_init(crimes_init);
module_exit(crimes_exit);

MODULE_DESCRIPTION("Crimes against caches, for their debugging to find");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
