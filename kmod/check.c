// SPDX-License-Identifier: GPL-2.0-only
/*
 * check.c - a leaf: what is known of each object while a cache is debugged
 *
 * Called from: debug.c, debug_report.c, validate.c.  Calls: nothing.
 * Locks: none.  Context: any, NMI too, but to create and destroy.
 *
 * An open hash table of fixed size.  A key is an object's address with its state
 * in the low bits, so one compare-and-exchange on it decides who of two that
 * free an object at the same time is the second.  A key is never removed: one
 * of a freed object gives way to a new object when there is no other place near
 * its hash, the one that was freed longest ago.  So a search can end at the
 * first key that was never used.
 *
 * The same object is added by its owner alone, so it has one record; only a
 * driver that is being caught right now does otherwise.
 */
#include "internal.h"

#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "check.h"

/*
 * How far from its hash a record may be.  Of a table that is half full, no
 * record in a million is further; a search of 64 keys is 8 cache lines.
 */
#define CHECK_REACH	64u

/* What is on the stack below the driver's own calls: ours, at most so many. */
#define CHECK_OURS	8u

/**
 * check_create() - make an empty table
 * @bits: for 2^bits records
 *
 * Context: task; sleeps.
 * Return: the table, or NULL.
 */
struct check_table *check_create(unsigned int bits)
{
	/* Some megabytes, which nobody shall be killed for. */
	gfp_t gfp = GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
	struct check_table *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	t->bits = bits;
	t->key = kvcalloc(BIT(bits) + CHECK_REACH, sizeof(*t->key), gfp);
	t->rec = kvcalloc(BIT(bits) + CHECK_REACH, sizeof(*t->rec), gfp);
	if (t->key && t->rec)
		return t;
	check_destroy(t);
	return NULL;
}
EXPORT_SYMBOL_FOR_TEST(check_create);

/**
 * check_destroy() - free a table
 * @t: the table, that nobody looks into any more, or NULL
 *
 * Context: task; sleeps.
 */
void check_destroy(struct check_table *t)
{
	if (!t)
		return;
	kvfree(t->rec);
	kvfree(t->key);
	kfree(t);
}
EXPORT_SYMBOL_FOR_TEST(check_destroy);

static const char *context_name(void)
{
	if (in_nmi())
		return "nmi";
	if (in_hardirq())
		return "hardirq";
	return in_serving_softirq() ? "softirq" : "task";
}

/* Up to the first call that is not of this module. */
static unsigned int count_ours(const unsigned long *stack, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr && within_module(stack[i], THIS_MODULE); i++)
		;
	return i < nr ? i : 0;
}

/**
 * check_note() - write down who is here
 * @event: where
 *
 * Context: any.
 */
void check_note(struct check_event *event)
{
	unsigned long stack[CHECK_DEPTH + CHECK_OURS];
	unsigned int nr = stack_trace_save(stack, ARRAY_SIZE(stack), 1);
	unsigned int ours = count_ours(stack, nr);

	event->when = ktime_get_mono_fast_ns();
	event->pid = current->pid;
	event->cpu = raw_smp_processor_id();
	event->context = context_name();
	memcpy(event->comm, current->comm, TASK_COMM_LEN);
	event->nr = min_t(unsigned int, nr - ours, CHECK_DEPTH);
	memcpy(event->stack, stack + ours, event->nr * sizeof(*stack));
}
EXPORT_SYMBOL_FOR_TEST(check_note);

static unsigned long key_of(const void *obj, enum check_state state)
{
	return (unsigned long)obj | state;
}

static bool is_of(unsigned long key, const void *obj)
{
	return (key & ~CHECK_STATES) == (unsigned long)obj;
}

static long find(const struct check_table *t, const void *obj)
{
	unsigned long i = hash_ptr(obj, t->bits), end = i + CHECK_REACH;

	/* No object is at an address with bits of a state, and none at 0. */
	if (!obj || (unsigned long)obj & CHECK_STATES)
		return -1;
	for (; i < end; i++) {
		unsigned long key = atomic_long_read(&t->key[i]);

		if (!key)
			break;
		if (is_of(key, obj))
			return i;
	}
	return -1;
}

/* What is learnt when an object goes from one state to another. */
static void write_record(struct check_record *rec, enum check_state from,
			 enum check_state to)
{
	if (to == CHECK_USED && from != CHECK_RCU) {
		check_note(&rec->got);
		rec->by_rcu = false;
	} else if (to == CHECK_RCU || (to == CHECK_FREE && !rec->by_rcu)) {
		check_note(&rec->gave);
		rec->by_rcu = to == CHECK_RCU;
	}
}

