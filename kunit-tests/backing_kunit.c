// SPDX-License-Identifier: GPL-2.0-only
/*
 * backing_kunit.c - floor 4 alone: what slab gives, and the end of a cache
 *
 * Called from: KUnit.  Calls: kmod/backing.c.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_backing.h"

#include <linux/mm.h>
#include <linux/module.h>

#define BATCH 32

static unsigned int constructed;

static void construct(void *obj)
{
	constructed++;
	memset(obj, 0xc5, 24);
}

static struct kunit_backing *make(struct kunit *test, unsigned int size,
				  unsigned int align, void (*ctor)(void *obj))
{
	const struct backing_params params = {
		.name = "kunit-backing", .size = size, .align = align,
		.ctor = ctor, .node = NUMA_NO_NODE,
	};
	struct kunit_backing *kb = kunit_kzalloc(test, sizeof(*kb), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, kb);
	test->priv = kb;
	kunit_backing_init(test, kb, &params);
	return kb;
}

static void held_follows_take_and_give(struct kunit *test)
{
	struct kunit_backing *kb = make(test, 256, 0, NULL);
	struct backing *b = &kb->backing;
	void *objs[BATCH];

	KUNIT_EXPECT_EQ(test, backing_take(b, GFP_KERNEL, objs, BATCH), BATCH);
	KUNIT_EXPECT_EQ(test, backing_held(b), BATCH);
	kunit_expect_unique(test, objs, BATCH);
	backing_give(b, objs, BATCH - 1);
	KUNIT_EXPECT_EQ(test, backing_held(b), 1);
	backing_give(b, objs + BATCH - 1, 1);
	KUNIT_EXPECT_EQ(test, backing_held(b), 0);
	KUNIT_EXPECT_EQ(test, kunit_counted(kb, ACCOUNT_SLAB_TAKEN), BATCH);
	KUNIT_EXPECT_EQ(test, kunit_counted(kb, ACCOUNT_SLAB_GIVEN), BATCH);
}

/* By a double free that slab let pass.  Caught: a limit compared with what is below zero. */
static void a_free_too_many_leaves_room_to_take(struct kunit *test)
{
	struct backing *b = &make(test, 64, 0, NULL)->backing;
	void *obj;

	atomic_long_dec(&b->charged);
	KUNIT_EXPECT_FALSE(test, backing_over_limit(b));
	KUNIT_ASSERT_EQ(test, backing_take(b, GFP_KERNEL, &obj, 1), 1);
	atomic_long_inc(&b->charged);
	backing_give(b, &obj, 1);
}

static void the_peak_is_the_most_ever_held(struct kunit *test)
{
	struct kunit_backing *kb = make(test, 64, 0, NULL);
	struct backing *b = &kb->backing;
	void *objs[BATCH];

	KUNIT_ASSERT_EQ(test, backing_take(b, GFP_KERNEL, objs, 3), 3);
	KUNIT_ASSERT_EQ(test, backing_take(b, GFP_KERNEL, objs + 3, 4), 4);
	backing_give(b, objs, 7);
	KUNIT_ASSERT_EQ(test, backing_take(b, GFP_KERNEL, objs, 5), 5);
	backing_give(b, objs, 5);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&b->peak), 7);

	backing_reset_peak(b);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&b->peak), backing_held(b));
}

struct shape_row {
	unsigned int size, align;
	bool ctor;
	unsigned int link;
};

/* Constructed content is not ours: the link word is behind it. */
static const struct shape_row shape_rows[] = {
	{ 1,	    0,	       false, 0 },
	{ 7,	    8,	       false, 0 },
	{ 24,	    64,	       true,  24 },
	{ 25,	    0,	       true,  32 },
	{ 100,	    PAGE_SIZE, true,  104 },
	{ PAGE_SIZE, PAGE_SIZE, false, 0 },
	{ 65536,    0,	       false, 0 },
	{ 65536,    0,	       true,  65536 },
};

static void shape_desc(const struct shape_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "size %u align %u%s", row->size,
		 row->align, row->ctor ? " constructed" : "");
}

KUNIT_ARRAY_PARAM(shape, shape_rows, shape_desc);

static void every_shape_has_room_for_a_link(struct kunit *test)
{
	const struct shape_row *row = test->param_value;
	struct kunit_backing *kb = make(test, row->size, row->align,
					row->ctor ? construct : NULL);
	struct backing *b = &kb->backing;
	void *objs[4];
	unsigned int i, n;

	KUNIT_EXPECT_EQ(test, b->link, row->link);
	KUNIT_EXPECT_EQ(test, b->size, row->size);
	KUNIT_EXPECT_GE(test, b->padded, b->link + sizeof(void *));
	KUNIT_EXPECT_GE(test, b->padded, row->size);
	n = backing_take(b, GFP_KERNEL, objs, ARRAY_SIZE(objs));
	KUNIT_ASSERT_GT(test, n, 0);
	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)objs[i], row->align ?: 1));
		/* Slab's red zones, where there are any, are checked at give. */
		*(void **)(objs[i] + b->link) = NULL;
	}
	backing_give(b, objs, n);
}

/* What an object costs: the distance of two neighbours in a slab. */
static void the_padded_size_contains_the_alignment(struct kunit *test)
{
	struct kunit_backing *kb = make(test, 100, 64, NULL);

	KUNIT_EXPECT_EQ(test, kb->backing.padded % 64, 0);
}

