// SPDX-License-Identifier: GPL-2.0-only
/*
 * sizeclass.c - beside floor 1: objects of any size, from a table of caches
 *
 * Called from: drivers, the inline forms in <mempool/sizeclass.h>.
 * Calls: objcache.c by its public API, fallback.c, debug.c, histogram.h.
 * Locks: none.  Context: any; sleeps only if gfp says so.
 *
 *	sizeclass_alloc              1. the class's objcache
 *	  sizeclass_alloc_other      2. size 0, or the fallback above the last class
 *
 *	sizeclass_free               1. the class's objcache
 *	  sizeclass_free_other       2. the fallback
 *
 * While sizes are counted the limit that inline code sees is 0, so everything
 * comes here, where the real one is known: to be counted, and then served as
 * ever.  So counting costs nothing while it is off, can be turned at any time, and
 * it does not matter who has seen it turned already.
 */
#include "internal.h"

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "backing.h"
#include "debug.h"
#include "fallback.h"
#include "histogram.h"
#include "sizeclass.h"

/* What a driver links against; see SIZECLASS_LAYOUT. */
const char sizeclass_layout_1[] = KBUILD_MODNAME;
EXPORT_SYMBOL_GPL(sizeclass_layout_1);

/* As sizeclass_has_class(), also while sizes are counted. */
static bool has_class(const struct sizeclass_pool *pool, size_t size)
{
	return likely(size - 1 < to_sizeclass_priv(pool)->last);
}

static void count(const struct sizeclass_priv *priv, size_t size)
{
	const struct histogram *sizes;

	/* Who sees the table sees all of it: pairs with the release in table_of(). */
	sizes = smp_load_acquire(&priv->sizes);
	if (sizes)
		histogram_count(sizes, size);
}

/**
 * sizeclass_alloc_other() - allocate what has no class, or while sizes are counted
 * @pool: the pool
 * @size: 0, more than the largest class, or any
 * @gfp:  as for sizeclass_alloc()
 *
 * Context: any, as @gfp says.
 * Return: the object, ZERO_SIZE_PTR for size 0, or NULL.
 */
void *sizeclass_alloc_other(struct sizeclass_pool *pool, size_t size, gfp_t gfp)
{
	struct sizeclass_priv *priv = to_sizeclass_priv(pool);

	if (!size)
		return ZERO_SIZE_PTR;
	if (sizeclass_counting(priv))
		count(priv, size);
	if (has_class(pool, size))
		return objcache_alloc(sizeclass_cache(pool, size), gfp);
	return fallback_alloc(&priv->family, size, gfp);
}
EXPORT_SYMBOL_GPL(sizeclass_alloc_other);

static void report_null(const struct sizeclass_pool *pool, void *caller)
{
	pr_err_ratelimited("pool '%s': free of a NULL object by %ps\n",
			   to_sizeclass_priv(pool)->family.name, caller);
}

/**
 * sizeclass_free_other() - free what has no class, or while sizes are counted
 * @pool: the pool
 * @obj:  the object; NULL is reported and ignored
 * @size: 0, more than the largest class, or any
 *
 * Context: any, NMI too.
 */
void sizeclass_free_other(struct sizeclass_pool *pool, void *obj, size_t size)
{
	if (unlikely(!obj))
		report_null(pool, __builtin_return_address(0));
	else if (has_class(pool, size))
		objcache_free(sizeclass_cache(pool, size), obj);
	else if (size)
		fallback_free(&to_sizeclass_priv(pool)->family, obj);
}
EXPORT_SYMBOL_GPL(sizeclass_free_other);

/*
 * Slab, asked for the size of what is not its own, looks into memory that is not
 * there.  While any cache is debugged there is time to look first.
 */
static bool has_size(const struct sizeclass_pool *pool, const void *obj)
{
	struct backing_origin origin;

	if (likely(!debug_anywhere()))
		return true;
	backing_origin(&to_priv(pool->cache[0])->backing, obj, &origin);
	return origin.kind != BACKING_ELSEWHERE ||
	       (virt_addr_valid(obj) && PageHead(virt_to_page(obj)) &&
		page_address(virt_to_page(obj)) == obj);
}

/**
 * sizeclass_free_unsized() - free an object whose size is not known
 * @pool: the pool it was allocated from
 * @obj:  the object; NULL is reported and ignored
 *
 * Slab knows the class: no two of a pool have objects of the same size, and a
 * fallback is larger than all of them.  One of another size is not the pool's:
 * it is reported, and left alone.
 *
 * Context: any, NMI too.
 */
void sizeclass_free_unsized(struct sizeclass_pool *pool, void *obj)
{
	struct objcache *cache = NULL;
	size_t size = 0;

	if (ZERO_OR_NULL_PTR(obj)) {
		if (!obj)
			report_null(pool, __builtin_return_address(0));
		return;
	}
	if (!is_vmalloc_addr(obj)) {
		size = has_size(pool, obj) ? ksize(obj) : 0;
		if (has_class(pool, size))
			cache = sizeclass_cache(pool, size);
		if (!size || (cache && cache->size != size)) {
			pr_err_ratelimited("pool '%s': free of an object of %zu bytes, which no class has, by %ps\n",
					   to_sizeclass_priv(pool)->family.name, size,
					   __builtin_return_address(0));
			return;
		}
	}
	if (cache)
		objcache_free(cache, obj);
	else
		fallback_free(&to_sizeclass_priv(pool)->family, obj);
}
EXPORT_SYMBOL_GPL(sizeclass_free_unsized);

