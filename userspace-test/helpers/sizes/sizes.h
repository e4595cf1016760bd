/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sizes.h - what the halves of mempool_sizes share
 *
 * Called from: main.c, race.c.  Calls: nothing.  Locks: none.  Context: task.
 */
#ifndef _MEMPOOL_TEST_SIZES_H
#define _MEMPOOL_TEST_SIZES_H

#define pr_fmt(fmt) "mempool_sizes: " fmt

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/printk.h>

#include <mempool/exactsize.h>

static inline void say(const char *what, long value)
{
	pr_info("case %s: %ld\n", what, value);
}

/* The work item that makes a cache comes a tick later, or many. */
static inline bool comes_to(const struct exactsize_pool *pool, unsigned int sizes)
{
	unsigned int i;

	for (i = 0; i < 500 && exactsize_sizes(pool) != sizes; i++)
		msleep(20);
	return exactsize_sizes(pool) == sizes;
}

void run_race(void);
void run_ends(void);

#endif /* _MEMPOOL_TEST_SIZES_H */
