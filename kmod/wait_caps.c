// SPDX-License-Identifier: GPL-2.0-only
/*
 * wait_caps.c - beside floor 1: whether frees go to magazines or come by
 *
 * Called from: wait.c, knobs.c, lifecycle.c, objcache.c.  Calls: magazine.c.
 * Locks: waiters.lock.  Context: any.
 *
 * Magazines are closed, by caps of 0, while somebody waits, while the reserve
 * is short, and while more is held than a limit allows that was lowered: else
 * what is freed would go round in them, and not back to slab.  Those who wait
 * and the reserve open them again themselves; for the limit, whoever finds his
 * magazine empty looks, since who frees may be the last to touch the cache.
 */
#include "internal.h"

#include <linux/hardirq.h>

#include "magazine.h"
#include "objcache_priv.h"
#include "wait.h"

/**
 * wait_apply_cap() - set the caps as they should be
 * @priv: the cache
 *
 * Any cap is safe at any time, so nothing waits for who read the old one.
 *
 * Context: under waiters.lock.
 */
void wait_apply_cap(struct objcache_priv *priv)
{
	struct waiters *ws = &priv->waiters;
	unsigned int cap = wait_closed(priv) ? 0 : ws->cap;

	lockdep_assert_held(&ws->lock);
	if (cap == ws->in_force)
		return;
	WRITE_ONCE(ws->in_force, cap);
	mag_set_cap(priv->pub.mag, cap);
}

/**
 * wait_set_cap() - set the magazines' caps, as soon as they are not closed
 * @priv: the cache
 * @cap:  objects a CPU
 *
 * Context: any but NMI.
 */
void wait_set_cap(struct objcache_priv *priv, unsigned int cap)
{
	struct waiters *ws = &priv->waiters;
	unsigned long flags;

	raw_spin_lock_irqsave(&ws->lock, flags);
	WRITE_ONCE(ws->cap, cap);
	wait_apply_cap(priv);
	raw_spin_unlock_irqrestore(&ws->lock, flags);
}

/**
 * wait_open() - open the magazines if they need not be closed
 * @priv: the cache
 *
 * Context: any; NMI leaves it to others.
 */
void wait_open(struct objcache_priv *priv)
{
	struct waiters *ws = &priv->waiters;
	unsigned long flags;

	if (in_nmi())
		return;
	raw_spin_lock_irqsave(&ws->lock, flags);
	wait_apply_cap(priv);
	raw_spin_unlock_irqrestore(&ws->lock, flags);
}
