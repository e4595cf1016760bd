// SPDX-License-Identifier: GPL-2.0-only
/*
 * limits_kunit.c - beside floor 1: how much a cache may hold
 *
 * Called from: KUnit.  Calls: kmod/limits.c.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/module.h>

#define SIZE	100	/* 104 in slab */

struct rule_row {
	unsigned long objects, bytes;
	unsigned int most;
};

/* Catches: bytes of objects without padding, the laxer of the rules, roundings. */
static const struct rule_row rule_rows[] = {
	{ 10, 0, 10 },
	{ 0, 104, 1 },
	{ 0, 1039, 9 },
	{ 0, 1040, 10 },
	{ 0, 1143, 10 },
	{ 10, 1039, 9 },
	{ 9, 1040, 9 },
	{ 1, LONG_MAX, 1 },
	{ LONG_MAX, 208, 2 },
};

static void rule_desc(const struct rule_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%lu objects, %lu bytes", row->objects,
		 row->bytes);
}

KUNIT_ARRAY_PARAM(rule, rule_rows, rule_desc);

static void the_stricter_rule_holds_exactly(struct kunit *test)
{
	const struct rule_row *row = test->param_value;
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);

	KUNIT_EXPECT_EQ(test, to_priv(kc->cache)->backing.padded, 104);
	KUNIT_EXPECT_EQ(test, objcache_set_limit(kc->cache, row->objects), 0);
	KUNIT_EXPECT_EQ(test, objcache_set_limit_bytes(kc->cache, row->bytes), 0);
	KUNIT_EXPECT_EQ(test, objcache_limit(kc->cache), row->objects);
	KUNIT_EXPECT_EQ(test, objcache_limit_bytes(kc->cache), row->bytes);
	kunit_take(test, kc, row->most);
	KUNIT_EXPECT_NULL(test, objcache_alloc(kc->cache, GFP_KERNEL));
	/* Either rule can be lifted alone. */
	KUNIT_EXPECT_EQ(test, objcache_set_limit_bytes(kc->cache, 0), 0);
	KUNIT_EXPECT_EQ(test, objcache_set_limit(kc->cache, 0), 0);
	kunit_take(test, kc, 20);
}

static void less_than_is_held_is_accepted(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);
	unsigned int i;

	kunit_take(test, kc, 20);
	KUNIT_EXPECT_EQ(test, objcache_set_limit_bytes(kc->cache, 5 * 104), 0);
	for (i = 20; i >= 5; i--) {
		KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_HELD), i);
		KUNIT_EXPECT_NULL(test, objcache_alloc(kc->cache, GFP_KERNEL));
		kunit_give(kc, 1);
	}
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_IN_USE), 4);
	kunit_take(test, kc, 1);
	KUNIT_EXPECT_NULL(test, objcache_alloc(kc->cache, GFP_KERNEL));
}

static void bad_limits_change_nothing(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, SIZE, NULL);

	KUNIT_EXPECT_EQ(test, objcache_set_limit_bytes(kc->cache, 2000), 0);
	KUNIT_EXPECT_EQ(test, objcache_set_limit_bytes(kc->cache, 103), -ERANGE);
	KUNIT_EXPECT_EQ(test, objcache_set_limit_bytes(kc->cache, 1), -ERANGE);
	KUNIT_EXPECT_EQ(test, objcache_set_reserve(kc->cache, 20), -ERANGE);
	KUNIT_EXPECT_EQ(test, objcache_set_reserve(kc->cache, 19), 0);
	KUNIT_EXPECT_EQ(test, objcache_set_limit_bytes(kc->cache, 19 * 104 - 1), -ERANGE);
	KUNIT_EXPECT_EQ(test, objcache_limit_bytes(kc->cache), 2000);
	KUNIT_EXPECT_EQ(test, objcache_set_limit_bytes(kc->cache, 19 * 104), 0);
	KUNIT_EXPECT_EQ(test, objcache_set_limit(kc->cache, 18), -ERANGE);
	KUNIT_EXPECT_EQ(test, objcache_set_reserve(kc->cache, 0), 0);
}

static struct kunit_case limits_cases[] = {
	KUNIT_CASE_PARAM(the_stricter_rule_holds_exactly, rule_gen_params),
	KUNIT_CASE(less_than_is_held_is_accepted),
	KUNIT_CASE(bad_limits_change_nothing),
	{}
};

static struct kunit_suite limits_suite = {
	.name = "mempool_limits",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = limits_cases,
};

kunit_test_suite(limits_suite);

MODULE_DESCRIPTION("KUnit suite of limits");
MODULE_LICENSE("GPL");
