// SPDX-License-Identifier: GPL-2.0-only
/*
 * objcache_kunit.c - floor 1: what a driver sees of alloc and free
 *
 * Called from: KUnit.  Calls: the public API.
 * Locks: takes magdepot.lock, to make it contended.
 * Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/module.h>
#include <linux/string.h>

static void a_miss_refills_half_a_magazine(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 256, NULL);

	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 16), 0);
	kunit_take(test, kc, 1);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_SLAB_TAKEN), 8);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_ALLOC_DIRECT), 1);
	KUNIT_EXPECT_EQ(test, mag_count_objects(kc->cache->mag), 7);
	kunit_take(test, kc, 7);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_SLAB_TAKEN), 8);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_MAG_ALLOC_HIT), 7);
}

static void a_full_magazine_flushes_half_into_the_depot(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 256, NULL);
	struct magdepot_set *depot = to_priv(kc->cache)->depot;

	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 16), 0);
	kunit_take(test, kc, 17);
	KUNIT_ASSERT_EQ(test, mag_count_objects(kc->cache->mag), 7);
	kunit_give(kc, 9);
	KUNIT_EXPECT_EQ(test, magdepot_count_objects(depot), 0);
	kunit_give(kc, 1);
	KUNIT_EXPECT_EQ(test, magdepot_count_objects(depot), 8);
	KUNIT_EXPECT_EQ(test, mag_count_objects(kc->cache->mag), 9);
}

static void the_depot_is_asked_before_slab(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 256, NULL);
	unsigned long taken;

	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 8), 0);
	kunit_take(test, kc, 40);
	kunit_give(kc, 40);
	taken = kunit_view(kc->cache, ACCOUNT_SLAB_TAKEN);
	kunit_take(test, kc, 40);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_SLAB_TAKEN), taken);
	KUNIT_EXPECT_GE(test, kunit_view(kc->cache, ACCOUNT_DEPOT_GET_HIT), 24);
}

/* R1 as a driver meets it: whatever hint says, everything cached is found. */
static void a_stale_hint_costs_no_trip_to_slab(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 256, NULL);
	struct magazine *mag = raw_cpu_ptr(kc->cache->mag);
	unsigned long taken;
	unsigned int i;

	kunit_take(test, kc, 20);
	kunit_give(kc, 20);
	taken = kunit_view(kc->cache, ACCOUNT_SLAB_TAKEN);
	for (i = 0; i < 20; i++) {
		mag->hint = i * 7 % (mag->phys + 1);
		kunit_take(test, kc, 1);
	}
	for (i = 0; i < 20; i++) {
		mag->hint = i * 7 % (mag->phys + 1);
		kunit_give(kc, 1);
	}
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_SLAB_TAKEN), taken);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_SLAB_GIVEN), 0);
}

static void *alloc_called(struct objcache *cache, gfp_t gfp)
{
	return objcache_alloc(cache, gfp);
}

static void *alloc_inlined(struct objcache *cache, gfp_t gfp)
{
	return objcache_alloc_inline(cache, gfp);
}

static void free_called(struct objcache *cache, void *obj)
{
	objcache_free(cache, obj);
}

static void free_inlined(struct objcache *cache, void *obj)
{
	objcache_free_inline(cache, obj);
}

struct form_row {
	const char *desc;
	void *(*alloc)(struct objcache *cache, gfp_t gfp);
	void (*free)(struct objcache *cache, void *obj);
	bool stale;	/* go through the slow path */
};

static const struct form_row form_rows[] = {
	{ "called",	      alloc_called,  free_called,  false },
	{ "inline",	      alloc_inlined, free_inlined, false },
	{ "called, stale hint", alloc_called,  free_called,  true },
	{ "inline, stale hint", alloc_inlined, free_inlined, true },
};

static void form_desc(const struct form_row *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(form, form_rows, form_desc);

/* An object that is freed and allocated again: the same one, with its dirt. */
static void *recycle_dirty(struct kunit *test, struct kunit_cache *kc, gfp_t gfp)
{
	const struct form_row *row = test->param_value;
	struct magazine *mag = raw_cpu_ptr(kc->cache->mag);
	void *obj, *again;

	obj = row->alloc(kc->cache, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, obj);
	memset(obj, 0xaa, kc->cache->size);
	row->free(kc->cache, obj);
	if (row->stale)
		mag->hint = 0;
	again = row->alloc(kc->cache, gfp);
	KUNIT_EXPECT_PTR_EQ(test, again, obj);
	kc->objs[kc->n++] = again;
	return again;
}

static void gfp_zero_zeroes_a_recycled_object(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 200, NULL);
	void *obj = recycle_dirty(test, kc, GFP_KERNEL | __GFP_ZERO);

	KUNIT_EXPECT_NULL(test, memchr_inv(obj, 0, 200));
}

static void without_gfp_zero_a_recycled_object_is_untouched(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 200, NULL);
	void *obj = recycle_dirty(test, kc, GFP_KERNEL);

	if (want_init_on_alloc(GFP_KERNEL) || want_init_on_free())
		kunit_skip(test, "this kernel initialises all memory");
	KUNIT_EXPECT_NULL(test, memchr_inv(obj, 0xaa, 200));
}

