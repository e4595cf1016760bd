/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - a leaf: what is known of each object while a cache is debugged
 *
 * Called from: debug.c, debug_report.c, validate.c.  Calls: nothing.
 */
#ifndef _MEMPOOL_CHECK_H
#define _MEMPOOL_CHECK_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/sched.h>
#include <linux/types.h>

/**
 * enum check_state - where an object is
 * @CHECK_NONE:     unknown: no record
 * @CHECK_USED:     with a user
 * @CHECK_FREE:     freed
 * @CHECK_RESERVED: in a reservation
 * @CHECK_RCU:      with a grace period, on its way to be freed
 * @CHECK_BUSY:     between two of these: its record is being written
 *
 * In the low bits of the object's address, so less than its alignment.
 */
enum check_state {
	CHECK_NONE,
	CHECK_USED,
	CHECK_FREE,
	CHECK_RESERVED,
	CHECK_RCU,
	CHECK_BUSY,
};

#define CHECK_STATES	7ul

/* Calls of the driver; mempool's own are left out.  64 bytes. */
#define CHECK_DEPTH	8

/**
 * struct check_event - who did it
 * @when:    in ns since boot
 * @pid:     the thread
 * @cpu:     where
 * @context: task, softirq ...
 * @comm:    the thread's name
 * @nr:      calls in @stack
 * @stack:   the innermost first
 */
struct check_event {
	u64		when;
	pid_t		pid;
	unsigned int	cpu;
	const char	*context;
	char		comm[TASK_COMM_LEN];
	unsigned int	nr;
	unsigned long	stack[CHECK_DEPTH];
};

/**
 * struct check_record - what is known of an object
 * @got:    who allocated it last
 * @gave:   who freed it last
 * @by_rcu: @gave is of who left it to RCU, and stays when it is freed
 *
 * Written by who has the object in CHECK_BUSY.
 */
struct check_record {
	struct check_event	got;
	struct check_event	gave;
	bool			by_rcu;
};

/**
 * struct check_table - records of objects, by address
 * @bits:    there are 2^bits (I)
 * @unknown: objects in use that have none (A)
 * @key:     of each record: address and state; 0: never used (A)
 * @rec:     the records
 */
struct check_table {
	unsigned int		bits;
	atomic_long_t		unknown;
	atomic_long_t		*key;
	struct check_record	*rec;
};

struct check_table *check_create(unsigned int bits);
void check_destroy(struct check_table *t);

void check_note(struct check_event *event);
enum check_state check_move(struct check_table *t, const void *obj, unsigned int from,
			    enum check_state to);
bool check_add(struct check_table *t, const void *obj, enum check_state state);
bool check_take_unknown(struct check_table *t);

enum check_state check_look(const struct check_table *t, const void *obj,
			    const struct check_record **rec);
void *check_next(const struct check_table *t, unsigned long *at, unsigned int states,
		 const struct check_record **rec);

#endif /* _MEMPOOL_CHECK_H */
