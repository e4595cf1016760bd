/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * knobs.h - beside floor 1: what can be changed while a cache is in use
 */
#ifndef _MEMPOOL_KNOBS_H
#define _MEMPOOL_KNOBS_H

struct objcache_priv;

/*
 * Depot: so many magazines a node; 256 KiB of objects by default, up to where
 * CAPACITY_MIN rules: 4 MiB a node for the largest.
 */
#define KNOBS_DEPOT_MAGAZINES	8u

void knobs_apply(struct objcache_priv *priv);

#endif /* _MEMPOOL_KNOBS_H */
