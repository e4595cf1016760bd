/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * refill.h - beside floor 1: brings objects in before they are asked for
 */
#ifndef _MEMPOOL_REFILL_H
#define _MEMPOOL_REFILL_H

struct objcache_priv;

void refill_close(struct objcache_priv *priv);

#endif /* _MEMPOOL_REFILL_H */
