// SPDX-License-Identifier: GPL-2.0-only
/*
 * reserve_kunit.c - floor 3: what is kept back, all or none, full or short
 *
 * Called from: KUnit.  Calls: kmod/reserve.c, kmod/backing.c.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_backing.h"

#include <linux/module.h>
#include <linux/slab.h>

#include "depot.h"
#include "reserve.h"

#define OBJS	(3 * RESERVE_BLOCK + 5)	/* no multiple of a block */

/* kb: first, for kunit_backing_fini().  objs[0..n) are with the case. */
struct fixture {
	struct kunit_backing kb;
	struct reserve reserve;
	unsigned int changes;
	unsigned int n;
	void *objs[OBJS];
};

static void count_change(struct reserve *r)
{
	container_of(r, struct fixture, reserve)->changes++;
}

static struct fixture *make(struct kunit *test, unsigned int min, unsigned int objs)
{
	const struct backing_params params = {
		.name = "kunit-reserve", .size = 48, .node = NUMA_NO_NODE,
	};
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	kunit_backing_init(test, &f->kb, &params);
	reserve_init(&f->reserve, f->kb.acct, count_change);
	KUNIT_ASSERT_EQ(test, reserve_make_room(&f->reserve, min), 0);
	reserve_set_min(&f->reserve, min);
	while (f->n < objs)
		f->n += backing_take(&f->kb.backing, GFP_KERNEL, f->objs + f->n, 1);
	f->changes = 0;
	return f;
}

/* Up to n of the case's, the last first. */
static void put(struct fixture *f, unsigned int n)
{
	void **from = f->objs + f->n - n;

	f->n -= n - reserve_put(&f->reserve, from, n);
}

static bool get(struct fixture *f, unsigned int n)
{
	if (!reserve_get(&f->reserve, f->objs + f->n, n))
		return false;
	f->n += n;
	return true;
}

static void expect(struct kunit *test, unsigned int nr, unsigned int changes)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, f->reserve.nr, nr);
	KUNIT_EXPECT_EQ(test, f->changes, changes);
	KUNIT_EXPECT_EQ(test, reserve_short(&f->reserve), nr < f->reserve.min);
}

/* Catches: more taken than it is short of, an object lost at the edge. */
static void takes_what_it_is_short_of(struct kunit *test)
{
	struct fixture *f = make(test, 5, 8);

	put(f, 3);
	expect(test, 3, 0);
	put(f, 5);
	expect(test, 5, 1);
	KUNIT_EXPECT_EQ(test, f->n, 3);
	put(f, 3);
	expect(test, 5, 1);
	KUNIT_EXPECT_EQ(test, kunit_counted(&f->kb, ACCOUNT_RESERVE_PUT), 5);
}

/* Catches: half of what was asked for, a change that is not told, or twice. */
static void gives_all_or_none(struct kunit *test)
{
	struct fixture *f = make(test, 5, 5);

	put(f, 5);
	expect(test, 5, 1);
	KUNIT_EXPECT_FALSE(test, get(f, 6));
	expect(test, 5, 1);
	KUNIT_EXPECT_TRUE(test, get(f, 2));
	expect(test, 3, 2);
	KUNIT_EXPECT_TRUE(test, get(f, 3));
	expect(test, 0, 2);
	KUNIT_EXPECT_FALSE(test, get(f, 1));
	kunit_expect_unique(test, f->objs, 5);
	KUNIT_EXPECT_EQ(test, kunit_counted(&f->kb, ACCOUNT_RESERVE_GET_HIT), 5);
	KUNIT_EXPECT_EQ(test, kunit_counted(&f->kb, ACCOUNT_RESERVE_GET_MISS), 2);
}

static void a_reserve_of_nothing_is_nothing(struct kunit *test)
{
	struct fixture *f = make(test, 0, 1);

	put(f, 1);
	KUNIT_EXPECT_FALSE(test, get(f, 1));
	expect(test, 0, 0);
	KUNIT_EXPECT_EQ(test, kunit_counted(&f->kb, ACCOUNT_RESERVE_GET_MISS), 0);
}

