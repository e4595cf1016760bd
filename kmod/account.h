/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * account.h - what is counted, and its names
 *
 * Called from: any room.  Calls: nothing.  Locks: none.  Context: any.
 */
#ifndef _MEMPOOL_ACCOUNT_H
#define _MEMPOOL_ACCOUNT_H

#include <linux/percpu.h>
#include <linux/preempt.h>
#include <asm/local.h>

/*
 * enum account_item - every number the module keeps of a cache
 *
 * One hit and one miss a floor: reading the counters is reading the path.
 * Everything is in objects.  Those from ACCOUNT_ALLOCS on are not counted but
 * computed from the others by account_derive().
 */
enum account_item {
	ACCOUNT_MAG_ALLOC_HIT,	/* allocated from a magazine */
	ACCOUNT_MAG_ALLOC_MISS,	/* slow path entered: empty, or stale hint */
	ACCOUNT_MAG_FREE_HIT,	/* freed into a magazine */
	ACCOUNT_MAG_FREE_MISS,	/* slow path entered: full, or stale hint */
	ACCOUNT_DEPOT_GET_HIT,	/* objects from depot to a magazine or caller */
	ACCOUNT_DEPOT_GET_MISS,	/* times a depot had nothing or was busy (NMI) */
	ACCOUNT_DEPOT_PUT_HIT,	/* objects put into a depot */
	ACCOUNT_DEPOT_PUT_MISS,	/* objects a depot had no room for */
	ACCOUNT_DEPOT_CONTENDED,/* times the depot lock was found taken */
	ACCOUNT_RESERVE_GET_HIT,/* objects from the reserve, for want of others */
	ACCOUNT_RESERVE_GET_MISS,/* times a reserve had not enough either */
	ACCOUNT_RESERVE_PUT,	/* objects that a reserve was filled with */
	ACCOUNT_SLAB_TAKEN,	/* objects taken from slab */
	ACCOUNT_SLAB_TAKE_MISS,	/* times slab had nothing for us */
	ACCOUNT_SLAB_GIVEN,	/* objects given back to slab */
	ACCOUNT_LIMIT_HIT,	/* times a limit left no room for an object */
	ACCOUNT_ALLOC_DIRECT,	/* allocated from below the magazines */
	ACCOUNT_ALLOC_FAILED,	/* allocations that returned NULL */
	ACCOUNT_FREE_DIRECT,	/* freed to below the magazines */
	ACCOUNT_FREE_DEFERRED,	/* of those, left to an irq_work */
	ACCOUNT_WAITS,		/* times somebody had to sleep for an object */
	ACCOUNT_BAD_FREE,	/* frees of what is not in use, found by debugging */
	ACCOUNT_BAD_WRITE,	/* writes to free objects, found by debugging */
	ACCOUNT_REFILLS,	/* times a magazine was empty, and filled from below */
	ACCOUNT_FLUSHES,	/* times a magazine was full, and emptied to below */
	ACCOUNT_GROWN_TURNS,	/* times its capacity grew for running empty and full */
	ACCOUNT_GROWN_CONTENDED,/* times it grew for a depot's lock found taken */
	ACCOUNT_SHRUNK,		/* times it shrank to its working set */
	ACCOUNT_CYCLES,		/* reclaim cycles that came by */
	ACCOUNT_RECLAIMED,	/* objects that they gave back to slab */
	ACCOUNT_COUNTED,

	ACCOUNT_ALLOCS = ACCOUNT_COUNTED,
	ACCOUNT_FREES,
	ACCOUNT_IN_USE,		/* allocs - frees */
	ACCOUNT_HELD,		/* taken from slab - given back */
	ACCOUNT_CACHED,		/* held - in use */
	ACCOUNT_NR
};

extern const char *const account_names[ACCOUNT_NR];

/* One CPU's counters; the two hits of the magazine are in the magazine. */
struct account {
	unsigned long n[ACCOUNT_COUNTED];	/* P */
};

/*
 * One instruction where there is one.  UML's this_cpu_add() disables interrupts
 * instead, by two system calls of the host: 360 ns, as long as all the rest of a
 * refill.
 */
static inline void account_add(struct account __percpu *acct,
			       enum account_item item, unsigned long n)
{
	if (IS_ENABLED(CONFIG_UML)) {
		preempt_disable();
		local_add(n, (local_t *)this_cpu_ptr(&acct->n[item]));
		preempt_enable();
	} else {
		this_cpu_add(acct->n[item], n);
	}
}

static inline void account_inc(struct account __percpu *acct,
			       enum account_item item)
{
	account_add(acct, item, 1);
}

/*
 * For decisions, not for balances: exact where it is one instruction; elsewhere
 * an interrupt in the middle of it may cost a count, but no protection is paid
 * for.
 */
static inline unsigned long account_note(struct account __percpu *acct,
					 enum account_item item)
{
	return raw_cpu_inc_return(acct->n[item]);
}

/* One reading of all items: the counted ones summed over all CPUs. */
struct account_view {
	unsigned long n[ACCOUNT_NR];
};

void account_sum_left(struct account __percpu *acct, struct account_view *view);
void account_sum_rest(struct account __percpu *acct, struct account_view *view);
void account_read_cpu(struct account __percpu *acct, int cpu, struct account_view *view);
void account_derive(struct account_view *view);

#endif /* _MEMPOOL_ACCOUNT_H */
