// SPDX-License-Identifier: GPL-2.0-only
/*
 * icount_read.c - mempool_bench: what reading the statistics costs, and whom
 *
 * Called from: icount.c.  Calls: the table of all caches in debugfs, as cat does.
 * Locks: none.  Context: task, that of a process: it lends its memory.
 *
 * There is one CPU, so parallel means in turns: the table is read before each
 * batch of pairs, and a cache that had to pay for a reading would do so there.
 */
#include "icount.h"

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>

#define READ_FILE	"/sys/kernel/debug/mempool/stats"

/* Far more than the table of this module's caches. */
#define READ_ROOM	(16 * PAGE_SIZE)

static struct file *read_file;
static unsigned long read_buffer;
static ssize_t read_got;

static void read_once(void)
{
	loff_t pos = 0;

	read_got = read_file->f_op->read(read_file, (char __user *)read_buffer,
					 READ_ROOM, &pos);
}

/**
 * bench_read_open() - open the table
 *
 * Return: 0, or an errno.
 */
int bench_read_open(void)
{
	read_buffer = vm_mmap(NULL, 0, READ_ROOM, PROT_READ | PROT_WRITE,
			      MAP_ANONYMOUS | MAP_PRIVATE, 0);
	if (IS_ERR_VALUE(read_buffer))
		return read_buffer;
	read_file = filp_open(READ_FILE, O_RDONLY, 0);
	if (IS_ERR(read_file)) {
		vm_munmap(read_buffer, READ_ROOM);
		return PTR_ERR(read_file);
	}
	read_once();
	if (read_got > 0)
		return 0;
	bench_read_close();
	return read_got ?: -ENODATA;
}

void bench_read_close(void)
{
	filp_close(read_file, NULL);
	vm_munmap(read_buffer, READ_ROOM);
}

static noinline u64 clocked_read(void)
{
	u64 start = ktime_get_ns();

	read_once();
	return ktime_get_ns() - start;
}

static noinline u64 clocked_nothing(void)
{
	u64 start = ktime_get_ns();

	return ktime_get_ns() - start;
}

static noinline u64 pairs_after_read(void)
{
	read_once();
	return bench_objcache_pairs();
}

static noinline u64 empty_after_read(void)
{
	read_once();
	return bench_empty_pairs();
}

const struct bench_row bench_read_rows[] = {
	{ "objcache_pair_statistics", pairs_after_read, empty_after_read, BENCH_PAIRS },
	{ "statistics_read", clocked_read, clocked_nothing, 1 },
	{}
};