/* Catches: a block that is lost or shared when the array grows. */
static void grows_with_its_content(struct kunit *test)
{
	struct fixture *f = make(test, 3, OBJS);
	unsigned int level;

	put(f, 3);
	for (level = 3; level < OBJS; level += 61) {
		KUNIT_ASSERT_EQ(test, reserve_make_room(&f->reserve, level), 0);
		while (f->reserve.nr < level)
			f->n -= 1 - reserve_fill(&f->reserve, f->objs + f->n - 1, 1, level);
		reserve_set_min(&f->reserve, level);
	}
	while (f->reserve.nr)
		KUNIT_ASSERT_TRUE(test, get(f, 1));
	KUNIT_EXPECT_EQ(test, f->n, OBJS);
	kunit_expect_unique(test, f->objs, OBJS);
}

/* Catches: a surplus that is kept, or one that eats into the minimum. */
static void a_lower_minimum_leaves_a_surplus(struct kunit *test)
{
	struct fixture *f = make(test, 9, 9);

	put(f, 9);
	reserve_set_min(&f->reserve, 4);
	KUNIT_EXPECT_EQ(test, reserve_get_surplus(&f->reserve, f->objs, MAGDEPOT_BATCH), 5);
	KUNIT_EXPECT_EQ(test, reserve_get_surplus(&f->reserve, f->objs + 5, 1), 0);
	f->n = 5;
	expect(test, 4, 2);
	/* Above its minimum it is as full as it gets: no change to tell. */
	reserve_fill(&f->reserve, f->objs + 3, 2, 6);
	f->n = 3;
	expect(test, 6, 2);
	KUNIT_EXPECT_TRUE(test, get(f, 2));
	expect(test, 4, 2);
	KUNIT_EXPECT_TRUE(test, get(f, 1));
	expect(test, 3, 3);
}

KUNIT_ARRAY_PARAM(context, kunit_contexts, kunit_context_desc);

static void there_and_back(void *arg)
{
	struct fixture *f = arg;

	put(f, 4);
	if (get(f, 3))
		put(f, 2);
}

static void works_in_every_context(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct fixture *f = make(test, 4, 4);

	kunit_run_in(*context, there_and_back, f);
	expect(test, 3, 2);
	KUNIT_EXPECT_EQ(test, f->n, 1);
}

static void under_the_lock(void *arg)
{
	struct fixture *f = arg;

	get(f, 1);
	put(f, 1);
}

/* Catches: an NMI that spins on what it interrupted. */
static void an_nmi_over_the_holder_gets_none(struct kunit *test)
{
	struct fixture *f = make(test, 4, 4);
	unsigned long flags;

	put(f, 3);
	raw_spin_lock_irqsave(&f->reserve.lock, flags);
	kunit_run_in(IN_NMI, under_the_lock, f);
	raw_spin_unlock_irqrestore(&f->reserve.lock, flags);
	expect(test, 3, 0);
	KUNIT_EXPECT_EQ(test, f->n, 1);
}

static struct kunit_case reserve_cases[] = {
	KUNIT_CASE(takes_what_it_is_short_of),
	KUNIT_CASE(gives_all_or_none),
	KUNIT_CASE(a_reserve_of_nothing_is_nothing),
	KUNIT_CASE(grows_with_its_content),
	KUNIT_CASE(a_lower_minimum_leaves_a_surplus),
	KUNIT_CASE_PARAM(works_in_every_context, context_gen_params),
	KUNIT_CASE(an_nmi_over_the_holder_gets_none),
	{}
};

static int reserve_case_init(struct kunit *test)
{
	kunit_pin(test);
	return 0;
}

static void reserve_case_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	reserve_set_min(&f->reserve, 0);
	while (reserve_get_surplus(&f->reserve, f->objs + f->n, 1))
		f->n++;
	while (f->n)
		backing_give(&f->kb.backing, f->objs + --f->n, 1);
	reserve_fini(&f->reserve);
	kunit_backing_fini(test, &f->kb);
}

static struct kunit_suite reserve_suite = {
	.name = "mempool_reserve",
	.init = reserve_case_init,
	.exit = reserve_case_exit,
	.test_cases = reserve_cases,
};

kunit_test_suite(reserve_suite);

MODULE_DESCRIPTION("KUnit suite of reserves");
MODULE_LICENSE("GPL");
