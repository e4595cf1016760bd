// SPDX-License-Identifier: GPL-2.0-only
/*
 * sizeclass_kunit.c - beside floor 1: size classes, and what is above them
 *
 * Called from: KUnit.  Calls: the public API.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include <mempool/sizeclass.h>

#define LAST	8192
#define OBJS	3

/* Of sizes that are neither powers of two nor multiples of 8. */
static const unsigned int odd_table[] = { 9, 60, 65, 300, 3000 };

/* With the default classes, for all cases: to destroy one takes a second. */
static struct sizeclass_pool *pool;

static struct sizeclass_pool *make_pool(const unsigned int *table, unsigned int n)
{
	char name[OBJCACHE_NAME_MAX];
	static unsigned int serial;

	snprintf(name, sizeof(name), "kunit-class-%u", serial++);
	return sizeclass_pool_create(name, table, n);
}

static int suite_start(struct kunit_suite *suite)
{
	pool = make_pool(NULL, 0);
	return PTR_ERR_OR_ZERO(pool);
}

static void suite_end(struct kunit_suite *suite)
{
	if (!IS_ERR_OR_NULL(pool))
		WARN_ON(sizeclass_pool_destroy(pool));
}

/* After each case. */
static void expect_nothing_in_use(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, kunit_view(pool->cache[i], ACCOUNT_IN_USE), 0);
}

/* The smallest class of a table that a size fits in; 0 above them. */
static size_t class_of(const unsigned int *sizes, unsigned int n, size_t size)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (size <= ALIGN(sizes[i], 8))
			return ALIGN(sizes[i], 8);
	return 0;
}

static void each_size_has_the_smallest_class(struct kunit *test)
{
	static const unsigned int powers[] = { 64, 128, 256, 512, 1024, 2048, 4096, 8192 };
	struct sizeclass_pool *odd = make_pool(odd_table, ARRAY_SIZE(odd_table));
	unsigned int bad = 0;
	size_t size;

	KUNIT_ASSERT_FALSE(test, IS_ERR(odd));
	for (size = 1; size <= LAST; size++)
		bad += sizeclass_usable_size(pool, size) !=
		       class_of(powers, ARRAY_SIZE(powers), size);
	for (size = 1; size <= 3000; size++)
		bad += sizeclass_usable_size(odd, size) !=
		       class_of(odd_table, ARRAY_SIZE(odd_table), size);
	KUNIT_EXPECT_EQ(test, bad, 0);
	KUNIT_EXPECT_EQ(test, sizeclass_usable_size(pool, 0), 0);
	KUNIT_EXPECT_EQ(test, sizeclass_usable_size(pool, LAST + 1), 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, sizeclass_usable_size(odd, 3001), 4096);
	KUNIT_EXPECT_EQ(test, sizeclass_usable_size(pool, SIZE_MAX), 0);
	KUNIT_EXPECT_EQ(test, sizeclass_pool_destroy(odd), 0);
}

static const size_t sizes[] = {
	1, 8, 9, 63, 64, 65, 100, 256, 257, 4096, 4097, LAST, LAST + 1, 20000, SZ_4M + 1,
};

static void size_desc(const size_t *size, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%zu bytes", *size);
}

KUNIT_ARRAY_PARAM(size, sizes, size_desc);

/* All that is usable can be written, and either way of freeing finds its place. */
static void both_frees_find_the_class(struct kunit *test)
{
	size_t size = *(const size_t *)test->param_value;
	unsigned long before = sizeclass_fallbacks(pool);
	unsigned int i;

	for (i = 0; i < 4; i++) {
		void *obj = sizeclass_alloc(pool, size, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, obj);
		memset(obj, 0x5a, sizeclass_usable_size(pool, size));
		if (size <= LAST)
			KUNIT_EXPECT_EQ(test, kunit_view(sizeclass_cache(pool, size),
							 ACCOUNT_IN_USE), 1);
		if (i & 1)
			sizeclass_free_unsized(pool, obj);
		else
			sizeclass_free(pool, obj, size);
		if (size <= LAST)
			KUNIT_EXPECT_EQ(test, kunit_view(sizeclass_cache(pool, size),
							 ACCOUNT_IN_USE), 0);
	}
	KUNIT_EXPECT_EQ(test, sizeclass_fallbacks(pool) - before, size > LAST ? 4 : 0);
}

static void zero_is_zero_everywhere(struct kunit *test)
{
	size_t size = *(const size_t *)test->param_value;
	size_t room = sizeclass_usable_size(pool, size);
	void *obj = sizeclass_alloc(pool, size, GFP_KERNEL);
	unsigned int i;

	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_NOT_NULL(test, obj);
		memset(obj, 0xaa, room);
		sizeclass_free(pool, obj, size);
		obj = sizeclass_alloc(pool, size, GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, obj);
		KUNIT_EXPECT_NULL(test, memchr_inv(obj, 0, room));
	}
	sizeclass_free(pool, obj, size);
}

