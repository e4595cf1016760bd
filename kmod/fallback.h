/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fallback.h - beside floor 1: memory that no cache of a family serves
 */
#ifndef _MEMPOOL_FALLBACK_H
#define _MEMPOOL_FALLBACK_H

#include <linux/atomic.h>
#include <linux/gfp.h>

#include "family.h"

size_t fallback_size(size_t size);
void *fallback_alloc(struct family *f, size_t size, gfp_t gfp);
void *fallback_alloc_slab(struct family *f, size_t size, gfp_t gfp);
void fallback_free(struct family *f, void *obj);
void fallback_free_late(struct later *late);

/*
 * Racy, but who has a fallback of the family sees it: it was counted before
 * it was handed out, and is until it is freed.
 */
static inline bool fallback_any(const struct family *f)
{
	return atomic_long_read(&f->out);
}

#endif /* _MEMPOOL_FALLBACK_H */
