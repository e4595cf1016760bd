// SPDX-License-Identifier: GPL-2.0-only
/*
 * debug.c - beside floor 1: caches whose every operation is checked
 *
 * Called from: objcache.c, bulk.c, gfp.c, wait.c, reservation.c, interop.c,
 * refill.c, with each object; debug_life.c.
 * Calls: check.c, quarantine.c, backing.c, debug_report.c.
 * Locks: none.  Context: any, NMI too.
 *
 * A cache that is debugged has no magazines, so that each operation comes by.
 */
#include "internal.h"

#include <linux/rcupdate.h>

#include "debug.h"
#include "debug_report.h"

/*
 * Objects that are looked at for writes on each allocation.  With the newest
 * always among them, a quarantine of 256 is seen through in 85 allocations.
 */
#define DEBUG_LOOKS	4u

/**
 * debug_look_for_writes() - was a free object written to
 * @d:   the cache's
 * @obj: the object, that was in quarantine and is in no other hands
 *
 * Context: any; under rcu_read_lock(), or when nobody can end debugging.
 */
void debug_look_for_writes(const struct debug *d, void *obj)
{
	struct quarantine_damage damage;

	if (quarantine_damaged(d->quarantine, obj, &damage))
		debug_report_write(d, &damage);
}

/*
 * It has no record.  If it is ours it may be one of those that had none from the
 * start, as long as there are any.
 */
static bool leaves_unknown(struct debug *d, void *obj, enum check_state to)
{
	struct backing_origin origin;

	backing_origin(&d->priv->backing, obj, &origin);
	if (origin.kind != BACKING_OWN || !check_take_unknown(d->table))
		return false;
	if (!check_add(d->table, obj, to) && to != CHECK_FREE)
		atomic_long_inc(&d->table->unknown);
	return true;
}

static bool leaves(struct debug *d, void *obj, enum check_state to, void *caller)
{
	struct debug_crime crime = { .obj = obj, .to = to, .caller = caller };

	crime.was = check_move(d->table, obj, BIT(CHECK_USED), to);
	if (likely(crime.was == CHECK_USED))
		return true;
	if (crime.was == CHECK_NONE && leaves_unknown(d, obj, to))
		return true;
	account_inc(d->priv->acct, ACCOUNT_BAD_FREE);
	debug_report_crime(d, &crime);
	return false;
}

/* Not while somebody waits for it, or it is to go to slab. */
static bool quarantines(const struct objcache_priv *priv)
{
	return READ_ONCE(priv->state) == OBJCACHE_LIVE && !wait_closed(priv) &&
	       !backing_over_limit(&priv->backing);
}

/**
 * debug_free_slow() - debug_free(), when it is on
 * @priv:   the cache
 * @obj:    what is freed; then what is to be put down
 * @caller: who does it
 *
 * Context: any.
 * Return: true when there is something to put down.
 */
bool debug_free_slow(struct objcache_priv *priv, void **obj, void *caller)
{
	bool put_down = true;
	void *oldest;
	struct debug *d;

	rcu_read_lock();
	d = rcu_dereference(priv->debug);
	if (d && !leaves(d, *obj, CHECK_FREE, caller)) {
		put_down = false;
	} else if (d && quarantines(priv) && quarantine_put(d->quarantine, *obj, &oldest)) {
		put_down = oldest;
		if (oldest)
			debug_look_for_writes(d, oldest);
		else
			account_inc(priv->acct, ACCOUNT_FREE_DIRECT);
		*obj = oldest;
	}
	rcu_read_unlock();
	return put_down;
}

static void arrives(struct debug *d, void *obj)
{
	struct debug_crime crime = { .obj = obj, .to = CHECK_USED };

	crime.was = check_move(d->table, obj, BIT(CHECK_FREE), CHECK_USED);
	if (likely(crime.was == CHECK_FREE))
		return;
	if (crime.was != CHECK_NONE)
		debug_report_crime(d, &crime);
	else if (!check_add(d->table, obj, CHECK_USED))
		atomic_long_inc(&d->table->unknown);
}

/**
 * debug_alloc_slow() - debug_alloc(), when it is on
 * @priv: the cache
 * @objs: objects that the caller is about to get
 * @n:    how many
 *
 * Context: any.
 */
