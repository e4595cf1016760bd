// SPDX-License-Identifier: GPL-2.0-only
/*
 * tune_kunit.c - suite of tune.c
 *
 * Decisions are a function of what they are fed, so most of it is tables.  In
 * whole caches the counters are fed too, and looks taken by the case; only the
 * last cases leave it to a load.  Mutations that this suite catches: turns that
 * are the sum instead of the smaller of both, a window that is not looked at, a
 * capacity that doubles beyond its bound, shrinking without regard of the swing
 * or of misses, patience that does not grow.
 */
#include "kunit_tune.h"

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
