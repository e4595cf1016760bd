// SPDX-License-Identifier: GPL-2.0-only
/*
 * view.c - beside floor 1: one reading of a cache, for the windows
 *
 * Called from: debugfs.c, stattable.c.  Calls: magazine.c, account.c.
 * Locks: none.  Context: any; stops nobody.
 */
#include "internal.h"

#include <linux/string.h>

#include "magazine.h"
#include "objcache_priv.h"

/**
 * objcache_view() - all numbers of a cache
 * @priv: the cache
 * @view: where they go
 *
 * Context: any; stops nobody.
 */
void objcache_view(struct objcache_priv *priv, struct account_view *view)
{
	memset(view, 0, sizeof(*view));
	mag_sum_frees(priv->pub.mag, view);
	account_sum_left(priv->acct, view);
	/*
	 * What is counted out before is counted in after.  Pairs with whatever
	 * hands an object from the CPU that allocates it to the one that frees
	 * it; on one CPU the order is the program's.
	 */
	smp_rmb();
	mag_sum_allocs(priv->pub.mag, view);
	account_sum_rest(priv->acct, view);
	account_derive(view);
}
EXPORT_SYMBOL_FOR_TEST(objcache_view);

/**
 * objcache_state_name() - the word for a cache's state
 * @priv: the cache
 *
 * Return: a constant string.
 */
const char *objcache_state_name(const struct objcache_priv *priv)
{
	switch (READ_ONCE(priv->state)) {
	case OBJCACHE_LIVE:
		return "live";
	case OBJCACHE_DYING:
		return "dying";
	case OBJCACHE_ZOMBIE:
		return "zombie";
	}
	return "?";
}
