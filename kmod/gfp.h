/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gfp.h - beside floor 1: what gfp flags ask for that a hit cannot pass by
 */
#ifndef _MEMPOOL_KMOD_GFP_H
#define _MEMPOOL_KMOD_GFP_H

#include <linux/gfp.h>

struct objcache_priv;

bool gfp_valid(const struct objcache_priv *priv, gfp_t gfp, gfp_t refused, void *caller);

#endif /* _MEMPOOL_KMOD_GFP_H */
