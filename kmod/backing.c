// SPDX-License-Identifier: GPL-2.0-only
/*
 * backing.c - floor 4: objects come from slab and go back to it
 *
 * Called from: depot.c, overflow.c, objcache.c.  Calls: kmem_cache_* (alone).
 * Locks: slab's.  Context: see backing_reachable(); sleeps if gfp says so.
 */
#include "internal.h"

#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/slab.h>

#include "backing.h"

/* What all caches together have out of slab, or are asking of it, in bytes. */
static atomic_long_t memory_charged = ATOMIC_LONG_INIT(0);
static unsigned long memory_limit = ULONG_MAX;

/* What nobody may write to while the object is free: slab has the same rule. */
static bool content_is_kept(const struct backing_params *p)
{
	return p->ctor || (p->slab_flags & SLAB_TYPESAFE_BY_RCU);
}

/*
 * As slab computes it, which keeps it to itself: alignment on cache lines is
 * halved while two objects fit, and an object whose content is kept has slab's
 * own link behind it.
 */
static unsigned int padded_size(const struct backing_params *p, unsigned int size)
{
	unsigned int align = max_t(unsigned int, p->align, sizeof(void *));
	unsigned int line = cache_line_size();

	if (p->slab_flags & SLAB_HWCACHE_ALIGN) {
		while (size <= line / 2)
			line /= 2;
		align = max(align, line);
	}
	if (content_is_kept(p))
		size += sizeof(void *);
	return ALIGN(size, align);
}

/**
 * backing_init() - make the slab cache
 * @b:        the backing
 * @params:   what to make
 * @acct:     where to count
 * @on_empty: called when the last object came back after backing_close()
 *
 * Context: task; sleeps.
 * Return: 0 or -ENOMEM.
 */
int backing_init(struct backing *b, const struct backing_params *params,
		 struct account __percpu *acct,
		 void (*on_empty)(struct backing *b))
{
	unsigned int size = params->size;

	/* Where its content is not ours: link behind it. */
	b->link = 0;
	if (content_is_kept(params)) {
		b->link = ALIGN(size, sizeof(void *));
		size = b->link + sizeof(void *);
	}
	size = max_t(unsigned int, size, sizeof(void *));

	b->slab = kmem_cache_create_usercopy(params->name, size, params->align,
					     params->slab_flags | SLAB_NO_MERGE,
					     params->useroffset, params->usersize,
					     params->ctor);
	if (!b->slab)
		return -ENOMEM;

	b->acct = acct;
	b->node = params->node;
	b->size = params->size;
	b->padded = padded_size(params, size);
	b->in_rows = false;
	b->on_empty = on_empty;
	atomic_long_set(&b->refs, 1);
	atomic_long_set(&b->charged, 0);
	b->limit = ULONG_MAX;
	atomic_long_set(&b->peak, 0);
	transit_init(&b->transit);
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(backing_init);

/* Every object must be back. */
void backing_fini(struct backing *b)
{
	kmem_cache_destroy(b->slab);
}
EXPORT_SYMBOL_FOR_TEST(backing_fini);

/**
 * backing_close() - drop the cache's own reference
 * @b: the backing
 *
 * Return: true when no object is out; otherwise on_empty will be called.
 */
bool backing_close(struct backing *b)
{
	return atomic_long_dec_and_test(&b->refs);
}
EXPORT_SYMBOL_FOR_TEST(backing_close);

/* Exact: the peak is raised by whoever made it. */
static void note_peak(struct backing *b, long held)
{
	long peak = atomic_long_read(&b->peak);

	while (held > peak && !atomic_long_try_cmpxchg(&b->peak, &peak, held))
		;
}

/**
 * backing_reset_peak() - let the peak begin anew, at what is held now
 * @b: the backing
 *
 * The exchange and whoever takes objects are fully ordered: either the new count
 * is seen here, or the new peak there.
 *
 * Context: any.
 */
void backing_reset_peak(struct backing *b)
{
	atomic_long_xchg(&b->peak, 0);
	note_peak(b, backing_held(b));
}
EXPORT_SYMBOL_FOR_TEST(backing_reset_peak);

/*
 * Up to @n units of @unit each below @limit.  Room is taken before slab is
 * asked, by one compare-and-exchange, so racing CPUs cannot exceed a limit by
 * one object.  No order with other memory is needed: the sum is all.
 */
static unsigned int charge_to(atomic_long_t *charged, unsigned long limit,
			      unsigned int n, unsigned int unit)
{
	long old = atomic_long_read(charged);

	do {
		/* Below zero by who frees too much; that is no room to give. */
		unsigned long used = max(old, 0L);
		unsigned long room = limit > used ? (limit - used) / unit : 0;

		n = min_t(unsigned long, n, room);
		if (!n)
			return 0;
	} while (!atomic_long_try_cmpxchg_relaxed(charged, &old,
						  old + (long)n * unit));
	return n;
}

static void uncharge(struct backing *b, unsigned int n)
{
	atomic_long_sub(n, &b->charged);
	atomic_long_sub((long)n * b->padded, &memory_charged);
}

/* How many of @n objects both limits leave room for; at a limit, what remains. */
static unsigned int charge(struct backing *b, unsigned int n)
{
	unsigned int own = charge_to(&b->charged, READ_ONCE(b->limit), n, 1);
	unsigned int all = charge_to(&memory_charged, READ_ONCE(memory_limit),
				     own, b->padded);

	if (all < own)
		atomic_long_sub(own - all, &b->charged);
	return all;
}

static unsigned int take_single(struct backing *b, gfp_t gfp, int node, void **objs,
				unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		objs[i] = kmem_cache_alloc_node(b->slab, gfp, node);
		if (!objs[i])
			break;
	}
	return i;
}

