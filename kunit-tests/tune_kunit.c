// SPDX-License-Identifier: GPL-2.0-only
/*
 * tune_kunit.c - suite of tune.c and tune_knobs.c
 *
 * Decisions are a function of what they are fed, so most of it is tables.  In
 * whole caches the counters are fed too, and looks taken by the case; only the
 * last cases leave it to a load.  Mutations that this suite catches: turns that
 * are the sum instead of the smaller of both, a window that is not looked at, a
 * capacity that doubles beyond its bound, shrinking without regard of the swing
 * or of misses, patience that does not grow, a bound on bytes that frees from
 * NMI pass by.
 */
#include "kunit_cache.h"

#include "knobtable.h"
#include "tune.h"

/* ---- one decision ---- */

struct decide_row {
	const char		*desc;
	struct tune_facts	f;
	enum account_item	why;
	unsigned int		capacity;
};

#define FACTS(...)	{ .capacity = 32, .min = 16, .max = 100, .window_ms = 10, __VA_ARGS__ }

static const struct decide_row decide_rows[] = {
	{ "nothing happened", FACTS(), TUNE_KEEP, 32 },
	{ "7 turns", FACTS(.turns = 7), TUNE_KEEP, 32 },
	{ "8 turns", FACTS(.turns = 8), ACCOUNT_GROWN_TURNS, 64 },
	{ "8 turns in 100 ms", FACTS(.turns = 8, .window_ms = 100), ACCOUNT_GROWN_TURNS, 64 },
	{ "turns in a long time", FACTS(.turns = 1000, .window_ms = 101), TUNE_KEEP, 32 },
	{ "contended 3 times", FACTS(.contended = 3), TUNE_KEEP, 32 },
	{ "contended 4 times", FACTS(.contended = 4), ACCOUNT_GROWN_CONTENDED, 64 },
	{ "contention in a long time", FACTS(.contended = 99, .window_ms = 101), TUNE_KEEP, 32 },
	{ "turns come first", FACTS(.turns = 8, .contended = 4), ACCOUNT_GROWN_TURNS, 64 },
	{ "to the most", FACTS(.turns = 8, .capacity = 64), ACCOUNT_GROWN_TURNS, 100 },
	{ "not beyond", FACTS(.turns = 8, .contended = 8, .capacity = 100), TUNE_KEEP, 100 },
	{ "the most is below", FACTS(.turns = 8, .capacity = 128), TUNE_KEEP, 128 },
	{ "misses are no turns", FACTS(.misses = 5000), TUNE_KEEP, 32 },
	{ "a period ends", FACTS(.period_over = true, .capacity = 80), ACCOUNT_SHRUNK, 40 },
	{ "it does not", FACTS(.capacity = 80), TUNE_KEEP, 80 },
	{ "to the least", FACTS(.period_over = true, .capacity = 20), ACCOUNT_SHRUNK, 16 },
	{ "at the least", FACTS(.period_over = true, .capacity = 16), TUNE_KEEP, 16 },
	{ "below the least", FACTS(.period_over = true, .capacity = 8), TUNE_KEEP, 8 },
	{ "swing of a third", FACTS(.period_over = true, .capacity = 96, .swing = 32),
	  ACCOUNT_SHRUNK, 64 },
	{ "swing of half", FACTS(.period_over = true, .capacity = 96, .swing = 48), TUNE_KEEP, 96 },
	{ "31 misses", FACTS(.period_over = true, .capacity = 80, .misses = 31),
	  ACCOUNT_SHRUNK, 40 },
	{ "32 misses", FACTS(.period_over = true, .capacity = 80, .misses = 32), TUNE_KEEP, 80 },
	{ "grows when a period ends", FACTS(.period_over = true, .turns = 8),
	  ACCOUNT_GROWN_TURNS, 64 },
};

