// SPDX-License-Identifier: GPL-2.0-only
/*
 * magazine.c - floor 2, out of line: scans, moves between floors, life
 *
 * Called from: floor 1, lifecycle.c, reclaim.c, view.c.  Calls: <mempool/magazine.h>.
 * Locks: none.  Context: any for scans and moves; NMI included.
 *
 * Slots change hands by mag_swap() here too, or while the magazine is parked, so
 * every function may be interrupted by every other one on the same CPU.  hint is
 * written last; what it says is advice (see the essay in magazine.h).
 */
#include "internal.h"

#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include "magazine.h"

/**
 * mag_create() - allocate the magazines of all CPUs, switched off (cap 0)
 * @phys: slots in each
 *
 * Context: task; sleeps.
 * Return: the magazines, or NULL.
 */
struct magazine __percpu *mag_create(unsigned int phys)
{
	struct magazine __percpu *m;
	int cpu;

	m = __alloc_percpu(struct_size((struct magazine *)NULL, slot, phys + MAG_PARKED + 1),
			   cache_line_size());
	if (!m)
		return NULL;

	for_each_possible_cpu(cpu) {
		struct magazine *mag = per_cpu_ptr(m, cpu);

		mag->phys = phys;
		mag->slot[phys + 1] = MAG_SENTINEL;
	}
	return m;
}
EXPORT_SYMBOL_FOR_TEST(mag_create);

/**
 * mag_destroy() - free the magazines
 * @m: the magazines: empty, cap 0, and no operation on them in flight
 */
void mag_destroy(struct magazine __percpu *m)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct magazine *mag = per_cpu_ptr(m, cpu);

		WARN_ON_ONCE(mag->slot[0] || mag->slot[mag->phys + MAG_PARKED] ||
			     mag->slot[mag->phys + 1] != MAG_SENTINEL);
	}
	free_percpu(m);
}
EXPORT_SYMBOL_FOR_TEST(mag_destroy);

/**
 * mag_set_cap() - set the soft capacity on all CPUs
 * @m:   the magazines
 * @cap: objects, at most phys
 *
 * The one field that other CPUs write.  A push that read the old value is not
 * waited for: the object lands above the new capacity and stays usable.
 */
void mag_set_cap(struct magazine __percpu *m, unsigned int cap)
{
	int cpu;

	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu_ptr(m, cpu)->cap, cap);
}
EXPORT_SYMBOL_FOR_TEST(mag_set_cap);

/* Slots i - 7 to i: an empty magazine is what a look at all of it mostly meets. */
static __always_inline bool none_of_8(mag_cursor cur, unsigned long i)
{
	unsigned long any = (unsigned long)mag_slot_at(cur, i, 0);

	any |= (unsigned long)mag_slot_at(cur, i, -1);
	any |= (unsigned long)mag_slot_at(cur, i, -2);
	any |= (unsigned long)mag_slot_at(cur, i, -3);
	any |= (unsigned long)mag_slot_at(cur, i, -4);
	any |= (unsigned long)mag_slot_at(cur, i, -5);
	any |= (unsigned long)mag_slot_at(cur, i, -6);
	any |= (unsigned long)mag_slot_at(cur, i, -7);
	return !any;
}

/* The highest slot up to i that is not empty; @above when there is none above that. */
static __always_inline unsigned long
highest_full(mag_cursor cur, unsigned long i, unsigned long above)
{
	while (i > above) {
		if (i >= above + 8 && none_of_8(cur, i)) {
			i -= 8;
			continue;
		}
		if (mag_slot(cur, i))
			break;
		i--;
	}
	return i;
}

/**
 * mag_pop_scan() - take an object from any slot
 * @m:     the magazine
 * @limit: slots to look at, from the first
 *
 * Return: an object, now the caller's, counted as an allocation; NULL when
 * each of these slots was seen empty.
 */
void *mag_pop_scan(struct magazine __percpu *m, unsigned int limit)
{
	mag_cursor cur = mag_begin(m);
	void *obj = NULL;
	unsigned long i;

	if (mag_parked(cur))
		goto end;
	for (i = highest_full(cur, limit, 0); i; i = highest_full(cur, i - 1, 0)) {
		obj = mag_slot(cur, i);
		if (obj && mag_swap(cur, i, &obj, NULL)) {
			mag_count(cur, allocs, 1);
			i--;
			break;
		}
		obj = NULL;
	}
	mag_set_hint(cur, i);
end:
	mag_end(cur);
	return obj;
}
EXPORT_SYMBOL_FOR_TEST(mag_pop_scan);