static void size_zero_is_as_in_kmalloc(struct kunit *test)
{
	unsigned long before = sizeclass_fallbacks(pool);
	void *obj = sizeclass_alloc(pool, 0, GFP_KERNEL);

	KUNIT_EXPECT_PTR_EQ(test, obj, ZERO_SIZE_PTR);
	sizeclass_free(pool, obj, 0);
	sizeclass_free_unsized(pool, obj);
	obj = sizeclass_realloc(pool, obj, 0, 10, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, obj);
	KUNIT_EXPECT_PTR_EQ(test, sizeclass_realloc(pool, obj, 10, 0, GFP_KERNEL),
			    ZERO_SIZE_PTR);
	KUNIT_EXPECT_EQ(test, sizeclass_fallbacks(pool), before);
}

/* A foreign object is left alone, and can be freed where it belongs. */
static void what_is_not_of_the_pool_is_refused(struct kunit *test)
{
	unsigned long before = kunit_view(pool->cache[1], ACCOUNT_FREES);
	void *obj = kmalloc(96, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, obj);
	sizeclass_free_unsized(pool, obj);
	sizeclass_free_unsized(pool, NULL);
	sizeclass_free(pool, NULL, 10);
	sizeclass_free(pool, NULL, 10000);
	sizeclass_free(pool, NULL, 0);
	KUNIT_EXPECT_EQ(test, kunit_view(pool->cache[1], ACCOUNT_FREES), before);
	kfree(obj);
}

static void fill(u8 *obj, size_t from, size_t to)
{
	for (; from < to; from++)
		obj[from] = from * 7 + 1;
}

static unsigned int differs(const u8 *obj, size_t n)
{
	unsigned int bad = 0;

	while (n--)
		bad += obj[n] != (u8)(n * 7 + 1);
	return bad;
}

/* From every size to every other one: in place exactly within a class. */
static void realloc_moves_only_between_classes(struct kunit *test)
{
	size_t from = *(const size_t *)test->param_value;
	unsigned int i, bad = 0;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t to = sizes[i];
		u8 *obj = sizeclass_alloc(pool, from, GFP_KERNEL), *moved;

		KUNIT_ASSERT_NOT_NULL(test, obj);
		memset(obj, 0xaa, sizeclass_usable_size(pool, from));
		fill(obj, 0, from);
		moved = sizeclass_realloc(pool, obj, from, to, GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, moved);
		bad += (moved == obj) != (sizeclass_usable_size(pool, from) ==
					  sizeclass_usable_size(pool, to));
		bad += differs(moved, min(from, to));
		if (to > from)
			bad += !!memchr_inv(moved + from, 0, to - from);
		sizeclass_free(pool, moved, to);
	}
	KUNIT_EXPECT_EQ(test, bad, 0);
}