static void constructed_objects_are_not_zeroed(struct kunit *test)
{
	struct kunit_backing *kb = make(test, 24, 0, construct);
	void *obj;

	constructed = 0;
	KUNIT_ASSERT_EQ(test, backing_take(&kb->backing, GFP_KERNEL | __GFP_ZERO, &obj, 1), 1);
	KUNIT_EXPECT_GT(test, constructed, 0);
	KUNIT_EXPECT_EQ(test, *(u8 *)obj, 0xc5);
	backing_give(&kb->backing, &obj, 1);
}

struct reach_row {
	enum kunit_context context;
	unsigned int most;
};

/* Bulk calls need interrupts on; NMI needs to stay away. */
static const struct reach_row reach_rows[] = {
	{ IN_TASK, BATCH },
	{ IN_PREEMPT_OFF, BATCH },
	{ IN_IRQS_OFF, 1 },
	{ IN_SOFTIRQ, BATCH },
	{ IN_HARDIRQ, 1 },
	{ IN_NMI, 0 },
};

static void reach_desc(const struct reach_row *row, char *desc)
{
	kunit_context_desc(&row->context, desc);
}

KUNIT_ARRAY_PARAM(reach, reach_rows, reach_desc);

struct take_call {
	struct backing *b;
	void *objs[BATCH];
	unsigned int n;
};

static void take(void *arg)
{
	struct take_call *call = arg;

	call->n = backing_take(call->b, GFP_ATOMIC, call->objs, BATCH);
}

static void give(void *arg)
{
	struct take_call *call = arg;

	if (call->n)
		backing_give(call->b, call->objs, call->n);
}

static void a_context_gets_what_slab_can_give_there(struct kunit *test)
{
	const struct reach_row *row = test->param_value;
	struct kunit_backing *kb = make(test, 128, 0, NULL);
	struct take_call *call = kunit_kzalloc(test, sizeof(*call), GFP_KERNEL);

	if (IS_ENABLED(CONFIG_PREEMPT_RT) && row->context != IN_TASK)
		kunit_skip(test, "atomic contexts do not reach slab on PREEMPT_RT");
	KUNIT_ASSERT_NOT_NULL(test, call);
	call->b = &kb->backing;
	kunit_run_in(row->context, take, call);
	KUNIT_EXPECT_LE(test, call->n, row->most);
	KUNIT_EXPECT_EQ(test, !!call->n, !!row->most);
	KUNIT_EXPECT_EQ(test, kunit_counted(kb, ACCOUNT_SLAB_TAKE_MISS), !row->most);
	KUNIT_EXPECT_EQ(test, backing_held(call->b), call->n);
	kunit_run_in(row->context, give, call);
}

static void closing_an_empty_one_ends_it_at_once(struct kunit *test)
{
	struct kunit_backing *kb = make(test, 64, 0, NULL);

	KUNIT_EXPECT_TRUE(test, backing_close(&kb->backing));
	KUNIT_EXPECT_EQ(test, atomic_read(&kb->empty), 0);
}

static void the_last_give_after_closing_tells_once(struct kunit *test)
{
	struct kunit_backing *kb = make(test, 64, 0, NULL);
	void *objs[BATCH];
	unsigned int i, n;

	n = backing_take(&kb->backing, GFP_KERNEL, objs, BATCH);
	KUNIT_ASSERT_EQ(test, n, BATCH);
	KUNIT_EXPECT_FALSE(test, backing_close(&kb->backing));
	backing_give(&kb->backing, objs, 10);
	for (i = 10; i < n; i++) {
		KUNIT_EXPECT_EQ(test, atomic_read(&kb->empty), 0);
		backing_give(&kb->backing, objs + i, 1);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&kb->empty), 1);
}

static void objects_come_from_the_node_asked_for(struct kunit *test)
{
	const struct backing_params params = {
		.name = "kunit-backing", .size = 512, .node = first_online_node,
	};
	struct kunit_backing *kb = kunit_kzalloc(test, sizeof(*kb), GFP_KERNEL);
	void *objs[BATCH];
	unsigned int i, n;

	KUNIT_ASSERT_NOT_NULL(test, kb);
	test->priv = kb;
	kunit_backing_init(test, kb, &params);
	n = backing_take(&kb->backing, GFP_KERNEL | __GFP_THISNODE, objs, BATCH);
	KUNIT_EXPECT_EQ(test, n, BATCH);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, page_to_nid(virt_to_page(objs[i])), params.node);
	backing_give(&kb->backing, objs, n);
}

static struct kunit_case backing_cases[] = {
	KUNIT_CASE(held_follows_take_and_give),
	KUNIT_CASE(a_free_too_many_leaves_room_to_take),
	KUNIT_CASE(the_peak_is_the_most_ever_held),
	KUNIT_CASE_PARAM(every_shape_has_room_for_a_link, shape_gen_params),
	KUNIT_CASE(the_padded_size_contains_the_alignment),
	KUNIT_CASE(constructed_objects_are_not_zeroed),
	KUNIT_CASE_PARAM(a_context_gets_what_slab_can_give_there, reach_gen_params),
	KUNIT_CASE(closing_an_empty_one_ends_it_at_once),
	KUNIT_CASE(the_last_give_after_closing_tells_once),
	KUNIT_CASE(objects_come_from_the_node_asked_for),
	{}
};

static int backing_case_init(struct kunit *test)
{
	kunit_pin(test);
	return 0;
}

static void backing_case_exit(struct kunit *test)
{
	if (test->priv)
		kunit_backing_fini(test, test->priv);
}

static struct kunit_suite backing_suite = {
	.name = "mempool_backing",
	.init = backing_case_init,
	.exit = backing_case_exit,
	.test_cases = backing_cases,
};

kunit_test_suite(backing_suite);

MODULE_DESCRIPTION("KUnit suite of the backing");
MODULE_LICENSE("GPL");
