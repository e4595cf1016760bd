// SPDX-License-Identifier: GPL-2.0-only
/*
 * depot_kunit.c - floor 3 alone: order, bounds, nodes, contention
 *
 * Called from: KUnit.  Calls: kmod/depot.c, kmod/backing.c.
 * Locks: takes magdepot.lock, to make it contended.
 * Context: a thread pinned to the first CPU.
 *
 * Most objects are no memory: a depot that touched one would crash.
 */
#include "kunit_backing.h"

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/topology.h>

#include "depot.h"

#define BATCH	MAGDEPOT_BATCH
#define SIZE	(2 * BATCH)	/* the room of a depot */

/* kb: first, for kunit_backing_fini(). */
struct fixture {
	struct kunit_backing kb;
	struct magdepot_set *set;
	void *objs[SIZE];
};

static void *obj(unsigned int i)
{
	return (void *)(0x100UL * (i + 1));
}

static struct magdepot *here(struct fixture *f)
{
	return f->set->depot[numa_mem_id()];
}

/* Objects from first on, into f->objs. */
static void line_up(struct fixture *f, unsigned int first, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		f->objs[i] = obj(first + i);
}

static unsigned int put(struct fixture *f, unsigned int first, unsigned int n)
{
	line_up(f, first, n);
	return magdepot_put(f->set, f->objs, n);
}

static void a_new_depot_is_closed(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, put(f, 0, 3), 3);
	KUNIT_EXPECT_EQ(test, magdepot_get(f->set, f->objs, 3), 0);
	KUNIT_EXPECT_EQ(test, magdepot_count_objects(f->set), 0);
}

static void objects_come_back_last_in_first_out(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int i;

	magdepot_set_max(f->set, SIZE);
	KUNIT_ASSERT_EQ(test, put(f, 0, 8), 0);
	KUNIT_ASSERT_EQ(test, put(f, 8, 8), 0);
	KUNIT_EXPECT_EQ(test, magdepot_get(f->set, f->objs, 6), 6);
	for (i = 0; i < 6; i++)
		KUNIT_EXPECT_PTR_EQ(test, f->objs[i], obj(10 + i));
	KUNIT_EXPECT_EQ(test, magdepot_get(f->set, f->objs, BATCH), 10);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_PTR_EQ(test, f->objs[i], obj(i));
	KUNIT_EXPECT_EQ(test, magdepot_get(f->set, f->objs, 1), 0);
}

struct bound_row {
	unsigned int max;	/* as set */
	unsigned int before;	/* objects in it already */
	unsigned int n;		/* objects put */
	unsigned int left;	/* those that did not fit */
};

static const struct bound_row bound_rows[] = {
	{ 0, 0, 1, 1 },
	{ 1, 0, 1, 0 },
	{ 1, 0, 2, 1 },
	{ 10, 10, 4, 4 },
	{ 10, 8, 4, 2 },
	{ 10, 6, 4, 0 },
	{ SIZE, SIZE - 14, BATCH, BATCH - 14 },
	{ SIZE + 1, SIZE - 14, BATCH, BATCH - 14 },	/* never more than there is room for */
	{ UINT_MAX, SIZE - 1, BATCH, BATCH - 1 },
};

static void bound_desc(const struct bound_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "max %u put %u to %u", row->max,
		 row->n, row->before);
}

KUNIT_ARRAY_PARAM(bound, bound_rows, bound_desc);

static void fill_to(struct kunit *test, struct fixture *f, unsigned int n)
{
	unsigned int done, batch;

	for (done = 0; done < n; done += batch) {
		batch = min_t(unsigned int, n - done, BATCH);
		KUNIT_ASSERT_EQ(test, put(f, 1000 + done, batch), 0);
	}
}

static void a_depot_is_bounded_and_returns_the_rest(struct kunit *test)
{
	const struct bound_row *row = test->param_value;
	struct fixture *f = test->priv;
	unsigned int i;

	magdepot_set_max(f->set, row->max);
	fill_to(test, f, row->before);
	KUNIT_EXPECT_EQ(test, put(f, 0, row->n), row->left);
	for (i = 0; i < row->left; i++)
		KUNIT_EXPECT_PTR_EQ(test, f->objs[i], obj(row->n - row->left + i));
	KUNIT_EXPECT_EQ(test, magdepot_count_objects(f->set), row->before + row->n - row->left);
	KUNIT_EXPECT_EQ(test, kunit_counted(&f->kb, ACCOUNT_DEPOT_PUT_HIT),
			row->before + row->n - row->left);
	KUNIT_EXPECT_EQ(test, kunit_counted(&f->kb, ACCOUNT_DEPOT_PUT_MISS), row->left);
}

