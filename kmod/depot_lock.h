/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * depot_lock.h - floor 3: the depot's lock, for those of its room who wait
 *
 * Called from: depot.c, depot_trim.c.  Calls: nothing.
 * Locks: takes magdepot.lock.  Context: task; on UP any.
 */
#ifndef _MEMPOOL_DEPOT_LOCK_H
#define _MEMPOOL_DEPOT_LOCK_H

#include <linux/irqflags.h>
#include <linux/spinlock.h>

#include "depot.h"

static inline void depot_lock(struct magdepot *d, unsigned long *flags) __acquires(&d->lock)
{
	if (!IS_ENABLED(CONFIG_SMP))
		local_irq_save(*flags);
	raw_spin_lock(&d->lock);
}

static inline void depot_unlock(struct magdepot *d, unsigned long *flags) __releases(&d->lock)
{
	raw_spin_unlock(&d->lock);
	if (!IS_ENABLED(CONFIG_SMP))
		local_irq_restore(*flags);
}

unsigned int magdepot_take_out(struct magdepot *d, unsigned int keep, void **objs,
			       unsigned int n);

#endif /* _MEMPOOL_DEPOT_LOCK_H */
