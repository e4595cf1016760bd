/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.h - beside floor 1: the memory of all caches together, for all windows
 *
 * Called from: the windows; lifecycle.c, when a cache is gone.
 */
#ifndef _MEMPOOL_MEMORY_H
#define _MEMPOOL_MEMORY_H

#include <linux/types.h>

#include "stattable.h"

struct objcache_priv;

/**
 * struct memory_item - a number of the whole module
 * @name: what it is called everywhere
 * @kind: what may be done with it
 * @unit: what it counts
 */
struct memory_item {
	const char	*name;
	enum stat_kind	kind;
	enum stat_unit	unit;
};

extern const struct memory_item memory_items[];
extern const unsigned int memory_items_nr;

void memory_read(u64 *values);
void memory_forget(struct objcache_priv *priv);

#endif /* _MEMPOOL_MEMORY_H */
