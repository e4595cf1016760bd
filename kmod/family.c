// SPDX-License-Identifier: GPL-2.0-only
/*
 * family.c - beside floor 1: caches of different sizes that live as one
 *
 * Called from: sizeclass_life.c; lifecycle.c, when a cache is gone; owner.c.
 * Calls: lifecycle.c by its public API, fallback.c.
 * Locks: family_list_lock.  Context: task; sleeps.
 *
 * A family lives as long as anything of it: it is referred to by each cache,
 * which lasts until its last object is free (see objcache_destroy()), by each
 * fallback that is in use, and by its maker until it is destroyed.
 */
#include "internal.h"

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "fallback.h"
#include "family.h"
#include "objcache_priv.h"

static LIST_HEAD(family_list);
static DEFINE_MUTEX(family_list_lock);	/* the list, names, owners */

static void forget_owner(struct family *f)
{
	mutex_lock(&family_list_lock);
	f->owner = NULL;
	mutex_unlock(&family_list_lock);
}

static void forget_name(struct family *f)
{
	mutex_lock(&family_list_lock);
	list_del_init(&f->link);
	mutex_unlock(&family_list_lock);
}

/* Who freed the last fallback may be in its final instructions. */
static void release(struct family *f)
{
	forget_name(f);
	synchronize_rcu();
	later_stop(&f->free_late);
	f->kind->free(f);
	module_put(THIS_MODULE);
}

static void release_late(struct later *later)
{
	release(container_of(later, struct family, release));
}

/**
 * family_put() - so much that belongs to the family is gone
 * @f: the family; not to be touched after
 * @n: how many references it had
 *
 * Context: any.
 */
void family_put(struct family *f, long n)
{
	if (atomic_long_sub_and_test(n, &f->refs))
		later_start(&f->release);
}

static struct family *find_name(const char *name)
{
	struct family *f;

	lockdep_assert_held(&family_list_lock);
	list_for_each_entry(f, &family_list, link)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

/**
 * family_init() - make a family without caches
 * @f:     the family
 * @name:  the name, that of no other family, not even of one that its objects
 *	in use keep
 * @cache: room for its caches
 * @kind:  what it is a part of
 * @owner: the module that will destroy it; NULL for built-in code
 *
 * Context: task; sleeps.
 * Return: 0 or -EEXIST, which is reported.
 */
int family_init(struct family *f, const char *name, struct objcache **cache,
		const struct family_kind *kind, struct module *owner)
{
	int err = 0;

	f->kind = kind;
	f->owner = owner;
	f->dir = NULL;
	f->cache = cache;
	f->nr = 0;
	atomic_long_set(&f->refs, 1);
	atomic_long_set(&f->out, 0);
	atomic_long_set(&f->fallbacks, 0);
	init_llist_head(&f->late);
	later_init(&f->free_late, objcache_life_wq, fallback_free_late);
	later_init(&f->release, objcache_life_wq, release_late);
	strscpy(f->name, name, sizeof(f->name));

	mutex_lock(&family_list_lock);
	if (find_name(f->name)) {
		pr_err("pool '%s': there is one of this name\n", f->name);
		err = -EEXIST;
	} else {
		list_add_tail(&f->link, &family_list);
		__module_get(THIS_MODULE);
	}
	mutex_unlock(&family_list_lock);
	return err;
}

/**
 * family_add() - make a cache of the family
 * @f:    the family, which nobody else adds to or destroys meanwhile
 * @size: object size in bytes, a multiple of 8
 *
 * Slab pads nothing, since the alignment divides the size: ksize() of an
 * object is @size, by which it can be told from others.
 *
 * Context: task; sleeps.
 * Return: the cache, or ERR_PTR as objcache_create().
 */
struct objcache *family_add(struct family *f, unsigned int size)
{
	const struct objcache_params params = {
		.align = min_t(unsigned int, 1u << __ffs(size), PAGE_SIZE),
		/* As kmalloc()'s, all of it may go to and from user space. */
		.usersize = size,
	};
	char name[OBJCACHE_NAME_MAX + sizeof("-4294967295")];
	struct objcache *cache;

	/* What is cut off here was too long by itself, and is refused. */
	snprintf(name, sizeof(name), "%.*s-%u", OBJCACHE_NAME_MAX - 1, f->name, size);
	atomic_long_inc(&f->refs);
	cache = objcache_create_in(f, name, size, &params, f->owner);
	if (IS_ERR(cache)) {
		/* Never the last: the maker has one. */
		atomic_long_dec(&f->refs);
		return cache;
	}
	f->cache[f->nr] = cache;
	WRITE_ONCE(f->nr, f->nr + 1);
	return cache;
}

static void end_cache(struct work_struct *work)
{
	struct family_end *end = container_of(work, struct family_end, work);

	end->busy = objcache_destroy(end->cache);
	complete(&end->done);
}

static bool destroy_batch(struct family *f, unsigned int from, unsigned int n)
{
	bool busy = false;
	unsigned int i;

	for (i = 0; i < n; i++) {
		f->end[i].cache = f->cache[from + i];
		init_completion(&f->end[i].done);
		INIT_WORK(&f->end[i].work, end_cache);
		queue_work(objcache_life_wq, &f->end[i].work);
	}
	for (i = 0; i < n; i++) {
		wait_for_completion(&f->end[i].done);
		busy |= f->end[i].busy;
	}
	return busy;
}

/**
 * family_destroy() - destroy all caches, and the family when nothing is in use
 * @f: the family; with objects in use it goes when the last is freed
 *
 * When 0 is returned its name can be used again at once.
 *
 * Context: task; sleeps.
 * Return: 0, or -EBUSY when objects were in use.
 */
int family_destroy(struct family *f)
{
	bool busy = false;
	unsigned int i, n;
	long out;

	forget_owner(f);
	if (f->kind->stop)
		f->kind->stop(f);
	for (i = 0; i < f->nr; i += n) {
		n = min(f->nr - i, FAMILY_BATCH);
		busy |= destroy_batch(f, i, n);
	}
	later_finish(&f->free_late);
	out = atomic_long_read(&f->out);
	if (out)
		pr_err("pool '%s': destroyed with %ld objects beside its caches in use; kept until the last is freed\n",
		       f->name, out);
	if (busy || out) {
		family_put(f, 1);
		return -EBUSY;
	}
	forget_name(f);
	if (atomic_long_dec_and_test(&f->refs))
		release(f);
	return 0;
}

static struct family *find_owned(struct module *owner)
{
	struct family *f;

	lockdep_assert_held(&family_list_lock);
	list_for_each_entry(f, &family_list, link) {
		if (f->owner != owner)
			continue;
		f->owner = NULL;
		return f;
	}
	return NULL;
}

/**
 * family_owner_going() - destroy what a module left behind
 * @owner: the module, which executes nothing any more
 *
 * Context: task; sleeps.
 */
void family_owner_going(struct module *owner)
{
	struct family *f;

	for (;;) {
		mutex_lock(&family_list_lock);
		f = find_owned(owner);
		mutex_unlock(&family_list_lock);
		if (!f)
			return;
		pr_err("pool '%s': its module %s was unloaded without destroying it\n",
		       f->name, module_name(owner));
		family_destroy(f);
	}
}
