// SPDX-License-Identifier: GPL-2.0-only
/*
 * reservation_kunit.c - beside floor 1: several objects at once, or none
 *
 * Called from: KUnit.  Calls: kmod/reservation.c, kmod/refill.c.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/delay.h>
#include <linux/module.h>
#include <linux/string.h>

#include <mempool/reservation.h>

#define SIZE	48

static void construct(void *obj)
{
	memset(obj, 0xc5, SIZE);
}

/* Until the work item has been there. */
static void expect_refilled(struct kunit *test, struct objcache *cache)
{
	unsigned int i;

	for (i = 0; i < 100 && reserve_short(&to_priv(cache)->reserve); i++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, to_priv(cache)->reserve.nr, objcache_reserve(cache));
}

struct size_row {
	unsigned int limit, n;
	int err;
};

static const struct size_row size_rows[] = {
	{ 0, 0, -EINVAL },
	{ 0, 1, 0 },
	{ 0, 3 * MAGDEPOT_BATCH + 1, 0 },
	{ 40, 40, 0 },
	{ 40, 41, -EINVAL },
};

static void size_desc(const struct size_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u of %u", row->n, row->limit);
}

KUNIT_ARRAY_PARAM(size, size_rows, size_desc);

/* Catches: objects lost in the chain, a count that is off. */
static void takes_as_many_as_were_reserved(struct kunit *test)
{
	const struct size_row *row = test->param_value;
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);
	struct objcache_reservation res;
	void *obj;

	objcache_set_limit(kc->cache, row->limit);
	KUNIT_EXPECT_EQ(test, objcache_reservation_try(&res, kc->cache, GFP_KERNEL, row->n),
			row->err);
	KUNIT_EXPECT_EQ(test, objcache_reservation_left(&res), row->err ? 0 : row->n);
	while ((obj = objcache_reservation_take(&res)))
		kc->objs[kc->n++] = obj;
	KUNIT_EXPECT_EQ(test, kc->n, row->err ? 0 : row->n);
	kunit_expect_accounts(test, kc);
}

/* Catches: what a failure keeps, for others to miss. */
static void fails_with_none(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);
	struct objcache_reservation res;

	objcache_set_limit(kc->cache, 40);
	kunit_take(test, kc, 10);
	KUNIT_EXPECT_EQ(test, objcache_reservation_try(&res, kc->cache, GFP_KERNEL, 31), -ENOMEM);
	KUNIT_EXPECT_EQ(test, objcache_reservation_left(&res), 0);
	KUNIT_EXPECT_EQ(test, objcache_reservation_wait(&res, kc->cache, GFP_KERNEL, 31,
							TASK_KILLABLE, 2), -ETIMEDOUT);
	kunit_expect_accounts(test, kc);
	kunit_take(test, kc, 30);
}

static void what_is_put_back_is_taken_again(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);
	struct objcache_reservation res;
	void *a, *b;

	KUNIT_ASSERT_EQ(test, objcache_reservation_try(&res, kc->cache, GFP_KERNEL, 2), 0);
	a = objcache_reservation_take(&res);
	objcache_reservation_put(&res, a);
	objcache_reservation_put(&res, a);	/* reported, ignored */
	objcache_reservation_put(&res, NULL);	/* the same */
	KUNIT_EXPECT_EQ(test, objcache_reservation_left(&res), 2);
	a = objcache_reservation_take(&res);
	b = objcache_reservation_take(&res);
	KUNIT_EXPECT_PTR_NE(test, a, b);
	KUNIT_EXPECT_NULL(test, objcache_reservation_take(&res));
	objcache_reservation_put(&res, b);
	objcache_reservation_put(&res, a);
	objcache_reservation_release(&res);
	KUNIT_EXPECT_EQ(test, objcache_reservation_left(&res), 0);
	kunit_expect_accounts(test, kc);
}

/* Catches: the link of the chain in an object that should be zero. */
static void zero_means_zero(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);
	struct objcache_reservation res;
	void *obj;

	KUNIT_ASSERT_EQ(test, objcache_reservation_try(&res, kc->cache,
						       GFP_KERNEL | __GFP_ZERO, 4), 0);
	obj = objcache_reservation_take(&res);
	memset(obj, 0xff, SIZE);
	objcache_reservation_put(&res, obj);
	while ((obj = objcache_reservation_take(&res))) {
		KUNIT_EXPECT_NULL(test, memchr_inv(obj, 0, SIZE));
		kc->objs[kc->n++] = obj;
	}
}

static void constructed_content_survives(struct kunit *test)
{
	const struct objcache_params params = { .ctor = construct };
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, &params);
	struct objcache_reservation res;
	void *obj;

	objcache_set_limit(kc->cache, 8);
	objcache_set_reserve(kc->cache, 8);
	kunit_take(test, kc, 8);
	kunit_give(kc, 8);
	KUNIT_ASSERT_EQ(test, objcache_reservation_wait(&res, kc->cache, GFP_KERNEL, 8,
							TASK_KILLABLE, HZ), 0);
	while ((obj = objcache_reservation_take(&res))) {
		KUNIT_EXPECT_NULL(test, memchr_inv(obj, 0xc5, SIZE));
		kc->objs[kc->n++] = obj;
	}
}

struct call {
	struct objcache *cache;
	struct objcache_reservation res;
	void *obj;
	int err;
};

