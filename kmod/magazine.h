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

/*
 * Bulk: sixteen slots a turn, at constant offsets, so that an object costs six
 * instructions to pop and five to push.  Each slot is still an exchange of its
 * own: a range of slots cannot be owned at once.  Sixteen is what callers
 * mostly ask for; with eight, the loop around them costs half an instruction
 * an object more.
 */
#define MAG_TURN	16

static __always_inline bool mag_pop_one(mag_cursor cur, unsigned long hint,
					const long k, void **objs, void *none)
{
	void *obj = mag_slot_at(cur, hint, -k);

	if (unlikely(!obj) || unlikely(!mag_swap_at(cur, hint, -k, &obj, none)))
		return false;
	objs[k] = obj;
	return true;
}

/* *empty is NULL before, and after success. */
static __always_inline bool mag_push_one(mag_cursor cur, unsigned long hint,
					 const long k, void **objs, void **empty)
{
	void *obj = objs[k];

	return likely(obj) && likely(mag_swap_at(cur, hint, k + 1, empty, obj));
}

/* Slots hint, hint - 1, ...; slot[0] is always empty, so it ends there. */
static __always_inline unsigned int
mag_pop_turn(mag_cursor cur, unsigned long hint, void **objs)
{
	void *none = NULL;

	/* Made once: some compilers make a known NULL anew for each exchange. */
	OPTIMIZER_HIDE_VAR(none);
	if (unlikely(!mag_pop_one(cur, hint, 0, objs, none)))
		return 0;
	if (unlikely(!mag_pop_one(cur, hint, 1, objs, none)))
		return 1;
	if (unlikely(!mag_pop_one(cur, hint, 2, objs, none)))
		return 2;
	if (unlikely(!mag_pop_one(cur, hint, 3, objs, none)))
		return 3;
	if (unlikely(!mag_pop_one(cur, hint, 4, objs, none)))
		return 4;
	if (unlikely(!mag_pop_one(cur, hint, 5, objs, none)))
		return 5;
	if (unlikely(!mag_pop_one(cur, hint, 6, objs, none)))
		return 6;
	if (unlikely(!mag_pop_one(cur, hint, 7, objs, none)))
		return 7;
	if (unlikely(!mag_pop_one(cur, hint, 8, objs, none)))
		return 8;
	if (unlikely(!mag_pop_one(cur, hint, 9, objs, none)))
		return 9;
	if (unlikely(!mag_pop_one(cur, hint, 10, objs, none)))
		return 10;
	if (unlikely(!mag_pop_one(cur, hint, 11, objs, none)))
		return 11;
	if (unlikely(!mag_pop_one(cur, hint, 12, objs, none)))
		return 12;
	if (unlikely(!mag_pop_one(cur, hint, 13, objs, none)))
		return 13;
	if (unlikely(!mag_pop_one(cur, hint, 14, objs, none)))
		return 14;
	if (unlikely(!mag_pop_one(cur, hint, 15, objs, none)))
		return 15;
	return MAG_TURN;
}

/* Slots hint + 1, hint + 2, ... */
static __always_inline unsigned int
mag_push_turn(mag_cursor cur, unsigned long hint, void **objs)
{
	void *empty = NULL;

	if (unlikely(!mag_push_one(cur, hint, 0, objs, &empty)))
		return 0;
	if (unlikely(!mag_push_one(cur, hint, 1, objs, &empty)))
		return 1;
	if (unlikely(!mag_push_one(cur, hint, 2, objs, &empty)))
		return 2;
	if (unlikely(!mag_push_one(cur, hint, 3, objs, &empty)))
		return 3;
	if (unlikely(!mag_push_one(cur, hint, 4, objs, &empty)))
		return 4;
	if (unlikely(!mag_push_one(cur, hint, 5, objs, &empty)))
		return 5;
	if (unlikely(!mag_push_one(cur, hint, 6, objs, &empty)))
		return 6;
	if (unlikely(!mag_push_one(cur, hint, 7, objs, &empty)))
		return 7;
	if (unlikely(!mag_push_one(cur, hint, 8, objs, &empty)))
		return 8;
	if (unlikely(!mag_push_one(cur, hint, 9, objs, &empty)))
		return 9;
	if (unlikely(!mag_push_one(cur, hint, 10, objs, &empty)))
		return 10;
	if (unlikely(!mag_push_one(cur, hint, 11, objs, &empty)))
		return 11;
	if (unlikely(!mag_push_one(cur, hint, 12, objs, &empty)))
		return 12;
	if (unlikely(!mag_push_one(cur, hint, 13, objs, &empty)))
		return 13;
	if (unlikely(!mag_push_one(cur, hint, 14, objs, &empty)))
		return 14;
	if (unlikely(!mag_push_one(cur, hint, 15, objs, &empty)))
		return 15;
	return MAG_TURN;
}

#endif /* _MEMPOOL_KMOD_MAGAZINE_H */
