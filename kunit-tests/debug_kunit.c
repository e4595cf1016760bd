// SPDX-License-Identifier: GPL-2.0-only
/*
 * debug_kunit.c - debugged caches: what is bad is refused, all else works
 *
 * Called from: KUnit.  Calls: the public API.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/module.h>

#include <mempool/reservation.h>

#include "debug.h"

static struct kunit_cache *make(struct kunit *test, unsigned int flags)
{
	const struct objcache_params params = { .flags = flags };

	return kunit_cache_make(test, 64, &params);
}

static unsigned long bad(struct kunit_cache *kc)
{
	return kunit_view(kc->cache, ACCOUNT_BAD_FREE);
}

/* Everything adds up, with what lies in quarantine. */
static void expect_all_there(struct kunit *test, struct kunit_cache *kc)
{
	struct objcache_priv *priv = to_priv(kc->cache);

	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_IN_USE), kc->n);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_CACHED),
			debug_count(priv) + priv->reserve.nr);
	KUNIT_EXPECT_EQ(test, backing_held(&priv->backing),
			kc->n + debug_count(priv) + priv->reserve.nr);
}

static void debug_exit(struct kunit *test)
{
	struct kunit_cache *kc = test->priv;

	if (!kc || !kc->cache)
		return;
	kunit_give(kc, kc->n);
	KUNIT_EXPECT_EQ(test, objcache_destroy(kc->cache), 0);
}

struct free_call {
	struct objcache *cache;
	void *obj;
};

static void free_it(void *arg)
{
	struct free_call *call = arg;

	objcache_free(call->cache, call->obj);
}

KUNIT_ARRAY_PARAM(context, kunit_contexts, kunit_context_desc);

static void a_double_free_is_refused(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct kunit_cache *kc = make(test, OBJCACHE_DEBUG);
	struct free_call call = { kc->cache };

	kunit_take(test, kc, 3);
	call.obj = kc->objs[0];
	kunit_run_in(*context, free_it, &call);
	kc->objs[0] = kc->objs[2];
	kc->n = 2;
	KUNIT_EXPECT_EQ(test, bad(kc), 0);
	kunit_run_in(*context, free_it, &call);
	KUNIT_EXPECT_EQ(test, bad(kc), 1);
	expect_all_there(test, kc);
}

static void objects_from_before_can_be_freed_once(struct kunit *test)
{
	struct kunit_cache *kc = make(test, 0);
	void *again;

	kunit_take(test, kc, 20);
	KUNIT_EXPECT_EQ(test, objcache_set_debug(kc->cache, true), 0);
	KUNIT_EXPECT_TRUE(test, objcache_debug(kc->cache));
	again = kc->objs[19];
	kunit_give(kc, 20);
	KUNIT_EXPECT_EQ(test, bad(kc), 0);
	objcache_free(kc->cache, again);
	KUNIT_EXPECT_EQ(test, bad(kc), 1);
	expect_all_there(test, kc);
}

static void it_ends_with_objects_out(struct kunit *test)
{
	struct kunit_cache *kc = make(test, OBJCACHE_DEBUG);

	kunit_take(test, kc, 20);
	kunit_give(kc, 5);
	KUNIT_EXPECT_EQ(test, objcache_set_debug(kc->cache, false), 0);
	KUNIT_EXPECT_EQ(test, objcache_set_debug(kc->cache, false), 0);
	KUNIT_EXPECT_FALSE(test, objcache_debug(kc->cache));
	kunit_expect_accounts(test, kc);
	kunit_give(kc, 15);
	KUNIT_EXPECT_EQ(test, bad(kc), 0);
	kunit_expect_accounts(test, kc);
}

