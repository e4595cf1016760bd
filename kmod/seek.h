/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seek.h - beside floor 1: finds objects for who waits, and for a short reserve
 */
#ifndef _MEMPOOL_SEEK_H
#define _MEMPOOL_SEEK_H

struct objcache_priv;

void seek_start(struct objcache_priv *priv);
void seek_start_anywhere(struct objcache_priv *priv);
void seek_create(struct objcache_priv *priv);
void seek_close(struct objcache_priv *priv);

int seek_init(void);
void seek_exit(void);

#endif /* _MEMPOOL_SEEK_H */
