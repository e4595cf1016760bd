// SPDX-License-Identifier: GPL-2.0-only
/*
 * validate_kunit.c - what adds up, and what does not
 *
 * Called from: KUnit.  Calls: the public API; breaks what is behind it.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/module.h>

static void sound_caches_are_sound(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, 64, NULL);

	KUNIT_EXPECT_EQ(test, objcache_validate(kc->cache), 0);
	KUNIT_EXPECT_EQ(test, objcache_set_reserve(kc->cache, 50), 0);
	kunit_take(test, kc, 300);
	KUNIT_EXPECT_EQ(test, objcache_validate(kc->cache), 0);
	kunit_give(kc, 290);
	KUNIT_EXPECT_EQ(test, objcache_validate(kc->cache), 0);
	KUNIT_EXPECT_EQ(test, objcache_set_debug(kc->cache, true), 0);
	kunit_take(test, kc, 5);
	kunit_give(kc, 5);
	KUNIT_EXPECT_EQ(test, objcache_validate(kc->cache), 0);
	KUNIT_EXPECT_EQ(test, objcache_set_debug(kc->cache, false), 0);
}

/* An object in a magazine and in the depot goes to slab once. */
static void an_object_is_in_one_place(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct objcache_priv *priv = to_priv(kc->cache);
	struct magazine *mag = raw_cpu_ptr(kc->cache->mag);
	void *obj;

	kunit_take(test, kc, 10);
	kunit_give(kc, 10);
	obj = mag->slot[1];
	KUNIT_EXPECT_EQ(test, magdepot_put(priv->depot, &obj, 1), 0);
	KUNIT_EXPECT_EQ(test, objcache_validate(kc->cache), -EUCLEAN);
	KUNIT_EXPECT_TRUE(test, priv->unsound);
	KUNIT_EXPECT_EQ(test, READ_ONCE(priv->capacity), 0);
	KUNIT_EXPECT_EQ(test, mag_count_objects(kc->cache->mag), 0);
	KUNIT_EXPECT_EQ(test, magdepot_count_objects(priv->depot), 0);
	KUNIT_EXPECT_EQ(test, backing_held(&priv->backing), 0);
	KUNIT_EXPECT_EQ(test, objcache_set_capacity(kc->cache, 64), 0);
	KUNIT_EXPECT_EQ(test, READ_ONCE(priv->capacity), 0);
	KUNIT_EXPECT_EQ(test, objcache_validate(kc->cache), 0);
}

static void what_is_charged_is_held(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, 64, NULL);
	struct objcache_priv *priv = to_priv(kc->cache);

	atomic_long_inc(&priv->backing.charged);
	KUNIT_EXPECT_EQ(test, objcache_validate(kc->cache), -EUCLEAN);
	atomic_long_dec(&priv->backing.charged);
	KUNIT_EXPECT_EQ(test, objcache_validate(kc->cache), 0);
	KUNIT_EXPECT_FALSE(test, priv->unsound);
}

/* What is in use is nowhere else. */
static void debugging_knows_what_is_in_use(struct kunit *test)
{
	static const struct objcache_params params = { .flags = OBJCACHE_DEBUG };
	struct kunit_cache *kc = kunit_cache_make(test, 64, &params);
	struct objcache_priv *priv = to_priv(kc->cache);
	void *obj;

	KUNIT_ASSERT_EQ(test, objcache_set_reserve(kc->cache, 1), 0);
	kunit_take(test, kc, 1);
	obj = priv->reserve.block[0][0];
	priv->reserve.block[0][0] = kc->objs[0];
	KUNIT_EXPECT_EQ(test, objcache_validate(kc->cache), -EUCLEAN);
	priv->reserve.block[0][0] = obj;
	KUNIT_EXPECT_EQ(test, objcache_validate(kc->cache), 0);
	KUNIT_EXPECT_EQ(test, objcache_set_debug(kc->cache, false), 0);
}

static void not_of_a_dying_cache(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, 64, NULL);

	to_priv(kc->cache)->state = OBJCACHE_DYING;
	KUNIT_EXPECT_EQ(test, objcache_validate(kc->cache), -ENODEV);
	to_priv(kc->cache)->state = OBJCACHE_LIVE;
}

static struct kunit_case validate_cases[] = {
	KUNIT_CASE(sound_caches_are_sound),
	KUNIT_CASE(an_object_is_in_one_place),
	KUNIT_CASE(what_is_charged_is_held),
	KUNIT_CASE(debugging_knows_what_is_in_use),
	KUNIT_CASE(not_of_a_dying_cache),
	{}
};

static struct kunit_suite validate_suite = {
	.name = "mempool_validate",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = validate_cases,
};

kunit_test_suite(validate_suite);

MODULE_DESCRIPTION("KUnit suite of validation");
MODULE_LICENSE("GPL");