/**
 * mag_full() - is a magazine full, as far as its hint knows?
 * @m: the magazine
 *
 * Return: true if the hint is at the capacity, or above.
 */
bool mag_full(struct magazine __percpu *m)
{
	mag_cursor cur = mag_begin(m);
	bool full = !mag_below_cap(cur, mag_hint(cur));

	mag_end(cur);
	return full;
}
EXPORT_SYMBOL_FOR_TEST(mag_full);

static __always_inline bool push_at(mag_cursor cur, unsigned long i, void *obj)
{
	void *empty = mag_slot(cur, i);

	if (empty || !mag_swap(cur, i, &empty, obj))
		return false;
	mag_set_hint(cur, i);
	return true;
}

/**
 * mag_push_scan() - put an object into any empty slot
 * @m:     the magazine
 * @obj:   the object
 * @limit: the highest slot to use: the capacity, or phys where there is no
 *	other place for it
 *
 * The slot behind the hint first, as after a flush.
 *
 * Return: true when the magazine owns the object, counted as a free; false
 * when every slot up to @limit was seen full.
 */
bool mag_push_scan(struct magazine __percpu *m, void *obj, unsigned int limit)
{
	mag_cursor cur = mag_begin(m);
	unsigned long hint = mag_hint(cur);
	bool done = hint < limit && push_at(cur, hint + 1, obj);
	unsigned int i;

	if (mag_parked(cur))
		limit = 0;
	for (i = 1; !done && i <= limit; i++)
		done = push_at(cur, i, obj);
	if (done)
		mag_count(cur, frees, 1);
	mag_end(cur);
	return done;
}
EXPORT_SYMBOL_FOR_TEST(mag_push_scan);

/**
 * mag_fill() - move objects into a magazine
 * @m:     the magazine
 * @objs:  the objects, the last of them on top in the end; those that did not
 *	fit are moved to its front
 * @n:     how many
 * @limit: the highest slot to use
 *
 * Onto the top while nothing is in the way there, then wherever there is room.
 *
 * Return: how many did not fit.
 */
unsigned int mag_fill(struct magazine __percpu *m, void **objs, unsigned int n,
		      unsigned int limit)
{
	mag_cursor cur = mag_begin(m);
	unsigned long hint = mag_park(cur);
	unsigned int done = 0, turn = MAG_TURN;
	unsigned int i;

	while (turn == MAG_TURN && done + MAG_TURN <= n && hint + MAG_TURN <= limit) {
		turn = mag_push_turn(cur, hint, objs + done);
		hint += turn;
		done += turn;
	}
	while (done < n && hint < limit && mag_push_one(cur, hint, 0, objs + done)) {
		hint++;
		done++;
	}
	mag_unpark(cur, hint);
	if (mag_parked(cur))
		limit = 0;
	for (i = 1; i <= limit && done < n; i++)
		done += push_at(cur, i, objs[done]);
	mag_end(cur);
	memmove(objs, objs + done, (n - done) * sizeof(*objs));
	return n - done;
}
EXPORT_SYMBOL_FOR_TEST(mag_fill);

/**
 * mag_take() - move objects out of a magazine, the highest slots first
 * @m:     the magazine
 * @phys:  its slots
 * @above: leave those in slots up to this one
 * @objs:  where they go
 * @n:     how many at most
 *
 * From the top down, and when nothing is left there, from any slot.  Takes no
 * CPU number: it works on the CPU it runs on, so work that an unplug moved
 * elsewhere does no harm.
 *
 * Return: how many were taken; less than @n: every slot was looked at.
 */
unsigned int mag_take(struct magazine __percpu *m, unsigned int phys,
		      unsigned int above, void **objs, unsigned int n)
{
	mag_cursor cur = mag_begin(m);
	unsigned long hint = mag_park(cur);
	unsigned int got = 0, turn = MAG_TURN;
	unsigned long i = phys;

	while (turn == MAG_TURN && got + MAG_TURN <= n && hint >= above + MAG_TURN) {
		turn = mag_pop_turn(cur, hint, objs + got);
		hint -= turn;
		got += turn;
	}
	mag_unpark(cur, hint);
	if (mag_parked(cur))
		i = above;
	while (got < n && (i = highest_full(cur, i, above)) > above) {
		void *obj = mag_slot(cur, i);

		if (obj && mag_swap(cur, i, &obj, NULL))
			objs[got++] = obj;
		i--;
	}
	if (mag_hint(cur) > i && !mag_parked(cur))
		mag_set_hint(cur, i);
	mag_end(cur);
	return got;
}
EXPORT_SYMBOL_FOR_TEST(mag_take);

