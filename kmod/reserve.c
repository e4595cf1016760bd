// SPDX-License-Identifier: GPL-2.0-only
/*
 * reserve.c - floor 3: the objects a cache keeps for when slab has none
 *
 * Called from: objcache.c, bulk.c, refill.c, wait.c, overflow.c.
 * Calls: account.c, and reserve.changed.
 * Locks: takes reserve.lock (irqsave; NMI only tries).
 * Context: any for get and put.
 *
 * An array, and not a list through the objects: a reserve lies untouched for
 * hours, and what a driver still writes to an object that it has freed must
 * not lead the next allocation, the one that may not fail, anywhere.
 */
#include "internal.h"

#include <linux/errno.h>
#include <linux/hardirq.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "reserve.h"

/**
 * reserve_init() - make an empty reserve of nothing
 * @r:       the reserve
 * @acct:    where to count
 * @changed: called when it became short, or full again
 */
void reserve_init(struct reserve *r, struct account __percpu *acct,
		  void (*changed)(struct reserve *r))
{
	raw_spin_lock_init(&r->lock);
	r->nr = 0;
	r->min = 0;
	r->blocks = 0;
	r->block = NULL;
	r->acct = acct;
	r->changed = changed;
}
EXPORT_SYMBOL_FOR_TEST(reserve_init);

static void free_blocks(void ***block, unsigned int from, unsigned int to)
{
	while (to > from)
		kfree(block[--to]);
}

/**
 * reserve_fini() - free the array
 * @r: the reserve, empty
 *
 * Context: task.
 */
void reserve_fini(struct reserve *r)
{
	free_blocks(r->block, 0, r->blocks);
	kvfree(r->block);
}
EXPORT_SYMBOL_FOR_TEST(reserve_fini);

/* For a number somebody made up: nobody is killed for it. */
#define GFP_ROOM	(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/**
 * reserve_drop_room() - give back what the minimum does not need
 * @r: the reserve, with no more objects than its minimum; nobody else changes its
 *	room or its minimum
 *
 * The table of blocks stays as long as it is.
 *
 * Context: task; sleeps.
 */
void reserve_drop_room(struct reserve *r)
{
	unsigned int needed = DIV_ROUND_UP(r->min, RESERVE_BLOCK);
	unsigned long flags;
	void **block;

	while (r->blocks > needed) {
		raw_spin_lock_irqsave(&r->lock, flags);
		/* Somebody filled it up, to what it was to be a moment ago. */
		if (r->nr > (r->blocks - 1) * RESERVE_BLOCK) {
			raw_spin_unlock_irqrestore(&r->lock, flags);
			break;
		}
		block = r->block[--r->blocks];
		raw_spin_unlock_irqrestore(&r->lock, flags);
		kfree(block);
		cond_resched();
	}
}
EXPORT_SYMBOL_FOR_TEST(reserve_drop_room);

/**
 * reserve_make_room() - have an array for so many objects
 * @r: the reserve; nobody else changes its room or its minimum
 * @n: objects
 *
 * Context: task; sleeps.
 * Return: 0; -ENOMEM; -EINTR when the caller is killed.
 */
int reserve_make_room(struct reserve *r, unsigned int n)
{
	unsigned int blocks = n / RESERVE_BLOCK + !!(n % RESERVE_BLOCK);
	void ***block, ***old = r->block;
	unsigned long flags;
	unsigned int i;

	if (blocks <= r->blocks)
		return 0;
	block = kvcalloc(blocks, sizeof(*block), GFP_ROOM);
	if (!block)
		return -ENOMEM;
	for (i = r->blocks; i < blocks; i++) {
		bool killed = fatal_signal_pending(current);

		block[i] = killed ? NULL : kmalloc_array(RESERVE_BLOCK, sizeof(void *), GFP_ROOM);
		if (!block[i]) {
			free_blocks(block, r->blocks, i);
			kvfree(block);
			return killed ? -EINTR : -ENOMEM;
		}
		cond_resched();
	}

	raw_spin_lock_irqsave(&r->lock, flags);
	for (i = 0; i < r->blocks; i++)
		block[i] = old[i];
	r->block = block;
	r->blocks = blocks;
	raw_spin_unlock_irqrestore(&r->lock, flags);
	kvfree(old);
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(reserve_make_room);

/**
 * reserve_set_min() - set how many objects there should be
 * @r:   the reserve
 * @min: objects, for which there is room
 *
 * Context: task.
 */
void reserve_set_min(struct reserve *r, unsigned int min)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&r->lock, flags);
	WRITE_ONCE(r->min, min);
	raw_spin_unlock(&r->lock);
	r->changed(r);
	local_irq_restore(flags);
}
EXPORT_SYMBOL_FOR_TEST(reserve_set_min);

/* On UP kernels a trylock always succeeds, also over its holder. */
static bool lock_is_none(void)
{
	return !IS_ENABLED(CONFIG_SMP) && in_nmi();
}

static void **slot(struct reserve *r, unsigned int i)
{
	lockdep_assert_held(&r->lock);
	return &r->block[i / RESERVE_BLOCK][i % RESERVE_BLOCK];
}

