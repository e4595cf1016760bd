/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debugfs_memory.h - the window on all caches together: memory and limits
 */
#ifndef _MEMPOOL_DEBUGFS_MEMORY_H
#define _MEMPOOL_DEBUGFS_MEMORY_H

struct dentry;

void debugfs_memory_add(struct dentry *dir);

#endif /* _MEMPOOL_DEBUGFS_MEMORY_H */
