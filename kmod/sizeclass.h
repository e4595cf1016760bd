/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sizeclass.h - beside floor 1: the whole of a pool of size classes
 *
 * Called from: sizeclass.c, sizeclass_life.c; lifecycle.c, when a class is gone.
 */
#ifndef _MEMPOOL_KMOD_SIZECLASS_H
#define _MEMPOOL_KMOD_SIZECLASS_H

#include <linux/atomic.h>
#include <linux/irq_work.h>
#include <linux/llist.h>
#include <linux/workqueue.h>

#include <mempool/sizeclass.h>

/**
 * struct sizeclass_end - the end of a class
 * @work:  destroys it
 * @cache: the class
 * @busy:  it had objects in use
 *
 * Between the destroyer of the pool and the work item alone.
 */
struct sizeclass_end {
	struct work_struct	work;
	struct objcache		*cache;
	bool			busy;
};

/**
 * struct sizeclass_priv - a pool
 * @refs:      classes that are not gone, and @out; + 1 while made or destroyed (A)
 * @out:       fallbacks in use (A)
 * @fallbacks: fallbacks ever (A)
 * @late:      fallbacks that wait for @irq (A)
 * @irq:       frees them
 * @release:   frees the pool
 * @end:       for each class, while the pool is destroyed
 * @nr:        number of classes (I)
 * @name:      its name (I)
 * @pub:       what inline code sees; last
 */
struct sizeclass_priv {
	atomic_long_t		refs;
	atomic_long_t		out;
	atomic_long_t		fallbacks;
	struct llist_head	late;
	struct irq_work		irq;
	struct work_struct	release;
	struct sizeclass_end	end[SIZECLASS_MAX];
	unsigned int		nr;
	char			name[OBJCACHE_NAME_MAX];
	struct sizeclass_pool	pub;
};

static inline struct sizeclass_priv *
to_sizeclass_priv(const struct sizeclass_pool *pool)
{
	return container_of(pool, struct sizeclass_priv, pub);
}

void sizeclass_put_many(struct sizeclass_priv *priv, long n);
void sizeclass_put(struct sizeclass_pool *pool);

void sizeclass_free_late(struct irq_work *irq);

#endif /* _MEMPOOL_KMOD_SIZECLASS_H */