/* More than the caller asked for is not worth reclaim, reserves, a warning. */
static gfp_t gfp_for_more(gfp_t gfp)
{
	return (gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_NOFAIL | __GFP_HIGH |
			__GFP_MEMALLOC)) | __GFP_NOMEMALLOC | __GFP_NOWARN;
}

/*
 * What slab is not asked for.  __GFP_ZERO is ours to honour: slab would complain
 * about it in caches with a constructor.  Nor __GFP_ACCOUNT: objects go from
 * task to task, and would stay charged to the first.  Zones are the cache's.
 * Who may not sleep may not insist.
 */
static gfp_t gfp_for_slab(gfp_t gfp)
{
	gfp &= ~(__GFP_ZERO | __GFP_ACCOUNT | __GFP_DMA | __GFP_DMA32);
	return gfpflags_allow_blocking(gfp) ? gfp : gfp & ~__GFP_NOFAIL;
}

static void count_taken(struct backing *b, unsigned int got)
{
	if (!got) {
		account_inc(b->acct, ACCOUNT_SLAB_TAKE_MISS);
		return;
	}
	note_peak(b, atomic_long_add_return(got, &b->refs) - 1);
	account_add(b->acct, ACCOUNT_SLAB_TAKEN, got);
}

/**
 * backing_take() - take objects from slab
 * @b:    the backing
 * @gfp:  for the first object; the others are only taken if that is easy
 * @objs: where they go
 * @n:    how many at most, not 0
 *
 * Context: any; from NMI, and atomic on PREEMPT_RT, always 0; with interrupts
 * off at most 1.
 * Return: how many were taken.
 */
unsigned int backing_take(struct backing *b, gfp_t gfp, void **objs,
			  unsigned int n)
{
	unsigned int got = 0;

	gfp = gfp_for_slab(gfp);
	if (b->node != NUMA_NO_NODE)
		gfp |= __GFP_THISNODE;
	if (backing_reachable()) {
		/* Not more than can be had, which others might miss meanwhile. */
		n = charge(b, backing_bulk_allowed() ? n : 1);
		if (!n) {
			account_inc(b->acct, ACCOUNT_LIMIT_HIT);
			return 0;
		}
		if (n > 1) {
			if (b->node != NUMA_NO_NODE)
				got = take_single(b, gfp_for_more(gfp), b->node, objs, n);
			else if (kmem_cache_alloc_bulk(b->slab, gfp_for_more(gfp), n, objs))
				got = n;
		}
		if (!got)
			got = take_single(b, gfp, b->node, objs, 1);
		if (got < n)
			uncharge(b, n - got);
	}
	count_taken(b, got);
	return got;
}
EXPORT_SYMBOL_FOR_TEST(backing_take);

