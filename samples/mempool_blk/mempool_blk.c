// SPDX-License-Identifier: GPL-2.0-only
/*
 * mempool_blk.c - a RAM disk on two objcaches, to read and to copy from
 *
 * Called from: the block layer.  Calls: objcache.
 *
 * The disk is sparse.  A page of it comes from one objcache when it is first
 * written, and goes back when it is discarded; what was never written reads as
 * zeroes.  Each request has a small context from a second objcache, as the
 * drivers of real hardware have: allocated in the task that submits, freed in
 * the interrupt that completes.
 *
 * A write may be what frees memory: pages are written back for that.  So it must
 * not wait for memory itself, nor fail for want of a context: the contexts have a
 * reserve, and the task sleeps for one when that is used up.  Pages are another
 * matter, they are what the disk consists of: without memory it is full.
 *
 *   disk_submit()                task
 *     request_get()              objcache_alloc_wait() of the context
 *     disk_transfer()            reads and writes, a segment at a time
 *       page_get_for_write()     objcache_alloc() on the first write
 *     disk_erase()               discards: objcache_free()
 *   disk_interrupt()             hardirq
 *     request_end()              objcache_free() of the context, bio_endio()
 *
 * Locks: disk.pages_lock, outside the xarray's own.  Held for reading while
 * data is copied, for writing while pages are freed: so no page goes away
 * under a copy.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/bio.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/irq_work.h>
#include <linux/llist.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/xarray.h>
#include <mempool/objcache.h>

#include "blk_compat.h"

static unsigned int size_mb = 64;
module_param(size_mb, uint, 0444);
MODULE_PARM_DESC(size_mb, "Size of the disk in MiB, up to the memory of the machine (default: 64)");

static int magazine_capacity = -1;
module_param(magazine_capacity, int, 0444);
MODULE_PARM_DESC(magazine_capacity, "Free pages kept for each CPU; 0: none, -1: let mempool choose (default)");

/*
 * One is enough to go on for ever, since a request ends without another one.  With
 * 16 as many CPUs need not wait for each other, and it is half a KiB.
 */
#define REQUEST_RESERVE	16u

/* I: set at start and never changed; A: atomic; L: changed under pages_lock. */
struct disk {
	struct gendisk		*gendisk;	/* I */
	struct objcache		*page_cache;	/* I */
	struct objcache		*request_cache;	/* I */
	struct dentry		*debugfs;	/* I */
	struct xarray		pages;		/* page number -> object; L */
	struct rw_semaphore	pages_lock;
	atomic_t		nr_pages;	/* A; in debugfs */
	struct llist_head	done;		/* A; requests to be ended */
	struct irq_work		interrupt;	/* runs disk_interrupt() */
};

/* The context of a bio between its submission and its completion. */
struct mempool_blk_request {
	struct llist_node	node;		/* in disk.done */
	struct bio		*bio;
	unsigned long		start;		/* for the disk's I/O statistics */
	blk_status_t		status;
};

static struct disk the_disk;

/*
 * For pages, which have no reserve.  RETRY_MAYFAIL: with GFP_NOIO alone the page
 * allocator would try for ever, and a full machine would hang instead of telling
 * the file system.
 */
static gfp_t page_gfp(const struct bio *bio)
{
	if (bio->bi_opf & REQ_NOWAIT)
		return GFP_NOWAIT | __GFP_NOWARN;
	return GFP_NOIO | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
}

/* Who asks not to wait asks again without that. */
static blk_status_t no_room(const struct bio *bio)
{
	return bio->bi_opf & REQ_NOWAIT ? BLK_STS_AGAIN : BLK_STS_NOSPC;
}

/* ---- pages ---- */

/*
 * The page to write to, made if there is none.  Zeroed although most writes
 * cover it all: once it is in the array, somebody may read it.
 */
static void *page_get_for_write(struct disk *disk, pgoff_t nr, gfp_t gfp)
{
	void *page, *old;

	page = xa_load(&disk->pages, nr);
	if (page)
		return page;
	page = objcache_alloc(disk->page_cache, gfp | __GFP_ZERO);
	if (!page)
		return NULL;
	old = xa_cmpxchg(&disk->pages, nr, NULL, page, gfp);
	if (!old) {
		atomic_inc(&disk->nr_pages);
		return page;
	}
	/* Another writer was first, or the array has no memory to grow. */
	objcache_free(disk->page_cache, page);
	return xa_is_err(old) ? NULL : old;
}

static void page_erase(struct disk *disk, pgoff_t nr)
{
	void *page = xa_erase(&disk->pages, nr);

	if (!page)
		return;
	atomic_dec(&disk->nr_pages);
	objcache_free(disk->page_cache, page);
	cond_resched();
}

/* Zero a part of a page, which is nothing to do where there is no page. */
static void page_zero(struct disk *disk, u64 from, u64 to)
{
	void *page = xa_load(&disk->pages, from >> PAGE_SHIFT);

	if (page && to > from)
		memset(page + offset_in_page(from), 0, to - from);
}

