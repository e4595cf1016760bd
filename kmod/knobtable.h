/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * knobtable.h - every knob once, for all windows
 *
 * Called from: the windows.
 */
#ifndef _MEMPOOL_KNOBTABLE_H
#define _MEMPOOL_KNOBTABLE_H

#include <linux/types.h>

struct objcache_priv;

/**
 * struct knob - a number that can be changed while it is in use
 * @name: what it is called everywhere, in letters that a file name may have
 * @min:  the least that it can be set to
 * @max:  the most, where that is known here; @set may allow less
 * @get:  its value; of the cache, or of the module when that is NULL
 * @set:  changes it; 0, or a negative errno and nothing is changed
 * @most: the most that it can be of this cache, where that is less than @max for
 *	good; or NULL
 *
 * All of it is constant.  What is between @min and @max and still refused, @set
 * reports in the kernel log.  Context of @get: any, of @set: task; sleeps.
 */
struct knob {
	const char	*name;
	s64		min;
	s64		max;
	s64		(*get)(struct objcache_priv *priv);
	int		(*set)(struct objcache_priv *priv, s64 value);
	s64		(*most)(struct objcache_priv *priv);
};

extern const struct knob cache_knobs[];
extern const unsigned int cache_knobs_nr;
extern const struct knob module_knobs[];
extern const unsigned int module_knobs_nr;

s64 knob_most(const struct knob *knob, struct objcache_priv *priv);
int knob_set(const struct knob *knob, struct objcache_priv *priv, s64 value);

#endif /* _MEMPOOL_KNOBTABLE_H */
