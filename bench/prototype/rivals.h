/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rivals.h - guarded magazines, to be measured against the slot-CAS one
 *
 * Called from: rivals.c, rivals_bench.c (kernel), host.c, host_called.c.
 * Calls: nothing.  Locks: preemption off.  Context: see each guard.
 *
 * The job is that of <mempool/magazine.h> and objcache.h: a soft capacity, one
 * counter for allocations and one for frees, a NULL check, the init_on_alloc
 * key, the same split in inline, called and slow.  What differs is the guard:
 *
 *	floor   none at all: the array alone, safe nowhere
 *	word    preempt_disable(), the count word is the lock: it reads as
 *		empty to a pop and as full to a push while it is held.  An
 *		interrupt between the read of the count and the store that
 *		locks it is NOT excluded: both pop the same slot
 *	byte    preempt_disable() and a byte that is tested, then set, before
 *		the count is read, like local_trylock_t: safe everywhere
 *	bit     preempt_disable() and BTS on the top bit of the count word:
 *		safe everywhere
 *	cas     preempt_disable() and the word guard, but locked by CMPXCHG of
 *		the count that was read: safe everywhere
 */
#ifndef _MEMPOOL_RIVALS_H
#define _MEMPOOL_RIVALS_H

#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/stddef.h>
#include <linux/types.h>

struct gmag {
	unsigned int n;
	unsigned int cap;
	unsigned long allocs;
	unsigned long frees;
	unsigned int phys;
	unsigned char lock;
	void *slot[];
};

struct gcache {
	struct gmag __percpu *mag;
	unsigned int size;
};

#define GMAG_LOCKED	0x80000000u

#define g_at(field)	[at] "i" (offsetof(struct gmag, field))

static __always_inline unsigned long g_n(struct gmag __percpu *m)
{
	unsigned long n;

	asm volatile("movl %%gs:%c[at](%[m]), %k[n]"
		     : [n] "=r" (n) : [m] "r" (m), g_at(n) : "memory");
	return n;
}

static __always_inline void g_set_n(struct gmag __percpu *m, unsigned int n)
{
	asm volatile("movl %[n], %%gs:%c[at](%[m])"
		     : : [n] "ri" (n), [m] "r" (m), g_at(n) : "memory");
}

static __always_inline bool g_below_cap(struct gmag __percpu *m,
					unsigned long n)
{
	bool below;

	asm volatile("cmpl %%gs:%c[at](%[m]), %k[n]"
		     : "=@ccb" (below) : [n] "r" (n), [m] "r" (m), g_at(cap));
	return below;
}

/* The slot below index i, and the one at it. */
static __always_inline void *g_slot_below(struct gmag __percpu *m,
					  unsigned long i)
{
	void *obj;

	asm volatile("movq %%gs:%c[at](%[m],%[i],8), %[obj]"
		     : [obj] "=a" (obj)
		     : [m] "r" (m), [i] "r" (i),
		       [at] "i" (offsetof(struct gmag, slot) - sizeof(void *))
		     : "memory");
	return obj;
}

static __always_inline void g_set_slot(struct gmag __percpu *m,
				       unsigned long i, void *obj)
{
	asm volatile("movq %[obj], %%gs:%c[at](%[m],%[i],8)"
		     : : [obj] "r" (obj), [m] "r" (m), [i] "r" (i), g_at(slot)
		     : "memory");
}

static __always_inline bool g_byte_held(struct gmag __percpu *m)
{
	bool held;

	asm volatile("cmpb $0, %%gs:%c[at](%[m])"
		     : "=@ccnz" (held) : [m] "r" (m), g_at(lock) : "memory");
	return held;
}

static __always_inline void g_set_byte(struct gmag __percpu *m,
				       unsigned char v)
{
	asm volatile("movb %[v], %%gs:%c[at](%[m])"
		     : : [v] "i" (v), [m] "r" (m), g_at(lock) : "memory");
}

