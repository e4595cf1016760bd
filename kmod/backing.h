/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * backing.h - floor 4: objects come from slab and go back to it
 *
 * Called from: depot.c, overflow.c, objcache.c.  Calls: kmem_cache_*.
 */
#ifndef _MEMPOOL_BACKING_H
#define _MEMPOOL_BACKING_H

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/interrupt.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/types.h>

#include "account.h"
#include "transit.h"

struct kmem_cache;

/**
 * struct backing - one cache's source of objects
 * @slab:     the kmem_cache (I)
 * @acct:     where to count (I)
 * @node:     NUMA node to take from, or NUMA_NO_NODE (I)
 * @size:     object size in bytes (I)
 * @padded:   what an object costs in bytes, but for slab's debugging (I)
 * @link:     offset of a word that may be overwritten while nobody owns the
 *	object: in it, or behind it where its content must survive (I)
 * @in_rows:  objects are at multiples of @padded in slab's pages; once learnt (A)
 * @refs:     objects out of slab, + 1 until backing_close() (A)
 * @charged:  objects out of slab or being asked of it, never above @limit but
 *	where that was lowered (A)
 * @limit:    the most objects that may be out; ULONG_MAX: any number (A)
 * @peak:     the most that refs ever counted of objects, exact (A)
 * @transit:  objects that a drain carries to slab
 * @on_empty: called once, in the context of the last give, when refs is 0 (I)
 */
struct backing {
	struct kmem_cache	*slab;
	struct account __percpu	*acct;
	int			node;
	unsigned int		size;
	unsigned int		padded;
	unsigned int		link;
	bool			in_rows;
	atomic_long_t		refs;
	atomic_long_t		charged;
	unsigned long		limit;
	atomic_long_t		peak;
	struct transit		transit;
	void			(*on_empty)(struct backing *b);
};

/**
 * enum backing_kind - what a pointer is
 * @BACKING_OWN:       an object of this cache
 * @BACKING_INSIDE:    a place inside of one
 * @BACKING_OTHERS:    in a page of another slab cache
 * @BACKING_ELSEWHERE: not slab's: a stack, vmalloc(), nothing at all
 */
enum backing_kind {
	BACKING_OWN,
	BACKING_INSIDE,
	BACKING_OTHERS,
	BACKING_ELSEWHERE,
};

/**
 * struct backing_origin - where a pointer is from
 * @kind:  what it is
 * @slab:  the cache of its page, if it is one of slab's and that is known
 * @start: the object that it is in, of our own
 */
struct backing_origin {
	enum backing_kind	kind;
	struct kmem_cache	*slab;
	void			*start;
};

struct backing_params {
	const char	*name;
	unsigned int	size;
	unsigned int	align;
	slab_flags_t	slab_flags;
	void		(*ctor)(void *obj);
	int		node;
	unsigned int	useroffset;
	unsigned int	usersize;
};

/*
 * Slab takes locks that sleep on PREEMPT_RT, and knows no NMI.  Then we keep
 * what we have.
 */
static inline bool backing_reachable(void)
{
	return !in_nmi() && (!IS_ENABLED(CONFIG_PREEMPT_RT) || preemptible());
}

/* Bulk calls of 6.1 leave interrupts enabled, so they must be so before. */
static inline bool backing_bulk_allowed(void)
{
	return backing_reachable() && !irqs_disabled();
}

/* More is out than a limit set since allows: what comes back goes to slab. */
static inline bool backing_over_limit(const struct backing *b)
{
	long charged = atomic_long_read(&b->charged);

	return charged > 0 && charged > READ_ONCE(b->limit);
}

/* The cache's own limit has no room for another object. */
static inline bool backing_at_limit(const struct backing *b)
{
	long charged = atomic_long_read(&b->charged);

	return charged >= 0 && charged >= READ_ONCE(b->limit);
}

/*
 * For who has something to fall back on: a reserve, or sleeping until an object
 * is freed.  Without __GFP_NORETRY the page allocator does not fail for want of
 * memory but tries for ever, and what it waits for may need that object.
 * mempool_alloc() of the kernel does the same.
 */
static inline gfp_t backing_gfp_may_fail(gfp_t gfp)
{
	if (gfp & __GFP_NOFAIL)
		return gfp;
	return (gfp & ~__GFP_RETRY_MAYFAIL) | __GFP_NORETRY | __GFP_NOMEMALLOC | __GFP_NOWARN;
}

/*
 * Objects that a drain gives back in one go, with interrupts off.  A free is
 * some hundred instructions, but a thousand and more for the last object of a
 * slab, whose pages it gives back; few large ones share a slab, so all of these
 * may be the last.
 */
#define BACKING_DRAIN_BYTES	4096u
#define BACKING_DRAIN_BATCH	8u

static inline unsigned int backing_drain_batch(const struct backing *b)
{
	return clamp(BACKING_DRAIN_BYTES / b->padded, 1u, BACKING_DRAIN_BATCH);
}

/* Where an object that nobody owns may be written to. */
static inline void **backing_link(const struct backing *b, void *obj)
{
	return obj + b->link;
}

int backing_init(struct backing *b, const struct backing_params *params,
		 struct account __percpu *acct,
		 void (*on_empty)(struct backing *b));
void backing_fini(struct backing *b);
bool backing_close(struct backing *b);

unsigned int backing_take(struct backing *b, gfp_t gfp, void **objs,
			  unsigned int n);
bool backing_take_on(struct backing *b, gfp_t gfp, int node, void **obj);
void backing_give(struct backing *b, void **objs, unsigned int n);
void backing_undo_give(struct backing *b);
bool backing_learn(struct backing *b);
void backing_origin(const struct backing *b, const void *ptr,
		    struct backing_origin *origin);
long backing_held(const struct backing *b);
void backing_reset_peak(struct backing *b);
unsigned long backing_most(const struct backing *b);
bool backing_squeezed(const struct backing *b);

void backing_set_memory_limit(unsigned long bytes);
unsigned long backing_memory_limit(void);
unsigned long backing_memory(void);

#endif /* _MEMPOOL_BACKING_H */
