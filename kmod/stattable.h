/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stattable.h - every statistic of a cache once, for all windows
 *
 * Called from: the windows.
 */
#ifndef _MEMPOOL_STATTABLE_H
#define _MEMPOOL_STATTABLE_H

#include <linux/types.h>

#include "account.h"

struct objcache_priv;

/**
 * enum stat_kind - what may be done with a number
 * @STAT_PROPERTY: says something of one cache; no sum of it means anything
 * @STAT_COUNTER:  only grows; the difference of two readings is what happened
 * @STAT_LEVEL:    how much there is now
 * @STAT_PEAK:     the most there was; of one cache, as a property
 * @STAT_SCAN:     a level that is found by looking into every place there is
 */
enum stat_kind {
	STAT_PROPERTY,
	STAT_COUNTER,
	STAT_LEVEL,
	STAT_PEAK,
	STAT_SCAN,
};

/**
 * enum stat_unit - what a number counts
 * @STAT_NUMBER: objects, or times
 * @STAT_BYTES:  bytes
 * @STAT_NS:     nanoseconds
 */
enum stat_unit {
	STAT_NUMBER,
	STAT_BYTES,
	STAT_NS,
};

/**
 * struct stat_item - a statistic
 * @name: what it is called everywhere
 * @kind: what may be done with it
 * @unit: what it counts
 * @get:  its value, given one reading of the counters; NULL: one of them
 *
 * All of it is constant.  Context of @get: task, under objcache_list_lock or with
 * the cache's files in debugfs open; it does not sleep.
 */
struct stat_item {
	const char	*name;
	enum stat_kind	kind;
	enum stat_unit	unit;
	u64		(*get)(struct objcache_priv *priv, const struct account_view *view);
};

unsigned int stats_nr(void);
void stat_describe(unsigned int i, struct stat_item *item);
void stats_read(struct objcache_priv *priv, bool scan, u64 *values);
void stats_read_all(bool scan, u64 *values);

#endif /* _MEMPOOL_STATTABLE_H */