/**
 * check_move() - an object goes from one state to another
 * @t:    the table
 * @obj:  the object
 * @from: BIT() of each state that it may be in
 * @to:   the state that it is in then
 *
 * Context: any.
 * Return: the state that it was in.  If that is not one of @from nothing was
 * changed: then it was CHECK_NONE, or in a place where it should not be.
 */
enum check_state check_move(struct check_table *t, const void *obj, unsigned int from,
			    enum check_state to)
{
	long i = find(t, obj);
	enum check_state was;
	unsigned long key;

	if (i < 0)
		return CHECK_NONE;
	key = atomic_long_read(&t->key[i]);
	if (!is_of(key, obj))
		return CHECK_NONE;
	was = key & CHECK_STATES;
	if (!(from & BIT(was)))
		return was;
	/* Decides between two: who loses sees the winner's state, or busy. */
	if (!atomic_long_try_cmpxchg(&t->key[i], &key, key_of(obj, CHECK_BUSY)))
		return is_of(key, obj) ? key & CHECK_STATES : CHECK_NONE;
	write_record(&t->rec[i], was, to);
	/* Pairs with the read of the key in check_look(). */
	atomic_long_set_release(&t->key[i], key_of(obj, to));
	return was;
}
EXPORT_SYMBOL_FOR_TEST(check_move);

/* The place of the object that was freed longest ago, or of none yet. */
static long find_place(struct check_table *t, const void *obj, unsigned long *key)
{
	unsigned long i = hash_ptr(obj, t->bits), end = i + CHECK_REACH;
	u64 oldest = U64_MAX;
	long place = -1;

	for (; i < end; i++) {
		unsigned long was = atomic_long_read(&t->key[i]);
		u64 when = READ_ONCE(t->rec[i].gave.when);

		if (was && ((was & CHECK_STATES) != CHECK_FREE || when >= oldest))
			continue;
		*key = was;
		place = i;
		oldest = when;
		if (!was)
			break;
	}
	return place;
}

/**
 * check_add() - an object that has no record gets one
 * @t:     the table
 * @obj:   the object
 * @state: the state that it is in
 *
 * Context: any.
 * Return: true; false when all near its place are of objects in use.
 */
bool check_add(struct check_table *t, const void *obj, enum check_state state)
{
	unsigned long key;
	long i;

	do {
		i = find_place(t, obj, &key);
		if (i < 0)
			return false;
	} while (!atomic_long_try_cmpxchg(&t->key[i], &key, key_of(obj, CHECK_BUSY)));

	memset(&t->rec[i], 0, sizeof(t->rec[i]));
	write_record(&t->rec[i], CHECK_NONE, state);
	/* Pairs with the read of the key in check_look(). */
	atomic_long_set_release(&t->key[i], key_of(obj, state));
	return true;
}
EXPORT_SYMBOL_FOR_TEST(check_add);

/**
 * check_take_unknown() - one of the objects in use without a record comes back
 * @t: the table
 *
 * Context: any.
 * Return: true; false when there is none, so that it cannot be one of them.
 */
bool check_take_unknown(struct check_table *t)
{
	return atomic_long_add_unless(&t->unknown, -1, 0);
}
EXPORT_SYMBOL_FOR_TEST(check_take_unknown);

/**
 * check_look() - look up what is known of an object
 * @t:   the table
 * @obj: the object, or anything else
 * @rec: what is known, when there is something; it may change while it is read
 *
 * Context: any.
 * Return: its state.
 */
enum check_state check_look(const struct check_table *t, const void *obj,
			    const struct check_record **rec)
{
	long i = find(t, obj);

	if (i < 0)
		return CHECK_NONE;
	*rec = &t->rec[i];
	/* Pairs with the release in check_move() and check_add(). */
	return atomic_long_read_acquire(&t->key[i]) & CHECK_STATES;
}
EXPORT_SYMBOL_FOR_TEST(check_look);

/**
 * check_next() - walk over the objects in some states
 * @t:      the table
 * @at:     where to go on; 0 at first
 * @states: BIT() of each
 * @rec:    what is known of it
 *
 * Context: any.
 * Return: an object; NULL: there are no more.
 */
void *check_next(const struct check_table *t, unsigned long *at, unsigned int states,
		 const struct check_record **rec)
{
	while (*at < BIT(t->bits) + CHECK_REACH) {
		unsigned long key = atomic_long_read(&t->key[*at]);

		*rec = &t->rec[(*at)++];
		if (key && states & BIT(key & CHECK_STATES))
			return (void *)(key & ~CHECK_STATES);
	}
	return NULL;
}
EXPORT_SYMBOL_FOR_TEST(check_next);