/* One segment, which crosses no page of either side. */
static bool copy_segment(struct disk *disk, struct bio_vec *bv, u64 pos,
			 bool write, gfp_t gfp)
{
	pgoff_t nr = pos >> PAGE_SHIFT;
	void *page = write ? page_get_for_write(disk, nr, gfp) :
			     xa_load(&disk->pages, nr);

	if (write && !page)
		return false;
	if (write)
		memcpy_from_bvec(page + offset_in_page(pos), bv);
	else if (page)
		memcpy_to_bvec(bv, page + offset_in_page(pos));
	else
		memzero_bvec(bv);
	return true;
}

static blk_status_t disk_transfer(struct disk *disk, struct bio *bio)
{
	u64 pos = (u64)bio->bi_iter.bi_sector << SECTOR_SHIFT;
	bool write = op_is_write(bio_op(bio));
	struct bvec_iter iter = bio->bi_iter;
	blk_status_t status = BLK_STS_OK;

	if (!(bio->bi_opf & REQ_NOWAIT))
		down_read(&disk->pages_lock);
	else if (!down_read_trylock(&disk->pages_lock))
		return BLK_STS_AGAIN;

	while (iter.bi_size) {
		struct bio_vec bv = bio_iter_iovec(bio, iter);

		bv.bv_len = min_t(unsigned int, bv.bv_len,
				  PAGE_SIZE - offset_in_page(pos));
		if (!copy_segment(disk, &bv, pos, write, page_gfp(bio))) {
			status = no_room(bio);
			break;
		}
		bio_advance_iter_single(bio, &iter, bv.bv_len);
		pos += bv.bv_len;
	}
	up_read(&disk->pages_lock);
	return status;
}

/*
 * Whole pages are freed.  What is left of a page at either end is zeroed when
 * zeroes were asked for; a discard is a hint, and leaves it alone.
 */
static blk_status_t disk_erase(struct disk *disk, struct bio *bio)
{
	u64 from = (u64)bio->bi_iter.bi_sector << SECTOR_SHIFT;
	u64 to = from + bio->bi_iter.bi_size;
	u64 first = round_up(from, PAGE_SIZE);
	u64 last = round_down(to, PAGE_SIZE);
	unsigned long nr;
	void *page;

	if (!(bio->bi_opf & REQ_NOWAIT))
		down_write(&disk->pages_lock);
	else if (!down_write_trylock(&disk->pages_lock))
		return BLK_STS_AGAIN;

	if (bio_op(bio) == REQ_OP_WRITE_ZEROES) {
		page_zero(disk, from, min(first, to));
		if (last >= first)
			page_zero(disk, last, to);
	}
	if (last > first) {
		xa_for_each_range(&disk->pages, nr, page, first >> PAGE_SHIFT,
				  (last >> PAGE_SHIFT) - 1)
			page_erase(disk, nr);
	}
	up_write(&disk->pages_lock);
	return BLK_STS_OK;
}

/* ---- requests ---- */

/*
 * With a reserve, or by objcache_alloc_wait(), slab is only asked for what it has
 * at hand: __GFP_RETRY_MAYFAIL and the like are for caches without.  A task that
 * sleeps here is woken by a request that ends, and that needs no memory.
 * Return: the context, or NULL: the bio asks not to wait.
 */
static struct mempool_blk_request *request_get(struct disk *disk, const struct bio *bio)
{
	struct mempool_blk_request *rq;

	if (bio->bi_opf & REQ_NOWAIT)
		return objcache_alloc(disk->request_cache, GFP_NOWAIT | __GFP_NOWARN);
	rq = objcache_alloc_wait(disk->request_cache, GFP_NOIO, TASK_UNINTERRUPTIBLE,
				 MAX_SCHEDULE_TIMEOUT);
	/* No signal, no end of time, and the cache outlives the disk. */
	return WARN_ON_ONCE(IS_ERR(rq)) ? NULL : rq;
}

/* Freed before the bio ends: who waits for that may be about to unload us. */
static void request_end(struct disk *disk, struct mempool_blk_request *rq)
{
	struct bio *bio = rq->bio;

	bio_end_io_acct(bio, rq->start);
	bio->bi_status = rq->status;
	objcache_free(disk->request_cache, rq);
	bio_endio(bio);
}

/* The interrupt of our hardware: ends all requests that are done. */
static void disk_interrupt(struct irq_work *work)
{
	struct disk *disk = container_of(work, struct disk, interrupt);
	struct llist_node *done = llist_reverse_order(llist_del_all(&disk->done));
	struct mempool_blk_request *rq, *next;

	llist_for_each_entry_safe(rq, next, done, node)
		request_end(disk, rq);
}

static void disk_submit(struct bio *bio)
{
	struct disk *disk = bio->bi_bdev->bd_disk->private_data;
	struct mempool_blk_request *rq;

	rq = request_get(disk, bio);
	if (!rq) {
		bio->bi_status = no_room(bio);
		bio_endio(bio);
		return;
	}
	rq->bio = bio;
	rq->start = bio_start_io_acct(bio);
	switch (bio_op(bio)) {
	case REQ_OP_READ:
	case REQ_OP_WRITE:
		rq->status = disk_transfer(disk, bio);
		break;
	case REQ_OP_DISCARD:
	case REQ_OP_WRITE_ZEROES:
		rq->status = disk_erase(disk, bio);
		break;
	default:
		rq->status = BLK_STS_NOTSUPP;
	}
	if (llist_add(&rq->node, &disk->done))
		irq_work_queue(&disk->interrupt);
}

