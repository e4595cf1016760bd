// SPDX-License-Identifier: GPL-2.0-only
/*
 * triggers_kunit.c - beside floor 1: cycles that come by themselves, and how much
 *	they give
 *
 * Called from: KUnit.  Calls: kmod/triggers.c, cycle_give.c, squeeze.c, the public API.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/module.h>

#include "backing.h"
#include "cycle.h"
#include "cycle_give.h"
#include "triggers.h"

static unsigned long clean(struct kunit_cache *kc)
{
	return cycle_run_one(to_priv(kc->cache), CYCLE_CLEANER);
}

static unsigned int in_depots(struct kunit_cache *kc)
{
	return magdepot_count_objects(to_priv(kc->cache)->depot);
}

/* Mutations: a lowest level that is not kept, a magazine that always looks busy. */
static void nobody_needs_it_for_a_period(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);

	KUNIT_ASSERT_EQ(test, objcache_set_reserve(kc->cache, 10), 0);
	kunit_take(test, kc, 500);
	kunit_give(kc, 500);
	/* Some of it may be needed: the period in which it was freed is over. */
	clean(kc);
	KUNIT_EXPECT_GT(test, kunit_view(kc->cache, ACCOUNT_CACHED), 10);
	clean(kc);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_CACHED), 10);
	KUNIT_EXPECT_EQ(test, mag_count_objects(kc->cache->mag), 0);
}

/* Mutation: a period that begins with a lowest level of 0, or ends without one. */
static void what_was_needed_stays(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	unsigned int before, used = 300, i;

	kunit_take(test, kc, 500);
	kunit_give(kc, 500);
	clean(kc);
	for (i = 0; i < 3; i++) {
		before = in_depots(kc);
		kunit_take(test, kc, used);
		KUNIT_EXPECT_LE(test, in_depots(kc), before - used / 2);
		kunit_give(kc, used);
		clean(kc);
	}
	KUNIT_EXPECT_GE(test, kunit_view(kc->cache, ACCOUNT_CACHED), used);
	KUNIT_EXPECT_LT(test, kunit_view(kc->cache, ACCOUNT_CACHED), 500);
}

static void give_idle_percent_back(void *percent)
{
	cycle_set_idle_percent((long)percent);
}

/* Whatever the case does, the knob is put back. */
static void set_idle_percent(struct kunit *test, int percent)
{
	void *before = (void *)(long)cycle_idle_percent();

	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, give_idle_percent_back, before), 0);
	cycle_set_idle_percent(percent);
}

static void surplus_is_a_percent_of_what_is_used(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct objcache_priv *priv = to_priv(kc->cache);
	unsigned long cached;

	KUNIT_ASSERT_EQ(test, objcache_set_reserve(kc->cache, 10), 0);
	kunit_take(test, kc, 500);
	kunit_give(kc, 400);
	cached = kunit_view(kc->cache, ACCOUNT_CACHED) - 10;
	KUNIT_EXPECT_EQ(test, cycle_surplus(priv), 0);
	set_idle_percent(test, 0);
	KUNIT_EXPECT_EQ(test, cycle_surplus(priv), cached);
	set_idle_percent(test, 150);
	KUNIT_EXPECT_EQ(test, cycle_surplus(priv), cached - 150);
	set_idle_percent(test, 100000);
	KUNIT_EXPECT_EQ(test, cycle_surplus(priv), 0);
}

/* The magazine that worked since the last look is left alone, then it is not. */
static void surplus_goes_and_no_more(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct objcache_priv *priv = to_priv(kc->cache);
	unsigned long surplus;

	kunit_take(test, kc, 500);
	kunit_give(kc, 400);
	set_idle_percent(test, 150);
	surplus = cycle_surplus(priv);
	KUNIT_EXPECT_EQ(test, cycle_run_one(priv, CYCLE_IDLE), surplus);
	KUNIT_EXPECT_EQ(test, cycle_surplus(priv), 0);
	set_idle_percent(test, 0);
	cycle_run_one(priv, CYCLE_IDLE);
	KUNIT_EXPECT_EQ(test, in_depots(kc), 0);
	KUNIT_EXPECT_GT(test, mag_count_objects(kc->cache->mag), 0);
	cycle_run_one(priv, CYCLE_IDLE);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_CACHED), 0);
}

static void give_memory_limit_back(void *limit)
{
	backing_set_memory_limit((unsigned long)limit);
}

