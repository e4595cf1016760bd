/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * family.h - beside floor 1: caches of different sizes that live as one
 *
 * Called from: sizeclass.c, sizeclass_life.c, fallback.c; lifecycle.c, when a
 * cache is gone; owner.c.
 */
#ifndef _MEMPOOL_FAMILY_H
#define _MEMPOOL_FAMILY_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/workqueue.h>

#include <mempool/objcache.h>

#include "later.h"

/*
 * Caches destroyed at a time: each in a worker of its own, since each waits
 * for a grace period, and those of one batch for the same.
 */
#define FAMILY_BATCH	32u

/**
 * struct family_end - the end of a cache
 * @work:  destroys it
 * @done:  when it has; nobody flushes @work, which a worker that memory is waited
 *	for through may not
 * @cache: the cache
 * @busy:  it had objects in use
 *
 * Between the destroyer of the family and the work item alone.
 */
struct family_end {
	struct work_struct	work;
	struct completion	done;
	struct objcache		*cache;
	bool			busy;
};

struct dentry;
struct family;

/**
 * struct family_kind - what is behind a family
 * @stop: no cache is added when it returns; may be NULL
 * @free: frees the structure that the family is a part of
 */
struct family_kind {
	void	(*stop)(struct family *f);
	void	(*free)(struct family *f);
};

/**
 * struct family - caches called NAME-SIZE, and what is allocated beside them
 * @kind:      (I)
 * @owner:     the module that made it; NULL: built in, or unloaded (F)
 * @link:      in the list of families, until the name is free again (F)
 * @refs:      caches that are not gone, and @out; + 1 until destroyed (A)
 * @out:       fallbacks in use (A)
 * @fallbacks: fallbacks ever (A)
 * @late:      fallbacks that wait for @free_late (A)
 * @free_late: frees them
 * @release:   frees the family
 * @dir:       its folder in debugfs (I until destroyed)
 * @end:       while it is destroyed
 * @cache:     its caches (M for writers)
 * @nr:        how many (M for writers, A for readers)
 * @name:      its name (I)
 */
struct family {
	const struct family_kind *kind;
	struct module		*owner;
	struct list_head	link;
	atomic_long_t		refs;
	atomic_long_t		out;
	atomic_long_t		fallbacks;
	struct llist_head	late;
	struct later		free_late;
	struct later		release;
	struct dentry		*dir;
	struct family_end	end[FAMILY_BATCH];
	struct objcache		**cache;
	unsigned int		nr;
	char			name[OBJCACHE_NAME_MAX];
};

int family_init(struct family *f, const char *name, struct objcache **cache,
		const struct family_kind *kind, struct module *owner);
struct objcache *family_add(struct family *f, unsigned int size);
int family_destroy(struct family *f);
void family_put(struct family *f, long n);
void family_owner_going(struct module *owner);

#endif /* _MEMPOOL_FAMILY_H */