static void gfp_zero_zeroes_a_fresh_object(struct kunit *test)
{
	const struct form_row *row = test->param_value;
	struct kunit_cache *kc = kunit_cache_make(test, 200, NULL);
	void *obj;

	while (kc->n < 64) {
		obj = row->alloc(kc->cache, GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, obj);
		kc->objs[kc->n++] = obj;
		KUNIT_EXPECT_NULL(test, memchr_inv(obj, 0, 200));
		memset(obj, 0xaa, 200);
	}
}

static void zero_touches_the_object_and_no_more(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, 20, NULL);
	u8 bytes[24];

	memset(bytes, 0xaa, sizeof(bytes));
	KUNIT_EXPECT_PTR_EQ(test, objcache_zero_for(kc->cache, bytes, GFP_KERNEL), (void *)bytes);
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes, 0, 20));
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes + 20, 0xaa, 4));
	KUNIT_EXPECT_NULL(test, objcache_zero_for(kc->cache, NULL, GFP_KERNEL));
}

#define CONSTRUCTED_SIZE 40

static void construct(void *obj)
{
	memset(obj, 0xc5, CONSTRUCTED_SIZE);
}

static const struct objcache_params constructed = { .ctor = construct };

static void expect_constructed(struct kunit *test, struct kunit_cache *kc)
{
	unsigned int i;

	for (i = 0; i < kc->n; i++)
		KUNIT_EXPECT_NULL(test, memchr_inv(kc->objs[i], 0xc5, CONSTRUCTED_SIZE));
}

static void constructed_content_survives_every_floor(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, CONSTRUCTED_SIZE, &constructed);
	unsigned int i;

	for (i = 0; i < 3; i++) {
		kunit_take(test, kc, KUNIT_OBJS);
		expect_constructed(test, kc);
		kunit_give(kc, KUNIT_OBJS);
	}
}

static void constructed_objects_are_never_zeroed(struct kunit *test)
{
	const struct form_row *row = test->param_value;
	struct kunit_cache *kc = kunit_cache_make(test, CONSTRUCTED_SIZE, &constructed);
	struct magazine *mag = raw_cpu_ptr(kc->cache->mag);

	while (kc->n < 8) {
		if (row->stale)
			mag->hint = 0;
		kc->objs[kc->n] = row->alloc(kc->cache, GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, kc->objs[kc->n]);
		kc->n++;
	}
	expect_constructed(test, kc);
}

struct batch_call {
	struct kunit_cache *kc;
	unsigned int n, failed;
};

static void free_batch(void *arg)
{
	struct batch_call *call = arg;

	kunit_give(call->kc, call->n);
}

static void alloc_batch(void *arg)
{
	struct batch_call *call = arg;
	struct kunit_cache *kc = call->kc;

	while (call->n--) {
		void *obj = objcache_alloc(kc->cache, GFP_ATOMIC);

		if (obj)
			kc->objs[kc->n++] = obj;
		else
			call->failed++;
	}
}

KUNIT_ARRAY_PARAM(context, kunit_contexts, kunit_context_desc);

/* R8: more than magazine and depot have room for. */
static void a_free_succeeds_with_everything_full(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, CONSTRUCTED_SIZE,
								 &constructed);
	unsigned int phys = to_priv(kc->cache)->phys;
	struct batch_call call = { .kc = kc, .n = phys + 100 };
	unsigned long deferred = 0;

	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 4), 0);
	KUNIT_ASSERT_EQ(test, objcache_set_depot_capacity(kc->cache, 32), 0);
	kunit_take(test, kc, call.n + 8);
	if (*context == IN_NMI)
		deferred = call.n - mag_count_objects(kc->cache->mag) - phys - 32;
	else if (IS_ENABLED(CONFIG_PREEMPT_RT) && *context != IN_TASK)
		kunit_skip(test, "how much is deferred depends on the context's preemption");
	kunit_run_in(*context, free_batch, &call);
	KUNIT_EXPECT_EQ(test, kc->n, 8);
	KUNIT_EXPECT_LE(test, kunit_view(kc->cache, ACCOUNT_FREE_DEFERRED),
			deferred + phys);
	KUNIT_EXPECT_GE(test, kunit_view(kc->cache, ACCOUNT_FREE_DEFERRED), deferred);
	KUNIT_EXPECT_EQ(test, !!deferred, !!kunit_view(kc->cache, ACCOUNT_FREE_DEFERRED));
	kunit_expect_accounts(test, kc);

	/* The list went through their memory, but not through their content. */
	kunit_take(test, kc, KUNIT_OBJS - kc->n);
	expect_constructed(test, kc);
}

