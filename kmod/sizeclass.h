/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sizeclass.h - beside floor 1: the whole of a pool of size classes
 *
 * Called from: sizeclass.c, sizeclass_life.c, debugfs_pools.c.
 */
#ifndef _MEMPOOL_KMOD_SIZECLASS_H
#define _MEMPOOL_KMOD_SIZECLASS_H

#include <linux/mutex.h>

#include <mempool/sizeclass.h>

#include "family.h"
#include "histogram.h"

/**
 * struct sizeclass_priv - a pool
 * @family: its classes, and the fallbacks above them
 * @last:   size of the largest class in bytes (I)
 * @sizes:  what was asked for while that was counted, or NULL; stays (A)
 * @counts: one change of counting at a time
 * @pub:    what inline code sees; last
 */
struct sizeclass_priv {
	struct family		family;
	size_t			last;
	struct histogram	*sizes;
	struct mutex		counts;		/* one change of counting at a time */
	struct sizeclass_pool	pub;
};

bool sizeclass_counting(const struct sizeclass_priv *priv);
int sizeclass_count(struct sizeclass_priv *priv, bool on);

static inline struct sizeclass_priv *
to_sizeclass_priv(const struct sizeclass_pool *pool)
{
	return container_of(pool, struct sizeclass_priv, pub);
}

#endif /* _MEMPOOL_KMOD_SIZECLASS_H */
