// SPDX-License-Identifier: GPL-2.0-only
/*
 * tune_knobs_kunit.c - suite of tune_knobs.c
 *
 * Mutations that this suite catches: bounds that are not checked against each
 * other, a capacity left outside of them, a bound on bytes that frees from NMI
 * pass by.
 */
#include "kunit_tune.h"

#include "knobtable.h"

/* ---- knobs ---- */

struct bounds_row {
	const char	*desc, *knob;
	s64		value;
	int		err;
	unsigned int	min, max, capacity;
};

/* Of a cache with 256 slots, from 16 to 200, at 128. */
static const struct bounds_row bounds_rows[] = {
	{ "least", "auto_tune_min", 1, 0, 1, 200, 128 },
	{ "less than the least", "auto_tune_min", 0, -ERANGE, 16, 200, 128 },
	{ "least above", "auto_tune_min", 150, 0, 150, 200, 150 },
	{ "least at the most", "auto_tune_min", 200, 0, 200, 200, 200 },
	{ "least above the most", "auto_tune_min", 201, -ERANGE, 16, 200, 128 },
	{ "most", "auto_tune_max", 256, 0, 16, 256, 128 },
	{ "most above slots", "auto_tune_max", 257, -ERANGE, 16, 200, 128 },
	{ "most below", "auto_tune_max", 100, 0, 16, 100, 100 },
	{ "most at the least", "auto_tune_max", 16, 0, 16, 16, 16 },
	{ "most below the least", "auto_tune_max", 15, -ERANGE, 16, 200, 128 },
	{ "neither on nor off", "auto_tune", 2, -ERANGE, 16, 200, 128 },
	{ "period", "auto_tune_period_ms", 100, 0, 16, 200, 128 },
	{ "short period", "auto_tune_period_ms", 99, -ERANGE, 16, 200, 128 },
	{ "long period", "auto_tune_period_ms", 3600001, -ERANGE, 16, 200, 128 },
};

static void bounds_desc(const struct bounds_row *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bounds, bounds_rows, bounds_desc);

static const struct knob *knob_named(const char *name)
{
	unsigned int i;

	for (i = 0; i < cache_knobs_nr; i++)
		if (!strcmp(cache_knobs[i].name, name))
			return &cache_knobs[i];
	return NULL;
}

static void bounds_are_exact(struct kunit *test)
{
	const struct bounds_row *row = test->param_value;
	struct kunit_cache *kc = make_tuned(test, 16, 200);
	struct objcache_priv *priv = to_priv(kc->cache);
	const struct knob *knob = knob_named(row->knob);
	s64 was;

	KUNIT_ASSERT_NOT_NULL(test, knob);
	was = knob->get(priv);
	KUNIT_EXPECT_EQ(test, knob_set(knob, priv, row->value), row->err);
	KUNIT_EXPECT_EQ(test, knob->get(priv), row->err ? was : row->value);
	KUNIT_EXPECT_EQ(test, priv->tune.min, row->min);
	KUNIT_EXPECT_EQ(test, priv->tune.max, row->max);
	kunit_expect_capacity(test, kc->cache, row->capacity);
}

static void a_cache_that_passes_through_has_nothing_to_tune(struct kunit *test)
{
	static const struct objcache_params params = { .flags = OBJCACHE_PASSTHROUGH };
	struct kunit_cache *kc = kunit_cache_make(test, 64, &params);
	struct objcache_priv *priv = to_priv(kc->cache);

	KUNIT_EXPECT_FALSE(test, objcache_auto_tune(kc->cache));
	KUNIT_EXPECT_EQ(test, objcache_set_auto_tune(kc->cache, true), -EPERM);
	KUNIT_EXPECT_EQ(test, tune_set_min(priv, 1), -EPERM);
	KUNIT_EXPECT_EQ(test, tune_set_max(priv, 64), -EPERM);
	KUNIT_EXPECT_EQ(test, tune_set_period(priv, 100), -EPERM);
	KUNIT_EXPECT_EQ(test, tune_set_bytes_max(priv, 4096), -EPERM);
	feed(priv, 100, 100, 100);
	KUNIT_EXPECT_EQ(test, objcache_capacity(kc->cache), 0);
}

static void a_dying_cache_cannot_be_tuned(struct kunit *test)
{
	struct kunit_cache *kc = make_tuned(test, 16, 200);
	struct objcache_priv *priv = to_priv(kc->cache);

	WRITE_ONCE(priv->state, OBJCACHE_DYING);
	KUNIT_EXPECT_EQ(test, objcache_set_auto_tune(kc->cache, true), -ENODEV);
	KUNIT_EXPECT_EQ(test, tune_set_min(priv, 1), -ENODEV);
	KUNIT_EXPECT_EQ(test, tune_set_bytes_max(priv, 4096), -ENODEV);
	WRITE_ONCE(priv->state, OBJCACHE_LIVE);
}

