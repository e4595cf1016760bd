// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - mempool_sizes: a driver with pools of exact sizes
 *
 * Called from: insmod, rmmod.  Calls: pools of exact sizes.
 * Locks: none.  Context: task, hardirq.
 *
 * Prints "case WHAT: VALUE" lines, which 43-sizes.sh compares.  With forget=1
 * it does nothing but leave pools behind at rmmod: one with a cache, one
 * without, one whose cache is asked for at the last moment.
 */
#include "sizes.h"

#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

static bool forget;
module_param(forget, bool, 0444);
MODULE_PARM_DESC(forget, "leave pools behind");

static void try_create(const char *what, const char *name, unsigned int max)
{
	struct exactsize_pool *pool = exactsize_pool_create(name, max);

	if (IS_ERR(pool))
		say(what, PTR_ERR(pool));
	else
		say(what, exactsize_pool_destroy(pool));
}

static void run_arguments(void)
{
	try_create("name-null", NULL, 1);
	try_create("name-slash", "a/b", 1);
	try_create("name-long", "twenty-six-characters-long", 1);
	try_create("max-zero", "bad", 0);
	try_create("max-many", "bad", 129);
	try_create("max-absurd", "bad", UINT_MAX);
	try_create("good-name-long", "twenty-five-characters-ok", 128);
}

/* All sizes of a small pool, and some more; the number of those gone wrong. */
static void run_sizes(void)
{
	struct exactsize_pool *pool = exactsize_pool_create("few", 4);
	unsigned int i, bad = 0;

	if (IS_ERR(pool))
		return;
	say("add", exactsize_add(pool, 1000));
	say("add-again", exactsize_add(pool, 993));
	say("add-none", exactsize_add(pool, 0));
	say("add-huge", exactsize_add(pool, OBJCACHE_SIZE_MAX + 1));
	for (i = 1; i < 2000; i += 3) {
		u8 *obj = exactsize_alloc(pool, i, GFP_KERNEL | __GFP_ZERO);

		if (!obj || memchr_inv(obj, 0, ALIGN(i, 8))) {
			bad++;
			continue;
		}
		memset(obj, 0x5a, ALIGN(i, 8));
		exactsize_free(pool, obj, i);
	}
	say("sizes-bad", bad);
	say("sizes", exactsize_sizes(pool));
	say("add-more", exactsize_add(pool, 4096));
	/* 667 requests, of which 8 are for up to 24 bytes and 3 for up to 1000. */
	say("sizes-fallbacks", exactsize_fallbacks(pool));
	exactsize_free(pool, NULL, 8);
	exactsize_free(pool, exactsize_alloc(pool, 0, GFP_KERNEL), 0);
	exactsize_free(pool, exactsize_alloc(pool, SZ_16M, GFP_KERNEL), SZ_16M);
	say("free-null", 0);
	say("destroy-few", exactsize_pool_destroy(pool));
}

/* What kmalloc() gave is the last to be freed, after the pool. */
static void run_zombie(void)
{
	struct exactsize_pool *pool = exactsize_pool_create("zombie", 2);
	void *early, *late;

	if (IS_ERR(pool))
		return;
	early = exactsize_alloc(pool, 96, GFP_ATOMIC);
	say("zombie-made", comes_to(pool, 1));
	late = exactsize_alloc(pool, 96, GFP_KERNEL);
	say("destroy-busy", exactsize_pool_destroy(pool));
	try_create("zombie-name", "zombie", 1);
	exactsize_free(pool, late, 96);
	msleep(200);
	preempt_disable();
	exactsize_free(pool, early, 96);
	preempt_enable();
	say("destroy-null", exactsize_pool_destroy(NULL));
}

static void leave_behind(void)
{
	struct exactsize_pool *a = exactsize_pool_create("forgot-a", 4);
	struct exactsize_pool *b = exactsize_pool_create("forgot-b", 4);
	struct exactsize_pool *c = exactsize_pool_create("forgot-c", 4);

	if (IS_ERR(a) || IS_ERR(b) || IS_ERR(c))
		return;
	exactsize_free(a, exactsize_alloc(a, 64, GFP_KERNEL), 64);
	exactsize_free(c, exactsize_alloc(c, 64, GFP_ATOMIC), 64);
}

static int __init sizes_init(void)
{
	if (forget)
		return 0;
	say("start", 0);
	run_arguments();
	run_sizes();
	run_zombie();
	run_race();
	run_ends();
	return 0;
}

static void __exit sizes_exit(void)
{
	if (forget)
		leave_behind();
}

module_init(sizes_init);
module_exit(sizes_exit);

MODULE_DESCRIPTION("A driver with pools of exact sizes");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