static __always_inline bool g_bit_was_set(struct gmag __percpu *m)
{
	bool set;

	asm volatile("btsl $31, %%gs:%c[at](%[m])"
		     : "=@ccc" (set) : [m] "r" (m), g_at(n) : "memory");
	return set;
}

static __always_inline bool g_lock_n(struct gmag __percpu *m, unsigned int n)
{
	bool done;

	asm volatile("cmpxchgl %k[locked], %%gs:%c[at](%[m])"
		     : "=@ccz" (done), "+a" (n)
		     : [locked] "r" (GMAG_LOCKED), [m] "r" (m), g_at(n)
		     : "memory");
	return done;
}

#define g_count(m, field)						\
	asm volatile("incq %%gs:%c[at](%[m])" : : [m] "r" (m),		\
		     g_at(field) : "memory")

/* floor */

static __always_inline void *floor_pop(struct gmag __percpu *m)
{
	unsigned long n = g_n(m);
	void *obj;

	if (unlikely(!n))
		return NULL;
	obj = g_slot_below(m, n);
	g_set_n(m, n - 1);
	g_count(m, allocs);
	if (!obj)
		__builtin_unreachable();
	return obj;
}

static __always_inline bool floor_push(struct gmag __percpu *m, void *obj)
{
	unsigned long n = g_n(m);

	if (unlikely(!g_below_cap(m, n)))
		return false;
	g_set_slot(m, n, obj);
	g_set_n(m, n + 1);
	g_count(m, frees);
	return true;
}

/* word */

static __always_inline void *word_pop(struct gmag __percpu *m)
{
	unsigned long n;
	void *obj;

	preempt_disable();
	n = g_n(m);
	if (unlikely((int)n <= 0)) {
		preempt_enable();
		return NULL;
	}
	g_set_n(m, GMAG_LOCKED);
	obj = g_slot_below(m, n);
	g_set_n(m, n - 1);
	g_count(m, allocs);
	preempt_enable();
	if (!obj)
		__builtin_unreachable();
	return obj;
}

static __always_inline bool word_push(struct gmag __percpu *m, void *obj)
{
	unsigned long n;

	preempt_disable();
	n = g_n(m);
	if (unlikely(!g_below_cap(m, n))) {
		preempt_enable();
		return false;
	}
	g_set_n(m, GMAG_LOCKED);
	g_set_slot(m, n, obj);
	g_set_n(m, n + 1);
	g_count(m, frees);
	preempt_enable();
	return true;
}

/* byte */

static __always_inline void *byte_pop(struct gmag __percpu *m)
{
	unsigned long n;
	void *obj;

	preempt_disable();
	if (unlikely(g_byte_held(m)))
		goto fail;
	g_set_byte(m, 1);
	n = g_n(m);
	if (unlikely(!n)) {
		g_set_byte(m, 0);
		goto fail;
	}
	obj = g_slot_below(m, n);
	g_set_n(m, n - 1);
	g_set_byte(m, 0);
	g_count(m, allocs);
	preempt_enable();
	if (!obj)
		__builtin_unreachable();
	return obj;

fail:
	preempt_enable();
	return NULL;
}

static __always_inline bool byte_push(struct gmag __percpu *m, void *obj)
{
	unsigned long n;

	preempt_disable();
	if (unlikely(g_byte_held(m)))
		goto fail;
	g_set_byte(m, 1);
	n = g_n(m);
	if (unlikely(!g_below_cap(m, n))) {
		g_set_byte(m, 0);
		goto fail;
	}
	g_set_slot(m, n, obj);
	g_set_n(m, n + 1);
	g_set_byte(m, 0);
	g_count(m, frees);
	preempt_enable();
	return true;

fail:
	preempt_enable();
	return false;
}

/* bit */

