/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * internal.h - the map of kmod/: floors, legend, lock order
 *
 * Included by every room; declares no structure of any floor.
 */
#ifndef _MEMPOOL_INTERNAL_H
#define _MEMPOOL_INTERNAL_H

/**
 * DOC: floors
 *
 * An allocation walks down, a free too, and no file calls one above it::
 *
 *	objcache.c   floor 1  alloc and free of one object
 *	bulk.c       floor 1  alloc and free of many
 *	gfp.c        floor 1  alloc of what is zeroed, or of a node
 *	magazine.c   floor 2  pop and push: one CPU's free objects
 *	depot.c      floor 3  get and put: a NUMA node's free objects
 *	quarantine.c floor 3  put and get: freed objects of a debugged cache
 *	reserve.c    floor 3  get and put: what is kept for when slab has none
 *	backing.c    floor 4  take and give: the only caller of kmem_cache_*
 *
 * Beside floor 1: lifecycle.c creates and destroys (arguments.c says no,
 * defaults.c how large), sizeclass.c chooses a cache by size (sizeclass_life.c
 * makes and destroys the pools of them), exactsize.c too, and has one made for
 * each (exactsize_life.c); family.c holds the caches of a pool together,
 * fallback.c is for what none of them serves; owner.c watches drivers go,
 * interop.c meets the kernel's own ways, knobs.c and limits.c change
 * (knobtable.c has every knob once), wait.c sleeps, reservation.c hands out
 * several at once, seek.c finds objects for who sleeps and for a short reserve,
 * refill.c brings them in ahead of their use, tune.c has
 * capacities follow the load, view.c reads (stattable.c has every statistic
 * once, memory.c the numbers of all together), directory.c knows all caches by
 * name and number, reclaim.c drains magazines on their CPUs, cycle.c gives
 * cached objects back to slab (cycle_give.c: how many), triggers.c has that done by
 * itself, shrinker.c when the kernel needs memory (squeeze.c: from all depots at
 * once), debug.c checks each object that comes and goes
 * (check.c, a leaf, has the records), validate.c whether everything adds up.
 * Below it: overflow.c puts objects down wherever there is room.  account.c
 * counts, histogram.c sizes too, transit.h knows what drains have in their
 * hands, later.c has a worker do what cannot be done where one is (leaves: any
 * floor calls them, they call nobody).  debugfs.c and chardev.c (with commands.c
 * below it) are windows: they read, and tune through floor 1.
 */

/**
 * DOC: legend
 *
 * The letter in a field's comment says who may touch it:
 *
 * - I: immutable after creation
 * - P: this CPU only, in any context, by single instructions
 * - D: under magdepot.lock
 * - L: under objcache_list_lock
 * - K: under objcache_priv.knobs
 * - F: under family_list_lock
 * - M: under exactsize_pool.making, or while nobody else knows the family
 * - Q: under quarantine.lock
 * - W: under waiters.lock
 * - R: under reserve.lock
 * - C: under cycle.c's locks
 * - T: under transit.lock
 * - A: atomic, or READ_ONCE and WRITE_ONCE from anywhere
 */

/**
 * DOC: locks
 *
 * Outermost first; none is taken on the fast path.
 *
 * 0. exactsize_pool.making (mutex): the birth of a pool's caches, one at a time.
 *    Memory is allocated under it with GFP_KERNEL, so only those take it who
 *    may do that themselves.  family_list_lock (mutex): names of pools;
 *    sizeclass_priv.counts (mutex): counting of sizes is turned; nothing of ours
 *    nests in these two.
 * 1. objcache_list_lock (mutex): the list of caches and their names, birth and
 *    death.  Not held while a cache is quiesced or drained.  Slab's mutex and
 *    CPU hotplug's locks nest in it, which is why none of create, destroy and
 *    resize may be called from a hotplug callback.
 * 2. objcache_priv.knobs (mutex): one change of a knob at a time.  Memory is
 *    allocated under it, so whoever reclaims memory may only try it.  So do
 *    looks (tune.c): who holds it may be waiting for them to end.
 * 3. cycle_lock (mutex, cycle.c): one reclaim cycle at a time.
 * 4. cpu_hotplug_lock (read): while all online CPUs are emptied, and must be.  Not
 *    so by cycles, nor for who sleeps: hotplug may be waiting for memory, and that
 *    for them.
 * 5. drain_lock (mutex, reclaim.c): one drain of CPUs at a time that is waited
 *    for; its per-CPU work items belong to its holder, who waits for nothing else.
 * 6. members_lock, stats_lock (spinlocks, cycle.c): a step of a walk through
 *    the caches, a sum.  No memory is allocated, and nothing else of ours nests
 *    in them: who reclaims memory takes them too.
 * 7. transit.lock (spinlock, irqs off): objects on their way to slab, some at a
 *    time.  Slab's own locks nest in it.  Allocations that find nothing take it
 *    and let it go, in any context but NMI.
 * 8. waiters.lock (raw spinlock, irqs off): who waits, and the magazines' caps.
 *    Nothing nests in it, and nobody is woken under it: whoever frees may hold
 *    the scheduler's locks.  Whether the reserve is short is read without its
 *    lock.
 * 9. reserve.lock (raw spinlock, irqs off): a cache's reserve.  Held for at most
 *    MAGDEPOT_BATCH pointer copies.  NMI only tries.  Nothing nests in it.
 * 10. quarantine.lock (raw spinlock, irqs off): freed objects of a debugged cache.
 *     Held while at most four are looked at.  NMI only tries.  Nothing nests in it.
 * 11. magdepot.lock (raw spinlock, irqs on): one node's depot.  Held for at
 *     most MAGDEPOT_BATCH pointer copies.  Slab is never called under it.
 *     Interrupts only try, and those who allocate and free wait but briefly.  In
 *     a transit it is only tried too, for its holder has interrupts on.
 */

#endif /* _MEMPOOL_INTERNAL_H */
