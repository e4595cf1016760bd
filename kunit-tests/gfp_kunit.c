// SPDX-License-Identifier: GPL-2.0-only
/*
 * gfp_kunit.c - what is refused, and which content is kept
 *
 * Called from: KUnit.  Calls: the public API.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/module.h>

struct refused_row {
	const char *desc;
	unsigned int flags;
	gfp_t gfp;
	bool single, bulk;
};

static const struct refused_row refused_rows[] = {
	{ "nothing special", 0, 0, true, true },
	{ "zeroed", 0, __GFP_ZERO, true, true },
	{ "this node", 0, __GFP_THISNODE, true, false },
	{ "DMA", 0, __GFP_DMA, false, false },
	{ "DMA32", 0, __GFP_DMA32, false, false },
	{ "highmem", 0, __GFP_HIGHMEM, false, false },
	{ "an unknown bit", 0, (__force gfp_t)(1u << 31), false, false },
	{ "DMA of a DMA cache", OBJCACHE_DMA, __GFP_DMA, true, true },
	{ "DMA32 of a DMA cache", OBJCACHE_DMA, __GFP_DMA32, false, false },
	{ "DMA32 of a DMA32 cache", OBJCACHE_DMA32, __GFP_DMA32, true, true },
	{ "highmem of a DMA32 cache", OBJCACHE_DMA32, __GFP_HIGHMEM, false, false },
};

static void refused_desc(const struct refused_row *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refused, refused_rows, refused_desc);

static void places_are_refused(struct kunit *test)
{
	const struct refused_row *row = test->param_value;
	const struct objcache_params params = { .flags = row->flags };
	struct kunit_cache *kc = kunit_cache_make(test, 64, &params);
	gfp_t gfp = GFP_KERNEL | row->gfp;
	void *obj;

	obj = objcache_alloc(kc->cache, gfp);
	KUNIT_EXPECT_EQ(test, !!obj, row->single);
	if (obj)
		objcache_free(kc->cache, obj);
	/* Now there is one to hit. */
	obj = objcache_alloc_inline(kc->cache, gfp);
	KUNIT_EXPECT_EQ(test, !!obj, row->single);
	if (obj)
		objcache_free(kc->cache, obj);
	KUNIT_EXPECT_EQ(test, objcache_alloc_bulk(kc->cache, gfp, 20, kc->objs), row->bulk);
	kc->n = row->bulk ? 20 : 0;
	kunit_give(kc, kc->n);
	kc->n = objcache_alloc_some(kc->cache, gfp, 20, kc->objs);
	KUNIT_EXPECT_EQ(test, !!kc->n, row->bulk);
}

static void zones_exclude_each_other(struct kunit *test)
{
	const struct objcache_params params = { .flags = OBJCACHE_DMA | OBJCACHE_DMA32 };

	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(objcache_create("kunit-zones", 64, &params)),
			-EINVAL);
}

static void a_node_must_be_there(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, 64, NULL);
	void *obj = objcache_alloc_node(kc->cache, GFP_KERNEL, NUMA_NO_NODE);

	KUNIT_ASSERT_NOT_NULL(test, obj);
	objcache_free(kc->cache, obj);
	obj = objcache_alloc_node(kc->cache, GFP_KERNEL | __GFP_THISNODE, numa_mem_id());
	KUNIT_ASSERT_NOT_NULL(test, obj);
	objcache_free(kc->cache, obj);
	KUNIT_EXPECT_NULL(test, objcache_alloc_node(kc->cache, GFP_KERNEL, -2));
	KUNIT_EXPECT_NULL(test, objcache_alloc_node(kc->cache, GFP_KERNEL, MAX_NUMNODES));
}

/* A reader may look: neither a free nor the link of a reservation changes it. */
static void typesafe_objects_keep_their_content(struct kunit *test)
{
	static const struct objcache_params params = { .flags = OBJCACHE_TYPESAFE_BY_RCU };
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, &params);
	void *obj, *again;

	obj = objcache_alloc(kc->cache, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, obj);
	memset(obj, 0x5a, 64);
	*backing_link(&to_priv(kc->cache)->backing, obj) = NULL;
	objcache_free(kc->cache, obj);
	KUNIT_EXPECT_NULL(test, memchr_inv(obj, 0x5a, 64));
	again = objcache_alloc(kc->cache, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, again, obj);
	KUNIT_EXPECT_NULL(test, memchr_inv(again, 0x5a, 64));
	objcache_free(kc->cache, again);
	again = objcache_alloc(kc->cache, GFP_KERNEL | __GFP_ZERO);
	KUNIT_EXPECT_NULL(test, memchr_inv(again, 0, 64));
	objcache_free(kc->cache, again);
}

static struct kunit_case gfp_cases[] = {
	KUNIT_CASE_PARAM(places_are_refused, refused_gen_params),
	KUNIT_CASE(zones_exclude_each_other),
	KUNIT_CASE(a_node_must_be_there),
	KUNIT_CASE(typesafe_objects_keep_their_content),
	{}
};

static struct kunit_suite gfp_suite = {
	.name = "mempool_gfp",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = gfp_cases,
};

kunit_test_suite(gfp_suite);

MODULE_DESCRIPTION("KUnit suite of gfp flags");
MODULE_LICENSE("GPL");
