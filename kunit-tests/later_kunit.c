// SPDX-License-Identifier: GPL-2.0-only
/*
 * later_kunit.c - a leaf: from any context to a worker
 *
 * Called from: KUnit.  Calls: kmod/later.c.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_util.h"

#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "later.h"

struct fixture {
	struct later later;
	struct completion begun, may_end;
	atomic_t runs;
	bool slow;
	bool in_task;
};

static void note(struct later *later)
{
	struct fixture *f = container_of(later, struct fixture, later);

	f->in_task = in_task() && !irqs_disabled() && !rcu_preempt_depth();
	atomic_inc(&f->runs);
	complete(&f->begun);
	if (f->slow)
		wait_for_completion_timeout(&f->may_end, 10 * HZ);
}

static struct fixture *make(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	init_completion(&f->begun);
	init_completion(&f->may_end);
	later_init(&f->later, system_wq, note);
	test->priv = f;
	return f;
}

static void start_thrice(void *arg)
{
	struct fixture *f = arg;

	later_start(&f->later);
	later_start(&f->later);
	later_start(&f->later);
}

KUNIT_ARRAY_PARAM(context, kunit_contexts, kunit_context_desc);

static void every_context_reaches_a_worker(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct fixture *f = make(test);

	kunit_run_in(*context, start_thrice, f);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&f->begun, 10 * HZ));
	KUNIT_EXPECT_TRUE(test, f->in_task);
	/* One after the last start at least, and one for all of them at best. */
	KUNIT_EXPECT_GE(test, atomic_read(&f->runs), 1);
	KUNIT_EXPECT_LE(test, atomic_read(&f->runs), 3);
}

/* Catches: a start that is lost because a run is under way. */
static void what_is_started_meanwhile_runs_after(struct kunit *test)
{
	struct fixture *f = make(test);

	f->slow = true;
	later_start(&f->later);
	KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&f->begun, 10 * HZ));
	later_start(&f->later);
	msleep(50);
	KUNIT_EXPECT_EQ(test, atomic_read(&f->runs), 1);
	complete_all(&f->may_end);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&f->begun, 10 * HZ));
	KUNIT_EXPECT_EQ(test, atomic_read(&f->runs), 2);
}

static void finish_does_it_here_and_now(struct kunit *test)
{
	struct fixture *f = make(test);
	int runs;

	later_start(&f->later);
	later_finish(&f->later);
	runs = atomic_read(&f->runs);
	KUNIT_EXPECT_GE(test, runs, 1);
	msleep(50);
	KUNIT_EXPECT_EQ(test, atomic_read(&f->runs), runs);
}

static struct kunit_case later_cases[] = {
	KUNIT_CASE_PARAM(every_context_reaches_a_worker, context_gen_params),
	KUNIT_CASE(what_is_started_meanwhile_runs_after),
	KUNIT_CASE(finish_does_it_here_and_now),
	{}
};

static int later_case_init(struct kunit *test)
{
	kunit_pin(test);
	return 0;
}

static void later_case_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	complete_all(&f->may_end);
	later_finish(&f->later);
}

static struct kunit_suite later_suite = {
	.name = "mempool_later",
	.init = later_case_init,
	.exit = later_case_exit,
	.test_cases = later_cases,
};

kunit_test_suite(later_suite);

MODULE_DESCRIPTION("KUnit suite of what is done later");
MODULE_LICENSE("GPL");
