/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * triggers.h - beside floor 1: cycles that come by themselves
 *
 * Called from: objcache.c, bulk.c and gfp.c (flushes, failures), knobtable.c, main.c.
 */
#ifndef _MEMPOOL_TRIGGERS_H
#define _MEMPOOL_TRIGGERS_H

#include <linux/types.h>

struct objcache_priv;

/* What a period can be set to: an hour is as good as never, which is 0. */
#define CLEANER_PERIOD_MS	30000u
#define CLEANER_PERIOD_MIN_MS	100u
#define CLEANER_PERIOD_MAX_MS	3600000u

void triggers_flushed(struct objcache_priv *priv, unsigned long flushes);
void triggers_failed(struct objcache_priv *priv);

unsigned int triggers_period(void);
int triggers_set_period(unsigned int ms);
void triggers_set_idle_percent(int percent);
void triggers_set_memory_limit(unsigned long bytes);

int triggers_init(void);
void triggers_exit(void);

#endif /* _MEMPOOL_TRIGGERS_H */
