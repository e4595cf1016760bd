/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tune.h - beside floor 1: the capacity of magazines follows the load
 *
 * Called from: objcache.c and bulk.c (counts), knobs.c, lifecycle.c, knobtable.c.
 * Calls: account.h.  Locks: none here.  Context: any for the counts.
 */
#ifndef _MEMPOOL_TUNE_H
#define _MEMPOOL_TUNE_H

#include <linux/compiler.h>
#include <linux/irq_work.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "account.h"

struct objcache_priv;

/* No counter: the capacity stays as it is. */
#define TUNE_KEEP	ACCOUNT_NR

/*
 * How many times a CPU finds its magazine empty before anyone looks whether that
 * could be helped; a power of two.  A look takes some 3000 instructions, as
 * much as one of the 32 refills before it.
 */
#define TUNE_KICK	32u

/*
 * What a period can be set to: looks are at least some ticks apart, and an hour is
 * as good as never.
 */
#define TUNE_PERIOD_MIN_MS	100u
#define TUNE_PERIOD_MAX_MS	3600000u

/**
 * struct tune_facts - what a decision is made from
 * @capacity:   what it is, in objects
 * @min:        the least that it may become
 * @max:        the most
 * @window_ms:  since the last look
 * @turns:      in the window, how often a magazine was found empty and as often
 *	full: of the CPU with the most
 * @contended:  in the window, how often a depot's lock was found taken
 * @period_over: the period ends with this look
 * @misses:     in the period, how often a magazine was found empty or full: of
 *	the CPU with the most
 * @swing:      in the period, the distance of the lowest and the highest number of
 *	objects seen in a magazine: of the CPU with the widest
 */
struct tune_facts {
	unsigned int	capacity;
	unsigned int	min;
	unsigned int	max;
	unsigned int	window_ms;
	unsigned long	turns;
	unsigned long	contended;
	bool		period_over;
	unsigned long	misses;
	unsigned int	swing;
};

/**
 * struct tune_memory - what decisions leave for the next ones
 * @patience: how many calm periods there must be before the capacity shrinks; 0
 *	is 1
 * @calm:     how many there were
 * @shrunk:   the last period ended with a smaller capacity
 */
struct tune_memory {
	unsigned int	patience;
	unsigned int	calm;
	bool		shrunk;
};

/* One CPU, since the last look and since the period began. */
struct tune_cpu {
	unsigned long	refills;	/* K: the counters, at the last look */
	unsigned long	flushes;	/* K */
	unsigned long	ops;		/* K: of the magazine, when the period began */
	unsigned long	misses;		/* K: in the period */
	unsigned int	low;		/* K: objects seen in the magazine */
	unsigned int	high;		/* K */
};

/**
 * struct tune - the tuning of one cache
 * @on:        the capacity is tuned (K for writers, A for readers)
 * @wants_kick: there is room to grow (K for writers, A for readers)
 * @min:       the least capacity that tuning chooses (K)
 * @max:       the most (K)
 * @period_ms: how long a period is (K)
 * @looks:     so many looks of this period are over (K)
 * @looked:    when the last look was, in jiffies (K for writers, A for readers)
 * @contended: the counter, at the last look (K)
 * @memory:    of decisions (K)
 * @cpu:       each possible CPU (I)
 * @kick:      has somebody look; whoever kicks may be in NMI (I)
 * @look:      that look (I)
 * @periodic:  looks while the capacity is above @min; does not wake an idle CPU (I)
 */
struct tune {
	bool			on;
	bool			wants_kick;
	unsigned int		min;
	unsigned int		max;
	unsigned int		period_ms;
	unsigned int		looks;
	unsigned long		looked;
	unsigned long		contended;
	struct tune_memory	memory;
	struct tune_cpu		*cpu;
	struct irq_work		kick;
	struct work_struct	look;
	struct delayed_work	periodic;
};

void tune_kick(struct tune *t);

/* The magazine was found empty, and is filled from below. */
static inline void tune_count_refill(struct tune *t, struct account __percpu *acct)
{
	if (unlikely(account_note(acct, ACCOUNT_REFILLS) % TUNE_KICK == 0))
		tune_kick(t);
}

/* The magazine was found full, and is emptied to below; how often on this CPU. */
static inline unsigned long tune_count_flush(struct account __percpu *acct)
{
	return account_note(acct, ACCOUNT_FLUSHES);
}

enum account_item tune_decide(const struct tune_facts *f, struct tune_memory *memory,
			      unsigned int *capacity);

int tune_create(struct objcache_priv *priv, unsigned int max);
void tune_close(struct objcache_priv *priv);
void tune_destroy(struct objcache_priv *priv);
void tune_capacity_changed(struct objcache_priv *priv);
bool tune_look_now(struct objcache_priv *priv, bool periodic);

int tune_set_min(struct objcache_priv *priv, unsigned int min);
int tune_set_max(struct objcache_priv *priv, unsigned int max);
int tune_set_period(struct objcache_priv *priv, unsigned int ms);
int tune_set_bytes_max(struct objcache_priv *priv, unsigned int bytes);

#endif /* _MEMPOOL_TUNE_H */
