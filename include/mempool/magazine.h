/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * magazine.h - floor 2, the part that is inlined: pop and push of one object
 *
 * Called from: objcache.h (inline fast path), kmod/magazine.c.  Calls: nothing.
 * Locks: none.  Context: any, NMI included; never sleeps.
 *
 * Not an API: drivers use <mempool/objcache.h>.  It is public only because
 * the fast path is inlined into drivers, and whatever is changed here needs a
 * new OBJCACHE_LAYOUT there.
 */
#ifndef _MEMPOOL_MAGAZINE_H
#define _MEMPOOL_MAGAZINE_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/stddef.h>
#include <linux/types.h>
#include <asm/local.h>

/**
 * DOC: magazine
 *
 * A magazine is one CPU's stack of free objects, without a lock and without
 * a linked list.  The rule that makes it safe fits in one line: *a non-NULL
 * slot is ownership of a free object*, and a slot changes hands by one
 * compare-and-exchange.  Everything else is advice.
 *
 *	hint          where the top object probably is
 *	slot[0]       always NULL: what a pop at hint 0 finds
 *	slot[1..phys] objects or NULL
 *	slot[phys+1]  MAG_SENTINEL, never touched: the guard behind the array
 *	slot[phys+2]  always NULL: what a pop finds while the magazine is parked
 *
 * Each access to a slot is a single instruction on the memory of the CPU that
 * executes it (a %gs prefixed CMPXCHG without LOCK on x86-64), so it is atomic
 * against everything else that runs on this CPU: preemption, softirq, hardirq,
 * NMI.  A task that migrates in the middle simply compares against the slot of
 * its new CPU; if that slot does not hold the very object it expects, the
 * exchange fails.  If it does hold it, the object is free and on this CPU, and
 * taking it is right.  So there is no ABA problem, no interrupt is disabled
 * and no object memory is touched.
 *
 * hint may be stale whenever an interrupt or a migration comes between its
 * read and its write.  Then an exchange fails, or a slot is empty although
 * others are not, and the slow path looks at every slot (mag_pop_scan(),
 * mag_push_scan()) and sets hint again.  hint is only ever written with a
 * value in [0, phys], or phys + 2, so no index leaves the array.
 *
 * Many objects at once are moved by plain accesses, which cost half, with
 * preemption off and the magazine *parked*: hint is phys + 2, where a pop finds
 * NULL and a push no capacity.  Then only what interrupts the mover could see it, on
 * the same CPU, and takes its slow path; which leaves a parked magazine alone.
 *
 * cap is the soft capacity.  Any CPU may write it at any time; it is tested by
 * push alone, and a push that read the old value may fill one slot above the
 * new one, which the next drain takes.
 *
 * The idea of a per-CPU array of objects is Bonwick's magazine (USENIX 2001).
 */

/**
 * struct magazine - one CPU's magazine
 * @hint:   index of the top object, advice (P, any context of this CPU)
 * @cap:    soft capacity in objects, <= @phys (A, written by any CPU)
 * @allocs: objects popped on this CPU, ever (P, single increments)
 * @frees:  objects pushed on this CPU, ever (P, single increments)
 * @phys:   number of usable slots (I)
 * @slot:   phys + 3 of them
 *
 * All but the slots share one cache line.  Legend of the letters: internal.h.
 */
struct magazine {
	unsigned int hint;
	unsigned int cap;
	unsigned long allocs;
	unsigned long frees;
	unsigned int phys;
	void *slot[];
};

/* Not NULL, not an object: nothing may ever store over it or take it. */
#define MAG_SENTINEL ((void *)1UL)

/* hint of a parked magazine is so much more than phys. */
#define MAG_PARKED	2

/*
 * The seam: a cursor and the operations on it.
 *
 * Where the architecture has a compare-and-exchange on per-CPU memory in one
 * instruction, the cursor is the per-CPU pointer itself and nothing is
 * disabled.  The instructions are spelled out, because the kernel's
 * this_cpu_*() compute the slot's address twice on 6.1, and because a C array
 * index brings UBSAN's bounds checks into drivers on 7.x; every index comes
 * from hint, which is in [0, phys] by construction.
 *
 * It needs all of these:
 *
 *	x86-64		the instruction; UML's generic form costs ~470 ns
 *	SMP		%gs is the CPU's area
 *	no KCSAN	it sees no assembly
 *	RCU-tasks, or	to wait, before the magazine is freed, for a task that
 *	no preemption	was preempted in here
 *
 * Elsewhere the cursor is this CPU's pointer, valid with preemption off, and
 * CPU-local instructions keep the same atomicity against interrupts.  Between
 * mag_begin() and mag_end() there is no call, no tracepoint and no zeroing.
 */
