/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debugfs.h - the window /sys/kernel/debug/mempool
 */
#ifndef _MEMPOOL_DEBUGFS_H
#define _MEMPOOL_DEBUGFS_H

#include <linux/types.h>

struct objcache_priv;

bool objcache_debugfs_name_taken(const char *name);
void objcache_debugfs_add(struct objcache_priv *priv);
void objcache_debugfs_remove(struct objcache_priv *priv);
void objcache_debugfs_init(void);
void objcache_debugfs_exit(void);

#endif /* _MEMPOOL_DEBUGFS_H */