/**
 * sizeclass_usable_size() - how many bytes there really are
 * @pool: the pool
 * @size: the size in bytes
 *
 * Context: any.
 * Return: what an object allocated with @size may be used for, and freed with;
 * 0 for 0, and for what is never served.
 */
size_t sizeclass_usable_size(const struct sizeclass_pool *pool, size_t size)
{
	if (has_class(pool, size))
		return sizeclass_cache(pool, size)->size;
	return size ? fallback_size(size) : 0;
}
EXPORT_SYMBOL_GPL(sizeclass_usable_size);

/**
 * sizeclass_realloc() - change the size of an object
 * @pool:     the pool
 * @obj:      the object; NULL or ZERO_SIZE_PTR: allocate one
 * @old_size: the size it was last allocated or reallocated with
 * @new_size: the size it shall have; 0: free it
 * @gfp:      as for sizeclass_alloc()
 *
 * In place while both sizes are of one class.  Otherwise, also for a smaller
 * one, it is moved, and the bytes of both sizes are copied; so that
 * sizeclass_free() finds the class by the new size.  With __GFP_ZERO the bytes
 * above @old_size are zeroed.
 *
 * Context: as sizeclass_alloc().
 * Return: the object, at its old or its new place; ZERO_SIZE_PTR for size 0;
 * or NULL, and the old one is as it was.
 */
void *sizeclass_realloc(struct sizeclass_pool *pool, void *obj, size_t old_size,
			size_t new_size, gfp_t gfp)
{
	void *moved = obj;

	if (ZERO_OR_NULL_PTR(obj) || !old_size)
		return sizeclass_alloc(pool, new_size, gfp);
	if (!new_size) {
		sizeclass_free(pool, obj, old_size);
		return ZERO_SIZE_PTR;
	}
	if (sizeclass_usable_size(pool, old_size) !=
	    sizeclass_usable_size(pool, new_size)) {
		moved = sizeclass_alloc(pool, new_size, gfp & ~__GFP_ZERO);
		if (!moved)
			return NULL;
		memcpy(moved, obj, min(old_size, new_size));
		sizeclass_free(pool, obj, old_size);
	}
	if ((gfp & __GFP_ZERO) && new_size > old_size)
		memset(moved + old_size, 0, new_size - old_size);
	return moved;
}
EXPORT_SYMBOL_GPL(sizeclass_realloc);

/**
 * sizeclass_fallbacks() - how often no class was large enough
 * @pool: the pool
 *
 * Context: any.
 * Return: allocations served by the fallback, ever.
 */
unsigned long sizeclass_fallbacks(const struct sizeclass_pool *pool)
{
	return atomic_long_read(&to_sizeclass_priv(pool)->family.fallbacks);
}
EXPORT_SYMBOL_GPL(sizeclass_fallbacks);

/* Twice the room, so that a byte is copied twice at most on average. */
static int grow(struct sizeclass_pool *pool, struct sizeclass_buf *buf,
		size_t need, gfp_t gfp)
{
	size_t room = sizeclass_usable_size(pool, max(need, 2 * buf->room));
	void *data;

	if (!room)
		room = sizeclass_usable_size(pool, need);
	if (!room)
		return -ENOMEM;
	data = sizeclass_realloc(pool, buf->data, buf->room, room, gfp);
	if (!data)
		return -ENOMEM;
	buf->data = data;
	buf->room = room;
	return 0;
}

/**
 * sizeclass_append() - append bytes to a buffer, which grows as it must
 * @pool: the pool, always the same for a buffer
 * @buf:  the buffer
 * @data: the bytes, not of the buffer itself; NULL: leave them as they are,
 *	zeroed if all appends say __GFP_ZERO
 * @n:    how many
 * @gfp:  as for sizeclass_alloc()
 *
 * Its room doubles, so appending byte by byte costs no more than a copy or two
 * of each.  Nothing is locked: one caller at a time.
 *
 * Context: as sizeclass_alloc().
 * Return: 0; or -ENOMEM or -EOVERFLOW, and the buffer is as it was.
 */
int sizeclass_append(struct sizeclass_pool *pool, struct sizeclass_buf *buf,
		     const void *data, size_t n, gfp_t gfp)
{
	size_t need;
	int err;

	if (check_add_overflow(buf->len, n, &need))
		return -EOVERFLOW;
	if (need > buf->room) {
		err = grow(pool, buf, need, gfp);
		if (err)
			return err;
	}
	if (data && n)
		memcpy(buf->data + buf->len, data, n);
	buf->len = need;
	return 0;
}
EXPORT_SYMBOL_GPL(sizeclass_append);

/**
 * sizeclass_buf_free() - free a buffer's room; it is empty then
 * @pool: the pool
 * @buf:  the buffer
 *
 * Context: as sizeclass_free().
 */
void sizeclass_buf_free(struct sizeclass_pool *pool, struct sizeclass_buf *buf)
{
	if (buf->room)
		sizeclass_free(pool, buf->data, buf->room);
	*buf = (struct sizeclass_buf){ };
}
EXPORT_SYMBOL_GPL(sizeclass_buf_free);
