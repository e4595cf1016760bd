// SPDX-License-Identifier: GPL-2.0-only
/*
 * bulk_kunit.c - floor 1: many objects in one call
 *
 * Called from: KUnit.  Calls: the public API.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/module.h>
#include <linux/string.h>

#define SIZE 40

static const unsigned int counts[] = { 0, 1, 2, 7, 8, 31, 32, 33, 65, 128, 129, KUNIT_OBJS };

static void count_desc(const unsigned int *n, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u objects", *n);
}

KUNIT_ARRAY_PARAM(count, counts, count_desc);

static void a_bulk_comes_whole_and_goes_whole(struct kunit *test)
{
	const unsigned int *n = test->param_value;
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);
	unsigned int round;

	for (round = 0; round < 3; round++) {
		KUNIT_ASSERT_TRUE(test, objcache_alloc_bulk(kc->cache, GFP_KERNEL, *n, kc->objs));
		kc->n = *n;
		kunit_expect_accounts(test, kc);
		objcache_free_bulk(kc->cache, kc->n, kc->objs);
		kc->n = 0;
		kunit_expect_accounts(test, kc);
	}
}

static void some_is_all_where_there_is_memory(struct kunit *test)
{
	const unsigned int *n = test->param_value;
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);

	kc->n = objcache_alloc_some(kc->cache, GFP_KERNEL, *n, kc->objs);
	KUNIT_EXPECT_EQ(test, kc->n, *n);
}

static void bulk_zeroes_recycled_objects(struct kunit *test)
{
	const unsigned int *n = test->param_value;
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);
	unsigned int i, bad = 0;

	kunit_take(test, kc, *n);
	for (i = 0; i < *n; i++)
		memset(kc->objs[i], 0xaa, SIZE);
	kunit_give(kc, *n);
	KUNIT_ASSERT_TRUE(test, objcache_alloc_bulk(kc->cache, GFP_KERNEL | __GFP_ZERO, *n,
						    kc->objs));
	kc->n = *n;
	for (i = 0; i < *n; i++)
		bad += !!memchr_inv(kc->objs[i], 0, SIZE);
	KUNIT_EXPECT_EQ(test, bad, 0);
}

struct bulk_call {
	struct kunit_cache *kc;
	unsigned int n;
	bool some, done;
};

static void alloc_in_context(void *arg)
{
	struct bulk_call *call = arg;
	struct kunit_cache *kc = call->kc;

	if (call->some)
		kc->n = objcache_alloc_some(kc->cache, GFP_ATOMIC, call->n, kc->objs);
	else
		call->done = objcache_alloc_bulk(kc->cache, GFP_ATOMIC, call->n, kc->objs);
}

static void free_in_context(void *arg)
{
	struct bulk_call *call = arg;

	objcache_free_bulk(call->kc->cache, call->kc->n, call->kc->objs);
	call->kc->n = 0;
}

/* 20 are cached, and NMI can have no more than those. */
static void a_bulk_that_fails_takes_nothing(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, SIZE, NULL);
	struct bulk_call call = { .kc = kc, .n = KUNIT_OBJS };

	kunit_take(test, kc, 20);
	kunit_give(kc, 20);
	kunit_run_in(IN_NMI, alloc_in_context, &call);
	KUNIT_EXPECT_FALSE(test, call.done);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_ALLOC_FAILED), 1);
}

static void some_takes_what_there_is(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, SIZE, NULL);
	struct bulk_call call = { .kc = kc, .n = KUNIT_OBJS, .some = true };
	unsigned long cached;

	kunit_take(test, kc, 20);
	kunit_give(kc, 20);
	cached = kunit_view(kc->cache, ACCOUNT_CACHED);
	kunit_run_in(IN_NMI, alloc_in_context, &call);
	KUNIT_EXPECT_EQ(test, kc->n, cached);
}

KUNIT_ARRAY_PARAM(context, kunit_contexts, kunit_context_desc);

/* R8 */
static void a_bulk_is_freed_from_every_context(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);
	struct bulk_call call = { .kc = kc };

	kunit_take(test, kc, KUNIT_OBJS);
	kunit_run_in(*context, free_in_context, &call);
	KUNIT_EXPECT_EQ(test, kc->n, 0);
}

static void null_among_many_is_ignored(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);

	kunit_take(test, kc, 300);
	kc->objs[300] = NULL;
	swap(kc->objs[300], kc->objs[0]);
	kc->objs[301] = NULL;
	swap(kc->objs[301], kc->objs[150]);
	kc->objs[302] = NULL;
	objcache_free_bulk(kc->cache, 303, kc->objs);
	kc->n = 0;
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_FREES), 300);
}

static void a_bulk_ends_a_zombie(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);
	struct objcache *cache = kc->cache;

	kunit_take(test, kc, 100);
	KUNIT_EXPECT_EQ(test, objcache_destroy(cache), -EBUSY);
	kc->cache = NULL;
	objcache_free_bulk(cache, kc->n, kc->objs);
	/* That none is left is seen when all suites are through. */
}

static struct kunit_case bulk_cases[] = {
	KUNIT_CASE_PARAM(a_bulk_comes_whole_and_goes_whole, count_gen_params),
	KUNIT_CASE_PARAM(some_is_all_where_there_is_memory, count_gen_params),
	KUNIT_CASE_PARAM(bulk_zeroes_recycled_objects, count_gen_params),
	KUNIT_CASE(a_bulk_that_fails_takes_nothing),
	KUNIT_CASE(some_takes_what_there_is),
	KUNIT_CASE_PARAM(a_bulk_is_freed_from_every_context, context_gen_params),
	KUNIT_CASE(null_among_many_is_ignored),
	KUNIT_CASE(a_bulk_ends_a_zombie),
	{}
};

static struct kunit_suite bulk_suite = {
	.name = "mempool_bulk",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = bulk_cases,
};

kunit_test_suite(bulk_suite);

MODULE_DESCRIPTION("KUnit suite of bulk operations");
MODULE_LICENSE("GPL");
