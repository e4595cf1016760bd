/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * torture.h - what the rooms of mempool_torture share
 */
#ifndef _MEMPOOL_TORTURE_H
#define _MEMPOOL_TORTURE_H

#include <linux/atomic.h>
#include <linux/types.h>

#include <mempool/objcache.h>

/* Objects an actor may hold; more than a magazine, so that depots move. */
#define ACTOR_OBJECTS	192

enum actor_context {
	ACTOR_TASK,
	ACTOR_SOFTIRQ,
	ACTOR_HARDIRQ,
	ACTOR_NMI,
	ACTOR_CONTEXTS
};

/**
 * struct actor - one thread of control that allocates and frees
 * @id:      its stamp, not 0; unique
 * @context: where it runs
 * @random:  state of its random numbers
 * @nr:      objects it holds
 * @obj:     the objects
 * @ops:     allocations and frees it made
 * @failed:  allocations that returned NULL
 *
 * An actor never runs twice at a time, so nothing of it needs a lock.
 */
struct actor {
	u64			id;
	enum actor_context	context;
	u64			random;
	unsigned int		nr;
	struct torture_object	*obj[ACTOR_OBJECTS];
	u64			ops;
	u64			failed;
};

/**
 * struct torture_object - what is allocated
 * @owner: the actor's id; 0 while free, set by the constructor; TORTURE_MAIL
 *	while it lies in a mailbox
 * @check: owner's complement while owned: a second owner would overwrite it
 */
struct torture_object {
	atomic64_t	owner;
	u64		check;
	u64		payload[12];
};

#define TORTURE_MAIL	(~0ULL)

extern struct objcache *torture_cache;
extern atomic64_t torture_errors;

__printf(1, 2) void torture_error(const char *fmt, ...);

void actor_init(struct actor *a, enum actor_context context);
void actor_step(struct actor *a, gfp_t gfp, unsigned int ops);
void actor_release(struct actor *a);
void mailbox_release(void);

int nmi_start(void);
void nmi_stop(void);
void nmi_kick(void);
void nmi_report(u64 *ops, u64 *failed);

int lifecycle_thread(void *unused);
extern atomic64_t lifecycle_rounds;

#endif /* _MEMPOOL_TORTURE_H */