static void hits_count_objects_and_misses_attempts(struct kunit *test)
{
	struct fixture *f = test->priv;

	magdepot_set_max(f->set, SIZE);
	put(f, 0, 5);
	magdepot_get(f->set, f->objs, 4);
	magdepot_get(f->set, f->objs, 4);
	magdepot_get(f->set, f->objs, 4);
	KUNIT_EXPECT_EQ(test, kunit_counted(&f->kb, ACCOUNT_DEPOT_GET_HIT), 5);
	KUNIT_EXPECT_EQ(test, kunit_counted(&f->kb, ACCOUNT_DEPOT_GET_MISS), 1);
	KUNIT_EXPECT_EQ(test, kunit_counted(&f->kb, ACCOUNT_DEPOT_CONTENDED), 0);
}

/* Objects from slab, which can go back to it. */
static void stock(struct kunit *test, struct fixture *f, unsigned int n)
{
	magdepot_set_max(f->set, SIZE);
	KUNIT_ASSERT_EQ(test, backing_take(&f->kb.backing, GFP_KERNEL, f->objs, n), n);
	KUNIT_ASSERT_EQ(test, magdepot_put(f->set, f->objs, n), 0);
}

static void a_lower_max_gives_the_surplus_to_slab(struct kunit *test)
{
	struct fixture *f = test->priv;

	stock(test, f, BATCH);
	stock(test, f, 20);
	magdepot_set_max(f->set, 7);
	KUNIT_EXPECT_EQ(test, magdepot_count_objects(f->set), 7);
	KUNIT_EXPECT_EQ(test, backing_held(&f->kb.backing), 7);
	magdepot_set_max(f->set, 0);
	KUNIT_EXPECT_EQ(test, magdepot_count_objects(f->set), 0);
	KUNIT_EXPECT_EQ(test, backing_held(&f->kb.backing), 0);
}

static void trim_keeps_what_it_is_told_to(struct kunit *test)
{
	struct fixture *f = test->priv;

	stock(test, f, 20);
	magdepot_trim(f->set, 20);
	KUNIT_EXPECT_EQ(test, backing_held(&f->kb.backing), 20);
	magdepot_trim(f->set, 3);
	KUNIT_EXPECT_EQ(test, backing_held(&f->kb.backing), 3);
	KUNIT_EXPECT_EQ(test, here(f)->max, SIZE);
	magdepot_trim(f->set, 0);
	KUNIT_EXPECT_EQ(test, backing_held(&f->kb.backing), 0);
}

/* Three chunks, crossed at every offset, and given back. */
static void chunks_come_and_go(struct kunit *test)
{
	const unsigned int total = 3 * MAGDEPOT_CHUNK - 5;
	struct fixture *f = test->priv;
	struct magdepot_set *set;
	struct magdepot *d;
	unsigned int i, n, got;

	set = magdepot_create(&f->kb.backing, f->kb.acct, total, false);
	KUNIT_ASSERT_NOT_NULL(test, set);
	d = set->depot[numa_mem_id()];
	magdepot_set_max(set, total);
	KUNIT_EXPECT_EQ(test, d->chunks, 1);
	for (i = 0; i < total; i += n) {
		n = min_t(unsigned int, total - i, 1 + i % BATCH);
		line_up(f, i, n);
		KUNIT_ASSERT_EQ(test, magdepot_put(set, f->objs, n), 0);
	}
	KUNIT_EXPECT_EQ(test, d->chunks, 3);
	line_up(f, i, 1);
	KUNIT_EXPECT_EQ(test, magdepot_put(set, f->objs, 1), 1);
	while (i) {
		got = magdepot_get(set, f->objs, 1 + i % BATCH);
		KUNIT_ASSERT_GT(test, got, 0);
		for (n = got; n; n--)
			KUNIT_ASSERT_PTR_EQ(test, f->objs[n - 1], obj(--i));
	}
	magdepot_trim(set, 0);
	KUNIT_EXPECT_EQ(test, d->chunks, 1);
	magdepot_set_max(set, 0);
	KUNIT_EXPECT_EQ(test, d->chunks, 0);
	magdepot_destroy(set);
}

