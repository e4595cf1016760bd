// SPDX-License-Identifier: GPL-2.0-only
/*
 * overflow_kunit.c - beside floor 3: frees that wait for an irq_work
 *
 * Called from: KUnit.  Calls: kmod/overflow.c, kmod/depot.c, kmod/backing.c.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_backing.h"

#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "depot.h"
#include "overflow.h"
#include "reserve.h"

#define OBJS	(3 * MAGDEPOT_BATCH + 5)	/* no multiple of a batch */
#define SIZE	48

/* kb: first, for kunit_backing_fini(). */
struct fixture {
	struct kunit_backing kb;
	struct reserve reserve;
	struct magdepot_set *set;
	struct overflow *overflow;
	unsigned int n;
	void *objs[OBJS];
};

static void construct(void *obj)
{
	memset(obj, 0xc5, SIZE);
}

static void ignore(struct reserve *r)
{
}

static struct fixture *make(struct kunit *test, unsigned int depot_max,
			    void (*ctor)(void *obj))
{
	const struct backing_params params = {
		.name = "kunit-overflow", .size = SIZE, .ctor = ctor,
		.node = NUMA_NO_NODE,
	};
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	kunit_backing_init(test, &f->kb, &params);
	f->set = magdepot_create(&f->kb.backing, f->kb.acct, OBJS, false);
	KUNIT_ASSERT_NOT_NULL(test, f->set);
	magdepot_set_max(f->set, depot_max);
	reserve_init(&f->reserve, f->kb.acct, ignore);
	f->overflow = overflow_create(&f->reserve, f->set, system_wq);
	KUNIT_ASSERT_TRUE(test, f->overflow);
	while (f->n < OBJS)
		f->n += backing_take(&f->kb.backing, GFP_KERNEL, f->objs + f->n, 1);
	return f;
}

static void add_all(void *arg)
{
	struct fixture *f = arg;
	unsigned int n;

	while (f->n) {
		n = min_t(unsigned int, f->n, 7);
		f->n -= n;
		overflow_add(f->overflow, f->objs + f->n, n);
	}
}

KUNIT_ARRAY_PARAM(context, kunit_contexts, kunit_context_desc);

static void objects_reach_slab_from_every_context(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct fixture *f = make(test, 0, NULL);

	kunit_run_in(*context, add_all, f);
	overflow_sync(f->overflow);
	KUNIT_EXPECT_EQ(test, backing_held(&f->kb.backing), 0);
	KUNIT_EXPECT_EQ(test, kunit_counted(&f->kb, ACCOUNT_FREE_DEFERRED), OBJS);
	KUNIT_EXPECT_EQ(test, kunit_counted(&f->kb, ACCOUNT_SLAB_GIVEN), OBJS);
}

/* As on PREEMPT_RT.  Catches: a list that nobody comes by; one of another CPU. */
static void a_worker_carries_them_from_every_context(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct fixture *f = make(test, 0, NULL);
	unsigned int i;

	f->overflow->by_worker = true;
	kunit_run_in(*context, add_all, f);
	for (i = 0; i < 500 && backing_held(&f->kb.backing); i++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, backing_held(&f->kb.backing), 0);
	overflow_sync(f->overflow);
	KUNIT_EXPECT_EQ(test, kunit_counted(&f->kb, ACCOUNT_FREE_DEFERRED), OBJS);
	KUNIT_EXPECT_EQ(test, kunit_counted(&f->kb, ACCOUNT_SLAB_GIVEN), OBJS);
}

static void sync_carries_what_the_worker_has_not(struct kunit *test)
{
	struct fixture *f = make(test, 0, NULL);

	f->overflow->by_worker = true;
	kunit_run_in(IN_NMI, add_all, f);
	overflow_sync(f->overflow);
	KUNIT_EXPECT_EQ(test, backing_held(&f->kb.backing), 0);
}

struct room_row {
	unsigned int max, in_depot;
};

static const struct room_row room_rows[] = {
	{ 0, 0 },
	{ 1, 1 },
	{ MAGDEPOT_BATCH + 1, MAGDEPOT_BATCH + 1 },
	{ OBJS, OBJS },
};

static void room_desc(const struct room_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "depot of %u", row->max);
}

KUNIT_ARRAY_PARAM(room, room_rows, room_desc);

static void the_depot_takes_what_it_has_room_for(struct kunit *test)
{
	const struct room_row *row = test->param_value;
	struct fixture *f = make(test, row->max, NULL);
	struct magdepot *depot = f->set->depot[numa_mem_id()];

	kunit_run_in(IN_NMI, add_all, f);
	overflow_sync(f->overflow);
	KUNIT_EXPECT_EQ(test, magdepot_count_objects(f->set), row->in_depot);
	KUNIT_EXPECT_EQ(test, backing_held(&f->kb.backing), row->in_depot);
	kunit_expect_unique(test, depot->chunk[0], depot->nr);
}

static void constructed_content_survives_the_list(struct kunit *test)
{
	struct fixture *f = make(test, OBJS, construct);
	unsigned int i;

	kunit_run_in(IN_NMI, add_all, f);
	overflow_sync(f->overflow);
	for (i = 0; i < OBJS; i++) {
		KUNIT_ASSERT_EQ(test, magdepot_get(f->set, f->objs, 1), 1);
		KUNIT_EXPECT_NULL(test, memchr_inv(f->objs[0], 0xc5, SIZE));
		backing_give(&f->kb.backing, f->objs, 1);
	}
}

static void the_last_object_of_a_closed_backing_tells(struct kunit *test)
{
	struct fixture *f = make(test, 0, NULL);

	KUNIT_EXPECT_FALSE(test, backing_close(&f->kb.backing));
	kunit_run_in(IN_NMI, add_all, f);
	overflow_sync(f->overflow);
	KUNIT_EXPECT_EQ(test, atomic_read(&f->kb.empty), 1);
}

static void sync_without_objects_returns(struct kunit *test)
{
	struct fixture *f = make(test, 0, NULL);

	overflow_sync(f->overflow);
	KUNIT_EXPECT_EQ(test, backing_held(&f->kb.backing), OBJS);
	kunit_run_in(IN_TASK, add_all, f);
}

static struct kunit_case overflow_cases[] = {
	KUNIT_CASE_PARAM(objects_reach_slab_from_every_context, context_gen_params),
	KUNIT_CASE_PARAM(a_worker_carries_them_from_every_context, context_gen_params),
	KUNIT_CASE(sync_carries_what_the_worker_has_not),
	KUNIT_CASE_PARAM(the_depot_takes_what_it_has_room_for, room_gen_params),
	KUNIT_CASE(constructed_content_survives_the_list),
	KUNIT_CASE(the_last_object_of_a_closed_backing_tells),
	KUNIT_CASE(sync_without_objects_returns),
	{}
};

static int overflow_case_init(struct kunit *test)
{
	kunit_pin(test);
	return 0;
}

static void overflow_case_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	if (f->overflow)
		overflow_destroy(f->overflow);
	if (f->set) {
		magdepot_set_max(f->set, 0);
		magdepot_destroy(f->set);
	}
	kunit_backing_fini(test, &f->kb);
}

static struct kunit_suite overflow_suite = {
	.name = "mempool_overflow",
	.init = overflow_case_init,
	.exit = overflow_case_exit,
	.test_cases = overflow_cases,
};

kunit_test_suite(overflow_suite);

MODULE_DESCRIPTION("KUnit suite of deferred frees");
MODULE_LICENSE("GPL");
