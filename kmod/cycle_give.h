/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cycle_give.h - beside floor 1: how much a cache gives in a cycle
 *
 * Called from: cycle.c, triggers.c, knobtable.c.
 */
#ifndef _MEMPOOL_CYCLE_GIVE_H
#define _MEMPOOL_CYCLE_GIVE_H

#include "cycle.h"

unsigned long cycle_give(struct objcache_priv *priv, enum cycle_trigger trigger);
unsigned long cycle_surplus(struct objcache_priv *priv);
int cycle_idle_percent(void);
void cycle_set_idle_percent(int percent);

#endif /* _MEMPOOL_CYCLE_GIVE_H */