static void take_down(struct reserve *r, void **objs, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		objs[i] = *slot(r, r->nr - i - 1);
	WRITE_ONCE(r->nr, r->nr - n);
	account_add(r->acct, ACCOUNT_RESERVE_GET_HIT, n);
}

/**
 * reserve_get() - get objects from the reserve, all or none
 * @r:    the reserve
 * @objs: where they go
 * @n:    how many, up to MAGDEPOT_BATCH
 *
 * Until changed() has returned interrupts are off, so that a grace period
 * waits for it: the objects may be the cache's last.
 *
 * Context: any; in NMI it may find the lock taken, and gets none.
 * Return: true with all of them.
 */
bool reserve_get(struct reserve *r, void **objs, unsigned int n)
{
	bool was_full, enough;
	unsigned long flags;

	if (!READ_ONCE(r->min))
		return false;
	/* Racy peek: an object put this instant may be missed, as ever. */
	if (READ_ONCE(r->nr) < n || lock_is_none())
		goto miss;
	if (!raw_spin_trylock_irqsave(&r->lock, flags)) {
		if (in_nmi())
			goto miss;
		raw_spin_lock_irqsave(&r->lock, flags);
	}
	was_full = r->nr >= r->min;
	enough = r->nr >= n;
	if (enough)
		take_down(r, objs, n);
	was_full = was_full && r->nr < r->min;
	raw_spin_unlock(&r->lock);
	if (was_full)
		r->changed(r);
	local_irq_restore(flags);
	if (enough)
		return true;
miss:
	account_inc(r->acct, ACCOUNT_RESERVE_GET_MISS);
	return false;
}
EXPORT_SYMBOL_FOR_TEST(reserve_get);

/**
 * reserve_get_surplus() - get objects that are above the minimum
 * @r:    the reserve
 * @objs: where they go
 * @n:    how many at most, up to MAGDEPOT_BATCH
 *
 * Context: task.
 * Return: how many there were.
 */
unsigned int reserve_get_surplus(struct reserve *r, void **objs, unsigned int n)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&r->lock, flags);
	n = r->nr > r->min ? min(n, r->nr - r->min) : 0;
	take_down(r, objs, n);
	raw_spin_unlock_irqrestore(&r->lock, flags);
	return n;
}
EXPORT_SYMBOL_FOR_TEST(reserve_get_surplus);

static unsigned int put_and_unlock(struct reserve *r, void **objs, unsigned int n,
				   unsigned int level, unsigned long flags)
	__releases(&r->lock)
{
	bool was_short = r->nr < r->min;
	unsigned int left = n;

	while (left && r->nr < level) {
		*slot(r, r->nr) = objs[--left];
		WRITE_ONCE(r->nr, r->nr + 1);
	}
	account_add(r->acct, ACCOUNT_RESERVE_PUT, n - left);
	was_short = was_short && r->nr >= r->min;
	raw_spin_unlock(&r->lock);
	/* Interrupts are off still: on the CPU that made the change. */
	if (was_short)
		r->changed(r);
	local_irq_restore(flags);
	return left;
}

/**
 * reserve_put() - put objects into a reserve that is short
 * @r:    the reserve
 * @objs: the objects; those that it does not need stay at its front
 * @n:    how many, up to MAGDEPOT_BATCH
 *
 * Context: any; in NMI it may find the lock taken, and takes none.
 * Return: how many it did not need.
 */
unsigned int reserve_put(struct reserve *r, void **objs, unsigned int n)
{
	unsigned long flags;

	/* Racy peek: full a moment ago is full enough. */
	if (likely(!reserve_short(r)) || lock_is_none())
		return n;
	if (!raw_spin_trylock_irqsave(&r->lock, flags)) {
		if (in_nmi())
			return n;
		raw_spin_lock_irqsave(&r->lock, flags);
	}
	return put_and_unlock(r, objs, n, r->min, flags);
}
EXPORT_SYMBOL_FOR_TEST(reserve_put);

/**
 * reserve_fill() - put objects into the reserve, above its minimum too
 * @r:     the reserve; nobody else changes its room or its minimum
 * @objs:  the objects; those that do not fit stay at its front
 * @n:     how many, up to MAGDEPOT_BATCH
 * @level: how many it may hold then, not more than there is room for
 *
 * Context: task.
 * Return: how many did not fit.
 */
unsigned int reserve_fill(struct reserve *r, void **objs, unsigned int n,
			  unsigned int level)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&r->lock, flags);
	return put_and_unlock(r, objs, n, level, flags);
}
EXPORT_SYMBOL_FOR_TEST(reserve_fill);

/**
 * reserve_list() - list some of the reserve's objects
 * @r:    the reserve
 * @from: how many to pass over
 * @objs: where they go
 * @n:    how many at most, up to MAGDEPOT_BATCH
 *
 * Context: task.
 * Return: how many are listed; 0: there are no more.
 */
unsigned int reserve_list(struct reserve *r, unsigned int from, void **objs,
			  unsigned int n)
{
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&r->lock, flags);
	n = from < r->nr ? min(n, r->nr - from) : 0;
	for (i = 0; i < n; i++)
		objs[i] = *slot(r, from + i);
	raw_spin_unlock_irqrestore(&r->lock, flags);
	return n;
}
EXPORT_SYMBOL_FOR_TEST(reserve_list);