/**
 * backing_take_on() - take an object from slab, of a node
 * @b:    the backing
 * @gfp:  as for objcache_alloc_node()
 * @node: the node
 * @obj:  where it goes
 *
 * Context: any; from NMI, and atomic on PREEMPT_RT, always false.
 * Return: true if there was one.
 */
bool backing_take_on(struct backing *b, gfp_t gfp, int node, void **obj)
{
	bool got = false;

	if (backing_reachable()) {
		if (!charge(b, 1)) {
			account_inc(b->acct, ACCOUNT_LIMIT_HIT);
			return false;
		}
		got = take_single(b, gfp_for_slab(gfp), node, obj, 1);
		if (!got)
			uncharge(b, 1);
	}
	count_taken(b, got);
	return got;
}
EXPORT_SYMBOL_FOR_TEST(backing_take_on);

/**
 * backing_give() - give objects back to slab
 * @b:    the backing
 * @objs: the objects
 * @n:    how many
 *
 * After the last reference nothing of the cache is touched: on_empty may have
 * freed it, on another CPU, before this returns.
 *
 * Context: where backing_reachable().
 */
void backing_give(struct backing *b, void **objs, unsigned int n)
{
	void (*on_empty)(struct backing *b) = b->on_empty;
	unsigned int i;

	if (n > 1 && backing_bulk_allowed())
		kmem_cache_free_bulk(b->slab, n, objs);
	else
		for (i = 0; i < n; i++)
			kmem_cache_free(b->slab, objs[i]);

	account_add(b->acct, ACCOUNT_SLAB_GIVEN, n);
	uncharge(b, n);
	if (atomic_long_sub_and_test(n, &b->refs))
		on_empty(b);
}
EXPORT_SYMBOL_FOR_TEST(backing_give);

/**
 * backing_undo_give() - one more was given than was taken: count as if it was not
 * @b: the backing, not closed
 *
 * Context: any.
 */
void backing_undo_give(struct backing *b)
{
	atomic_long_inc(&b->refs);
	atomic_long_inc(&b->charged);
	atomic_long_add(b->padded, &memory_charged);
}

/* Objects out of slab, before backing_close(). */
long backing_held(const struct backing *b)
{
	return atomic_long_read(&b->refs) - 1;
}
EXPORT_SYMBOL_FOR_TEST(backing_held);

/**
 * backing_most() - how many objects could be out if nobody else had any
 * @b: the backing
 *
 * Context: any.
 * Return: what both limits leave room for.
 */
unsigned long backing_most(const struct backing *b)
{
	return min(READ_ONCE(b->limit), READ_ONCE(memory_limit) / b->padded);
}

/**
 * backing_squeezed() - do all caches together have what this one may take
 * @b: the backing
 *
 * Context: any; racy.
 * Return: true when only the limit of all caches leaves no room for an object.
 */
bool backing_squeezed(const struct backing *b)
{
	unsigned long all = max(atomic_long_read(&memory_charged), 0l);
	unsigned long own = max(atomic_long_read(&b->charged), 0l);
	unsigned long limit = READ_ONCE(memory_limit);

	return own < READ_ONCE(b->limit) && (all >= limit || limit - all < b->padded);
}

/**
 * backing_set_memory_limit() - limit what all caches together take from slab
 * @bytes: padded object bytes; ULONG_MAX: no limit
 *
 * Less than is out now is accepted: nothing is taken until it falls.
 */
void backing_set_memory_limit(unsigned long bytes)
{
	WRITE_ONCE(memory_limit, bytes);
}
EXPORT_SYMBOL_FOR_TEST(backing_set_memory_limit);

/**
 * backing_memory_limit() - the limit of all caches together
 *
 * Return: bytes; ULONG_MAX: none.
 */
unsigned long backing_memory_limit(void)
{
	return READ_ONCE(memory_limit);
}
EXPORT_SYMBOL_FOR_TEST(backing_memory_limit);

/**
 * backing_memory() - what all caches together have out of slab
 *
 * Return: padded object bytes.
 */
unsigned long backing_memory(void)
{
	/* Below zero by who frees too much. */
	return max(atomic_long_read(&memory_charged), 0l);
}
EXPORT_SYMBOL_FOR_TEST(backing_memory);
