// SPDX-License-Identifier: GPL-2.0-only
/*
 * account.c - sums of the per-CPU counters
 *
 * Called from: any room.  Calls: nothing.
 * Locks: none.  Context: any; a read stops nobody.
 */
#include "internal.h"

#include <linux/build_bug.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/string.h>

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
	[ACCOUNT_RESERVE_GET_HIT]	= "reserve_get_hits",
	[ACCOUNT_RESERVE_GET_MISS]	= "reserve_get_misses",
	[ACCOUNT_RESERVE_PUT]		= "reserve_puts",
	[ACCOUNT_SLAB_TAKEN]		= "slab_taken",
	[ACCOUNT_SLAB_TAKE_MISS]	= "slab_take_misses",
	[ACCOUNT_SLAB_GIVEN]		= "slab_given",
	[ACCOUNT_LIMIT_HIT]		= "limit_hits",
	[ACCOUNT_ALLOC_DIRECT]		= "allocs_direct",
	[ACCOUNT_ALLOC_FAILED]		= "allocs_failed",
	[ACCOUNT_FREE_DIRECT]		= "frees_direct",
	[ACCOUNT_FREE_DEFERRED]		= "frees_deferred",
	[ACCOUNT_WAITS]			= "waits",
	[ACCOUNT_BAD_FREE]		= "bad_frees",
	[ACCOUNT_BAD_WRITE]		= "bad_writes",
	[ACCOUNT_REFILLS]		= "refills",
	[ACCOUNT_FLUSHES]		= "flushes",
	[ACCOUNT_GROWN_TURNS]		= "grown_by_alternation",
	[ACCOUNT_GROWN_CONTENDED]	= "grown_by_contention",
	[ACCOUNT_SHRUNK]		= "shrunk_to_working_set",
	[ACCOUNT_CYCLES]		= "reclaim_cycles",
	[ACCOUNT_RECLAIMED]		= "reclaim_objects",
	[ACCOUNT_ALLOCS]		= "allocs",
	[ACCOUNT_FREES]			= "frees",
	[ACCOUNT_IN_USE]		= "in_use",
	[ACCOUNT_HELD]			= "held",
	[ACCOUNT_CACHED]		= "cached",
};
EXPORT_SYMBOL_FOR_TEST(account_names);

static_assert(ARRAY_SIZE(account_names) == ACCOUNT_NR);

/* Objects that leave: they are read first, see account_sum_rest(). */
static __always_inline bool leaves(enum account_item item)
{
	return item == ACCOUNT_FREE_DIRECT || item == ACCOUNT_SLAB_GIVEN;
}

/**
 * account_sum_left() - add up what all CPUs counted of objects that left
 * @acct: the counters
 * @view: where the sums are added
 *
 * To look whether a CPU is possible costs a quarter of a search for the next one,
 * and nearly all up to nr_cpu_ids are.
 */
void account_sum_left(struct account __percpu *acct, struct account_view *view)
{
	int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		const struct account *one = per_cpu_ptr(acct, cpu);

		if (!cpu_possible(cpu))
			continue;
		view->n[ACCOUNT_FREE_DIRECT] += READ_ONCE(one->n[ACCOUNT_FREE_DIRECT]);
		view->n[ACCOUNT_SLAB_GIVEN] += READ_ONCE(one->n[ACCOUNT_SLAB_GIVEN]);
	}
}
EXPORT_SYMBOL_FOR_TEST(account_sum_left);

/* Unrolled it is two instructions an item: many caches have many CPUs' to add up. */
static void add_rest(const struct account *one, struct account_view *view)
{
	enum account_item item;

#pragma GCC unroll 64
	for (item = 0; item < ACCOUNT_COUNTED; item++)
		if (!leaves(item))
			view->n[item] += READ_ONCE(one->n[item]);
}

/**
 * account_sum_rest() - add up everything else
 * @acct: the counters
 * @view: where the sums are added
 *
 * What leaves must be read before what comes, on all CPUs: then an object that
 * was counted out was counted in before, so under traffic in_use and held can
 * come out too high, by what came during the read, but never too low.
 */
void account_sum_rest(struct account __percpu *acct, struct account_view *view)
{
	int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (cpu_possible(cpu))
			add_rest(per_cpu_ptr(acct, cpu), view);
}
EXPORT_SYMBOL_FOR_TEST(account_sum_rest);

/**
 * account_read_cpu() - what one CPU counted
 * @acct: the counters
 * @cpu:  which CPU
 * @view: where it goes; items that are not counted are 0
 */
void account_read_cpu(struct account __percpu *acct, int cpu, struct account_view *view)
{
	enum account_item item;

	memset(view, 0, sizeof(*view));
	for (item = 0; item < ACCOUNT_COUNTED; item++)
		view->n[item] = READ_ONCE(per_cpu_ptr(acct, cpu)->n[item]);
}

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
EXPORT_SYMBOL_FOR_TEST(account_derive);
