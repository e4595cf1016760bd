/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sizeclass.h - beside floor 1: the whole of a pool of size classes
 *
 * Called from: sizeclass.c, sizeclass_life.c.
 */
#ifndef _MEMPOOL_KMOD_SIZECLASS_H
#define _MEMPOOL_KMOD_SIZECLASS_H

#include <mempool/sizeclass.h>

#include "family.h"

/**
 * struct sizeclass_priv - a pool
 * @family: its classes, and the fallbacks above them
 * @pub:    what inline code sees; last
 */
struct sizeclass_priv {
	struct family		family;
	struct sizeclass_pool	pub;
};

static inline struct sizeclass_priv *
to_sizeclass_priv(const struct sizeclass_pool *pool)
{
	return container_of(pool, struct sizeclass_priv, pub);
}

#endif /* _MEMPOOL_KMOD_SIZECLASS_H */
