/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reserve.h - what the two halves of mempool_reserve share
 *
 * Called from: main.c, race.c.  Calls: nothing.  Locks: none.  Context: task.
 */
#ifndef _MEMPOOL_TEST_RESERVE_H
#define _MEMPOOL_TEST_RESERVE_H

#define pr_fmt(fmt) "mempool_reserve: " fmt

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#include <mempool/reservation.h>

#define LIMIT	24
#define RESERVE	8

extern struct objcache *cache;

void run_race(void);
void run_halves(void);
void run_line(void);
void run_gives_up(void);

#endif /* _MEMPOOL_TEST_RESERVE_H */