static const struct block_device_operations disk_fops = {
	.owner		= THIS_MODULE,
	.submit_bio	= disk_submit,
};

/* ---- start and stop ---- */

static int check_parameters(void)
{
	unsigned long memory_mb = totalram_pages() >> (20 - PAGE_SHIFT);

	if (!size_mb || size_mb > memory_mb) {
		pr_err("size_mb=%u: must be 1 to %lu, the memory of this machine in MiB\n",
		       size_mb, memory_mb);
		return -EINVAL;
	}
	return 0;
}

/*
 * -EPERM: mempool was loaded with passthrough=on, or the kernel has KASAN.  There
 * are no magazines then, and the driver works without.
 */
static int set_magazine_capacity(struct disk *disk)
{
	int err;

	if (magazine_capacity == -1)
		return 0;
	err = objcache_set_capacity(disk->page_cache, magazine_capacity);
	if (!err || err == -EPERM)
		return 0;
	pr_err("magazine_capacity=%d: must be -1, or what mempool allows for objects of %lu bytes\n",
	       magazine_capacity, PAGE_SIZE);
	return -EINVAL;
}

/*
 * Pages need no page alignment: they are copied from and to, and never handed
 * out as pages.  Cache lines make the copies fast.
 */
static int create_caches(struct disk *disk)
{
	struct objcache_params params = { .flags = OBJCACHE_HWCACHE_ALIGN };
	int err;

	disk->page_cache = objcache_create("mempool_blk_page", PAGE_SIZE, &params);
	if (IS_ERR(disk->page_cache))
		return PTR_ERR(disk->page_cache);
	disk->request_cache = OBJCACHE(mempool_blk_request, 0);
	if (IS_ERR(disk->request_cache)) {
		err = PTR_ERR(disk->request_cache);
		goto destroy_page_cache;
	}
	err = objcache_set_reserve(disk->request_cache, REQUEST_RESERVE);
	if (err)
		goto destroy_request_cache;
	err = set_magazine_capacity(disk);
	if (err)
		goto destroy_request_cache;
	return 0;

destroy_request_cache:
	objcache_destroy(disk->request_cache);
destroy_page_cache:
	objcache_destroy(disk->page_cache);
	return err;
}

/* A major number of 0 lets the block layer choose, and make the device node. */
static int add_gendisk(struct disk *disk)
{
	int err;

	disk->gendisk = compat_alloc_disk();
	if (IS_ERR(disk->gendisk))
		return PTR_ERR(disk->gendisk);
	disk->gendisk->fops = &disk_fops;
	disk->gendisk->private_data = disk;
	strscpy(disk->gendisk->disk_name, "mempool_blk0", DISK_NAME_LEN);
	set_capacity(disk->gendisk, (sector_t)size_mb << (20 - SECTOR_SHIFT));
	err = add_disk(disk->gendisk);
	if (err)
		put_disk(disk->gendisk);
	return err;
}

/*
 * What is there once the disk itself is gone.  Should an object be left, a bug
 * of ours, mempool says so in the log and keeps its cache alive.
 */
static void free_all(struct disk *disk)
{
	unsigned long nr;
	void *page;

	xa_for_each(&disk->pages, nr, page)
		page_erase(disk, nr);
	xa_destroy(&disk->pages);
	objcache_destroy(disk->request_cache);
	objcache_destroy(disk->page_cache);
}

static int __init mempool_blk_init(void)
{
	struct disk *disk = &the_disk;
	int err;

	err = check_parameters();
	if (err)
		return err;
	xa_init(&disk->pages);
	init_rwsem(&disk->pages_lock);
	init_llist_head(&disk->done);
	init_irq_work(&disk->interrupt, disk_interrupt);
	err = create_caches(disk);
	if (err)
		return err;
	err = add_gendisk(disk);
	if (err)
		goto stop;
	disk->debugfs = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_atomic_t("pages", 0400, disk->debugfs, &disk->nr_pages);
	pr_info("/dev/mempool_blk0 has %u MiB\n", size_mb);
	return 0;

stop:
	/* add_disk() may have read partitions before it failed. */
	irq_work_sync(&disk->interrupt);
	free_all(disk);
	return err;
}

/* Nobody has the disk open, or we would not be unloaded: no request is out. */
static void __exit mempool_blk_exit(void)
{
	struct disk *disk = &the_disk;

	debugfs_remove(disk->debugfs);
	del_gendisk(disk->gendisk);
	/* The last request has ended, but maybe not its interrupt. */
	irq_work_sync(&disk->interrupt);
	put_disk(disk->gendisk);
	free_all(disk);
}

module_init(mempool_blk_init);
module_exit(mempool_blk_exit);

MODULE_DESCRIPTION("RAM disk on mempool's object caches: the sample driver");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