/* R8 with the depot closed, and no magazine: straight to slab, or deferred. */
static void a_free_succeeds_with_magazines_off(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct batch_call call = { .kc = kc, .n = 50 };

	kunit_take(test, kc, call.n);
	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 0), 0);
	kunit_run_in(*context, free_batch, &call);
	overflow_sync(to_priv(kc->cache)->overflow);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_HELD), 0);
	if (*context == IN_NMI)
		KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_FREE_DEFERRED), 50);
}

/* R8: the NMI came while this CPU had the depot's lock. */
static void a_free_in_nmi_succeeds_with_the_depot_taken(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct objcache_priv *priv = to_priv(kc->cache);
	struct magdepot *depot = priv->depot->depot[numa_mem_id()];
	struct batch_call call = { .kc = kc, .n = priv->phys + 20 };
	unsigned long flags;

	kunit_take(test, kc, call.n);
	raw_spin_lock_irqsave(&depot->lock, flags);
	kunit_run_in(IN_NMI, free_batch, &call);
	raw_spin_unlock_irqrestore(&depot->lock, flags);
	KUNIT_EXPECT_EQ(test, kc->n, 0);
	KUNIT_EXPECT_GT(test, kunit_view(kc->cache, ACCOUNT_FREE_DEFERRED), 0);
}

static void alloc_works_in_every_context(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	unsigned int n = objcache_capacity(kc->cache);
	struct batch_call call = { .kc = kc, .n = n };

	/* NMI lives from what is cached, so let something be. */
	kunit_take(test, kc, n);
	kunit_give(kc, n);
	kunit_run_in(*context, alloc_batch, &call);
	KUNIT_EXPECT_EQ(test, call.failed, 0);
	KUNIT_EXPECT_EQ(test, kc->n, n);
}

static void alloc_in_nmi_fails_when_nothing_is_cached(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, 64, NULL);
	struct batch_call call = { .kc = kc, .n = 3 };

	kunit_run_in(IN_NMI, alloc_batch, &call);
	KUNIT_EXPECT_EQ(test, call.failed, 3);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_ALLOC_FAILED), 3);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_ALLOCS), 0);
}

static void freeing_null_changes_nothing(struct kunit *test)
{
	const struct form_row *row = test->param_value;
	struct kunit_cache *kc = kunit_cache_make(test, 64, NULL);
	struct account_view before, after;

	kunit_take(test, kc, 3);
	objcache_view(to_priv(kc->cache), &before);
	row->free(kc->cache, NULL);
	objcache_view(to_priv(kc->cache), &after);
	KUNIT_EXPECT_EQ(test, memcmp(&before, &after, sizeof(before)), 0);
}

static void a_cache_that_passes_through_caches_nothing(struct kunit *test)
{
	static const struct objcache_params params = { .flags = OBJCACHE_PASSTHROUGH };
	const enum kunit_context *context = test->param_value;
	struct kunit_cache *kc = kunit_cache_make(test, 64, &params);
	struct batch_call call = { .kc = kc, .n = 20 };

	KUNIT_EXPECT_EQ(test, objcache_capacity(kc->cache), 0);
	kunit_take(test, kc, 30);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_HELD), 30);
	kunit_run_in(*context, free_batch, &call);
	overflow_sync(to_priv(kc->cache)->overflow);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_HELD), 10);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_CACHED), 0);
}

static struct kunit_case objcache_cases[] = {
	KUNIT_CASE(a_miss_refills_half_a_magazine),
	KUNIT_CASE(a_full_magazine_flushes_half_into_the_depot),
	KUNIT_CASE(the_depot_is_asked_before_slab),
	KUNIT_CASE(a_stale_hint_costs_no_trip_to_slab),
	KUNIT_CASE_PARAM(gfp_zero_zeroes_a_recycled_object, form_gen_params),
	KUNIT_CASE_PARAM(without_gfp_zero_a_recycled_object_is_untouched, form_gen_params),
	KUNIT_CASE_PARAM(gfp_zero_zeroes_a_fresh_object, form_gen_params),
	KUNIT_CASE(zero_touches_the_object_and_no_more),
	KUNIT_CASE(constructed_content_survives_every_floor),
	KUNIT_CASE_PARAM(constructed_objects_are_never_zeroed, form_gen_params),
	KUNIT_CASE_PARAM(a_free_succeeds_with_everything_full, context_gen_params),
	KUNIT_CASE_PARAM(a_free_succeeds_with_magazines_off, context_gen_params),
	KUNIT_CASE(a_free_in_nmi_succeeds_with_the_depot_taken),
	KUNIT_CASE_PARAM(alloc_works_in_every_context, context_gen_params),
	KUNIT_CASE(alloc_in_nmi_fails_when_nothing_is_cached),
	KUNIT_CASE_PARAM(freeing_null_changes_nothing, form_gen_params),
	KUNIT_CASE_PARAM(a_cache_that_passes_through_caches_nothing, context_gen_params),
	{}
};

static struct kunit_suite objcache_suite = {
	.name = "mempool_objcache",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = objcache_cases,
};

kunit_test_suite(objcache_suite);

MODULE_DESCRIPTION("KUnit suite of alloc and free");
MODULE_LICENSE("GPL");