void debug_alloc_slow(struct objcache_priv *priv, void **objs, unsigned int n)
{
	struct quarantine_damage damage;
	struct debug *d;

	rcu_read_lock();
	d = rcu_dereference(priv->debug);
	if (d) {
		while (n)
			arrives(d, objs[--n]);
		if (quarantine_inspect(d->quarantine, DEBUG_LOOKS, &damage))
			debug_report_write(d, &damage);
	}
	rcu_read_unlock();
}

/**
 * debug_take_slow() - debug_take(), when it is on
 * @priv: the cache
 * @obj:  where it goes
 *
 * Context: any.
 * Return: true if there was one.
 */
bool debug_take_slow(struct objcache_priv *priv, void **obj)
{
	struct debug *d;

	rcu_read_lock();
	d = rcu_dereference(priv->debug);
	*obj = d ? quarantine_get(d->quarantine) : NULL;
	if (*obj)
		debug_look_for_writes(d, *obj);
	rcu_read_unlock();
	return *obj;
}

/**
 * debug_leave_slow() - debug_leave(), when it is on
 * @priv:   the cache
 * @obj:    the object
 * @to:     where it goes
 * @caller: who does it
 *
 * Context: any.
 * Return: true when it is an object in use.
 */
bool debug_leave_slow(struct objcache_priv *priv, void *obj, enum check_state to,
		      void *caller)
{
	struct debug *d;
	bool good;

	rcu_read_lock();
	d = rcu_dereference(priv->debug);
	good = !d || leaves(d, obj, to, caller);
	rcu_read_unlock();
	return good;
}

/**
 * debug_move_slow() - debug_move(), when it is on
 * @priv: the cache
 * @obj:  the object
 * @from: where it was, unless that is not known
 * @to:   where it goes
 *
 * Context: any.
 */
void debug_move_slow(struct objcache_priv *priv, void *obj, enum check_state from,
		     enum check_state to)
{
	struct debug *d;

	rcu_read_lock();
	d = rcu_dereference(priv->debug);
	if (d)
		check_move(d->table, obj, BIT(from), to);
	rcu_read_unlock();
}

/**
 * debug_count() - how many objects are in quarantine
 * @priv: the cache
 *
 * Context: any.
 * Return: objects.
 */
unsigned int debug_count(struct objcache_priv *priv)
{
	unsigned int n = 0;
	struct debug *d;

	rcu_read_lock();
	d = rcu_dereference(priv->debug);
	if (d)
		n = READ_ONCE(d->quarantine->nr);
	rcu_read_unlock();
	return n;
}
EXPORT_SYMBOL_FOR_TEST(debug_count);

/**
 * debug_list() - list some of the objects in quarantine
 * @priv: the cache
 * @from: how many to pass over
 * @objs: where they go
 * @n:    how many at most
 *
 * Context: any but NMI.
 * Return: how many are listed; 0: there are no more.
 */
unsigned int debug_list(struct objcache_priv *priv, unsigned int from, void **objs,
			unsigned int n)
{
	struct debug *d;

	rcu_read_lock();
	d = rcu_dereference(priv->debug);
	n = d ? quarantine_list(d->quarantine, from, objs, n) : 0;
	rcu_read_unlock();
	return n;
}

/**
 * debug_is_used() - is an object known to be with a user
 * @priv: the cache
 * @obj:  the object
 *
 * Context: any.
 * Return: true if so; false if not, or if the cache is not debugged.
 */
bool debug_is_used(struct objcache_priv *priv, const void *obj)
{
	const struct check_record *rec;
	bool used = false;
	struct debug *d;

	rcu_read_lock();
	d = rcu_dereference(priv->debug);
	if (d)
		used = BIT(check_look(d->table, obj, &rec)) &
		       (BIT(CHECK_USED) | BIT(CHECK_RESERVED) | BIT(CHECK_RCU));
	rcu_read_unlock();
	return used;
}

/**
 * debug_look_at_all() - look for writes to all objects in quarantine
 * @priv: the cache
 *
 * Context: any.
 * Return: how many were written to; each is reported.
 */
unsigned int debug_look_at_all(struct objcache_priv *priv)
{
	struct quarantine_damage damage;
	unsigned int i, found = 0;
	struct debug *d;

	rcu_read_lock();
	d = rcu_dereference(priv->debug);
	for (i = 0; d && i < d->quarantine->room; i++) {
		if (quarantine_inspect(d->quarantine, DEBUG_LOOKS, &damage)) {
			debug_report_write(d, &damage);
			found++;
		}
	}
	rcu_read_unlock();
	return found;
}