/**
 * mag_take_dead() - move objects out of the magazine of a dead CPU
 * @m:    the magazine
 * @cpu:  the CPU, which executes nothing any more
 * @objs: where they go
 * @n:    how many at most
 *
 * Return: how many were taken; less than @n: it is empty now.
 */
unsigned int mag_take_dead(struct magazine __percpu *m, int cpu, void **objs,
			   unsigned int n)
{
	struct magazine *mag = per_cpu_ptr(m, cpu);
	unsigned int got = 0;
	unsigned int i;

	for (i = mag->phys; i && got < n; i--) {
		void *obj = READ_ONCE(mag->slot[i]);

		if (obj) {
			objs[got++] = obj;
			WRITE_ONCE(mag->slot[i], NULL);
		}
	}
	WRITE_ONCE(mag->hint, 0);
	return got;
}
EXPORT_SYMBOL_FOR_TEST(mag_take_dead);

/**
 * mag_sum_frees() - add what the magazines count of frees
 * @m:    the magazines
 * @view: the sums
 */
void mag_sum_frees(struct magazine __percpu *m, struct account_view *view)
{
	int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (cpu_possible(cpu))
			view->n[ACCOUNT_MAG_FREE_HIT] += READ_ONCE(per_cpu_ptr(m, cpu)->frees);
}
EXPORT_SYMBOL_FOR_TEST(mag_sum_frees);

/**
 * mag_sum_allocs() - add what the magazines count of allocations
 * @m:    the magazines
 * @view: the sums
 */
void mag_sum_allocs(struct magazine __percpu *m, struct account_view *view)
{
	int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (cpu_possible(cpu))
			view->n[ACCOUNT_MAG_ALLOC_HIT] += READ_ONCE(per_cpu_ptr(m, cpu)->allocs);
}
EXPORT_SYMBOL_FOR_TEST(mag_sum_allocs);

/* From afar; a parked magazine's top is not known. */
static unsigned int look_at_hint(const struct magazine *mag)
{
	return min(READ_ONCE(mag->hint), mag->phys);
}

/**
 * mag_look() - where another CPU's magazine stands
 * @m:   the magazines
 * @cpu: the CPU
 * @ops: how many operations there were, ever
 *
 * Return: about how many objects it has: what hint says.
 */
unsigned int mag_look(struct magazine __percpu *m, int cpu, unsigned long *ops)
{
	struct magazine *mag = per_cpu_ptr(m, cpu);

	*ops = READ_ONCE(mag->allocs) + READ_ONCE(mag->frees);
	return look_at_hint(mag);
}

/**
 * mag_count_cpu() - count the slots that hold an object, on one CPU
 * @m:   the magazines
 * @cpu: whose
 *
 * Return: the number of objects.
 */
unsigned int mag_count_cpu(struct magazine __percpu *m, int cpu)
{
	struct magazine *mag = per_cpu_ptr(m, cpu);
	unsigned int i, count = 0;

	for (i = 1; i <= mag->phys; i++)
		count += !!READ_ONCE(mag->slot[i]);
	return count;
}

/**
 * mag_read_cpu() - all that can be seen of a CPU's magazine
 * @m:     the magazines
 * @cpu:   whose
 * @state: where it goes
 *
 * Not of one moment, unless nothing moves there.
 */
void mag_read_cpu(struct magazine __percpu *m, int cpu, struct mag_state *state)
{
	const struct magazine *mag = per_cpu_ptr(m, cpu);

	state->objects = mag_count_cpu(m, cpu);
	state->hint = look_at_hint(mag);
	state->cap = READ_ONCE(mag->cap);
	state->phys = mag->phys;
	state->allocs = READ_ONCE(mag->allocs);
	state->frees = READ_ONCE(mag->frees);
}

/**
 * mag_count_objects() - count the slots that hold an object, on all CPUs
 * @m: the magazines
 *
 * The check of the counters, not their source.  Exact when nothing moves.
 *
 * Return: the number of objects.
 */
unsigned int mag_count_objects(struct magazine __percpu *m)
{
	unsigned int count = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		count += mag_count_cpu(m, cpu);
	return count;
}
EXPORT_SYMBOL_FOR_TEST(mag_count_objects);
