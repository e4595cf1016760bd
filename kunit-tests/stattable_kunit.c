// SPDX-License-Identifier: GPL-2.0-only
/*
 * stattable_kunit.c - every statistic once: names, kinds, values, sums
 *
 * Called from: KUnit.  Calls: kmod/stattable.c, the public API.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/ctype.h>
#include <linux/module.h>

#include "stattable.h"

static u64 *read_one(struct kunit *test, struct objcache *cache, bool scan)
{
	u64 *values = kunit_kzalloc(test, stats_nr() * sizeof(*values), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, values);
	if (cache)
		stats_read(to_priv(cache), scan, values);
	else
		stats_read_all(scan, values);
	return values;
}

static u64 find(struct kunit *test, const u64 *values, const char *name)
{
	struct stat_item item;
	unsigned int i;

	for (i = 0; i < stats_nr(); i++) {
		stat_describe(i, &item);
		if (!strcmp(item.name, name))
			return values[i];
	}
	KUNIT_FAIL(test, "no statistic %s", name);
	return 0;
}

static void every_statistic_has_a_name_of_its_own(struct kunit *test)
{
	struct stat_item item, other;
	unsigned int i, j;

	for (i = 0; i < stats_nr(); i++) {
		stat_describe(i, &item);
		KUNIT_ASSERT_NOT_NULL(test, item.name);
		for (j = 0; item.name[j]; j++)
			KUNIT_EXPECT_TRUE_MSG(test, islower(item.name[j]) || item.name[j] == '_',
					      "%s", item.name);
		for (j = 0; j < i; j++) {
			stat_describe(j, &other);
			KUNIT_EXPECT_STRNEQ(test, item.name, other.name);
		}
	}
}

static void a_reading_is_that_of_the_counters(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, 100, NULL);
	struct account_view view;
	unsigned int i;
	u64 *values;

	kunit_take(test, kc, 20);
	kunit_give(kc, 5);
	values = read_one(test, kc->cache, true);
	objcache_view(to_priv(kc->cache), &view);
	for (i = 0; i < ACCOUNT_NR; i++)
		KUNIT_EXPECT_EQ_MSG(test, find(test, values, account_names[i]), view.n[i],
				    "%s", account_names[i]);
	KUNIT_EXPECT_EQ(test, find(test, values, "object_size"), 100);
	KUNIT_EXPECT_EQ(test, find(test, values, "in_use_bytes"), 15 * 104);
	KUNIT_EXPECT_EQ(test, find(test, values, "cached"),
			find(test, values, "scanned_magazines") +
			find(test, values, "scanned_depots") +
			find(test, values, "scanned_reserve"));
}

/* Looking into each slot takes long: only who asks for it pays. */
static void slots_are_looked_at_when_asked_for(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	u64 *values;

	kunit_take(test, kc, 8);
	kunit_give(kc, 8);
	values = read_one(test, kc->cache, false);
	KUNIT_EXPECT_GE(test, find(test, values, "cached"), 8);
	KUNIT_EXPECT_EQ(test, find(test, values, "scanned_magazines"), 0);
	values = read_one(test, kc->cache, true);
	KUNIT_EXPECT_GE(test, find(test, values, "scanned_magazines"), 8);
}

static void sums_are_of_what_adds_up(struct kunit *test)
{
	struct kunit_cache *a, *b;
	u64 *before, *after, *one;
	struct stat_item item;
	unsigned int i;

	before = read_one(test, NULL, true);
	a = kunit_cache_make(test, 64, NULL);
	kunit_take(test, a, 3);
	b = kunit_cache_make(test, 128, NULL);
	kunit_take(test, b, 4);
	after = read_one(test, NULL, true);
	KUNIT_EXPECT_EQ(test, find(test, after, "allocs") - find(test, before, "allocs"), 7);
	KUNIT_EXPECT_EQ(test, find(test, after, "in_use_bytes") -
			find(test, before, "in_use_bytes"), 3 * 64 + 4 * 128);
	one = read_one(test, a->cache, true);
	for (i = 0; i < stats_nr(); i++) {
		stat_describe(i, &item);
		if (item.kind == STAT_PROPERTY || item.kind == STAT_PEAK)
			KUNIT_EXPECT_EQ_MSG(test, after[i], 0, "%s", item.name);
		else
			KUNIT_EXPECT_GE_MSG(test, after[i], one[i], "%s", item.name);
	}
	kunit_give(a, 3);
	KUNIT_EXPECT_EQ(test, objcache_destroy(a->cache), 0);
}

static struct kunit_case stattable_cases[] = {
	KUNIT_CASE(every_statistic_has_a_name_of_its_own),
	KUNIT_CASE(a_reading_is_that_of_the_counters),
	KUNIT_CASE(slots_are_looked_at_when_asked_for),
	KUNIT_CASE(sums_are_of_what_adds_up),
	{}
};

static struct kunit_suite stattable_suite = {
	.name = "mempool_stattable",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = stattable_cases,
};

kunit_test_suite(stattable_suite);

MODULE_DESCRIPTION("KUnit suite of the table of statistics");
MODULE_LICENSE("GPL");
