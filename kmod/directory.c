// SPDX-License-Identifier: GPL-2.0-only
/*
 * directory.c - beside floor 1: all caches there are, by name and by number
 *
 * Called from: lifecycle.c, the windows.  Calls: nothing.
 * Locks: objcache_list_lock.  Context: task; sleeps.
 *
 * A cache's number is never given to another one, while this module is loaded:
 * who remembers it finds that cache or none.  The list is in the order of the
 * numbers, so it can be read in parts, while caches come and go.
 */
#include "internal.h"

#include <linux/err.h>
#include <linux/wait.h>

#include "directory.h"
#include "objcache_priv.h"

LIST_HEAD(objcache_list);
DEFINE_MUTEX(objcache_list_lock);	/* the list, names, life and death */
EXPORT_SYMBOL_FOR_TEST(objcache_list_lock);

static u64 last_id;			/* L */
static DECLARE_WAIT_QUEUE_HEAD(unpinned);

/**
 * directory_add() - have a cache found
 * @priv: the cache
 *
 * Context: under objcache_list_lock.
 */
void directory_add(struct objcache_priv *priv)
{
	lockdep_assert_held(&objcache_list_lock);
	priv->id = ++last_id;
	list_add_tail(&priv->link, &objcache_list);
}

/**
 * directory_find_name() - the cache of a name
 * @name: the name
 *
 * Context: under objcache_list_lock.
 * Return: the cache, in any state; or NULL.
 */
struct objcache_priv *directory_find_name(const char *name)
{
	struct objcache_priv *priv;

	lockdep_assert_held(&objcache_list_lock);
	list_for_each_entry(priv, &objcache_list, link)
		if (!strcmp(priv->name, name))
			return priv;
	return NULL;
}

/**
 * directory_next() - the first cache behind a number
 * @id: the number of a cache, which need not exist any more; 0: begin
 *
 * Context: under objcache_list_lock.
 * Return: the cache, in any state; or NULL.
 */
struct objcache_priv *directory_next(u64 id)
{
	struct objcache_priv *priv;

	lockdep_assert_held(&objcache_list_lock);
	list_for_each_entry(priv, &objcache_list, link)
		if (priv->id > id)
			return priv;
	return NULL;
}
EXPORT_SYMBOL_FOR_TEST(directory_next);

/**
 * directory_find() - the cache of a number
 * @id: the number
 *
 * Context: under objcache_list_lock.
 * Return: the cache, in any state; or NULL.
 */
struct objcache_priv *directory_find(u64 id)
{
	struct objcache_priv *priv = id ? directory_next(id - 1) : NULL;

	return priv && priv->id == id ? priv : NULL;
}
EXPORT_SYMBOL_FOR_TEST(directory_find);

/**
 * directory_count() - how many caches there are
 *
 * Context: task; sleeps.
 * Return: their number, zombies too.
 */
unsigned int directory_count(void)
{
	struct objcache_priv *priv;
	unsigned int n = 0;

	mutex_lock(&objcache_list_lock);
	list_for_each_entry(priv, &objcache_list, link)
		n++;
	mutex_unlock(&objcache_list_lock);
	return n;
}
EXPORT_SYMBOL_FOR_TEST(directory_count);

/**
 * directory_pin() - have a cache stay alive, for a change that sleeps
 * @id: its number
 *
 * objcache_destroy() waits for directory_unpin().
 *
 * Context: task; sleeps.
 * Return: the cache; or ERR_PTR: -ENOENT, or -ENODEV when it is being
 * destroyed.
 */
struct objcache_priv *directory_pin(u64 id)
{
	struct objcache_priv *priv;

	mutex_lock(&objcache_list_lock);
	priv = directory_find(id);
	if (!priv)
		priv = ERR_PTR(-ENOENT);
	else if (priv->state != OBJCACHE_LIVE)
		priv = ERR_PTR(-ENODEV);
	else
		priv->pins++;
	mutex_unlock(&objcache_list_lock);
	return priv;
}
EXPORT_SYMBOL_FOR_TEST(directory_pin);

/**
 * directory_unpin() - the opposite of directory_pin()
 * @priv: the cache, which may be gone when this returns
 *
 * Context: task; sleeps.
 */
void directory_unpin(struct objcache_priv *priv)
{
	mutex_lock(&objcache_list_lock);
	/* The last that is touched of it: pairs with directory_wait_unpinned(). */
	smp_store_release(&priv->pins, priv->pins - 1);
	mutex_unlock(&objcache_list_lock);
	wake_up_all(&unpinned);
}
EXPORT_SYMBOL_FOR_TEST(directory_unpin);

/**
 * directory_wait_unpinned() - wait until nobody has a cache pinned
 * @priv: the cache, which is not live any more
 *
 * Context: task; sleeps; not under a lock that a knob takes.
 */
void directory_wait_unpinned(struct objcache_priv *priv)
{
	/* Pairs with directory_unpin(). */
	wait_event(unpinned, !smp_load_acquire(&priv->pins));
}
