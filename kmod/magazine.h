/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * magazine.h - floor 2, out of line: scans, moves between floors, life
 *
 * Called from: floor 1, lifecycle.c, reclaim.c, view.c.  Calls: <mempool/magazine.h>.
 * Locks: none.  Context: see each function.
 */
#ifndef _MEMPOOL_KMOD_MAGAZINE_H
#define _MEMPOOL_KMOD_MAGAZINE_H

#include <mempool/magazine.h>

#include "account.h"

/**
 * struct mag_state - a CPU's magazine, as it was just now
 * @objects: slots that hold an object
 * @hint:    where its top should be
 * @cap:     objects that it may hold
 * @phys:    slots
 * @allocs:  objects popped, ever
 * @frees:   objects pushed, ever
 */
struct mag_state {
	unsigned int	objects;
	unsigned int	hint;
	unsigned int	cap;
	unsigned int	phys;
	unsigned long	allocs;
	unsigned long	frees;
};

struct magazine __percpu *mag_create(unsigned int phys);
void mag_destroy(struct magazine __percpu *m);
void mag_set_cap(struct magazine __percpu *m, unsigned int cap);

void *mag_pop_scan(struct magazine __percpu *m, unsigned int limit);
bool mag_full(struct magazine __percpu *m);
bool mag_push_scan(struct magazine __percpu *m, void *obj, unsigned int limit);

unsigned int mag_fill(struct magazine __percpu *m, void **objs, unsigned int n,
		      unsigned int limit);
unsigned int mag_take(struct magazine __percpu *m, unsigned int phys,
		      unsigned int above, void **objs, unsigned int n);
unsigned int mag_take_dead(struct magazine __percpu *m, int cpu, void **objs,
			   unsigned int n);

void mag_sum_frees(struct magazine __percpu *m, struct account_view *view);
void mag_sum_allocs(struct magazine __percpu *m, struct account_view *view);
unsigned int mag_look(struct magazine __percpu *m, int cpu, unsigned long *ops);
void mag_read_cpu(struct magazine __percpu *m, int cpu, struct mag_state *state);
unsigned int mag_count_cpu(struct magazine __percpu *m, int cpu);
unsigned int mag_count_objects(struct magazine __percpu *m);

/**
 * mag_park() - have this CPU's magazine to oneself
 * @cur: the magazine
 *
 * Between this and mag_unpark() preemption is off, and only what interrupts the
 * caller on this CPU could want the magazine.  It finds nothing to pop and no room
 * to push there, and takes the slow path, which keeps away (mag_parked()).  So
 * slots can be moved by plain accesses.  What came between the read of hint and
 * the write is over: it left a stale hint, as ever.
 *
 * Who is such an interrupt itself parks what is parked: it finds slot[phys + 2]
 * empty, and puts hint back as it was.
 *
 * Return: hint, to be given to mag_unpark() as the moves have changed it.
 */
static __always_inline unsigned long mag_park(mag_cursor cur)
{
	unsigned long hint;

	preempt_disable();
	hint = mag_hint(cur);
	mag_set_hint(cur, mag_phys(cur) + MAG_PARKED);
	return hint;
}

static __always_inline void mag_unpark(mag_cursor cur, unsigned long hint)
{
	mag_set_hint(cur, hint);
	preempt_enable();
}

/* Does what this context has interrupted have the magazine to itself? */
static __always_inline bool mag_parked(mag_cursor cur)
{
	return unlikely(mag_hint(cur) > mag_phys(cur));
}

/*
 * Many objects: sixteen slots of a parked magazine a turn, at constant offsets, so
 * that an object costs five instructions to pop and six to push.  Sixteen is what
 * callers mostly ask for; with eight, the loop around them costs half an
 * instruction an object more.
 */
#define MAG_TURN	16

static __always_inline bool mag_pop_one(mag_cursor cur, unsigned long hint,
					const long k, void **objs)
{
	void *obj = mag_slot_at(cur, hint, -k);

	if (unlikely(!obj))
		return false;
	mag_store_at(cur, hint, -k, NULL);
	objs[k] = obj;
	return true;
}

