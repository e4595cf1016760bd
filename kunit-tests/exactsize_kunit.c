// SPDX-License-Identifier: GPL-2.0-only
/*
 * exactsize_kunit.c - beside floor 1: a cache for each size, made on demand
 *
 * Called from: KUnit.  Calls: the public API.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "exactsize.h"

#define MOST	4

static struct exactsize_pool *make_pool(struct kunit *test, unsigned int max)
{
	char name[OBJCACHE_NAME_MAX];
	struct exactsize_pool *pool;
	static unsigned int serial;

	snprintf(name, sizeof(name), "kunit-exact-%u", serial++);
	pool = exactsize_pool_create(name, max);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pool));
	return pool;
}

/* The work item comes a tick later. */
static void expect_cache(struct kunit *test, struct exactsize_pool *pool, size_t size)
{
	unsigned int i;

	for (i = 0; i < 200 && !exactsize_cache(pool, size); i++)
		msleep(20);
	KUNIT_EXPECT_NOT_NULL(test, exactsize_cache(pool, size));
}

struct bad_row {
	const char *name;
	unsigned int max;
	int err;
};

static const struct bad_row bad_rows[] = {
	{ NULL, 1, -EINVAL },
	{ "", 1, -EINVAL },
	{ "a/b", 1, -EINVAL },
	{ "twenty-six-characters-long", 1, -ENAMETOOLONG },
	{ "kunit-exact-bad", 0, -EINVAL },
	{ "kunit-exact-bad", EXACTSIZE_MAX + 1, -E2BIG },
	{ "kunit-exact-bad", UINT_MAX, -E2BIG },
	{ "twenty-five-characters-ok", EXACTSIZE_MAX, 0 },
};

static void bad_desc(const struct bad_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "'%s' of %u", row->name ?: "NULL", row->max);
}

KUNIT_ARRAY_PARAM(bad, bad_rows, bad_desc);

static void bad_arguments_are_refused(struct kunit *test)
{
	const struct bad_row *row = test->param_value;
	struct exactsize_pool *pool = exactsize_pool_create(row->name, row->max);

	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(pool), row->err);
	if (!IS_ERR(pool))
		KUNIT_EXPECT_EQ(test, exactsize_pool_destroy(pool), 0);
}

/* A name is taken until the pool is destroyed, and not a moment longer. */
static void names_are_unique(struct kunit *test)
{
	struct exactsize_pool *pool = exactsize_pool_create("kunit-twice", 1);
	unsigned int i;

	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_FALSE(test, IS_ERR(pool));
		KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(exactsize_pool_create("kunit-twice", 1)),
				-EEXIST);
		KUNIT_EXPECT_EQ(test, exactsize_pool_destroy(pool), 0);
		pool = exactsize_pool_create("kunit-twice", 1);
	}
	KUNIT_ASSERT_FALSE(test, IS_ERR(pool));
	KUNIT_EXPECT_EQ(test, exactsize_pool_destroy(pool), 0);
	KUNIT_EXPECT_EQ(test, exactsize_pool_destroy(NULL), 0);
}

/* Catches: a size that finds its neighbour's cache; rounding to anything but 8. */
static void the_first_of_a_size_makes_its_cache(struct kunit *test)
{
	struct exactsize_pool *pool = make_pool(test, MOST);
	static const size_t sizes[] = { 1, 8, 9, 65535, 65536, 4097, 4104 };
	unsigned int i;

	KUNIT_EXPECT_EQ(test, exactsize_sizes(pool), 0);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		void *obj = exactsize_alloc(pool, sizes[i], GFP_KERNEL | __GFP_ZERO);
		struct objcache *cache = exactsize_cache(pool, sizes[i]);

		KUNIT_ASSERT_NOT_NULL(test, obj);
		KUNIT_ASSERT_NOT_NULL(test, cache);
		KUNIT_EXPECT_EQ(test, cache->size, ALIGN(sizes[i], 8));
		KUNIT_EXPECT_NULL(test, memchr_inv(obj, 0, cache->size));
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)obj,
						   min_t(unsigned long, cache->size & -cache->size,
							 PAGE_SIZE)));
		KUNIT_EXPECT_EQ(test, kunit_view(cache, ACCOUNT_IN_USE), 1);
		memset(obj, 0xa5, cache->size);
		exactsize_free(pool, obj, sizes[i]);
		KUNIT_EXPECT_EQ(test, kunit_view(cache, ACCOUNT_IN_USE), 0);
	}
	KUNIT_EXPECT_EQ(test, exactsize_sizes(pool), 4);
	KUNIT_EXPECT_EQ(test, exactsize_fallbacks(pool), 0);
	KUNIT_EXPECT_EQ(test, exactsize_pool_destroy(pool), 0);
}