/* What is out now, and not one object more. */
static void allow_no_more_memory(struct kunit *test)
{
	void *before = (void *)backing_memory_limit();

	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, give_memory_limit_back, before), 0);
	backing_set_memory_limit(backing_memory());
}

/* Mutation: an allocation that does not look again. */
static void depots_give_way_to_who_may_sleep(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct objcache *other = objcache_create("kunit-triggers-other", 256, NULL);
	struct cycle_stats before, after;
	void *obj;

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	kunit_take(test, kc, 500);
	kunit_give(kc, 500);
	allow_no_more_memory(test);
	cycle_read(CYCLE_LIMIT, &before);
	obj = objcache_alloc(other, GFP_KERNEL);
	cycle_read(CYCLE_LIMIT, &after);
	KUNIT_EXPECT_NOT_NULL(test, obj);
	KUNIT_EXPECT_GT(test, after.cycles, before.cycles);
	KUNIT_EXPECT_GE(test, after.bytes - before.bytes, 256);
	KUNIT_EXPECT_LE(test, backing_memory(), backing_memory_limit());
	if (obj)
		objcache_free(other, obj);
	KUNIT_EXPECT_EQ(test, objcache_destroy(other), 0);
}

static bool comes_soon(struct objcache *cache, void **obj)
{
	unsigned int tries;

	for (tries = 0; tries < 500; tries++) {
		*obj = objcache_alloc(cache, GFP_NOWAIT | __GFP_NOWARN);
		if (*obj)
			return true;
		msleep(20);
	}
	return false;
}

/* Mutation: a failure that asks for nothing. */
static void magazines_give_way_soon_to_who_may_not(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 256, NULL);
	struct objcache *other = objcache_create("kunit-triggers-other", 64, NULL);
	void *obj;

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	kunit_take(test, kc, 20);
	kunit_give(kc, 20);
	KUNIT_ASSERT_EQ(test, in_depots(kc), 0);
	allow_no_more_memory(test);
	KUNIT_EXPECT_NULL(test, objcache_alloc(other, GFP_NOWAIT | __GFP_NOWARN));
	KUNIT_EXPECT_TRUE(test, comes_soon(other, &obj));
	if (obj)
		objcache_free(other, obj);
	KUNIT_EXPECT_EQ(test, objcache_destroy(other), 0);
}

static int take_and_give(void *arg)
{
	struct kunit_cache *kc = arg;
	void *obj = objcache_alloc(kc->cache, GFP_KERNEL);

	if (!obj)
		return -ENOMEM;
	objcache_free(kc->cache, obj);
	return 0;
}

/* An object lies in the other CPU's magazine. */
static void its_own_limit_gives_way_soon_too(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	int cpu = kunit_other_cpu(test);
	void *obj;

	KUNIT_ASSERT_EQ(test, objcache_set_limit(kc->cache, 100), 0);
	KUNIT_ASSERT_EQ(test, smp_call_on_cpu(cpu, take_and_give, kc, false), 0);
	KUNIT_ASSERT_GT(test, mag_count_objects(kc->cache->mag), 0);
	while ((obj = objcache_alloc(kc->cache, GFP_NOWAIT | __GFP_NOWARN)))
		kc->objs[kc->n++] = obj;
	KUNIT_EXPECT_LT(test, kc->n, 100);
	while (kc->n < 100 && comes_soon(kc->cache, &obj))
		kc->objs[kc->n++] = obj;
	KUNIT_EXPECT_EQ(test, kc->n, 100);
}

static struct kunit_case triggers_cases[] = {
	KUNIT_CASE(nobody_needs_it_for_a_period),
	KUNIT_CASE(what_was_needed_stays),
	KUNIT_CASE(surplus_is_a_percent_of_what_is_used),
	KUNIT_CASE(surplus_goes_and_no_more),
	KUNIT_CASE(depots_give_way_to_who_may_sleep),
	KUNIT_CASE(magazines_give_way_soon_to_who_may_not),
	KUNIT_CASE(its_own_limit_gives_way_soon_too),
	{}
};

static struct kunit_suite triggers_suite = {
	.name = "mempool_triggers",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = triggers_cases,
};

kunit_test_suite(triggers_suite);

MODULE_DESCRIPTION("KUnit suite of what triggers reclaim cycles");
MODULE_LICENSE("GPL");
