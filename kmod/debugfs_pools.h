/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debugfs_pools.h - the window on pools of many sizes
 */
#ifndef _MEMPOOL_DEBUGFS_POOLS_H
#define _MEMPOOL_DEBUGFS_POOLS_H

struct dentry;
struct exactsize_pool;
struct family;
struct sizeclass_priv;

void debugfs_pools_init(struct dentry *root);
void debugfs_pool_add_classes(struct sizeclass_priv *priv);
void debugfs_pool_add_exact(struct exactsize_pool *pool);
void debugfs_pool_remove(struct family *f);

#endif /* _MEMPOOL_DEBUGFS_POOLS_H */
