/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * directory.h - beside floor 1: all caches there are, by name and by number
 */
#ifndef _MEMPOOL_DIRECTORY_H
#define _MEMPOOL_DIRECTORY_H

#include <linux/types.h>

struct objcache_priv;

void directory_add(struct objcache_priv *priv);
struct objcache_priv *directory_find_name(const char *name);
struct objcache_priv *directory_find(u64 id);
struct objcache_priv *directory_next(u64 id);
unsigned int directory_count(void);

struct objcache_priv *directory_pin(u64 id);
void directory_unpin(struct objcache_priv *priv);
void directory_wait_unpinned(struct objcache_priv *priv);

#endif /* _MEMPOOL_DIRECTORY_H */