static const gfp_t gfps_that_make_nothing[] = { GFP_ATOMIC, GFP_NOWAIT, GFP_NOIO, GFP_NOFS };

/*
 * What kmalloc() gave before there was a cache is freed to kmalloc() after, and
 * what the cache gave to the cache.  Catches: a free by the cache's presence.
 */
static void who_cannot_make_it_has_it_made(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gfps_that_make_nothing); i++) {
		/* kmalloc() has caches of both of these sizes, and of neither. */
		static const size_t sizes[] = { 64, 96, 104, 8192 };
		struct exactsize_pool *pool = make_pool(test, MOST);
		gfp_t gfp = gfps_that_make_nothing[i];
		void *early, *late;

		early = exactsize_alloc(pool, sizes[i], gfp);
		KUNIT_ASSERT_NOT_NULL(test, early);
		KUNIT_EXPECT_EQ(test, exactsize_fallbacks(pool), 1);
		expect_cache(test, pool, sizes[i]);
		late = exactsize_alloc(pool, sizes[i], gfp);
		KUNIT_ASSERT_NOT_NULL(test, late);
		KUNIT_EXPECT_EQ(test, exactsize_fallbacks(pool), 1);
		memset(early, 1, sizes[i]);
		memset(late, 2, sizes[i]);
		KUNIT_EXPECT_EQ(test, kunit_view(exactsize_cache(pool, sizes[i]),
						 ACCOUNT_IN_USE), 1);
		if (i & 1)
			swap(early, late);
		exactsize_free(pool, early, sizes[i]);
		exactsize_free(pool, late, sizes[i]);
		KUNIT_EXPECT_EQ(test, kunit_view(exactsize_cache(pool, sizes[i]),
						 ACCOUNT_IN_USE), 0);
		KUNIT_EXPECT_EQ(test, atomic_long_read(&pool->family.out), 0);
		KUNIT_EXPECT_EQ(test, exactsize_pool_destroy(pool), 0);
	}
}

/* A task that is part of I/O says so for all that it calls. */
static void a_scope_counts_like_a_flag(struct kunit *test)
{
	struct exactsize_pool *pool = make_pool(test, MOST);
	unsigned int scope = memalloc_noio_save();
	void *obj = exactsize_alloc(pool, 64, GFP_KERNEL);

	memalloc_noio_restore(scope);
	KUNIT_ASSERT_NOT_NULL(test, obj);
	KUNIT_EXPECT_EQ(test, exactsize_fallbacks(pool), 1);
	exactsize_free(pool, obj, 64);
	KUNIT_EXPECT_EQ(test, exactsize_pool_destroy(pool), 0);
}

struct context_call {
	struct exactsize_pool *pool;
	void *early, *late, *big;
};

static void alloc_in_context(void *arg)
{
	struct context_call *call = arg;

	call->early = exactsize_alloc(call->pool, 200, GFP_ATOMIC);
}

static void free_in_context(void *arg)
{
	struct context_call *call = arg;

	if (call->early)
		exactsize_free(call->pool, call->early, 200);
	exactsize_free(call->pool, call->late, 200);
	exactsize_free(call->pool, call->big, SZ_4M);
}

KUNIT_ARRAY_PARAM(context, kunit_contexts, kunit_context_desc);

