/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kunit_backing.h - floor 4 with counters, for the suites of floors 3 and 4
 *
 * Called from: backing, depot and overflow suites.  Calls: kmod/backing.c,
 * kmod/account.c.  Locks: none.  Context: the thread of a KUnit case.
 */
#ifndef _MEMPOOL_KUNIT_BACKING_H
#define _MEMPOOL_KUNIT_BACKING_H

#include "kunit_util.h"

#include "backing.h"

/* backing: first, test->priv points to the whole. */
struct kunit_backing {
	struct backing		backing;
	struct account __percpu	*acct;
	atomic_t		empty;	/* times on_empty was called */
};

static inline void kunit_on_empty(struct backing *b)
{
	atomic_inc(&container_of(b, struct kunit_backing, backing)->empty);
}

static inline void kunit_backing_init(struct kunit *test, struct kunit_backing *kb,
				      const struct backing_params *params)
{
	int err;

	kb->acct = alloc_percpu(struct account);
	KUNIT_ASSERT_TRUE(test, kb->acct);
	err = backing_init(&kb->backing, params, kb->acct, kunit_on_empty);
	if (err) {
		free_percpu(kb->acct);
		kb->acct = NULL;
	}
	KUNIT_ASSERT_EQ(test, err, 0);
}

static inline unsigned long kunit_counted(struct kunit_backing *kb, enum account_item item)
{
	struct account_view view = {};

	account_sum_left(kb->acct, &view);
	account_sum_rest(kb->acct, &view);
	account_derive(&view);
	return view.n[item];
}

/* Every object must be back, and the counters must have seen it. */
static inline void kunit_backing_fini(struct kunit *test, struct kunit_backing *kb)
{
	if (!kb->acct)
		return;
	KUNIT_EXPECT_EQ(test, kunit_counted(kb, ACCOUNT_HELD), 0);
	backing_fini(&kb->backing);
	free_percpu(kb->acct);
}

#endif /* _MEMPOOL_KUNIT_BACKING_H */