#if defined(CONFIG_X86_64) && defined(CONFIG_SMP) && \
	!defined(CONFIG_UML) && !defined(CONFIG_KCSAN) && \
	(defined(CONFIG_TASKS_RCU) || !defined(CONFIG_PREEMPTION))

#define mag_cursor struct magazine __percpu *

static __always_inline mag_cursor mag_begin(struct magazine __percpu *m)
{
	return m;
}

static __always_inline void mag_end(mag_cursor cur)
{
}

static __always_inline unsigned long mag_hint(mag_cursor cur)
{
	unsigned long hint;

	asm volatile("movl %%gs:%c[at](%[m]), %k[hint]"
		     : [hint] "=r" (hint)
		     : [m] "r" (cur), [at] "i" (offsetof(struct magazine, hint)));
	return hint;
}

static __always_inline void mag_set_hint(mag_cursor cur, unsigned long hint)
{
	asm volatile("movl %k[hint], %%gs:%c[at](%[m])"
		     : : [hint] "r" (hint), [m] "r" (cur),
		     [at] "i" (offsetof(struct magazine, hint)) : "memory");
}

static __always_inline bool mag_below_cap(mag_cursor cur, unsigned long hint)
{
	bool below;

	asm volatile("cmpl %%gs:%c[at](%[m]), %k[hint]"
		     : "=@ccb" (below)
		     : [hint] "r" (hint), [m] "r" (cur),
		     [at] "i" (offsetof(struct magazine, cap)));
	return below;
}

static __always_inline bool mag_slot_is(mag_cursor cur, unsigned long i,
					const void *obj)
{
	bool same;

	asm volatile("cmpq %[obj], %%gs:%c[at](%[m],%[i],8)"
		     : "=@cce" (same)
		     : [obj] "r" (obj), [m] "r" (cur), [i] "r" (i),
		     [at] "i" (offsetof(struct magazine, slot)));
	return same;
}

/* Slot i + k; k is a constant, and costs nothing. */
static __always_inline void *mag_slot_at(mag_cursor cur, unsigned long i,
					 const long k)
{
	void *obj;

	asm volatile("movq %%gs:%c[at](%[m],%[i],8), %[obj]"
		     : [obj] "=a" (obj)
		     : [m] "r" (cur), [i] "r" (i),
		     [at] "i" (offsetof(struct magazine, slot) + 8 * k));
	return obj;
}

static __always_inline bool mag_empty_at(mag_cursor cur, unsigned long i,
					 const long k)
{
	bool empty;

	asm volatile("cmpq $0, %%gs:%c[at](%[m],%[i],8)"
		     : "=@cce" (empty)
		     : [m] "r" (cur), [i] "r" (i),
		     [at] "i" (offsetof(struct magazine, slot) + 8 * k));
	return empty;
}

/* In a parked magazine, where nobody else does. */
static __always_inline void mag_store_at(mag_cursor cur, unsigned long i,
					 const long k, void *obj)
{
	asm volatile("movq %[obj], %%gs:%c[at](%[m],%[i],8)"
		     : : [obj] "er" (obj), [m] "r" (cur), [i] "r" (i),
		     [at] "i" (offsetof(struct magazine, slot) + 8 * k) : "memory");
}

static __always_inline unsigned long mag_phys(mag_cursor cur)
{
	unsigned long phys;

	asm volatile("movl %%gs:%c[at](%[m]), %k[phys]"
		     : [phys] "=r" (phys)
		     : [m] "r" (cur), [at] "i" (offsetof(struct magazine, phys)));
	return phys;
}

/*
 * No LOCK: the other side is on this CPU, and an instruction is not torn.
 * *old is what the slot held, so it is unchanged on success.
 */
static __always_inline bool mag_swap(mag_cursor cur, unsigned long i,
				     void **old, void *new)
{
	bool done;

	asm volatile("cmpxchgq %[new], %%gs:%c[at](%[m],%[i],8)"
		     : "=@ccz" (done), "+a" (*old)
		     : [new] "r" (new), [m] "r" (cur), [i] "r" (i),
		     [at] "i" (offsetof(struct magazine, slot)) : "memory");
	return done;
}

static __always_inline void mag_count_at(mag_cursor cur, size_t at,
					 unsigned long n)
{
	if (__builtin_constant_p(n) && n == 1)
		asm volatile("incq %%gs:%c[at](%[m])"
			     : : [m] "r" (cur), [at] "i" (at) : "memory");
	else
		asm volatile("addq %[n], %%gs:%c[at](%[m])"
			     : : [m] "r" (cur), [at] "i" (at), [n] "er" (n)
			     : "memory");
}

#define mag_count(cur, field, n) \
	mag_count_at(cur, offsetof(struct magazine, field), n)

