// SPDX-License-Identifier: GPL-2.0-only
/*
 * account_kunit.c - the leaf that counts: names, sums, what is derived
 *
 * Called from: KUnit.  Calls: kmod/account.c, and whole caches under traffic.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/ctype.h>
#include <linux/kthread.h>
#include <linux/module.h>

static void every_item_has_a_name_of_its_own(struct kunit *test)
{
	unsigned int i, j;

	for (i = 0; i < ACCOUNT_NR; i++) {
		KUNIT_ASSERT_NOT_NULL(test, account_names[i]);
		KUNIT_EXPECT_GT(test, strlen(account_names[i]), 0);
		for (j = 0; account_names[i][j]; j++)
			KUNIT_EXPECT_TRUE(test, islower(account_names[i][j]) ||
					  account_names[i][j] == '_');
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, account_names[i], account_names[j]);
	}
}

static void sums_add_all_cpus_to_what_is_there(struct kunit *test)
{
	struct account __percpu *acct = alloc_percpu(struct account);
	struct account_view view = {};
	unsigned int i;
	int cpu;

	KUNIT_ASSERT_TRUE(test, acct);
	for_each_possible_cpu(cpu)
		for (i = 0; i < ACCOUNT_COUNTED; i++)
			per_cpu_ptr(acct, cpu)->n[i] = i + 1;
	view.n[ACCOUNT_MAG_FREE_HIT] = 1000;
	account_sum_left(acct, &view);
	account_sum_rest(acct, &view);
	for (i = 0; i < ACCOUNT_COUNTED; i++)
		KUNIT_EXPECT_EQ(test, view.n[i], (i + 1) * num_possible_cpus() +
				(i == ACCOUNT_MAG_FREE_HIT ? 1000 : 0));
	free_percpu(acct);
}

static void counting_counts_on_this_cpu(struct kunit *test)
{
	struct account __percpu *acct = alloc_percpu(struct account);
	struct account *here;

	KUNIT_ASSERT_TRUE(test, acct);
	here = raw_cpu_ptr(acct);
	account_inc(acct, ACCOUNT_SLAB_TAKEN);
	account_add(acct, ACCOUNT_SLAB_TAKEN, 41);
	KUNIT_EXPECT_EQ(test, here->n[ACCOUNT_SLAB_TAKEN], 42);
	here->n[ACCOUNT_SLAB_TAKEN] = 0;
	KUNIT_EXPECT_NULL(test, memchr_inv(here, 0, sizeof(*here)));
	free_percpu(acct);
}

struct derive_row {
	const char *desc;
	unsigned long hit, direct, free_hit, free_direct, taken, given;
	unsigned long in_use, held, cached;
};

static const struct derive_row derive_rows[] = {
	{ "nothing",		0, 0, 0, 0, 0, 0,	0, 0, 0 },
	{ "all out",		3, 2, 0, 0, 5, 0,	5, 5, 0 },
	{ "some cached",	3, 2, 1, 1, 9, 2,	3, 7, 4 },
	{ "all back",		3, 2, 4, 1, 9, 9,	0, 0, 0 },
	/* Read one after the other, so the later can be the larger. */
	{ "frees overtake",	1, 0, 2, 0, 3, 0,	0, 3, 3 },
	{ "gives overtake",	0, 0, 0, 0, 3, 4,	0, 0, 0 },
	{ "allocs overtake",	9, 0, 0, 0, 3, 0,	9, 3, 0 },
	{ "counters wrap",	1, ULONG_MAX, 0, ULONG_MAX - 1, 1, ULONG_MAX, 2, 2, 0 },
};

static void derive_desc(const struct derive_row *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(derive, derive_rows, derive_desc);

static void in_use_held_and_cached_are_derived(struct kunit *test)
{
	const struct derive_row *row = test->param_value;
	struct account_view view = {};

	view.n[ACCOUNT_MAG_ALLOC_HIT] = row->hit;
	view.n[ACCOUNT_ALLOC_DIRECT] = row->direct;
	view.n[ACCOUNT_MAG_FREE_HIT] = row->free_hit;
	view.n[ACCOUNT_FREE_DIRECT] = row->free_direct;
	view.n[ACCOUNT_SLAB_TAKEN] = row->taken;
	view.n[ACCOUNT_SLAB_GIVEN] = row->given;
	account_derive(&view);
	KUNIT_EXPECT_EQ(test, view.n[ACCOUNT_ALLOCS], row->hit + row->direct);
	KUNIT_EXPECT_EQ(test, view.n[ACCOUNT_FREES], row->free_hit + row->free_direct);
	KUNIT_EXPECT_EQ(test, view.n[ACCOUNT_IN_USE], row->in_use);
	KUNIT_EXPECT_EQ(test, view.n[ACCOUNT_HELD], row->held);
	KUNIT_EXPECT_EQ(test, view.n[ACCOUNT_CACHED], row->cached);
}

#define STANDING	100	/* objects in use all the time */
#define MOVING		32

struct mover {
	struct objcache *cache;
	struct completion stopped;
	bool stop;
};

/*
 * Allocations hit the magazine, frees go past it: the two sides of in_use are
 * counted in different places, which a reader reads one after the other.
 */
static int move_objects(void *arg)
{
	struct mover *mover = arg;
	struct objcache *cache = mover->cache;
	struct objcache_priv *priv = to_priv(cache);
	void *objs[MOVING];
	unsigned int i, n;

	while (!READ_ONCE(mover->stop)) {
		n = backing_take(&priv->backing, GFP_KERNEL, objs, MOVING);
		n -= mag_fill(cache->mag, objs, n, priv->phys);
		for (i = 0; i < n; i++) {
			objs[i] = objcache_alloc(cache, GFP_KERNEL);
			if (objs[i])
				objcache_free(cache, objs[i]);
		}
		cond_resched();
	}
	complete(&mover->stopped);
	return 0;
}

static void in_use_is_never_too_low_under_traffic(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct mover mover = { .cache = kc->cache };
	unsigned long end = jiffies + HZ / 2, low = 0, reads = 0;
	int cpu = kunit_other_cpu(test);
	struct task_struct *thread;

	init_completion(&mover.stopped);
	kunit_take(test, kc, STANDING);
	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 0), 0);
	thread = kthread_create(move_objects, &mover, "kunit-mover");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	kthread_bind(thread, cpu);
	wake_up_process(thread);
	while (time_before(jiffies, end)) {
		low += kunit_view(kc->cache, ACCOUNT_IN_USE) < STANDING;
		reads++;
	}
	WRITE_ONCE(mover.stop, true);
	wait_for_completion(&mover.stopped);
	KUNIT_EXPECT_EQ_MSG(test, low, 0, "of %lu reads", reads);
}

static struct kunit_case account_cases[] = {
	KUNIT_CASE(every_item_has_a_name_of_its_own),
	KUNIT_CASE(sums_add_all_cpus_to_what_is_there),
	KUNIT_CASE(counting_counts_on_this_cpu),
	KUNIT_CASE_PARAM(in_use_held_and_cached_are_derived, derive_gen_params),
	KUNIT_CASE(in_use_is_never_too_low_under_traffic),
	{}
};

static struct kunit_suite account_suite = {
	.name = "mempool_account",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = account_cases,
};

kunit_test_suite(account_suite);

MODULE_DESCRIPTION("KUnit suite of the counters");
MODULE_LICENSE("GPL");
