/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * transit.h - a leaf: objects that a drain has in its hands
 *
 * Called from: reclaim.c and depot.c (drains), objcache.c (allocations).
 * Calls: nothing.
 * Locks: transit.lock.  Context: drains in task; transit_seen() and
 * transit_passed() any.
 *
 * Between a magazine or a depot and slab an object is in nobody's reach: an
 * allocation at a limit could fail, although the object was there before and
 * will be there again.  So drains carry few objects at a time, under a lock and
 * with interrupts off, and count these times; who found nothing and sees that
 * one passed waits for its end and looks again.
 */
#ifndef _MEMPOOL_TRANSIT_H
#define _MEMPOOL_TRANSIT_H

#include <linux/compiler.h>
#include <linux/hardirq.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/types.h>

/**
 * struct transit - a cache's objects on their way down
 * @lock:    held while there are any, interrupts off; on PREEMPT_RT it sleeps
 *	and they are on, since slab is called under it
 * @seq:     odd while there are any (T for writers, A for readers)
 * @since:   when that began, in ns (T)
 * @longest: the longest that it took, in ns (T for writers, A for readers)
 */
struct transit {
	spinlock_t	lock;	/* objects on their way, and what is noted of them */
	unsigned int	seq;
	u64		since;
	u64		longest;
};

static inline void transit_init(struct transit *t)
{
	spin_lock_init(&t->lock);
	t->seq = 0;
	t->longest = 0;
}

static inline unsigned long transit_begin(struct transit *t) __acquires(&t->lock)
{
	unsigned long flags;

	spin_lock_irqsave(&t->lock, flags);
	t->since = ktime_get_mono_fast_ns();
	WRITE_ONCE(t->seq, t->seq + 1);
	/* Who misses an object sees why; pairs with transit_passed(). */
	smp_wmb();
	return flags;
}

static inline void transit_end(struct transit *t, unsigned long flags)
	__releases(&t->lock)
{
	u64 took = ktime_get_mono_fast_ns() - t->since;

	WRITE_ONCE(t->seq, t->seq + 1);
	if (took > t->longest)
		WRITE_ONCE(t->longest, took);
	spin_unlock_irqrestore(&t->lock, flags);
}

/* Before looking for an object. */
static inline unsigned int transit_seen(const struct transit *t)
{
	return READ_ONCE(t->seq);
}

/**
 * transit_passed() - was an object on its way while the caller looked for one
 * @t:    the cache's transits
 * @seen: of transit_seen(), before
 *
 * Waits for some thousand instructions of another CPU.  Not where slab is out
 * of reach too: there an allocation may fail anyway.
 *
 * Context: any.
 * Return: true: it is down now, look again.
 */
static inline bool transit_passed(struct transit *t, unsigned int seen)
{
	unsigned long flags;

	/* The places looked into come first; pairs with transit_begin(). */
	smp_rmb();
	if (likely(!(seen & 1) && READ_ONCE(t->seq) == seen))
		return false;
	if (in_nmi() || (IS_ENABLED(CONFIG_PREEMPT_RT) && !preemptible()))
		return false;
	spin_lock_irqsave(&t->lock, flags);
	spin_unlock_irqrestore(&t->lock, flags);
	return true;
}

#endif /* _MEMPOOL_TRANSIT_H */