static void reserve_and_take(void *arg)
{
	struct call *call = arg;

	call->err = objcache_reservation_try(&call->res, call->cache, GFP_ATOMIC, 5);
	call->obj = objcache_reservation_take(&call->res);
	objcache_reservation_put(&call->res, objcache_reservation_take(&call->res));
}

KUNIT_ARRAY_PARAM(context, kunit_contexts, kunit_context_desc);

/* Catches: a reserve that some context cannot reach; one not refilled after it. */
static void the_reserve_serves_every_context(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);
	struct call call = { .cache = kc->cache };

	objcache_set_limit(kc->cache, 20);
	KUNIT_ASSERT_EQ(test, objcache_set_reserve(kc->cache, 6), 0);
	kunit_take(test, kc, 14);
	KUNIT_EXPECT_EQ(test, to_priv(kc->cache)->reserve.nr, 6);
	kunit_run_in(*context, reserve_and_take, &call);
	KUNIT_EXPECT_EQ(test, call.err, 0);
	KUNIT_EXPECT_EQ(test, to_priv(kc->cache)->reserve.nr, 1);
	if (call.obj)
		kc->objs[kc->n++] = call.obj;
	/* In NMI this closes the magazines. */
	irq_work_sync(&to_priv(kc->cache)->waiters.wake);
	objcache_reservation_release(&call.res);
	KUNIT_EXPECT_EQ(test, to_priv(kc->cache)->reserve.nr, 5);
	objcache_set_limit(kc->cache, 21);
	expect_refilled(test, kc->cache);
}

/* Catches: caps that stay closed, or open while the reserve is short. */
static void magazines_are_closed_while_it_is_short(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, SIZE, NULL);
	struct magazine *mag = per_cpu_ptr(kc->cache->mag, 0);
	unsigned int cap;

	objcache_set_limit(kc->cache, 400);
	KUNIT_ASSERT_EQ(test, objcache_set_reserve(kc->cache, 10), 0);
	cap = mag->cap;
	kunit_take(test, kc, 390);
	KUNIT_EXPECT_EQ(test, mag->cap, cap);
	kunit_take(test, kc, 1);
	KUNIT_EXPECT_EQ(test, mag->cap, 0);
	kunit_give(kc, 1);
	KUNIT_EXPECT_EQ(test, mag->cap, cap);
	KUNIT_EXPECT_EQ(test, to_priv(kc->cache)->reserve.nr, 10);
	KUNIT_EXPECT_TRUE(test, want_init_on_free() || cap);
}

/* Catches: a bulk that is all or none, and takes some of the reserve. */
static void bulk_takes_what_it_needs_or_none(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);
	struct reserve *r = &to_priv(kc->cache)->reserve;
	void **objs = kc->objs + 10;

	objcache_set_limit(kc->cache, 20);
	KUNIT_ASSERT_EQ(test, objcache_set_reserve(kc->cache, 8), 0);
	kunit_take(test, kc, 10);
	KUNIT_EXPECT_FALSE(test, objcache_alloc_bulk(kc->cache, GFP_KERNEL, 11, objs));
	KUNIT_EXPECT_EQ(test, r->nr, 8);
	KUNIT_EXPECT_EQ(test, objcache_alloc_some(kc->cache, GFP_KERNEL, 10, objs), 2);
	KUNIT_EXPECT_EQ(test, r->nr, 8);
	KUNIT_EXPECT_EQ(test, objcache_alloc_some(kc->cache, GFP_KERNEL, 10, objs + 2), 1);
	KUNIT_EXPECT_TRUE(test, objcache_alloc_bulk(kc->cache, GFP_KERNEL, 7, objs + 3));
	KUNIT_EXPECT_EQ(test, r->nr, 0);
	kc->n = 20;
}

static void prefilled_objects_cost_slab_nothing(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, SIZE, NULL);
	unsigned long taken;

	KUNIT_EXPECT_EQ(test, objcache_prefill(kc->cache, 100), 0);
	taken = kunit_view(kc->cache, ACCOUNT_SLAB_TAKEN);
	KUNIT_EXPECT_EQ(test, taken, 100);
	kunit_take(test, kc, 100);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_SLAB_TAKEN), taken);
	KUNIT_EXPECT_EQ(test, objcache_prefill(kc->cache, 1 << 20), -ENOSPC);
}

static struct kunit_case reservation_cases[] = {
	KUNIT_CASE_PARAM(takes_as_many_as_were_reserved, size_gen_params),
	KUNIT_CASE(fails_with_none),
	KUNIT_CASE(what_is_put_back_is_taken_again),
	KUNIT_CASE(zero_means_zero),
	KUNIT_CASE(constructed_content_survives),
	KUNIT_CASE_PARAM(the_reserve_serves_every_context, context_gen_params),
	KUNIT_CASE(magazines_are_closed_while_it_is_short),
	KUNIT_CASE(bulk_takes_what_it_needs_or_none),
	KUNIT_CASE(prefilled_objects_cost_slab_nothing),
	{}
};

static struct kunit_suite reservation_suite = {
	.name = "mempool_reservation",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = reservation_cases,
};

kunit_test_suite(reservation_suite);

MODULE_DESCRIPTION("KUnit suite of reservations");
MODULE_LICENSE("GPL");
