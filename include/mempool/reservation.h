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
 * Who needs several objects to make progress, and takes them one after the
 * other from a bounded pool, deadlocks when two do so and each holds half.  A
 * reservation is taken whole or not at all; while it is waited for, only the
 * first in line gathers objects.  From it objects are taken without fail.
 *
 * Limitations:
 *
 * - One user at a time: whoever takes from a reservation on several CPUs, or
 *   in an interrupt too, protects it like the rest of the request it is for.
 * - Its objects count as in use.
 */

/**
 * struct objcache_reservation - objects that somebody has, and has not used yet
 *
 * Mostly a member of a driver's request.  objcache_reservation_try() and
 * objcache_reservation_wait() initialise it; after they failed it is empty.
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