static void decide_desc(const struct decide_row *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(decide, decide_rows, decide_desc);

static void a_decision_follows_the_facts(struct kunit *test)
{
	const struct decide_row *row = test->param_value;
	struct tune_memory memory = {};
	unsigned int capacity = 0;

	KUNIT_EXPECT_EQ(test, tune_decide(&row->f, &memory, &capacity), row->why);
	KUNIT_EXPECT_EQ(test, capacity, row->capacity);
}

/* ---- a history of them ---- */

/* Periods of a cache of 16 to 128: '.' calm, 'm' with misses; 'g': it has to grow. */
struct history_row {
	const char	*desc;
	const char	*events;
	unsigned int	want[10];
};

static const struct history_row history_rows[] = {
	{ "calm", "....", { 64, 32, 16, 16 } },
	{ "misses in between", ".m..", { 64, 64, 32, 16 } },
	{ "grows after a shrink, waits for two", ".g...", { 64, 128, 128, 64, 32 } },
	{ "two in a row", ".g.m..", { 64, 128, 128, 128, 128, 64 } },
	{ "four", ".g..g....", { 64, 128, 128, 64, 128, 128, 128, 128, 64 } },
	{ "no regret after a period", ".mg.", { 64, 64, 128, 64 } },
	{ "two again after a good one", ".g...g.", { 64, 128, 128, 64, 32, 64, 64 } },
	{ "growing alone is no regret", "g.", { 128, 64 } },
};

static void history_desc(const struct history_row *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(history, history_rows, history_desc);

static unsigned int after(struct tune_memory *memory, unsigned int capacity, char event)
{
	const struct tune_facts f = {
		.capacity = capacity,
		.min = 16,
		.max = 128,
		.turns = event == 'g' ? 8 : 0,
		.misses = event == 'm' ? 32 : 0,
		.period_over = event != 'g',
	};

	tune_decide(&f, memory, &capacity);
	return capacity;
}

static void a_mistake_is_not_repeated_soon(struct kunit *test)
{
	const struct history_row *row = test->param_value;
	struct tune_memory memory = {};
	unsigned int capacity = 128, i;

	for (i = 0; row->events[i]; i++) {
		capacity = after(&memory, capacity, row->events[i]);
		KUNIT_EXPECT_EQ_MSG(test, capacity, row->want[i], "after %u events", i + 1);
	}
}

static void patience_has_an_end(struct kunit *test)
{
	struct tune_memory memory = {};
	unsigned int i, periods;

	for (i = 0; i < 10; i++) {
		for (periods = 1; after(&memory, 128, '.') == 128; periods++)
			KUNIT_ASSERT_LT(test, periods, 100);
		KUNIT_EXPECT_EQ(test, periods, min(1u << i, 16u));
		after(&memory, 64, 'g');
	}
}

/* ---- whole caches, fed ---- */

static struct kunit_cache *make_tuned(struct kunit *test, unsigned int min, unsigned int max)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct objcache_priv *priv = to_priv(kc->cache);

	KUNIT_ASSERT_TRUE(test, objcache_auto_tune(kc->cache));
	KUNIT_ASSERT_EQ(test, tune_set_period(priv, TUNE_PERIOD_MAX_MS), 0);
	KUNIT_ASSERT_EQ(test, tune_set_min(priv, min), 0);
	KUNIT_ASSERT_EQ(test, tune_set_max(priv, max), 0);
	return kc;
}

/* Eight turns on this CPU, seen at once. */
static void feed(struct objcache_priv *priv, unsigned int refills, unsigned int flushes,
		 unsigned int contended)
{
	account_add(priv->acct, ACCOUNT_REFILLS, refills);
	account_add(priv->acct, ACCOUNT_FLUSHES, flushes);
	account_add(priv->acct, ACCOUNT_DEPOT_CONTENDED, contended);
	WRITE_ONCE(priv->tune.looked, jiffies);
	tune_look_now(priv, false);
}

static void end_period(struct objcache_priv *priv)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		tune_look_now(priv, true);
}

static void a_cache_grows_to_its_bound_and_shrinks_to_its_least(struct kunit *test)
{
	static const unsigned int up[] = { 64, 128, 200, 200 }, down[] = { 100, 50, 32, 32 };
	struct kunit_cache *kc = make_tuned(test, 32, 200);
	struct objcache_priv *priv = to_priv(kc->cache);
	unsigned int i;

	/* From 128, where it begins. */
	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 32), 0);
	KUNIT_ASSERT_EQ(test, objcache_set_auto_tune(kc->cache, true), 0);
	for (i = 0; i < ARRAY_SIZE(up); i++) {
		feed(priv, 8, 100, 0);
		kunit_expect_capacity(test, kc->cache, up[i]);
	}
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_GROWN_TURNS), 3);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_GROWN_CONTENDED), 0);
	/* The misses that were fed are of the period that is current. */
	end_period(priv);
	for (i = 0; i < ARRAY_SIZE(down); i++) {
		end_period(priv);
		kunit_expect_capacity(test, kc->cache, down[i]);
	}
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_SHRUNK), 3);
}

static void contention_counts(struct kunit *test)
{
	struct kunit_cache *kc = make_tuned(test, 128, 256);

	feed(to_priv(kc->cache), 100, 0, 3);
	KUNIT_EXPECT_EQ(test, objcache_capacity(kc->cache), 128);
	feed(to_priv(kc->cache), 100, 0, 4);
	KUNIT_EXPECT_EQ(test, objcache_capacity(kc->cache), 256);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_GROWN_CONTENDED), 1);
}

/* A period of traffic that swings by @swing objects, seen at both ends. */
static void swing(struct kunit *test, struct kunit_cache *kc, unsigned int swing)
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		if (i & 1)
			kunit_take(test, kc, swing);
		else
			kunit_give(kc, swing);
		tune_look_now(to_priv(kc->cache), true);
	}
}

static void a_working_set_is_kept(struct kunit *test)
{
	struct kunit_cache *kc = make_tuned(test, 8, 256);
	struct objcache_priv *priv = to_priv(kc->cache);

	kunit_take(test, kc, 60);
	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 128), 0);
	KUNIT_ASSERT_EQ(test, objcache_set_auto_tune(kc->cache, true), 0);
	swing(test, kc, 40);
	KUNIT_EXPECT_EQ(test, objcache_capacity(kc->cache), 80);
	swing(test, kc, 40);
	KUNIT_EXPECT_EQ(test, objcache_capacity(kc->cache), 80);
	swing(test, kc, 5);
	KUNIT_EXPECT_EQ(test, objcache_capacity(kc->cache), 40);
	/* Whatever lies in the magazine of a CPU that does nothing. */
	end_period(priv);
	end_period(priv);
	kunit_expect_capacity(test, kc->cache, 10);
}

