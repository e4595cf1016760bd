/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * knobs.h - beside floor 1: what can be changed while a cache is in use
 */
#ifndef _MEMPOOL_KNOBS_H
#define _MEMPOOL_KNOBS_H

struct objcache_priv;

void knobs_apply(struct objcache_priv *priv);
unsigned int knobs_most_capacity(const struct objcache_priv *priv);

#endif /* _MEMPOOL_KNOBS_H */
