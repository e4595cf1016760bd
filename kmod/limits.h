/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * limits.h - beside floor 1: how much a cache may hold
 */
#ifndef _MEMPOOL_LIMITS_H
#define _MEMPOOL_LIMITS_H

struct objcache_priv;

unsigned long limits_most(const struct objcache_priv *priv);

#endif /* _MEMPOOL_LIMITS_H */