static void every_context_has_its_cache_made(struct kunit *test)
{
	struct context_call call = { .pool = make_pool(test, MOST) };
	enum kunit_context context = *(const enum kunit_context *)test->param_value;

	kunit_run_in(context, alloc_in_context, &call);
	KUNIT_EXPECT_EQ(test, !call.early, context == IN_NMI);
	expect_cache(test, call.pool, 200);
	call.late = exactsize_alloc(call.pool, 200, GFP_KERNEL);
	call.big = exactsize_alloc(call.pool, SZ_4M, GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, call.late && call.big);
	kunit_run_in(context, free_in_context, &call);
	later_finish(&call.pool->family.free_late);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&call.pool->family.out), 0);
	KUNIT_EXPECT_EQ(test, kunit_view(exactsize_cache(call.pool, 200), ACCOUNT_IN_USE), 0);
	KUNIT_EXPECT_EQ(test, exactsize_pool_destroy(call.pool), 0);
}

/* Catches: a size beyond the bound that is asked for again and again. */
static void what_is_one_too_many_is_kmalloc(struct kunit *test)
{
	struct exactsize_pool *pool = make_pool(test, MOST);
	unsigned int i;
	void *obj[3];

	for (i = 1; i <= MOST; i++)
		KUNIT_EXPECT_EQ(test, exactsize_add(pool, i * 8), 0);
	KUNIT_EXPECT_EQ(test, exactsize_add(pool, 8), 0);
	for (i = 0; i < ARRAY_SIZE(obj); i++) {
		obj[i] = exactsize_alloc(pool, 64, i ? GFP_KERNEL : GFP_ATOMIC);
		KUNIT_ASSERT_NOT_NULL(test, obj[i]);
		memset(obj[i], 0x77, 64);
		msleep(20);
	}
	KUNIT_EXPECT_EQ(test, exactsize_add(pool, 64), -ENOSPC);
	KUNIT_EXPECT_EQ(test, exactsize_add(pool, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, exactsize_add(pool, OBJCACHE_SIZE_MAX + 1), -E2BIG);
	KUNIT_EXPECT_EQ(test, exactsize_sizes(pool), MOST);
	KUNIT_EXPECT_EQ(test, exactsize_fallbacks(pool), ARRAY_SIZE(obj));
	KUNIT_EXPECT_TRUE(test, bitmap_empty(pool->wanted, EXACTSIZE_GRANULES));
	for (i = 0; i < ARRAY_SIZE(obj); i++)
		exactsize_free(pool, obj[i], 64);
	KUNIT_EXPECT_EQ(test, exactsize_pool_destroy(pool), 0);
}

/* Somebody else's cache has the name. */
static void a_taken_name_is_kmalloc(struct kunit *test)
{
	struct objcache *other = objcache_create("kunit-taken-64", 64, NULL);
	struct exactsize_pool *pool = exactsize_pool_create("kunit-taken", MOST);
	void *obj;

	KUNIT_ASSERT_FALSE(test, IS_ERR(other) || IS_ERR(pool));
	KUNIT_EXPECT_EQ(test, exactsize_add(pool, 64), -EEXIST);
	KUNIT_EXPECT_EQ(test, exactsize_add(pool, 64), -ENOSPC);
	obj = exactsize_alloc(pool, 64, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, obj);
	exactsize_free(pool, obj, 64);
	KUNIT_EXPECT_EQ(test, kunit_view(other, ACCOUNT_ALLOCS), 0);
	KUNIT_EXPECT_EQ(test, exactsize_pool_destroy(pool), 0);
	KUNIT_EXPECT_EQ(test, objcache_destroy(other), 0);
}

static void what_is_nothing_is_left_alone(struct kunit *test)
{
	struct exactsize_pool *pool = make_pool(test, MOST);

	KUNIT_EXPECT_PTR_EQ(test, exactsize_alloc(pool, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	exactsize_free(pool, ZERO_SIZE_PTR, 0);
	exactsize_free(pool, ZERO_SIZE_PTR, 8);
	exactsize_free(pool, NULL, 8);
	exactsize_free(pool, NULL, 0);
	exactsize_free(pool, NULL, SZ_1M);
	KUNIT_EXPECT_NULL(test, exactsize_alloc(pool, SIZE_MAX, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, exactsize_alloc(pool, SZ_64M, GFP_ATOMIC));
	KUNIT_EXPECT_EQ(test, exactsize_sizes(pool), 0);
	KUNIT_EXPECT_EQ(test, exactsize_fallbacks(pool), 0);
	KUNIT_EXPECT_EQ(test, exactsize_pool_destroy(pool), 0);
}

/* The work item was asked for, is under way, or has made the cache. */
static void a_pool_ends_at_any_moment(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 12; i++) {
		struct exactsize_pool *pool = make_pool(test, MOST);
		void *obj = exactsize_alloc(pool, 72, GFP_ATOMIC);

		KUNIT_ASSERT_NOT_NULL(test, obj);
		exactsize_free(pool, obj, 72);
		usleep_range(i * 1000, i * 1000 + 100);
		KUNIT_EXPECT_EQ(test, exactsize_pool_destroy(pool), 0);
	}
}

#define OBJS	3

/* The pool is there until the last of its objects; which one that is, varies. */
static void a_zombie_pool_takes_frees(struct kunit *test)
{
	unsigned int last;

	for (last = 0; last < OBJS; last++) {
		struct exactsize_pool *pool = make_pool(test, MOST);
		static const size_t size[OBJS] = { 96, 96, SZ_8M };
		char name[OBJCACHE_NAME_MAX];
		void *obj[OBJS];
		unsigned int i;

		strscpy(name, pool->family.name, sizeof(name));
		obj[0] = exactsize_alloc(pool, size[0], GFP_NOWAIT);
		expect_cache(test, pool, size[0]);
		obj[1] = exactsize_alloc(pool, size[1], GFP_KERNEL);
		obj[2] = exactsize_alloc(pool, size[2], GFP_KERNEL);
		KUNIT_ASSERT_TRUE(test, obj[0] && obj[1] && obj[2]);
		KUNIT_EXPECT_EQ(test, exactsize_pool_destroy(pool), -EBUSY);
		KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(exactsize_pool_create(name, 1)), -EEXIST);
		KUNIT_EXPECT_NULL(test, exactsize_alloc(pool, 8, GFP_KERNEL));
		KUNIT_EXPECT_EQ(test, exactsize_add(pool, 8), -ENODEV);
		for (i = 1; i <= OBJS; i++) {
			unsigned int k = (last + i) % OBJS;

			/* Time for what is free to go. */
			msleep(20);
			exactsize_free(pool, obj[k], size[k]);
		}
		pool = ERR_PTR(-EEXIST);
		for (i = 0; i < 200 && pool == ERR_PTR(-EEXIST); i++) {
			msleep(20);
			pool = exactsize_pool_create(name, 1);
		}
		KUNIT_ASSERT_FALSE(test, IS_ERR(pool));
		KUNIT_EXPECT_EQ(test, exactsize_pool_destroy(pool), 0);
	}
}

static struct kunit_case exactsize_cases[] = {
	KUNIT_CASE_PARAM(bad_arguments_are_refused, bad_gen_params),
	KUNIT_CASE(names_are_unique),
	KUNIT_CASE(the_first_of_a_size_makes_its_cache),
	KUNIT_CASE(who_cannot_make_it_has_it_made),
	KUNIT_CASE(a_scope_counts_like_a_flag),
	KUNIT_CASE_PARAM(every_context_has_its_cache_made, context_gen_params),
	KUNIT_CASE(what_is_one_too_many_is_kmalloc),
	KUNIT_CASE(a_taken_name_is_kmalloc),
	KUNIT_CASE(what_is_nothing_is_left_alone),
	KUNIT_CASE(a_pool_ends_at_any_moment),
	KUNIT_CASE(a_zombie_pool_takes_frees),
	{}
};

static struct kunit_suite exactsize_suite = {
	.name = "mempool_exactsize",
	.init = kunit_cache_init,
	.test_cases = exactsize_cases,
};

kunit_test_suite(exactsize_suite);

MODULE_DESCRIPTION("KUnit suite of pools of exact sizes");
MODULE_LICENSE("GPL");
