/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * handover.h - a pointer from one CPU to another, through a place in memory
 *
 * Called from: rows.c, runner.c.  Calls: nothing.  Locks: none.  Context: any.
 *
 * Release and acquire.  On uml both are fences, of 20 ns and more, during which
 * a CPU waits for whatever the allocator has stored; but the CPU underneath is
 * an x86, which keeps this order by itself, and on which the kernel's own
 * release and acquire are what is here: the compiler is kept from reordering.
 */
#ifndef _MEMPOOL_BENCH_HANDOVER_H
#define _MEMPOOL_BENCH_HANDOVER_H

#include <linux/compiler.h>
#include <asm/barrier.h>

static __always_inline void hand_over(void **place, void *obj)
{
	if (IS_ENABLED(CONFIG_UML)) {
		barrier();
		WRITE_ONCE(*place, obj);
	} else {
		/* Pairs with handed_over(). */
		smp_store_release(place, obj);
	}
}

/* The object, or NULL while it has not come. */
static __always_inline void *handed_over(void **place)
{
	void *obj;

	if (IS_ENABLED(CONFIG_UML)) {
		obj = READ_ONCE(*place);
		barrier();
	} else {
		/* Pairs with hand_over(). */
		obj = smp_load_acquire(place);
	}
	return obj;
}

#endif /* _MEMPOOL_BENCH_HANDOVER_H */
