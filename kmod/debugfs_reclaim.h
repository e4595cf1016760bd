/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debugfs_reclaim.h - the window on reclaim cycles
 */
#ifndef _MEMPOOL_DEBUGFS_RECLAIM_H
#define _MEMPOOL_DEBUGFS_RECLAIM_H

struct dentry;
struct objcache_priv;

void debugfs_reclaim_add(struct dentry *dir, struct objcache_priv *priv);

#endif /* _MEMPOOL_DEBUGFS_RECLAIM_H */
