/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reservation.h - public kernel API: several objects at once, or none
 *
 * Called from: drivers.  Calls: kmod/reservation.c.
 * Locks: the driver's own around a reservation.  Context: see each function.
 */
#ifndef _MEMPOOL_RESERVATION_H
#define _MEMPOOL_RESERVATION_H

#include <mempool/objcache.h>

/**
 * DOC: reservation
 *
 * Two tasks that need several objects each, and take them one after the other
 * from a bounded pool, wait for each other for ever when each holds half.  A
 * reservation is made whole or not at all.  Of those that wait only the first in
 * line gathers objects.  Taking from a reservation never fails before all are taken.
 *
 * Limitations:
 *
 * - One user at a time: a driver that uses a reservation on several CPUs, or in
 *   an interrupt too, protects it like the rest of the request it is for.
 * - Its objects count as in use.
 * - How large a reserve must be for it: Documentation/waiting.rst.
 */

/**
 * struct objcache_reservation - objects that a driver has, and has not used yet
 *
 * On the stack, or in the request that it is for.  objcache_reservation_try() and
 * objcache_reservation_wait() initialise it, whatever it was: it must be empty.  It
 * is empty after they failed, after objcache_reservation_release(), which may be
 * called then too, and when it is all zeros.
 */
struct objcache_reservation {
	/* private: */
	struct objcache	*cache;
	void		*first;		/* the others are behind it */
	unsigned int	left;
	gfp_t		gfp;
};

int objcache_reservation_try(struct objcache_reservation *res, struct objcache *cache,
			     gfp_t gfp, unsigned int n);
int objcache_reservation_wait(struct objcache_reservation *res, struct objcache *cache,
			      gfp_t gfp, unsigned int n, unsigned int state,
			      unsigned long timeout);
void *objcache_reservation_take(struct objcache_reservation *res);
void objcache_reservation_put(struct objcache_reservation *res, void *obj);
void objcache_reservation_release(struct objcache_reservation *res);

/**
 * objcache_reservation_left() - how many objects can be taken yet
 * @res: the reservation
 *
 * Context: any.
 * Return: objects.
 */
static inline unsigned int
objcache_reservation_left(const struct objcache_reservation *res)
{
	return res->left;
}

#endif /* _MEMPOOL_RESERVATION_H */