static __always_inline void *bit_pop(struct gmag __percpu *m)
{
	unsigned long n;
	void *obj;

	preempt_disable();
	if (unlikely(g_bit_was_set(m)))
		goto fail;
	n = (unsigned int)g_n(m) & ~GMAG_LOCKED;
	if (unlikely(!n)) {
		g_set_n(m, 0);
		goto fail;
	}
	obj = g_slot_below(m, n);
	g_set_n(m, n - 1);
	g_count(m, allocs);
	preempt_enable();
	if (!obj)
		__builtin_unreachable();
	return obj;

fail:
	preempt_enable();
	return NULL;
}

static __always_inline bool bit_push(struct gmag __percpu *m, void *obj)
{
	unsigned long n;

	preempt_disable();
	if (unlikely(g_bit_was_set(m)))
		goto fail;
	n = (unsigned int)g_n(m) & ~GMAG_LOCKED;
	if (unlikely(!g_below_cap(m, n))) {
		g_set_n(m, n);
		goto fail;
	}
	g_set_slot(m, n, obj);
	g_set_n(m, n + 1);
	g_count(m, frees);
	preempt_enable();
	return true;

fail:
	preempt_enable();
	return false;
}

/* cas */

static __always_inline void *cas_pop(struct gmag __percpu *m)
{
	unsigned long n;
	void *obj;

	preempt_disable();
	n = g_n(m);
	if (unlikely((int)n <= 0) || unlikely(!g_lock_n(m, n))) {
		preempt_enable();
		return NULL;
	}
	obj = g_slot_below(m, n);
	g_set_n(m, n - 1);
	g_count(m, allocs);
	preempt_enable();
	if (!obj)
		__builtin_unreachable();
	return obj;
}

static __always_inline bool cas_push(struct gmag __percpu *m, void *obj)
{
	unsigned long n;

	preempt_disable();
	n = g_n(m);
	if (unlikely(!g_below_cap(m, n)) || unlikely(!g_lock_n(m, n))) {
		preempt_enable();
		return false;
	}
	g_set_slot(m, n, obj);
	g_set_n(m, n + 1);
	g_count(m, frees);
	preempt_enable();
	return true;
}

/* As objcache.c and objcache.h have them. */

void *gcache_alloc_slow(struct gcache *cache, gfp_t gfp);
void *gcache_zero(struct gcache *cache, void *obj);
void gcache_free_slow(struct gcache *cache, void *obj);

#define GCACHE_INLINE(guard)						\
void *guard##_alloc(struct gcache *cache, gfp_t gfp);			\
void guard##_free(struct gcache *cache, void *obj);			\
static __always_inline void *						\
guard##_alloc_inline(struct gcache *cache, gfp_t gfp)			\
{									\
	void *obj = guard##_pop(cache->mag);				\
									\
	if (unlikely(!obj))						\
		return gcache_alloc_slow(cache, gfp);			\
	if (static_branch_unlikely(&init_on_alloc) || (gfp & __GFP_ZERO)) \
		return gcache_zero(cache, obj);				\
	return obj;							\
}									\
static __always_inline void						\
guard##_free_inline(struct gcache *cache, void *obj)			\
{									\
	if (unlikely(!obj) || unlikely(!guard##_push(cache->mag, obj)))	\
		gcache_free_slow(cache, obj);				\
}

GCACHE_INLINE(floor)
GCACHE_INLINE(word)
GCACHE_INLINE(byte)
GCACHE_INLINE(bit)
GCACHE_INLINE(cas)

#define GCACHE_CALLED(guard)						\
void *guard##_alloc(struct gcache *cache, gfp_t gfp)			\
{									\
	void *obj = guard##_pop(cache->mag);				\
									\
	if (unlikely(!obj))						\
		return gcache_alloc_slow(cache, gfp);			\
	if (static_branch_unlikely(&init_on_alloc))			\
		return gcache_zero(cache, obj);				\
	return obj;							\
}									\
EXPORT_SYMBOL_GPL(guard##_alloc);					\
									\
void guard##_free(struct gcache *cache, void *obj)			\
{									\
	guard##_free_inline(cache, obj);				\
}									\
EXPORT_SYMBOL_GPL(guard##_free)

#endif /* _MEMPOOL_RIVALS_H */
