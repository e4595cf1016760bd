// SPDX-License-Identifier: GPL-2.0-only
/*
 * transit_kunit.c - a leaf: who looks for an object that is on its way
 *
 * Called from: KUnit.  Calls: kmod/transit.h, floor 1.
 * Locks: takes transit.lock.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>

#include "reclaim.h"
#include "transit.h"

#define LIMIT	64

static void nothing_passed_while_nothing_moved(struct kunit *test)
{
	struct transit t;

	transit_init(&t);
	KUNIT_EXPECT_FALSE(test, transit_passed(&t, transit_seen(&t)));
	transit_end(&t, transit_begin(&t));
	KUNIT_EXPECT_FALSE(test, transit_passed(&t, transit_seen(&t)));
}

static void one_that_ended_meanwhile_is_noticed(struct kunit *test)
{
	struct transit t;
	unsigned int seen;

	transit_init(&t);
	seen = transit_seen(&t);
	transit_end(&t, transit_begin(&t));
	KUNIT_EXPECT_TRUE(test, transit_passed(&t, seen));
}

static void one_that_was_under_way_is_noticed(struct kunit *test)
{
	struct transit t;
	unsigned long flags;
	unsigned int seen;

	transit_init(&t);
	flags = transit_begin(&t);
	seen = transit_seen(&t);
	transit_end(&t, flags);
	KUNIT_EXPECT_TRUE(test, transit_passed(&t, seen));
}

/* By its own clock: that of a delay may be another one. */
static void spend(u64 ns)
{
	u64 start = ktime_get_mono_fast_ns();

	while (ktime_get_mono_fast_ns() - start < ns)
		cpu_relax();
}

static void the_longest_is_kept(struct kunit *test)
{
	struct transit t;
	unsigned long flags;

	transit_init(&t);
	flags = transit_begin(&t);
	spend(NSEC_PER_MSEC);
	transit_end(&t, flags);
	KUNIT_EXPECT_GE(test, t.longest, NSEC_PER_MSEC);
	transit_end(&t, transit_begin(&t));
	KUNIT_EXPECT_GE(test, t.longest, NSEC_PER_MSEC);
}

struct carrier {
	struct objcache_priv	*priv;
	struct completion	done;
	bool			has_all;
	bool			looked_for;
};

/* As a drain does it, but slowly: all that there is, until somebody wants one. */
static int carry(void *arg)
{
	struct carrier *c = arg;
	struct magdepot_set *set = c->priv->depot;
	void *objs[LIMIT];
	unsigned int n = 0, some;
	unsigned long irqs;

	irqs = transit_begin(&c->priv->backing.transit);
	while ((some = magdepot_get(set, objs + n, min(LIMIT - n, 32u))))
		n += some;
	WRITE_ONCE(c->has_all, true);
	while (!READ_ONCE(c->looked_for))
		cpu_relax();
	mdelay(5);
	while (n) {
		some = min(n, 32u);
		n -= some;
		if (magdepot_put(set, objs + n, some))
			pr_err("the depot does not take back what it had\n");
	}
	transit_end(&c->priv->backing.transit, irqs);
	complete(&c->done);
	return 0;
}

static void allocate_meanwhile(struct kunit *test, bool (*alloc)(struct kunit_cache *kc))
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct carrier c = { .priv = to_priv(kc->cache) };
	struct task_struct *task;

	init_completion(&c.done);
	KUNIT_ASSERT_EQ(test, objcache_set_limit(kc->cache, LIMIT), 0);
	kunit_take(test, kc, LIMIT);
	kunit_give(kc, LIMIT);
	KUNIT_ASSERT_EQ(test, objcache_prefill(kc->cache, LIMIT), -ENOMEM);
	reclaim_drain_cpus(c.priv, 0);
	KUNIT_ASSERT_EQ(test, magdepot_count_objects(c.priv->depot), LIMIT);
	task = kthread_create(carry, &c, "kunit-carry");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	kthread_bind(task, kunit_other_cpu(test));
	wake_up_process(task);
	while (!READ_ONCE(c.has_all))
		cpu_relax();
	WRITE_ONCE(c.looked_for, true);
	KUNIT_EXPECT_TRUE(test, alloc(kc));
	wait_for_completion(&c.done);
}

static bool alloc_one(struct kunit_cache *kc)
{
	kc->objs[0] = objcache_alloc(kc->cache, GFP_ATOMIC | __GFP_NOWARN);
	kc->n = !!kc->objs[0];
	return kc->n;
}

static bool alloc_all(struct kunit_cache *kc)
{
	if (objcache_alloc_bulk(kc->cache, GFP_ATOMIC | __GFP_NOWARN, LIMIT, kc->objs))
		kc->n = LIMIT;
	return kc->n;
}

/* Mutation: objcache_get_or_take() that looks once. */
static void an_allocation_waits_for_what_is_carried(struct kunit *test)
{
	allocate_meanwhile(test, alloc_one);
}

static void so_does_one_of_all_objects(struct kunit *test)
{
	allocate_meanwhile(test, alloc_all);
}

static struct kunit_case transit_cases[] = {
	KUNIT_CASE(nothing_passed_while_nothing_moved),
	KUNIT_CASE(one_that_ended_meanwhile_is_noticed),
	KUNIT_CASE(one_that_was_under_way_is_noticed),
	KUNIT_CASE(the_longest_is_kept),
	KUNIT_CASE(an_allocation_waits_for_what_is_carried),
	KUNIT_CASE(so_does_one_of_all_objects),
	{}
};

static struct kunit_suite transit_suite = {
	.name = "mempool_transit",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = transit_cases,
};

kunit_test_suite(transit_suite);

MODULE_DESCRIPTION("KUnit suite of objects on their way");
MODULE_LICENSE("GPL");
