/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reclaim.h - beside floor 1: brings cached objects back down
 */
#ifndef _MEMPOOL_RECLAIM_H
#define _MEMPOOL_RECLAIM_H

struct objcache_priv;

int reclaim_add_cache(struct objcache_priv *priv);
void reclaim_remove_cache(struct objcache_priv *priv);
unsigned long reclaim_drain_some(struct objcache_priv *priv, unsigned int above,
				 bool (*want)(struct objcache_priv *priv, int cpu));
bool reclaim_may_trouble(int cpu);
unsigned long reclaim_bring(struct objcache_priv *priv,
			    bool (*want)(struct objcache_priv *priv, int cpu));
void reclaim_drain_cpus(struct objcache_priv *priv, unsigned int above);
unsigned int reclaim_start_bringing(struct objcache_priv *priv);

int reclaim_init(void);
void reclaim_exit(void);

#endif /* _MEMPOOL_RECLAIM_H */