/* ---- the bound on bytes ---- */

struct bytes_row {
	unsigned int size, bytes, wanted, capacity;
};

static const struct bytes_row bytes_rows[] = {
	{ 64, 64, 256, 1 },
	{ 64, 63, 256, 0 },
	{ 64, 1000, 256, 15 },
	{ 64, 1000, 10, 10 },
	{ 64, 0, 256, 256 },
	{ 4096, 32768, 64, 8 },
	{ 8192, 262144, 64, 32 },
	{ 65536, 0, 64, 64 },
	{ 65536, U32_MAX, 64, 64 },
};

static void bytes_desc(const struct bytes_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u bytes of %u, %u wanted", row->bytes,
		 row->size, row->wanted);
}

KUNIT_ARRAY_PARAM(bytes, bytes_rows, bytes_desc);

/* Whatever is asked for, and whatever is fed. */
static void bytes_bound_the_capacity(struct kunit *test)
{
	const struct bytes_row *row = test->param_value;
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, row->size, NULL);
	struct objcache_priv *priv = to_priv(kc->cache);
	unsigned int i;

	KUNIT_ASSERT_EQ(test, tune_set_bytes_max(priv, row->bytes), 0);
	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, row->wanted), 0);
	KUNIT_EXPECT_EQ(test, objcache_capacity(kc->cache), row->wanted);
	KUNIT_EXPECT_EQ(test, priv->capacity, row->capacity);
	KUNIT_ASSERT_EQ(test, tune_set_max(priv, priv->phys), 0);
	KUNIT_ASSERT_EQ(test, objcache_set_auto_tune(kc->cache, true), 0);
	for (i = 0; i < 4; i++)
		feed(priv, 100, 100, 100);
	if (row->bytes)
		KUNIT_EXPECT_LE(test, (u64)priv->capacity * row->size, row->bytes);
}

static void give_all(void *arg)
{
	kunit_give(arg, KUNIT_OBJS);
}

static void use_contexts_desc(const enum kunit_context *context, char *desc)
{
	kunit_context_desc(context, desc);
}

KUNIT_ARRAY_PARAM(contexts, kunit_contexts, use_contexts_desc);

/* In NMI, with the depot full, a free uses slots above the capacity: not above this. */
static void no_free_exceeds_the_bound(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct objcache_priv *priv = to_priv(kc->cache);

	KUNIT_ASSERT_EQ(test, objcache_set_depot_capacity(kc->cache, 0), 0);
	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 4), 0);
	KUNIT_ASSERT_EQ(test, tune_set_bytes_max(priv, 10 * 64), 0);
	kunit_take(test, kc, 300);
	kunit_run_in(*context, give_all, kc);
	KUNIT_EXPECT_EQ(test, kc->n, 0);
	KUNIT_EXPECT_LE(test, mag_count_objects(kc->cache->mag), 10);
	if (*context == IN_NMI)
		KUNIT_EXPECT_EQ(test, mag_count_objects(kc->cache->mag), 10);
}

static void lowering_the_bound_empties_magazines(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);

	kunit_take(test, kc, 128);
	kunit_give(kc, 128);
	KUNIT_ASSERT_GT(test, mag_count_objects(kc->cache->mag), 32);
	KUNIT_ASSERT_EQ(test, tune_set_bytes_max(to_priv(kc->cache), 32 * 64), 0);
	KUNIT_EXPECT_LE(test, mag_count_objects(kc->cache->mag), 32);
}

static struct kunit_case tune_knobs_cases[] = {
	KUNIT_CASE_PARAM(bounds_are_exact, bounds_gen_params),
	KUNIT_CASE(a_cache_that_passes_through_has_nothing_to_tune),
	KUNIT_CASE(a_dying_cache_cannot_be_tuned),
	KUNIT_CASE_PARAM(bytes_bound_the_capacity, bytes_gen_params),
	KUNIT_CASE_PARAM(no_free_exceeds_the_bound, contexts_gen_params),
	KUNIT_CASE(lowering_the_bound_empties_magazines),
	{}
};

static struct kunit_suite tune_knobs_suite = {
	.name = "mempool_tune_knobs",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = tune_knobs_cases,
};

kunit_test_suite(tune_knobs_suite);

MODULE_DESCRIPTION("KUnit suite of what tuning may do");
MODULE_LICENSE("GPL");