static void what_is_off_stays(struct kunit *test)
{
	struct kunit_cache *kc = make_tuned(test, 16, 256);
	struct objcache_priv *priv = to_priv(kc->cache);

	KUNIT_ASSERT_EQ(test, objcache_set_auto_tune(kc->cache, false), 0);
	feed(priv, 1000, 1000, 1000);
	end_period(priv);
	end_period(priv);
	kunit_expect_capacity(test, kc->cache, 128);
	KUNIT_ASSERT_EQ(test, objcache_set_auto_tune(kc->cache, true), 0);
	kunit_expect_capacity(test, kc->cache, 128);
	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 20), 0);
	KUNIT_EXPECT_FALSE(test, objcache_auto_tune(kc->cache));
	feed(priv, 1000, 1000, 1000);
	kunit_expect_capacity(test, kc->cache, 20);
}

static void a_small_limit_is_not_outgrown(struct kunit *test)
{
	struct kunit_cache *kc = make_tuned(test, 1, 256);
	struct objcache_priv *priv = to_priv(kc->cache);
	unsigned int limit = 50 * 2 * num_possible_cpus();

	KUNIT_ASSERT_EQ(test, objcache_set_limit(kc->cache, limit), 0);
	KUNIT_EXPECT_EQ(test, priv->capacity, 50);
	feed(priv, 100, 100, 100);
	KUNIT_EXPECT_EQ(test, priv->capacity, 50);
	KUNIT_EXPECT_EQ(test, objcache_capacity(kc->cache), 128);
	/* Magazines are off: what misses then says nothing about their capacity. */
	KUNIT_ASSERT_EQ(test, objcache_set_limit(kc->cache, 1), 0);
	feed(priv, 100, 100, 100);
	end_period(priv);
	end_period(priv);
	KUNIT_EXPECT_EQ(test, objcache_capacity(kc->cache), 128);
	KUNIT_ASSERT_EQ(test, objcache_set_limit(kc->cache, 0), 0);
	kunit_expect_capacity(test, kc->cache, 128);
}

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

/* ---- under a load ---- */

/* More objects than a magazine holds, taken and given in turn. */
static void a_load_makes_it_grow(struct kunit *test)
{
	struct kunit_cache *kc = make_tuned(test, 8, 64);
	unsigned long end = jiffies + 30 * HZ;

	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 8), 0);
	KUNIT_ASSERT_EQ(test, objcache_set_auto_tune(kc->cache, true), 0);
	while (objcache_capacity(kc->cache) < 64 && time_before(jiffies, end)) {
		kunit_take(test, kc, 200);
		kunit_give(kc, 200);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, objcache_capacity(kc->cache), 64);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_GROWN_TURNS) +
			      kunit_view(kc->cache, ACCOUNT_GROWN_CONTENDED), 3);
	KUNIT_ASSERT_EQ(test, tune_set_period(to_priv(kc->cache), TUNE_PERIOD_MIN_MS), 0);
	while (objcache_capacity(kc->cache) > 8 && time_before(jiffies, end))
		msleep(20);
	/* Whoever shrinks it is through. */
	mutex_lock(&to_priv(kc->cache)->knobs);
	mutex_unlock(&to_priv(kc->cache)->knobs);
	kunit_expect_capacity(test, kc->cache, 8);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&to_priv(kc->cache)->tune.periodic));
}

static struct kunit_case tune_cases[] = {
	KUNIT_CASE_PARAM(a_decision_follows_the_facts, decide_gen_params),
	KUNIT_CASE_PARAM(a_mistake_is_not_repeated_soon, history_gen_params),
	KUNIT_CASE(patience_has_an_end),
	KUNIT_CASE(a_cache_grows_to_its_bound_and_shrinks_to_its_least),
	KUNIT_CASE(contention_counts),
	KUNIT_CASE(a_working_set_is_kept),
	KUNIT_CASE(what_is_off_stays),
	KUNIT_CASE(a_small_limit_is_not_outgrown),
	KUNIT_CASE_PARAM(bounds_are_exact, bounds_gen_params),
	KUNIT_CASE(a_cache_that_passes_through_has_nothing_to_tune),
	KUNIT_CASE(a_dying_cache_cannot_be_tuned),
	KUNIT_CASE_PARAM(bytes_bound_the_capacity, bytes_gen_params),
	KUNIT_CASE_PARAM(no_free_exceeds_the_bound, contexts_gen_params),
	KUNIT_CASE(lowering_the_bound_empties_magazines),
	KUNIT_CASE(a_load_makes_it_grow),
	{}
};

static struct kunit_suite tune_suite = {
	.name = "mempool_tune",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = tune_cases,
};

kunit_test_suite(tune_suite);

MODULE_DESCRIPTION("KUnit suite of auto-tuning");
MODULE_LICENSE("GPL");
