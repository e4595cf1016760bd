// SPDX-License-Identifier: GPL-2.0-only
/*
 * quarantine.c - floor 3: where freed objects of a debugged cache lie for a while
 *
 * Called from: debug.c, validate.c.  Calls: nothing.
 * Locks: quarantine.lock (irqsave; NMI only tries).  Context: any, but to create.
 *
 * The longer a freed object is not allocated again, the more of what is still
 * done with it can be seen: a second free for sure, a write by the poison.
 */
#include "internal.h"

#include <linux/hardirq.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/poison.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "quarantine.h"

/*
 * 256 KiB of objects, between 8 and 256 of them: not more than a depot holds by
 * default, so that a debugged cache takes no more memory than another.
 */
#define QUARANTINE_BYTES	(256u << 10)
#define QUARANTINE_MIN		8u
#define QUARANTINE_MAX		256u

/**
 * quarantine_create() - make an empty quarantine
 * @size:     bytes of an object
 * @poisoned: poison the objects, whose content is nobody's
 *
 * Context: task; sleeps.
 * Return: the quarantine, for kfree() when it is empty; or NULL.
 */
struct quarantine *quarantine_create(unsigned int size, bool poisoned)
{
	unsigned int room = clamp(QUARANTINE_BYTES / size, QUARANTINE_MIN, QUARANTINE_MAX);
	struct quarantine *q = kzalloc(struct_size(q, slot, room), GFP_KERNEL);

	if (!q)
		return NULL;
	raw_spin_lock_init(&q->lock);
	q->room = room;
	q->size = size;
	q->poisoned = poisoned;
	return q;
}
EXPORT_SYMBOL_FOR_TEST(quarantine_create);

/*
 * On UP kernels a trylock always succeeds, also over its holder.  Tell sparse when
 * it succeeded: __acquire().
 */
static bool lock(struct quarantine *q, unsigned long *flags)
{
	bool done = true;

	local_irq_save(*flags);
	if (in_nmi()) {
		done = IS_ENABLED(CONFIG_SMP) && _raw_spin_trylock(&q->lock);
	} else {
		raw_spin_lock(&q->lock);
		__release(&q->lock);
	}
	if (!done)
		local_irq_restore(*flags);
	return done;
}

static void *take_first(struct quarantine *q)
{
	void *obj = q->slot[q->first];

	lockdep_assert_held(&q->lock);
	q->slot[q->first] = NULL;
	if (++q->first == q->room)
		q->first = 0;
	WRITE_ONCE(q->nr, q->nr - 1);
	return obj;
}

/**
 * quarantine_put() - put a freed object in
 * @q:      the quarantine
 * @obj:    the object
 * @oldest: what had to leave for it, or NULL
 *
 * Context: any; in NMI it may find the lock taken.
 * Return: true when it is in; false when it is closed, or busy.
 */
bool quarantine_put(struct quarantine *q, void *obj, void **oldest)
{
	unsigned long flags;
	bool open;

	*oldest = NULL;
	if (q->poisoned)
		memset(obj, POISON_FREE, q->size);
	if (!lock(q, &flags))
		return false;
	__acquire(&q->lock);
	open = !q->closed;
	if (open) {
		if (q->nr == q->room)
			*oldest = take_first(q);
		q->slot[(q->first + q->nr) % q->room] = obj;
		WRITE_ONCE(q->nr, q->nr + 1);
	}
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return open;
}
EXPORT_SYMBOL_FOR_TEST(quarantine_put);

/**
 * quarantine_get() - take the oldest object out
 * @q: the quarantine
 *
 * Context: any; in NMI it may find the lock taken.
 * Return: an object; NULL when there is none.
 */
void *quarantine_get(struct quarantine *q)
{
	unsigned long flags;
	void *obj = NULL;

	if (!READ_ONCE(q->nr) || !lock(q, &flags))
		return NULL;
	__acquire(&q->lock);
	if (q->nr)
		obj = take_first(q);
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return obj;
}
EXPORT_SYMBOL_FOR_TEST(quarantine_get);

/**
 * quarantine_close() - let nothing in any more
 * @q: the quarantine; what is in it can be taken out
 *
 * Context: any but NMI.
 */
void quarantine_close(struct quarantine *q)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	q->closed = true;
	raw_spin_unlock_irqrestore(&q->lock, flags);
}
EXPORT_SYMBOL_FOR_TEST(quarantine_close);

/**
 * quarantine_list() - list some of what is in it
 * @q:    the quarantine
 * @from: how many to pass over, of the oldest
 * @objs: where they go
 * @n:    how many at most
 *
 * Context: any but NMI.
 * Return: how many are listed; 0: there are no more.
 */
unsigned int quarantine_list(struct quarantine *q, unsigned int from, void **objs,
			     unsigned int n)
{
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&q->lock, flags);
	n = from < q->nr ? min(n, q->nr - from) : 0;
	for (i = 0; i < n; i++)
		objs[i] = q->slot[(q->first + from + i) % q->room];
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return n;
}
EXPORT_SYMBOL_FOR_TEST(quarantine_list);

/**
 * quarantine_damaged() - was an object written to since it was poisoned
 * @q:      the quarantine that it was in
 * @obj:    the object, nobody's but the caller's
 * @damage: what was found; it is poison again then, so that it is found once
 *
 * Context: any.
 * Return: true if it was.
 */
bool quarantine_damaged(const struct quarantine *q, void *obj,
			struct quarantine_damage *damage)
{
	u8 *at = q->poisoned ? memchr_inv(obj, POISON_FREE, q->size) : NULL;

	if (likely(!at))
		return false;
	damage->obj = obj;
	damage->at = at - (u8 *)obj;
	damage->nr = min(q->size - damage->at, QUARANTINE_SHOWN);
	memcpy(damage->found, at, damage->nr);
	memset(at, POISON_FREE, q->size - damage->at);
	return true;
}
EXPORT_SYMBOL_FOR_TEST(quarantine_damaged);

/**
 * quarantine_inspect() - look at some objects where they lie
 * @q:      the quarantine
 * @n:      how many: the newest, and the next ones in turn
 * @damage: as for quarantine_damaged()
 *
 * Interrupts are off meanwhile: @n times the size of an object bounds it.
 *
 * Context: any; in NMI it may find the lock taken, and sees nothing.
 * Return: true when one was damaged; others may be then.
 */
bool quarantine_inspect(struct quarantine *q, unsigned int n,
			struct quarantine_damage *damage)
{
	bool damaged = false;
	unsigned long flags;
	unsigned int i;

	if (!q->poisoned || !READ_ONCE(q->nr) || !lock(q, &flags))
		return false;
	__acquire(&q->lock);
	for (i = 0; i < min(n, q->nr) && !damaged; i++) {
		unsigned int which = i ? q->look++ % q->nr : q->nr - 1;

		damaged = quarantine_damaged(q, q->slot[(q->first + which) % q->room],
					     damage);
	}
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return damaged;
}
EXPORT_SYMBOL_FOR_TEST(quarantine_inspect);
