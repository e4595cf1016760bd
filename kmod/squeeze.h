/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * squeeze.h - beside floor 1: all depots give so many bytes, and at once
 *
 * Called from: objcache.c, shrinker.c.
 */
#ifndef _MEMPOOL_SQUEEZE_H
#define _MEMPOOL_SQUEEZE_H

#include <linux/gfp.h>
#include <linux/types.h>

struct cycle_stats;
struct objcache_priv;

u64 squeeze_bytes(int node);
void squeeze_node(int node, u64 wanted, struct cycle_stats *sum);
bool squeeze_for(struct objcache_priv *priv, gfp_t gfp);

#endif /* _MEMPOOL_SQUEEZE_H */
