/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kunit_cache.h - a whole cache under test, and what must add up
 *
 * Called from: the suites of floor 1 and beside it.  Calls: the public API,
 * and kmod/ to read.  Locks: none.  Context: the thread of a KUnit case.
 */
#ifndef _MEMPOOL_KUNIT_CACHE_H
#define _MEMPOOL_KUNIT_CACHE_H

#include "kunit_util.h"

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <mempool/objcache.h>

#include "depot.h"
#include "objcache_priv.h"
#include "overflow.h"

#define KUNIT_OBJS	512

/**
 * struct kunit_cache - a cache and the objects that the case has
 * @cache: the cache, or NULL
 * @n:     objects in @objs
 * @objs:  the objects, given back at the end of the case
 */
struct kunit_cache {
	struct objcache	*cache;
	unsigned int	n;
	void		*objs[KUNIT_OBJS];
};

static inline unsigned long kunit_view(struct objcache *cache, enum account_item item)
{
	struct account_view view;

	objcache_view(to_priv(cache), &view);
	return view.n[item];
}

/* Names are never used again: a case that failed may leave a zombie. */
static inline void kunit_new_name(char *name, size_t size)
{
	static unsigned int serial;

	snprintf(name, size, "kunit-%s-%u", KBUILD_MODNAME, serial++);
}

static inline struct kunit_cache *
kunit_cache_make(struct kunit *test, unsigned int size, const struct objcache_params *params)
{
	struct kunit_cache *kc = kunit_kzalloc(test, sizeof(*kc), GFP_KERNEL);
	char name[OBJCACHE_NAME_MAX];
	struct objcache *cache;

	KUNIT_ASSERT_NOT_NULL(test, kc);
	kunit_new_name(name, sizeof(name));
	cache = objcache_create(name, size, params);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cache));
	kc->cache = cache;
	test->priv = kc;
	return kc;
}

/* For cases about magazines: the module may pass everything through. */
static inline struct kunit_cache *
kunit_cache_make_with_magazines(struct kunit *test, unsigned int size,
				const struct objcache_params *params)
{
	struct kunit_cache *kc = kunit_cache_make(test, size, params);

	if (!objcache_capacity(kc->cache))
		kunit_skip(test, "caches pass through to slab here");
	return kc;
}

static inline void kunit_take(struct kunit *test, struct kunit_cache *kc, unsigned int n)
{
	while (n--) {
		void *obj = objcache_alloc(kc->cache, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, obj);
		KUNIT_ASSERT_LT(test, kc->n, KUNIT_OBJS);
		kc->objs[kc->n++] = obj;
	}
}

static inline void kunit_give(struct kunit_cache *kc, unsigned int n)
{
	while (n-- && kc->n)
		objcache_free(kc->cache, kc->objs[--kc->n]);
}

/* The objects that nobody uses, by looking into every place there is. */
static inline unsigned int kunit_list_cached(struct objcache *cache, void **objs,
					     unsigned int room)
{
	struct magdepot_set *set = to_priv(cache)->depot;
	struct reserve *r = &to_priv(cache)->reserve;
	unsigned int i, n = kunit_list_slots(cache->mag, objs, room);
	int node;

	for_each_node(node)
		for (i = 0; i < set->depot[node]->nr && n < room; i++)
			objs[n++] = set->depot[node]->chunk[i / MAGDEPOT_CHUNK][i % MAGDEPOT_CHUNK];
	for (i = 0; i < r->nr && n < room; i++)
		objs[n++] = r->block[i / RESERVE_BLOCK][i % RESERVE_BLOCK];
	return n;
}

/* What holds whenever nothing moves: the accounts agree with what is seen. */
static inline void kunit_expect_accounts(struct kunit *test, struct kunit_cache *kc)
{
	struct objcache_priv *priv = to_priv(kc->cache);
	unsigned int cached, room;
	struct account_view view;
	void **objs;

	overflow_sync(priv->overflow);
	objcache_view(priv, &view);
	cached = mag_count_objects(kc->cache->mag) + magdepot_count_objects(priv->depot) +
		 priv->reserve.nr;

	KUNIT_EXPECT_EQ(test, view.n[ACCOUNT_ALLOCS] - view.n[ACCOUNT_FREES], kc->n);
	KUNIT_EXPECT_EQ(test, view.n[ACCOUNT_IN_USE], kc->n);
	KUNIT_EXPECT_EQ(test, view.n[ACCOUNT_CACHED], cached);
	KUNIT_EXPECT_EQ(test, view.n[ACCOUNT_HELD], kc->n + cached);
	KUNIT_EXPECT_EQ(test, backing_held(&priv->backing), kc->n + cached);
	KUNIT_EXPECT_GE(test, atomic_long_read(&priv->backing.peak), kc->n + cached);
	kunit_expect_magazines(test, kc->cache->mag);

	room = cached + kc->n;
	objs = kvmalloc_array(room + 1, sizeof(*objs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, objs);
	memcpy(objs, kc->objs, kc->n * sizeof(*objs));
	kunit_list_cached(kc->cache, objs + kc->n, cached);
	kunit_expect_unique(test, objs, room);
	kvfree(objs);
}

/* No magazine holds more than it should: R7, and exact knobs. */
static inline void kunit_expect_capacity(struct kunit *test, struct objcache *cache,
					 unsigned int capacity)
{
	unsigned int i;
	int cpu;

	KUNIT_EXPECT_EQ(test, objcache_capacity(cache), capacity);
	for_each_possible_cpu(cpu) {
		struct magazine *mag = per_cpu_ptr(cache->mag, cpu);

		KUNIT_EXPECT_EQ(test, mag->cap, want_init_on_free() ? 0 : capacity);
		for (i = capacity + 1; i <= mag->phys; i++)
			KUNIT_EXPECT_NULL_MSG(test, mag->slot[i], "slot %u of CPU %d", i, cpu);
	}
}

/* After each case. */
static inline void kunit_cache_exit(struct kunit *test)
{
	struct kunit_cache *kc = test->priv;

	if (!kc || !kc->cache)
		return;
	kunit_expect_accounts(test, kc);
	kunit_give(kc, kc->n);
	KUNIT_EXPECT_EQ(test, objcache_destroy(kc->cache), 0);
	kc->cache = NULL;
}

static inline int kunit_cache_init(struct kunit *test)
{
	kunit_pin(test);
	return 0;
}

#endif /* _MEMPOOL_KUNIT_CACHE_H */
