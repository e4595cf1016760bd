/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debugfs_percpu.h - the window on each CPU's part of a cache
 */
#ifndef _MEMPOOL_DEBUGFS_PERCPU_H
#define _MEMPOOL_DEBUGFS_PERCPU_H

struct dentry;
struct objcache_priv;

void debugfs_percpu_add(struct dentry *dir, struct objcache_priv *priv);

#endif /* _MEMPOOL_DEBUGFS_PERCPU_H */
