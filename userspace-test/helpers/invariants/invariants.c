// SPDX-License-Identifier: GPL-2.0-only
/*
 * invariants.c - mempool_invariants: caches that are broken on purpose, and validated
 *
 * Called from: insmod.  Calls: objcache; writes into magazines.  Context: task.
 *
 * Prints "begin NAME", then "end NAME: RESULT ..." lines, which 44-validate.sh
 * reads together with what mempool says in between.
 */
#define pr_fmt(fmt) "mempool_invariants: " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <mempool/objcache.h>

#define SIZE	96
#define N	20

static struct objcache *cache;
static void *objs[N];

static void begin_case(const char *name)
{
	cache = objcache_create("invariants", SIZE, NULL);
	if (IS_ERR(cache) || !objcache_alloc_bulk(cache, GFP_KERNEL, N, objs))
		return;
	objcache_free_bulk(cache, N, objs);
	pr_info("begin %s\n", name);
}

/* Validated again: what was off is mended or gone; then used, then destroyed. */
static void end_case(const char *name)
{
	int first = objcache_validate(cache), second = objcache_validate(cache);
	bool works = objcache_alloc_bulk(cache, GFP_KERNEL, N, objs);

	if (works)
		objcache_free_bulk(cache, N, objs);
	pr_info("end %s: %d %d %d %d\n", name, first, second, works, objcache_destroy(cache));
}

/* The thread stays on its CPU, and nothing else uses this cache. */
static struct magazine *mine(void)
{
	return raw_cpu_ptr(cache->mag);
}

static void run_sound(void)
{
	begin_case("sound");
	end_case("sound");
	begin_case("sound-in-use");
	objs[0] = objcache_alloc(cache, GFP_KERNEL);
	objcache_set_reserve(cache, 3);
	objcache_set_limit(cache, 100);
	pr_info("case in-use: %d\n", objcache_validate(cache));
	objcache_free(cache, objs[0]);
	end_case("sound-in-use");
	begin_case("sound-debugged");
	objcache_set_debug(cache, true);
	end_case("sound-debugged");
}

static void run_slots(void)
{
	struct magazine *mag;
	void *strange;

	begin_case("twice");
	mag = mine();
	mag->slot[mag->hint + 1] = mag->slot[2];
	end_case("twice");

	begin_case("strange");
	mag = mine();
	strange = kmalloc(SIZE, GFP_KERNEL);
	mag->slot[mag->hint + 1] = strange;
	end_case("strange");
	kfree(strange);

	begin_case("lost");
	mag = mine();
	strange = mag->slot[1];
	mag->slot[1] = NULL;
	pr_info("case lost: %d\n", objcache_validate(cache));
	mag->slot[1] = strange;
	end_case("lost");
}

static void run_ends(void)
{
	struct magazine *mag;

	begin_case("front");
	mag = mine();
	mag->slot[0] = mag->slot[mag->hint];
	mag->slot[mag->hint] = NULL;
	end_case("front");
	begin_case("behind");
	mag = mine();
	mag->slot[mag->phys + 1] = NULL;
	end_case("behind");
	begin_case("hint");
	mag = mine();
	mag->hint = mag->phys + 7;
	end_case("hint");
	begin_case("cap");
	mag = mine();
	mag->cap = mag->phys + 1;
	end_case("cap");
	begin_case("phys");
	mag = mine();
	mag->phys++;
	end_case("phys");
}

static void run_counters(void)
{
	begin_case("counters");
	mine()->allocs += 5;
	pr_info("case counters: %d\n", objcache_validate(cache));
	mine()->allocs -= 5;
	end_case("counters");
	begin_case("more-frees");
	mine()->frees += 1000;
	pr_info("case more-frees: %d\n", objcache_validate(cache));
	mine()->frees -= 1000;
	end_case("more-frees");
}

static int traffic(void *unused)
{
	void *some[N];

	while (!kthread_should_stop()) {
		if (objcache_alloc_bulk(cache, GFP_KERNEL, N, some))
			objcache_free_bulk(cache, N, some);
		cond_resched();
	}
	return 0;
}

/* Nothing is wrong, so nothing may be said to be, whatever moves meanwhile. */
static void run_traffic(void)
{
	struct task_struct *threads[4];
	unsigned int i, wrong = 0;
	int err;

	begin_case("traffic");
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		threads[i] = kthread_run(traffic, NULL, "invariants/%u", i);
	for (i = 0; i < 20; i++) {
		err = objcache_validate(cache);
		wrong += err && err != -EAGAIN;
		msleep(20);
	}
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		if (!IS_ERR(threads[i]))
			kthread_stop(threads[i]);
	pr_info("case traffic: %u\n", wrong);
	end_case("traffic");
}

static int __init invariants_init(void)
{
	set_cpus_allowed_ptr(current, cpumask_of(cpumask_first(cpu_online_mask)));
	run_sound();
	run_slots();
	run_ends();
	run_counters();
	run_traffic();
	/* For a look from outside. */
	begin_case("window");
	mine()->hint = mine()->phys + 1;
	return 0;
}

static void __exit invariants_exit(void)
{
	end_case("window");
}

module_init(invariants_init);
module_exit(invariants_exit);

MODULE_DESCRIPTION("Caches that are broken on purpose, and validated");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
