/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kunit_tune.h - caches that are tuned when a case says so
 *
 * Called from: the suites of tune.c and tune_knobs.c.  Calls: tune.c.
 * Locks: none.  Context: the thread of a KUnit case.
 */
#ifndef _MEMPOOL_KUNIT_TUNE_H
#define _MEMPOOL_KUNIT_TUNE_H

#include "kunit_cache.h"

#include "tune.h"

static inline struct kunit_cache *
make_tuned(struct kunit *test, unsigned int min, unsigned int max)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct objcache_priv *priv = to_priv(kc->cache);

	KUNIT_ASSERT_TRUE(test, objcache_auto_tune(kc->cache));
	KUNIT_ASSERT_EQ(test, tune_set_period(priv, TUNE_PERIOD_MAX_MS), 0);
	KUNIT_ASSERT_EQ(test, tune_set_min(priv, min), 0);
	KUNIT_ASSERT_EQ(test, tune_set_max(priv, max), 0);
	return kc;
}

/* So many misses on this CPU, seen at once. */
static inline void feed(struct objcache_priv *priv, unsigned int refills,
			unsigned int flushes, unsigned int contended)
{
	account_add(priv->acct, ACCOUNT_REFILLS, refills);
	account_add(priv->acct, ACCOUNT_FLUSHES, flushes);
	account_add(priv->acct, ACCOUNT_DEPOT_CONTENDED, contended);
	WRITE_ONCE(priv->tune.looked, jiffies);
	tune_look_now(priv, false);
}

#endif /* _MEMPOOL_KUNIT_TUNE_H */