/* The path of many nodes, also where there is one: nothing is lost. */
static void sorting_by_node_loses_nothing(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int n = 12, left;

	f->set->by_node = true;
	magdepot_set_max(f->set, 5);
	KUNIT_ASSERT_EQ(test, backing_take(&f->kb.backing, GFP_KERNEL, f->objs, n), n);
	left = magdepot_put(f->set, f->objs, n);
	KUNIT_EXPECT_EQ(test, left + magdepot_count_objects(f->set), n);
	KUNIT_EXPECT_GE(test, left, n - 5 * num_online_nodes());
	backing_give(&f->kb.backing, f->objs, left);
	magdepot_trim(f->set, 0);
}

static void an_object_goes_to_the_depot_of_its_node(struct kunit *test)
{
	struct fixture *f = test->priv;
	int node, other = NUMA_NO_NODE;
	unsigned int i;

	if (nr_node_ids < 2 || num_online_nodes() < 2)
		kunit_skip(test, "one NUMA node, two are needed");
	for_each_online_node(node)
		if (node != numa_mem_id())
			other = node;
	magdepot_set_max(f->set, SIZE);
	for (i = 0; i < 8; i++) {
		f->objs[i] = kmem_cache_alloc_node(f->kb.backing.slab, GFP_KERNEL | __GFP_THISNODE,
						   i % 2 ? other : numa_mem_id());
		KUNIT_ASSERT_NOT_NULL(test, f->objs[i]);
	}
	KUNIT_EXPECT_EQ(test, magdepot_put(f->set, f->objs, 8), 0);
	KUNIT_EXPECT_EQ(test, f->set->depot[other]->nr, 4);
	KUNIT_EXPECT_EQ(test, here(f)->nr, 4);
	/* Taken behind the backing's back. */
	for_each_online_node(node) {
		struct magdepot *d = f->set->depot[node];

		while (d->nr)
			kmem_cache_free(f->kb.backing.slab, d->chunk[0][--d->nr]);
	}
}

struct move_call {
	struct fixture *f;
	unsigned int n;
};

static void put_four(void *arg)
{
	struct move_call *call = arg;

	call->n = magdepot_put(call->f->set, call->f->objs, 4);
}

static void get_four(void *arg)
{
	struct move_call *call = arg;

	call->n = magdepot_get(call->f->set, call->f->objs, 4);
}

KUNIT_ARRAY_PARAM(context, kunit_contexts, kunit_context_desc);

static void works_in_every_context(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct fixture *f = test->priv;
	struct move_call call = { .f = f };

	magdepot_set_max(f->set, SIZE);
	line_up(f, 0, 4);
	kunit_run_in(*context, put_four, &call);
	KUNIT_EXPECT_EQ(test, call.n, 0);
	kunit_run_in(*context, get_four, &call);
	KUNIT_EXPECT_EQ(test, call.n, 4);
}

/* The holder may be the very code that the NMI interrupted. */
static void nmi_does_without_a_contended_depot(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct move_call call = { .f = f };
	unsigned long flags;

	magdepot_set_max(f->set, SIZE);
	put(f, 0, 8);
	line_up(f, 8, 4);
	raw_spin_lock_irqsave(&here(f)->lock, flags);
	kunit_run_in(IN_NMI, put_four, &call);
	raw_spin_unlock_irqrestore(&here(f)->lock, flags);
	KUNIT_EXPECT_EQ(test, call.n, 4);
	KUNIT_EXPECT_PTR_EQ(test, f->objs[0], obj(8));

	raw_spin_lock_irqsave(&here(f)->lock, flags);
	kunit_run_in(IN_NMI, get_four, &call);
	raw_spin_unlock_irqrestore(&here(f)->lock, flags);
	KUNIT_EXPECT_EQ(test, call.n, 0);
	KUNIT_EXPECT_EQ(test, magdepot_count_objects(f->set), 8);
	KUNIT_EXPECT_EQ(test, kunit_counted(&f->kb, ACCOUNT_DEPOT_CONTENDED), 2);
}