static __always_inline bool mag_push_one(mag_cursor cur, unsigned long hint,
					 const long k, void **objs)
{
	void *obj = objs[k];

	if (unlikely(!obj) || unlikely(!mag_empty_at(cur, hint, k + 1)))
		return false;
	mag_store_at(cur, hint, k + 1, obj);
	return true;
}

/* Slots hint, hint - 1, ...; slot[0] is always empty, so it ends there. */
static __always_inline unsigned int
mag_pop_turn(mag_cursor cur, unsigned long hint, void **objs)
{
	if (unlikely(!mag_pop_one(cur, hint, 0, objs)))
		return 0;
	if (unlikely(!mag_pop_one(cur, hint, 1, objs)))
		return 1;
	if (unlikely(!mag_pop_one(cur, hint, 2, objs)))
		return 2;
	if (unlikely(!mag_pop_one(cur, hint, 3, objs)))
		return 3;
	if (unlikely(!mag_pop_one(cur, hint, 4, objs)))
		return 4;
	if (unlikely(!mag_pop_one(cur, hint, 5, objs)))
		return 5;
	if (unlikely(!mag_pop_one(cur, hint, 6, objs)))
		return 6;
	if (unlikely(!mag_pop_one(cur, hint, 7, objs)))
		return 7;
	if (unlikely(!mag_pop_one(cur, hint, 8, objs)))
		return 8;
	if (unlikely(!mag_pop_one(cur, hint, 9, objs)))
		return 9;
	if (unlikely(!mag_pop_one(cur, hint, 10, objs)))
		return 10;
	if (unlikely(!mag_pop_one(cur, hint, 11, objs)))
		return 11;
	if (unlikely(!mag_pop_one(cur, hint, 12, objs)))
		return 12;
	if (unlikely(!mag_pop_one(cur, hint, 13, objs)))
		return 13;
	if (unlikely(!mag_pop_one(cur, hint, 14, objs)))
		return 14;
	if (unlikely(!mag_pop_one(cur, hint, 15, objs)))
		return 15;
	return MAG_TURN;
}

/* Slots hint + 1, hint + 2, ... */
static __always_inline unsigned int
mag_push_turn(mag_cursor cur, unsigned long hint, void **objs)
{
	if (unlikely(!mag_push_one(cur, hint, 0, objs)))
		return 0;
	if (unlikely(!mag_push_one(cur, hint, 1, objs)))
		return 1;
	if (unlikely(!mag_push_one(cur, hint, 2, objs)))
		return 2;
	if (unlikely(!mag_push_one(cur, hint, 3, objs)))
		return 3;
	if (unlikely(!mag_push_one(cur, hint, 4, objs)))
		return 4;
	if (unlikely(!mag_push_one(cur, hint, 5, objs)))
		return 5;
	if (unlikely(!mag_push_one(cur, hint, 6, objs)))
		return 6;
	if (unlikely(!mag_push_one(cur, hint, 7, objs)))
		return 7;
	if (unlikely(!mag_push_one(cur, hint, 8, objs)))
		return 8;
	if (unlikely(!mag_push_one(cur, hint, 9, objs)))
		return 9;
	if (unlikely(!mag_push_one(cur, hint, 10, objs)))
		return 10;
	if (unlikely(!mag_push_one(cur, hint, 11, objs)))
		return 11;
	if (unlikely(!mag_push_one(cur, hint, 12, objs)))
		return 12;
	if (unlikely(!mag_push_one(cur, hint, 13, objs)))
		return 13;
	if (unlikely(!mag_push_one(cur, hint, 14, objs)))
		return 14;
	if (unlikely(!mag_push_one(cur, hint, 15, objs)))
		return 15;
	return MAG_TURN;
}

#endif /* _MEMPOOL_KMOD_MAGAZINE_H */
