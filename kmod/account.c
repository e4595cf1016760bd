// SPDX-License-Identifier: GPL-2.0-only
/*
 * account.c - sums of the per-CPU counters
 *
 * Called from: any room.  Calls: nothing.
 * Locks: none.  Context: any; a read stops nobody.
 */
#include "internal.h"

#include <linux/build_bug.h>
#include <linux/kernel.h>

#include "account.h"

const char *const account_names[] = {
	[ACCOUNT_MAG_ALLOC_HIT]		= "magazine_alloc_hits",
	[ACCOUNT_MAG_ALLOC_MISS]	= "magazine_alloc_misses",
	[ACCOUNT_MAG_FREE_HIT]		= "magazine_free_hits",
	[ACCOUNT_MAG_FREE_MISS]		= "magazine_free_misses",
	[ACCOUNT_DEPOT_GET_HIT]		= "depot_get_hits",
	[ACCOUNT_DEPOT_GET_MISS]	= "depot_get_misses",
	[ACCOUNT_DEPOT_PUT_HIT]		= "depot_put_hits",
	[ACCOUNT_DEPOT_PUT_MISS]	= "depot_put_misses",
	[ACCOUNT_DEPOT_CONTENDED]	= "depot_contended",
	[ACCOUNT_SLAB_TAKEN]		= "slab_taken",
	[ACCOUNT_SLAB_TAKE_MISS]	= "slab_take_misses",
	[ACCOUNT_SLAB_GIVEN]		= "slab_given",
	[ACCOUNT_ALLOC_DIRECT]		= "allocs_direct",
	[ACCOUNT_ALLOC_FAILED]		= "allocs_failed",
	[ACCOUNT_FREE_DIRECT]		= "frees_direct",
	[ACCOUNT_FREE_DEFERRED]		= "frees_deferred",
	[ACCOUNT_ALLOCS]		= "allocs",
	[ACCOUNT_FREES]			= "frees",
	[ACCOUNT_IN_USE]		= "in_use",
	[ACCOUNT_HELD]			= "held",
	[ACCOUNT_CACHED]		= "cached",
};
static_assert(ARRAY_SIZE(account_names) == ACCOUNT_NR);
EXPORT_FOR_TEST(account_names);

/**
 * account_sum() - add up all CPUs' counters
 * @acct: the counters
 * @view: where the sums are added; the caller zeroes it, and adds what the
 *	magazines count themselves before account_derive()
 *
 * Objects that leave are read before objects that come, on all CPUs, so under
 * traffic in_use and held can come out too high by what was allocated during
 * the read, never negative.
 */
void account_sum(struct account __percpu *acct, struct account_view *view)
{
	static const enum account_item leave_first[] = {
		ACCOUNT_FREE_DIRECT, ACCOUNT_SLAB_GIVEN,
	};
	unsigned int i;
	int cpu;

	for (i = 0; i < ARRAY_SIZE(leave_first); i++)
		for_each_possible_cpu(cpu)
			view->n[leave_first[i]] +=
				READ_ONCE(per_cpu_ptr(acct, cpu)->n[leave_first[i]]);

	for_each_possible_cpu(cpu)
		for (i = 0; i < ACCOUNT_COUNTED; i++)
			if (i != ACCOUNT_FREE_DIRECT && i != ACCOUNT_SLAB_GIVEN)
				view->n[i] += READ_ONCE(per_cpu_ptr(acct, cpu)->n[i]);
}
EXPORT_FOR_TEST(account_sum);

/* Not below zero: the two sides are read one after the other. */
static unsigned long difference(unsigned long come, unsigned long left)
{
	return (long)(come - left) > 0 ? come - left : 0;
}

/**
 * account_derive() - compute the items that are not counted
 * @view: with all counted items filled in
 */
void account_derive(struct account_view *view)
{
	unsigned long *n = view->n;

	n[ACCOUNT_ALLOCS] = n[ACCOUNT_MAG_ALLOC_HIT] + n[ACCOUNT_ALLOC_DIRECT];
	n[ACCOUNT_FREES] = n[ACCOUNT_MAG_FREE_HIT] + n[ACCOUNT_FREE_DIRECT];
	n[ACCOUNT_IN_USE] = difference(n[ACCOUNT_ALLOCS], n[ACCOUNT_FREES]);
	n[ACCOUNT_HELD] = difference(n[ACCOUNT_SLAB_TAKEN], n[ACCOUNT_SLAB_GIVEN]);
	n[ACCOUNT_CACHED] = difference(n[ACCOUNT_HELD], n[ACCOUNT_IN_USE]);
}
EXPORT_FOR_TEST(account_derive);