#else

#define mag_cursor struct magazine *

static __always_inline mag_cursor mag_begin(struct magazine __percpu *m)
{
	preempt_disable();
	return this_cpu_ptr(m);
}

static __always_inline void mag_end(mag_cursor cur)
{
	preempt_enable();
}

static __always_inline unsigned long mag_hint(mag_cursor cur)
{
	return READ_ONCE(cur->hint);
}

static __always_inline void mag_set_hint(mag_cursor cur, unsigned long hint)
{
	WRITE_ONCE(cur->hint, hint);
}

static __always_inline bool mag_below_cap(mag_cursor cur, unsigned long hint)
{
	return hint < READ_ONCE(cur->cap);
}

static __always_inline bool mag_slot_is(mag_cursor cur, unsigned long i,
					const void *obj)
{
	return READ_ONCE(cur->slot[i]) == obj;
}

static __always_inline void *mag_slot_at(mag_cursor cur, unsigned long i,
					 const long k)
{
	return READ_ONCE(cur->slot[i + k]);
}

static __always_inline bool mag_empty_at(mag_cursor cur, unsigned long i,
					 const long k)
{
	return !READ_ONCE(cur->slot[i + k]);
}

static __always_inline void mag_store_at(mag_cursor cur, unsigned long i,
					 const long k, void *obj)
{
	WRITE_ONCE(cur->slot[i + k], obj);
}

static __always_inline unsigned long mag_phys(mag_cursor cur)
{
	return cur->phys;
}

static __always_inline bool mag_swap(mag_cursor cur, unsigned long i,
				     void **old, void *new)
{
#ifdef try_cmpxchg_local
	/* Does not compare again what the instruction has compared. */
	return try_cmpxchg_local(&cur->slot[i], old, new);
#else
	void *was = cmpxchg_local(&cur->slot[i], *old, new);
	bool done = was == *old;

	*old = was;
	return done;
#endif
}

/* local_add() is one instruction wherever an interrupt could tear it. */
#define mag_count(cur, field, n) \
	local_add(n, (void *)(cur) + offsetof(struct magazine, field))

#endif

static __always_inline void *mag_slot(mag_cursor cur, unsigned long i)
{
	return mag_slot_at(cur, i, 0);
}

/**
 * mag_pop() - take the object that hint names
 * @m: the magazine
 *
 * Return: an object, now the caller's; or NULL when the slot was empty or was
 * emptied meanwhile, which does not mean that the magazine is empty: ask
 * mag_pop_scan() then.
 */
static __always_inline void *mag_pop(struct magazine __percpu *m)
{
	mag_cursor cur = mag_begin(m);
	unsigned long hint = mag_hint(cur);
	void *obj = mag_slot(cur, hint);

	if (likely(obj) && likely(mag_swap(cur, hint, &obj, NULL))) {
		mag_set_hint(cur, hint - 1);
		mag_count(cur, allocs, 1);
		/* Unchanged by the exchange: saves the caller's second test. */
		if (!obj)
			__builtin_unreachable();
	} else {
		obj = NULL;
	}
	mag_end(cur);
	return obj;
}

/**
 * mag_push() - put an object where hint says there is room
 * @m:   the magazine
 * @obj: the object, not NULL, not used by anybody any more
 *
 * An object that is in a slot is free, so freeing it is a mistake.  The one
 * slot that is looked at is the top one: the object this CPU freed last.
 *
 * Return: true when the magazine owns the object now; false when it is full,
 * switched off (cap 0), hint was stale, or the object is free already: ask
 * mag_on_top() and mag_push_scan() then.
 */
static __always_inline bool mag_push(struct magazine __percpu *m, void *obj)
{
	mag_cursor cur = mag_begin(m);
	unsigned long hint = mag_hint(cur);
	void *empty = NULL;
	bool done = false;

	if (likely(mag_below_cap(cur, hint)) &&
	    likely(!mag_slot_is(cur, hint, obj)) &&
	    likely(mag_swap(cur, hint + 1, &empty, obj))) {
		mag_set_hint(cur, hint + 1);
		mag_count(cur, frees, 1);
		done = true;
	}
	mag_end(cur);
	return done;
}

/**
 * mag_on_top() - is this the object that this CPU freed last?
 * @m:   the magazine
 * @obj: the object, not NULL
 *
 * Return: true if it is in the slot that hint names, so that it is free.
 */
static __always_inline bool mag_on_top(struct magazine __percpu *m, const void *obj)
{
	mag_cursor cur = mag_begin(m);
	bool same = mag_slot_is(cur, mag_hint(cur), obj);

	mag_end(cur);
	return same;
}

#endif /* _MEMPOOL_MAGAZINE_H */