struct holder {
	struct fixture *f;
	struct magdepot *depot;	/* of the waiter's node */
	struct completion held, done;
};

static unsigned long contended(struct fixture *f)
{
	return kunit_counted(&f->kb, ACCOUNT_DEPOT_CONTENDED);
}

/* Until one gave up and another waits for it. */
static int hold_until_contended(void *arg)
{
	struct holder *holder = arg;
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&holder->depot->lock, flags);
	complete(&holder->held);
	for (i = 0; i < 5000 && contended(holder->f) < 2; i++)
		mdelay(1);
	raw_spin_unlock_irqrestore(&holder->depot->lock, flags);
	complete(&holder->done);
	return 0;
}

static void only_the_last_resort_waits_for_a_contended_depot(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct holder holder = { .f = f, .depot = here(f) };
	int cpu = kunit_other_cpu(test);
	struct task_struct *thread;
	void *any = NULL;

	magdepot_set_max(f->set, SIZE);
	KUNIT_ASSERT_EQ(test, put(f, 0, 1), 0);
	init_completion(&holder.held);
	init_completion(&holder.done);
	thread = kthread_create(hold_until_contended, &holder, "kunit-holder");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	kthread_bind(thread, cpu);
	wake_up_process(thread);
	wait_for_completion(&holder.held);
	KUNIT_EXPECT_EQ(test, put(f, 1, 4), 4);
	KUNIT_EXPECT_EQ(test, contended(f), 1);
	KUNIT_EXPECT_TRUE(test, magdepot_get_any(f->set, &any));
	KUNIT_EXPECT_PTR_EQ(test, any, obj(0));
	wait_for_completion(&holder.done);
	KUNIT_EXPECT_EQ(test, contended(f), 2);
}

static struct kunit_case depot_cases[] = {
	KUNIT_CASE(a_new_depot_is_closed),
	KUNIT_CASE(objects_come_back_last_in_first_out),
	KUNIT_CASE_PARAM(a_depot_is_bounded_and_returns_the_rest, bound_gen_params),
	KUNIT_CASE(hits_count_objects_and_misses_attempts),
	KUNIT_CASE(a_lower_max_gives_the_surplus_to_slab),
	KUNIT_CASE(trim_keeps_what_it_is_told_to),
	KUNIT_CASE(chunks_come_and_go),
	KUNIT_CASE(sorting_by_node_loses_nothing),
	KUNIT_CASE(an_object_goes_to_the_depot_of_its_node),
	KUNIT_CASE_PARAM(works_in_every_context, context_gen_params),
	KUNIT_CASE(nmi_does_without_a_contended_depot),
	KUNIT_CASE(only_the_last_resort_waits_for_a_contended_depot),
	{}
};

static int depot_case_init(struct kunit *test)
{
	const struct backing_params params = {
		.name = "kunit-depot", .size = 64, .node = NUMA_NO_NODE,
	};
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	kunit_pin(test);
	test->priv = f;
	kunit_backing_init(test, &f->kb, &params);
	f->set = magdepot_create(&f->kb.backing, f->kb.acct, SIZE, true);
	KUNIT_ASSERT_NOT_NULL(test, f->set);
	return 0;
}

/* The bounds, whatever the case did. */
static void depot_case_exit(struct kunit *test)
{
	struct fixture *f = test->priv;
	int node;

	if (f && f->set) {
		for_each_node(node) {
			struct magdepot *d = f->set->depot[node];

			KUNIT_EXPECT_LE(test, d->max, SIZE);
			KUNIT_EXPECT_LE(test, d->nr, d->max);
			kunit_expect_unique(test, d->chunk[0], d->nr);
		}
		magdepot_destroy(f->set);
	}
	if (f)
		kunit_backing_fini(test, &f->kb);
}

static struct kunit_suite depot_suite = {
	.name = "mempool_depot",
	.init = depot_case_init,
	.exit = depot_case_exit,
	.test_cases = depot_cases,
};

kunit_test_suite(depot_suite);

MODULE_DESCRIPTION("KUnit suite of the depot");
MODULE_LICENSE("GPL");
