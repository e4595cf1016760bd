/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blk_compat.h - the one place of this sample that knows how kernels differ
 *
 * Called from: mempool_blk.c.  Calls: the block layer.
 * Locks: none.  Context: task.
 *
 * Since 6.11 a disk is described by queue_limits and its features, which are
 * macros, so the preprocessor can see them.  Before that the description was
 * written to the queue of a disk that was already there.
 *
 * The features are the same both ways: a RAM disk does not rotate, can be
 * asked not to wait, and frees memory by discard and by writing zeroes, a page
 * at a time.  Not BLK_FEAT_SYNCHRONOUS: requests end in an interrupt.
 */
#ifndef _MEMPOOL_BLK_COMPAT_H
#define _MEMPOOL_BLK_COMPAT_H

#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/numa.h>

#ifdef BLK_FEAT_NOWAIT

static inline struct gendisk *compat_alloc_disk(void)
{
	struct queue_limits lim = {
		.physical_block_size	= PAGE_SIZE,
		.discard_granularity	= PAGE_SIZE,
		.max_hw_discard_sectors	= UINT_MAX,
		.max_write_zeroes_sectors = UINT_MAX,
		.features		= BLK_FEAT_NOWAIT | BLK_FEAT_IO_STAT,
	};

	return blk_alloc_disk(&lim, NUMA_NO_NODE);
}

#else

static inline struct gendisk *compat_alloc_disk(void)
{
	struct gendisk *disk = blk_alloc_disk(NUMA_NO_NODE);

	if (!disk)
		return ERR_PTR(-ENOMEM);
	blk_queue_physical_block_size(disk->queue, PAGE_SIZE);
	disk->queue->limits.discard_granularity = PAGE_SIZE;
	blk_queue_max_discard_sectors(disk->queue, UINT_MAX);
	blk_queue_max_write_zeroes_sectors(disk->queue, UINT_MAX);
	blk_queue_flag_set(QUEUE_FLAG_NONROT, disk->queue);
	blk_queue_flag_set(QUEUE_FLAG_NOWAIT, disk->queue);
	return disk;
}

#endif /* BLK_FEAT_NOWAIT */

#endif /* _MEMPOOL_BLK_COMPAT_H */
