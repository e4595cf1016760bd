// SPDX-License-Identifier: GPL-2.0-only
/*
 * directory_kunit.c - caches by number: found, read in parts, pinned
 *
 * Called from: KUnit.  Calls: kmod/directory.c, the public API.
 * Locks: objcache_list_lock.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/kthread.h>
#include <linux/module.h>

#include "directory.h"

static u64 next_id(u64 id)
{
	struct objcache_priv *priv;

	mutex_lock(&objcache_list_lock);
	priv = directory_next(id);
	id = priv ? priv->id : 0;
	mutex_unlock(&objcache_list_lock);
	return id;
}

static bool is_found(u64 id)
{
	bool found;

	mutex_lock(&objcache_list_lock);
	found = directory_find(id);
	mutex_unlock(&objcache_list_lock);
	return found;
}

static u64 make_one(struct kunit *test, struct kunit_cache **kc)
{
	*kc = kunit_cache_make(test, 64, NULL);
	return to_priv((*kc)->cache)->id;
}

static void end_one(struct kunit *test, struct kunit_cache *kc)
{
	KUNIT_EXPECT_EQ(test, objcache_destroy(kc->cache), 0);
	kc->cache = NULL;
}

/* Fails when the number is taken from the end of the list. */
static void a_number_is_never_given_again(struct kunit *test)
{
	struct kunit_cache *kc;
	u64 first = make_one(test, &kc), second;

	KUNIT_EXPECT_GT(test, first, 0);
	end_one(test, kc);
	KUNIT_EXPECT_FALSE(test, is_found(first));
	second = make_one(test, &kc);
	KUNIT_EXPECT_GT(test, second, first);
	KUNIT_EXPECT_FALSE(test, is_found(first));
	KUNIT_EXPECT_TRUE(test, is_found(second));
	KUNIT_EXPECT_FALSE(test, is_found(0));
	KUNIT_EXPECT_FALSE(test, is_found(U64_MAX));
	end_one(test, kc);
}

/* A reader in parts goes on where it was, though that cache is gone. */
static void reading_goes_on_behind_a_cache_that_is_gone(struct kunit *test)
{
	struct kunit_cache *a, *b, *c;
	u64 first = make_one(test, &a), second = make_one(test, &b);
	u64 third = make_one(test, &c);

	KUNIT_EXPECT_EQ(test, next_id(first - 1), first);
	KUNIT_EXPECT_EQ(test, next_id(first), second);
	end_one(test, b);
	KUNIT_EXPECT_EQ(test, next_id(first), third);
	KUNIT_EXPECT_EQ(test, next_id(second), third);
	KUNIT_EXPECT_EQ(test, next_id(third), 0);
	KUNIT_EXPECT_EQ(test, next_id(U64_MAX), 0);
	end_one(test, a);
	end_one(test, c);
}

static void all_caches_are_counted(struct kunit *test)
{
	unsigned int before = directory_count();
	struct kunit_cache *kc;

	make_one(test, &kc);
	KUNIT_EXPECT_EQ(test, directory_count(), before + 1);
	end_one(test, kc);
	KUNIT_EXPECT_EQ(test, directory_count(), before);
}

struct destroyer {
	struct objcache		*cache;
	struct completion	done;
	int			err;
};

static int destroy(void *data)
{
	struct destroyer *d = data;

	d->err = objcache_destroy(d->cache);
	complete(&d->done);
	return 0;
}

/* Fails without directory_wait_unpinned() in objcache_retire(). */
static void a_pinned_cache_is_not_destroyed(struct kunit *test)
{
	struct destroyer d = {};
	struct objcache_priv *priv;
	struct task_struct *thread;
	struct kunit_cache *kc;
	u64 id = make_one(test, &kc);

	priv = directory_pin(id);
	KUNIT_ASSERT_PTR_EQ(test, priv, to_priv(kc->cache));
	KUNIT_EXPECT_PTR_EQ(test, directory_pin(id), priv);
	directory_unpin(priv);

	d.cache = kc->cache;
	init_completion(&d.done);
	thread = kthread_run(destroy, &d, "kunit-destroy");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	kc->cache = NULL;
	while (READ_ONCE(priv->state) == OBJCACHE_LIVE)
		msleep(20);
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&d.done, HZ / 2), 0);
	KUNIT_EXPECT_EQ(test, READ_ONCE(priv->state), OBJCACHE_DYING);
	KUNIT_EXPECT_EQ(test, PTR_ERR(directory_pin(id)), -ENODEV);
	directory_unpin(priv);
	wait_for_completion(&d.done);
	KUNIT_EXPECT_EQ(test, d.err, 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(directory_pin(id)), -ENOENT);
}

static struct kunit_case directory_cases[] = {
	KUNIT_CASE(a_number_is_never_given_again),
	KUNIT_CASE(reading_goes_on_behind_a_cache_that_is_gone),
	KUNIT_CASE(all_caches_are_counted),
	KUNIT_CASE(a_pinned_cache_is_not_destroyed),
	{}
};

static struct kunit_suite directory_suite = {
	.name = "mempool_directory",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = directory_cases,
};

kunit_test_suite(directory_suite);

MODULE_DESCRIPTION("KUnit suite of the directory of caches");
MODULE_LICENSE("GPL");
