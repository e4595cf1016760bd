// SPDX-License-Identifier: GPL-2.0-only
/*
 * crowd.c - mempool_crowd: many caches, some of which come and go
 *
 * Called from: insmod, rmmod.  Calls: objcache.  Context: task.
 *
 * Makes caches crowd-0, crowd-1 ... with objects in use and cached, and one that
 * passes everything through to slab.  With churn=1 threads make caches, use them
 * and destroy them until it is unloaded.
 */
#define pr_fmt(fmt) "mempool_crowd: " fmt

#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>

#include <mempool/objcache.h>

#define CACHES_MAX	300
#define OBJECTS		20
#define THREADS		2

static unsigned int caches = 1;
module_param(caches, uint, 0444);
MODULE_PARM_DESC(caches, "how many caches to make, up to 300 (default 1)");

static bool churn;
module_param(churn, bool, 0444);
MODULE_PARM_DESC(churn, "have others come and go (default no)");

static struct objcache *crowd[CACHES_MAX], *plain;
static void *objs[CACHES_MAX][OBJECTS];
static struct task_struct *threads[THREADS];

static void use(struct objcache *cache)
{
	void *some[OBJECTS];
	unsigned int n;

	for (n = 0; n < OBJECTS; n++) {
		some[n] = objcache_alloc(cache, GFP_KERNEL);
		if (!some[n])
			break;
	}
	objcache_free_bulk(cache, n, some);
}

static int come_and_go(void *data)
{
	struct objcache *cache;
	char name[OBJCACHE_NAME_MAX];
	unsigned long i, n = 0;

	while (!kthread_should_stop()) {
		snprintf(name, sizeof(name), "churn-%ld-%lu", (long)data, n++);
		cache = objcache_create(name, 64, NULL);
		if (IS_ERR(cache))
			continue;
		for (i = 0; i < 200 && !kthread_should_stop(); i++) {
			use(cache);
			use(crowd[0]);
			cond_resched();
		}
		if (objcache_destroy(cache))
			pr_err("objects lost\n");
	}
	return 0;
}

static void stop_all(void)
{
	unsigned int i, n;

	for (i = 0; i < THREADS; i++)
		if (!IS_ERR_OR_NULL(threads[i]))
			kthread_stop(threads[i]);
	for (i = 0; i < CACHES_MAX; i++) {
		if (IS_ERR_OR_NULL(crowd[i]))
			continue;
		for (n = 0; n < OBJECTS; n++)
			objcache_free(crowd[i], objs[i][n]);
		objcache_destroy(crowd[i]);
	}
	if (!IS_ERR_OR_NULL(plain))
		objcache_destroy(plain);
}

static int make_one(unsigned int i)
{
	char name[OBJCACHE_NAME_MAX];
	unsigned int n;

	snprintf(name, sizeof(name), "crowd-%u", i);
	crowd[i] = objcache_create(name, 100, NULL);
	if (IS_ERR(crowd[i]))
		return PTR_ERR(crowd[i]);
	for (n = 0; n < OBJECTS; n++) {
		objs[i][n] = objcache_alloc(crowd[i], GFP_KERNEL);
		if (!objs[i][n])
			return -ENOMEM;
	}
	use(crowd[i]);
	return 0;
}

static int __init crowd_init(void)
{
	static const struct objcache_params through = { .flags = OBJCACHE_PASSTHROUGH };
	unsigned int i;
	int err = 0;

	if (!caches || caches > CACHES_MAX)
		return -EINVAL;
	plain = objcache_create("plain", 100, &through);
	if (IS_ERR(plain))
		return PTR_ERR(plain);
	for (i = 0; i < caches && !err; i++)
		err = make_one(i);
	for (i = 0; i < THREADS && churn && !err; i++) {
		threads[i] = kthread_run(come_and_go, (void *)(long)i, "crowd/%u", i);
		err = PTR_ERR_OR_ZERO(threads[i]);
	}
	if (err)
		stop_all();
	return err;
}

static void __exit crowd_exit(void)
{
	stop_all();
}

module_init(crowd_init);
module_exit(crowd_exit);

MODULE_DESCRIPTION("Many caches, some of which come and go");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