static void a_failed_realloc_keeps_the_object(struct kunit *test)
{
	u8 *obj = sizeclass_alloc(pool, 100, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, obj);
	fill(obj, 0, 100);
	KUNIT_EXPECT_NULL(test, sizeclass_realloc(pool, obj, 100, SIZE_MAX, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, sizeclass_realloc(pool, obj, 100, KMALLOC_MAX_SIZE + 1,
						  GFP_ATOMIC));
	KUNIT_EXPECT_EQ(test, differs(obj, 100), 0);
	KUNIT_EXPECT_EQ(test, kunit_view(sizeclass_cache(pool, 100), ACCOUNT_IN_USE), 1);
	sizeclass_free(pool, obj, 100);
}

/* Byte by byte through all classes and into the fallback. */
static void a_buffer_grows(struct kunit *test)
{
	struct sizeclass_buf buf = { };
	unsigned int moves = 0;
	size_t i;

	KUNIT_EXPECT_EQ(test, sizeclass_append(pool, &buf, "", 0, GFP_KERNEL), 0);
	KUNIT_EXPECT_NULL(test, buf.data);
	for (i = 0; i < 40000; i++) {
		size_t room = buf.room;
		u8 byte = i * 7 + 1;

		KUNIT_ASSERT_EQ(test, sizeclass_append(pool, &buf, &byte, 1, GFP_KERNEL), 0);
		moves += room != buf.room;
	}
	KUNIT_EXPECT_EQ(test, buf.len, 40000);
	KUNIT_EXPECT_EQ(test, differs(buf.data, 40000), 0);
	/* 64, 128 ... 65536 */
	KUNIT_EXPECT_EQ(test, moves, 11);
	KUNIT_EXPECT_EQ(test, sizeclass_append(pool, &buf, NULL, SIZE_MAX, GFP_KERNEL),
			-EOVERFLOW);
	KUNIT_EXPECT_EQ(test, sizeclass_append(pool, &buf, NULL, SIZE_MAX / 2, GFP_KERNEL),
			-ENOMEM);
	KUNIT_EXPECT_EQ(test, buf.len, 40000);
	sizeclass_buf_free(pool, &buf);
	KUNIT_EXPECT_EQ(test, buf.room, 0);
	sizeclass_buf_free(pool, &buf);
}

struct context_call {
	void *small, *big, *huge, *fresh;
};

/* GFP_KERNEL's kvmalloc() memory, freed where vfree() may not be called. */
static void free_in_context(void *arg)
{
	struct context_call *call = arg;

	sizeclass_free(pool, call->small, 100);
	sizeclass_free(pool, call->big, LAST + 1);
	sizeclass_free_unsized(pool, call->huge);
	call->fresh = sizeclass_alloc(pool, 100, GFP_ATOMIC);
}

KUNIT_ARRAY_PARAM(context, kunit_contexts, kunit_context_desc);

static void all_are_freed_from_every_context(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct context_call call = { };

	call.small = sizeclass_alloc(pool, 100, GFP_KERNEL);
	call.big = sizeclass_alloc(pool, LAST + 1, GFP_KERNEL);
	call.huge = sizeclass_alloc(pool, SZ_4M + SZ_1M, GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, call.small && call.big && call.huge);
	kunit_run_in(*context, free_in_context, &call);
	if (*context != IN_NMI || objcache_capacity(sizeclass_cache(pool, 100)))
		KUNIT_EXPECT_NOT_NULL(test, call.fresh);
	if (call.fresh)
		sizeclass_free(pool, call.fresh, 100);
}

/* The pool is there until the last of its objects; which one that is, varies. */
static void a_zombie_pool_takes_frees(struct kunit *test)
{
	unsigned int last;

	for (last = 0; last < OBJS; last++) {
		struct sizeclass_pool *zombie = make_pool(NULL, 0);
		size_t size[OBJS] = { 64, 8000, SZ_8M };
		void *obj[OBJS];
		unsigned int i;

		KUNIT_ASSERT_FALSE(test, IS_ERR(zombie));
		for (i = 0; i < OBJS; i++) {
			obj[i] = sizeclass_alloc(zombie, size[i], GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, obj[i]);
		}
		KUNIT_EXPECT_EQ(test, sizeclass_pool_destroy(zombie), -EBUSY);
		for (i = 1; i <= OBJS; i++) {
			unsigned int k = (last + i) % OBJS;

			/* Time for what is free to go. */
			msleep(20);
			sizeclass_free(zombie, obj[k], size[k]);
		}
	}
	/* That none is left is seen when all suites are through. */
}

struct end_call {
	struct work_struct work;
	struct sizeclass_pool *pool;
	int err;
};

static void destroy_in_worker(struct work_struct *work)
{
	struct end_call *call = container_of(work, struct end_call, work);

	call->err = sizeclass_pool_destroy(call->pool);
}

/* Catches: a flush of works without a rescuer, of which the kernel warns. */
static void a_worker_with_a_rescuer_may_destroy(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("kunit-rescued",
						      WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	struct end_call call = { .pool = make_pool(odd_table, ARRAY_SIZE(odd_table)) };

	KUNIT_ASSERT_NOT_NULL(test, wq);
	KUNIT_ASSERT_FALSE(test, IS_ERR(call.pool));
	INIT_WORK_ONSTACK(&call.work, destroy_in_worker);
	queue_work(wq, &call.work);
	flush_work(&call.work);
	destroy_work_on_stack(&call.work);
	destroy_workqueue(wq);
	KUNIT_EXPECT_EQ(test, call.err, 0);
}

static struct kunit_case sizeclass_cases[] = {
	KUNIT_CASE(each_size_has_the_smallest_class),
	KUNIT_CASE_PARAM(both_frees_find_the_class, size_gen_params),
	KUNIT_CASE_PARAM(zero_is_zero_everywhere, size_gen_params),
	KUNIT_CASE(size_zero_is_as_in_kmalloc),
	KUNIT_CASE(what_is_not_of_the_pool_is_refused),
	KUNIT_CASE_PARAM(realloc_moves_only_between_classes, size_gen_params),
	KUNIT_CASE(a_failed_realloc_keeps_the_object),
	KUNIT_CASE(a_buffer_grows),
	KUNIT_CASE_PARAM(all_are_freed_from_every_context, context_gen_params),
	KUNIT_CASE(a_zombie_pool_takes_frees),
	KUNIT_CASE(a_worker_with_a_rescuer_may_destroy),
	{}
};

static struct kunit_suite sizeclass_suite = {
	.name = "mempool_sizeclass",
	.suite_init = suite_start,
	.suite_exit = suite_end,
	.init = kunit_cache_init,
	.exit = expect_nothing_in_use,
	.test_cases = sizeclass_cases,
};

kunit_test_suite(sizeclass_suite);

MODULE_DESCRIPTION("KUnit suite of size classes");
MODULE_LICENSE("GPL");
