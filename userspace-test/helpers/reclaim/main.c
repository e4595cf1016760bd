// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - mempool_reclaim: a cache to reclaim from, told what to do
 *
 * Called from: insmod, and writes to its parameters.  Calls: objcache, load.c, roam.c, hog.c.
 * Context: task.
 *
 *	hold	as many objects of cache "job" are in use then
 *	thin	of those in use, only each so many'th stays so
 *	load	1 starts the load of load.c, 2 that of roam.c, 3 ends its threads, 0 all
 *	hog	a real-time thread has this CPU for itself; -1 ends it
 *	reclaim	calls objcache_reclaim(); reads what the last call returned
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mm.h>
#include <linux/smp.h>

#include <mempool/objcache.h>

#include "reclaim.h"

static unsigned int size = 256;
module_param(size, uint, 0444);
MODULE_PARM_DESC(size, "of the objects, in bytes (default 256)");

static struct objcache *job;
static void **held;
static unsigned int held_nr;
static unsigned long reclaimed;

#define HOLD_MAX	200000u

static int set_hold(const char *text, const struct kernel_param *kp)
{
	unsigned int n;
	int err = kstrtouint(text, 0, &n);

	if (err)
		return err;
	if (!job || n > HOLD_MAX)
		return -EINVAL;
	while (held_nr > n)
		objcache_free(job, held[--held_nr]);
	while (held_nr < n) {
		held[held_nr] = objcache_alloc(job, GFP_KERNEL | __GFP_NOWARN);
		if (!held[held_nr])
			return -ENOMEM;
		held_nr++;
	}
	return 0;
}

static int get_hold(char *text, const struct kernel_param *kp)
{
	return sysfs_emit(text, "%u\n", held_nr);
}

static const struct kernel_param_ops hold_ops = { .set = set_hold, .get = get_hold };
module_param_cb(hold, &hold_ops, NULL, 0600);
MODULE_PARM_DESC(hold, "objects in use");

static int set_thin(const char *text, const struct kernel_param *kp)
{
	unsigned int every, i, kept = 0;
	int err = kstrtouint(text, 0, &every);

	if (err)
		return err;
	if (!every)
		return -EINVAL;
	for (i = 0; i < held_nr; i++) {
		if (i % every)
			objcache_free(job, held[i]);
		else
			held[kept++] = held[i];
	}
	held_nr = kept;
	return 0;
}

static const struct kernel_param_ops thin_ops = { .set = set_thin };
module_param_cb(thin, &thin_ops, NULL, 0200);
MODULE_PARM_DESC(thin, "of the objects in use, only each so many'th stays so");

static int set_load(const char *text, const struct kernel_param *kp)
{
	unsigned int which;
	int err = kstrtouint(text, 0, &which);

	if (err)
		return err;
	switch (which) {
	case 0:
		load_stop();
		roam_stop();
		return 0;
	case 1:
		return load_start();
	case 2:
		return roam_start();
	case 3:
		roam_pause();
		return 0;
	}
	return -EINVAL;
}

/* Rounds, of which these failed; caches that came and went. */
static int get_load(char *text, const struct kernel_param *kp)
{
	return sysfs_emit(text, "%d %d %d\n", atomic_read(&load_rounds),
			  atomic_read(&load_failed), atomic_read(&load_churned));
}

static const struct kernel_param_ops load_ops = { .set = set_load, .get = get_load };
module_param_cb(load, &load_ops, NULL, 0600);
MODULE_PARM_DESC(load, "1 or 2 starts a load, 3 ends the threads of 2, 0 ends all");

static int set_hog(const char *text, const struct kernel_param *kp)
{
	int cpu, err = kstrtoint(text, 0, &cpu);

	if (err)
		return err;
	if (cpu >= 0)
		return hog_start(cpu);
	hog_stop();
	return 0;
}

static const struct kernel_param_ops hog_ops = { .set = set_hog };
module_param_cb(hog, &hog_ops, NULL, 0200);
MODULE_PARM_DESC(hog, "a real-time thread has this CPU for itself; -1 ends it");

static int set_reclaim(const char *text, const struct kernel_param *kp)
{
	if (!job)
		return -EINVAL;
	reclaimed = strncmp(text, "all", 3) ? objcache_reclaim(job) :
					      objcache_reclaim_all();
	return 0;
}

static int get_reclaim(char *text, const struct kernel_param *kp)
{
	return sysfs_emit(text, "%lu\n", reclaimed);
}

static const struct kernel_param_ops reclaim_ops = { .set = set_reclaim, .get = get_reclaim };
module_param_cb(reclaim, &reclaim_ops, NULL, 0600);
MODULE_PARM_DESC(reclaim, "reclaims when written to");

static int __init reclaim_init(void)
{
	struct objcache *cache;

	held = kvmalloc_array(HOLD_MAX, sizeof(*held), GFP_KERNEL);
	if (!held)
		return -ENOMEM;
	cache = objcache_create("job", size, NULL);
	if (IS_ERR(cache)) {
		kvfree(held);
		return PTR_ERR(cache);
	}
	job = cache;
	return 0;
}

static void __exit reclaim_exit(void)
{
	hog_stop();
	load_stop();
	roam_stop();
	while (held_nr)
		objcache_free(job, held[--held_nr]);
	objcache_destroy(job);
	kvfree(held);
}

module_init(reclaim_init);
module_exit(reclaim_exit);

MODULE_DESCRIPTION("Reclaim cycles of mempool, alone and under load");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
