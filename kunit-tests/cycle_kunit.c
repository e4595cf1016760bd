// SPDX-License-Identifier: GPL-2.0-only
/*
 * cycle_kunit.c - beside floor 1: what a cycle gives back, counts, and leaves
 *
 * Called from: KUnit.  Calls: kmod/cycle.c, the public API.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/module.h>

#include "cycle.h"
#include "reclaim.h"

#define RESERVE	10

static int free_here(void *arg)
{
	struct kunit_cache *kc = arg;

	kunit_give(kc, kc->n / num_online_cpus());
	return 0;
}

/* Of @n objects some in each magazine, the others in depots. */
static void cache_objects(struct kunit *test, struct kunit_cache *kc, unsigned int n)
{
	int cpu;

	kunit_take(test, kc, n);
	for_each_online_cpu(cpu)
		KUNIT_ASSERT_EQ(test, smp_call_on_cpu(cpu, free_here, kc, false), 0);
	kunit_give(kc, kc->n);
	KUNIT_ASSERT_GE(test, kunit_view(kc->cache, ACCOUNT_CACHED), n);
}

/* Mutations: a depot, a magazine that is not emptied; a reserve that is. */
static void only_the_reserve_stays(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct objcache_priv *priv = to_priv(kc->cache);
	unsigned long cached;

	KUNIT_ASSERT_EQ(test, objcache_set_reserve(kc->cache, RESERVE), 0);
	cache_objects(test, kc, 500);
	cached = kunit_view(kc->cache, ACCOUNT_CACHED);
	KUNIT_EXPECT_EQ(test, objcache_reclaim(kc->cache), cached - RESERVE);
	KUNIT_EXPECT_EQ(test, mag_count_objects(kc->cache->mag), 0);
	KUNIT_EXPECT_EQ(test, magdepot_count_objects(priv->depot), 0);
	KUNIT_EXPECT_EQ(test, priv->reserve.nr, RESERVE);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_HELD), RESERVE);
}

static void what_is_in_use_is_not_touched(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);

	kunit_take(test, kc, 100);
	objcache_reclaim(kc->cache);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_HELD), 100);
	KUNIT_EXPECT_EQ(test, objcache_reclaim(kc->cache), 0);
}

/* More than a magazine holds, over chunks and batches. */
static void a_large_depot_goes_with_its_chunks(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 16, NULL);
	struct objcache_priv *priv = to_priv(kc->cache);
	unsigned int n = MAGDEPOT_CHUNK * 2 + 7;
	struct magdepot *d = priv->depot->depot[numa_mem_id()];

	KUNIT_ASSERT_EQ(test, objcache_set_depot_capacity(kc->cache, n), 0);
	KUNIT_ASSERT_EQ(test, objcache_prefill(kc->cache, n), 0);
	KUNIT_ASSERT_EQ(test, d->chunks, 3);
	KUNIT_EXPECT_EQ(test, objcache_reclaim(kc->cache), n);
	KUNIT_EXPECT_EQ(test, d->chunks, 1);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_HELD), 0);
}

static void it_is_all_counted(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 200, NULL);
	struct cycle_stats before, after;
	unsigned long given;

	cache_objects(test, kc, 300);
	cycle_read(CYCLE_FORCED, &before);
	given = objcache_reclaim(kc->cache);
	cycle_read(CYCLE_FORCED, &after);
	KUNIT_EXPECT_GE(test, given, 300);
	KUNIT_EXPECT_EQ(test, after.cycles - before.cycles, 1);
	KUNIT_EXPECT_EQ(test, after.objects - before.objects, given);
	KUNIT_EXPECT_EQ(test, after.bytes - before.bytes, given * 200);
	KUNIT_EXPECT_GT(test, after.last_ns, 0);
	KUNIT_EXPECT_EQ(test, after.total_ns - before.total_ns, after.last_ns);
	KUNIT_EXPECT_GT(test, after.last_at, before.last_at);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_CYCLES), 1);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_RECLAIMED), given);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_SLAB_GIVEN), given);
}

/* A depot that takes little: the rest goes to slab from the magazines' CPUs. */
static void what_the_depot_does_not_take_is_counted_too(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	unsigned long cached;

	KUNIT_ASSERT_EQ(test, objcache_set_depot_capacity(kc->cache, 5), 0);
	kunit_take(test, kc, 100);
	kunit_give(kc, 100);
	cached = kunit_view(kc->cache, ACCOUNT_CACHED);
	KUNIT_ASSERT_GT(test, cached, 50);
	KUNIT_EXPECT_EQ(test, objcache_reclaim(kc->cache), cached);
}

static void one_cycle_visits_all_caches(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct objcache *other = objcache_create("kunit-cycle-other", 32, NULL);
	void *obj;

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	obj = objcache_alloc(other, GFP_KERNEL);
	objcache_free(other, obj);
	kunit_take(test, kc, 100);
	kunit_give(kc, 100);
	KUNIT_EXPECT_GT(test, kunit_view(other, ACCOUNT_HELD), 0);
	KUNIT_EXPECT_GE(test, objcache_reclaim_all(), 100);
	KUNIT_EXPECT_EQ(test, kunit_view(other, ACCOUNT_HELD), 0);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_HELD), 0);
	KUNIT_EXPECT_EQ(test, objcache_destroy(other), 0);
}

struct destroyer {
	struct objcache		*cache;
	struct completion	done;
};

static int destroy(void *arg)
{
	struct destroyer *d = arg;

	objcache_destroy(d->cache);
	complete(&d->done);
	return 0;
}

static struct objcache_priv *walk_to(struct objcache_priv *wanted)
{
	struct objcache_priv *priv = NULL;

	while ((priv = cycle_next(priv)) && priv != wanted)
		;
	return priv;
}

/* Mutation: cycle_remove_cache() that does not wait. */
static void a_cache_that_is_visited_is_not_destroyed(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, 64, NULL);
	struct objcache_priv *priv = to_priv(kc->cache);
	struct destroyer d = { .cache = kc->cache };
	struct task_struct *task;

	init_completion(&d.done);
	KUNIT_ASSERT_PTR_EQ(test, walk_to(priv), priv);
	task = kthread_run(destroy, &d, "kunit-destroy");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	kc->cache = NULL;
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&d.done, HZ / 5), 0);
	/* It is being destroyed: the next walk does not come by. */
	KUNIT_EXPECT_NULL(test, walk_to(priv));
	while ((priv = cycle_next(priv)))
		;
	wait_for_completion(&d.done);
}

static struct kunit_case cycle_cases[] = {
	KUNIT_CASE(only_the_reserve_stays),
	KUNIT_CASE(what_is_in_use_is_not_touched),
	KUNIT_CASE(a_large_depot_goes_with_its_chunks),
	KUNIT_CASE(it_is_all_counted),
	KUNIT_CASE(what_the_depot_does_not_take_is_counted_too),
	KUNIT_CASE(one_cycle_visits_all_caches),
	KUNIT_CASE(a_cache_that_is_visited_is_not_destroyed),
	{}
};

static struct kunit_suite cycle_suite = {
	.name = "mempool_cycle",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = cycle_cases,
};

kunit_test_suite(cycle_suite);

MODULE_DESCRIPTION("KUnit suite of reclaim cycles");
MODULE_LICENSE("GPL");