/* What lies in quarantine is there for who finds no other. */
static void a_limit_strands_nothing(struct kunit *test)
{
	struct kunit_cache *kc = make(test, OBJCACHE_DEBUG);
	void *objs[10];

	KUNIT_ASSERT_EQ(test, objcache_set_limit(kc->cache, 10), 0);
	kunit_take(test, kc, 10);
	KUNIT_EXPECT_NULL(test, objcache_alloc(kc->cache, GFP_KERNEL));
	kunit_give(kc, 10);
	KUNIT_EXPECT_EQ(test, debug_count(to_priv(kc->cache)), 10);
	kunit_take(test, kc, 5);
	KUNIT_EXPECT_TRUE(test, objcache_alloc_bulk(kc->cache, GFP_KERNEL, 5, objs));
	objcache_free_bulk(kc->cache, 5, objs);
	kunit_give(kc, 5);
	KUNIT_EXPECT_EQ(test, objcache_set_reserve(kc->cache, 10), 0);
	KUNIT_EXPECT_EQ(test, debug_count(to_priv(kc->cache)), 0);
	KUNIT_EXPECT_EQ(test, bad(kc), 0);
	expect_all_there(test, kc);
}

static void a_reservation_keeps_its_objects(struct kunit *test)
{
	struct kunit_cache *kc = make(test, OBJCACHE_DEBUG);
	struct objcache_reservation res;
	void *obj;

	KUNIT_ASSERT_EQ(test, objcache_reservation_try(&res, kc->cache, GFP_KERNEL, 4), 0);
	obj = objcache_reservation_take(&res);
	objcache_reservation_put(&res, obj);
	KUNIT_EXPECT_EQ(test, bad(kc), 0);
	objcache_free(kc->cache, obj);
	objcache_reservation_put(&res, NULL);
	KUNIT_EXPECT_EQ(test, bad(kc), 1);
	KUNIT_EXPECT_EQ(test, objcache_reservation_left(&res), 4);
	objcache_reservation_release(&res);
	KUNIT_EXPECT_EQ(test, bad(kc), 1);
	expect_all_there(test, kc);
}

static void writes_are_counted(struct kunit *test)
{
	struct kunit_cache *kc = make(test, OBJCACHE_DEBUG);
	u8 *obj;

	kunit_take(test, kc, 1);
	obj = kc->objs[0];
	kunit_give(kc, 1);
	obj[9] = 1;
	kunit_take(test, kc, 1);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_BAD_WRITE), 1);
}

/* More objects than there are records: no record, no accusation. */
static void objects_without_records_can_be_freed(struct kunit *test)
{
	struct kunit_cache *kc = make(test, OBJCACHE_DEBUG);
	struct check_table *small = check_create(6), *t;
	struct debug *d = rcu_dereference_protected(to_priv(kc->cache)->debug, true);
	void *again;

	KUNIT_ASSERT_NOT_NULL(test, small);
	t = d->table;
	d->table = small;
	kunit_take(test, kc, 400);
	KUNIT_EXPECT_GT(test, atomic_long_read(&small->unknown), 0);
	again = kc->objs[0];
	kunit_give(kc, 400);
	KUNIT_EXPECT_EQ(test, bad(kc), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&small->unknown), 0);
	objcache_free(kc->cache, again);
	KUNIT_EXPECT_EQ(test, bad(kc), 1);
	d->table = t;
	check_destroy(small);
}

static void not_of_a_dying_cache(struct kunit *test)
{
	struct kunit_cache *kc = make(test, 0);

	to_priv(kc->cache)->state = OBJCACHE_DYING;
	KUNIT_EXPECT_EQ(test, objcache_set_debug(kc->cache, true), -ENODEV);
	to_priv(kc->cache)->state = OBJCACHE_LIVE;
}

static struct kunit_case debug_cases[] = {
	KUNIT_CASE_PARAM(a_double_free_is_refused, context_gen_params),
	KUNIT_CASE(objects_from_before_can_be_freed_once),
	KUNIT_CASE(it_ends_with_objects_out),
	KUNIT_CASE(a_limit_strands_nothing),
	KUNIT_CASE(a_reservation_keeps_its_objects),
	KUNIT_CASE(writes_are_counted),
	KUNIT_CASE(objects_without_records_can_be_freed),
	KUNIT_CASE(not_of_a_dying_cache),
	{}
};

static struct kunit_suite debug_suite = {
	.name = "mempool_debug",
	.init = kunit_cache_init,
	.exit = debug_exit,
	.test_cases = debug_cases,
};

kunit_test_suite(debug_suite);

MODULE_DESCRIPTION("KUnit suite of debugged caches");
MODULE_LICENSE("GPL");
