// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory_kunit.c - all caches together: names, sums, and what is left of those gone
 *
 * Called from: KUnit.  Calls: kmod/memory.c, the public API.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/ctype.h>
#include <linux/module.h>

#include "memory.h"

static u64 *read_all(struct kunit *test)
{
	u64 *values = kunit_kzalloc(test, memory_items_nr * sizeof(*values), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, values);
	memory_read(values);
	return values;
}

static u64 find(struct kunit *test, const u64 *values, const char *name)
{
	unsigned int i;

	for (i = 0; i < memory_items_nr; i++)
		if (!strcmp(memory_items[i].name, name))
			return values[i];
	KUNIT_FAIL(test, "no number %s", name);
	return 0;
}

static void every_number_has_a_name_of_its_own(struct kunit *test)
{
	unsigned int i, j;

	for (i = 0; i < memory_items_nr; i++) {
		KUNIT_ASSERT_NOT_NULL(test, memory_items[i].name);
		for (j = 0; memory_items[i].name[j]; j++)
			KUNIT_EXPECT_TRUE_MSG(test, islower(memory_items[i].name[j]) ||
					      memory_items[i].name[j] == '_',
					      "%s", memory_items[i].name);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, memory_items[i].name, memory_items[j].name);
	}
}

/* Since @before was read, by so much. */
static void grew(struct kunit *test, const u64 *before, const char *name, u64 by)
{
	u64 *after = read_all(test);

	KUNIT_EXPECT_EQ_MSG(test, find(test, after, name) - find(test, before, name), by,
			    "%s", name);
}

static void sums_are_of_all_caches(struct kunit *test)
{
	u64 *before = read_all(test), *after;
	struct kunit_cache *a, *b;

	a = kunit_cache_make(test, 64, NULL);
	kunit_take(test, a, 5);
	kunit_give(a, 2);
	b = kunit_cache_make(test, 128, NULL);
	kunit_take(test, b, 4);
	after = read_all(test);
	grew(test, before, "caches", 2);
	grew(test, before, "in_use", 7);
	grew(test, before, "in_use_bytes", 3 * 64 + 4 * 128);
	grew(test, before, "allocs", 9);
	grew(test, before, "frees", 2);
	grew(test, before, "allocated_bytes", 5 * 64 + 4 * 128);
	grew(test, before, "freed_bytes", 2 * 64);
	KUNIT_EXPECT_EQ(test, find(test, after, "in_use") + find(test, after, "cached"),
			find(test, after, "held"));
	grew(test, before, "charged_bytes", find(test, after, "held_bytes") -
	     find(test, before, "held_bytes"));
	kunit_give(a, 3);
	KUNIT_EXPECT_EQ(test, objcache_destroy(a->cache), 0);
}

/* Mutation: a cache whose numbers go with it. */
static void what_was_allocated_ever_stays(struct kunit *test)
{
	u64 *before = read_all(test);
	struct objcache *cache = objcache_create("kunit-memory-gone", 96, NULL);
	void *obj;

	KUNIT_ASSERT_FALSE(test, IS_ERR(cache));
	obj = objcache_alloc(cache, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, obj);
	objcache_free(cache, obj);
	KUNIT_ASSERT_EQ(test, objcache_destroy(cache), 0);
	grew(test, before, "caches", 0);
	grew(test, before, "held_bytes", 0);
	grew(test, before, "allocs", 1);
	grew(test, before, "frees", 1);
	grew(test, before, "allocated_bytes", 96);
	grew(test, before, "freed_bytes", 96);
}

static void cycles_are_counted_once_each(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 200, NULL);
	u64 *before, *after;
	unsigned long given;

	kunit_take(test, kc, 20);
	kunit_give(kc, 20);
	before = read_all(test);
	given = objcache_reclaim(kc->cache);
	after = read_all(test);
	grew(test, before, "cycles", 1);
	grew(test, before, "cycle_objects", given);
	grew(test, before, "cycle_bytes", given * 200);
	KUNIT_EXPECT_EQ(test, find(test, after, "cycle_ns") - find(test, before, "cycle_ns"),
			find(test, after, "last_cycle_ns"));
	KUNIT_EXPECT_GT(test, find(test, after, "last_cycle_at_ns"),
			find(test, before, "last_cycle_at_ns"));
}

static struct kunit_case memory_cases[] = {
	KUNIT_CASE(every_number_has_a_name_of_its_own),
	KUNIT_CASE(sums_are_of_all_caches),
	KUNIT_CASE(what_was_allocated_ever_stays),
	KUNIT_CASE(cycles_are_counted_once_each),
	{}
};

static struct kunit_suite memory_suite = {
	.name = "mempool_memory",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = memory_cases,
};

kunit_test_suite(memory_suite);

MODULE_DESCRIPTION("KUnit suite of the memory of all caches");
MODULE_LICENSE("GPL");
