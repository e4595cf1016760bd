/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sizeclass.h - public kernel API: objects of any size, from a table of caches
 *
 * Called from: drivers.  Calls: objcache.h, kmod/sizeclass.c.
 * Locks: none on the fast path.  Context: see each function.
 */
#ifndef _MEMPOOL_SIZECLASS_H
#define _MEMPOOL_SIZECLASS_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/stddef.h>
#include <linux/types.h>
#include <mempool/objcache.h>

/**
 * DOC: sizeclass
 *
 * A pool of size classes serves sizes that are known only when they are asked
 * for, as kmalloc() does.  It is a table of objcaches, its classes, the
 * default ones of 64, 128, ... 8192 bytes; a size is served by the smallest
 * class that it fits in.  A pool is a driver's own, so its statistics are.
 *
 * Free with the size that was asked for wherever it is known: the class is
 * then found as it was for the allocation, by two loads, or one less where the
 * size is a constant.  sizeclass_free_unsized() must ask slab, and a driver
 * that knows no size pays 87 to 114 instructions more.
 *
 * Above the last class is the fallback: memory from kvmalloc() where the gfp
 * flags allow it to sleep and reclaim (GFP_KERNEL), else from kmalloc().  It
 * is counted, see sizeclass_fallbacks(): many of them ask for another table.
 *
 * Size 0 is as in kmalloc(): ZERO_SIZE_PTR, which may be freed, with size 0 or
 * unsized, and must not be looked at.
 *
 * An object is aligned to the largest power of two that divides the size of
 * its class, up to a page: so is kmalloc()'s.  Above the classes it is aligned
 * as kvmalloc() aligns.
 *
 * The limitations of an objcache hold for each class, except that all of an
 * object may be copied to and from user space.  Classes have no constructor and no
 * flags.  There is no fallback in NMI, nor with preemption off on PREEMPT_RT.
 * __GFP_ACCOUNT is ignored for classes, and honoured for the fallback.
 */

/* Class sizes are rounded up to a multiple of this: what slab does anyway. */
#define SIZECLASS_GRANULE	8u

/* Four a power of two from 64 to 8192 are 29. */
#define SIZECLASS_MAX		32u

/**
 * struct sizeclass_pool - a pool, as far as inline code sees it
 * @limit: size of the largest class in bytes; 0 while sizes are counted, which
 *	the calls behind do (A)
 * @cache: the classes, ascending (I)
 * @class: for each granule of the sizes up to @limit, its index in @cache (I)
 *
 * Drivers keep the pointer and look at nothing.
 */
struct sizeclass_pool {
	size_t		limit;
	struct objcache	*cache[SIZECLASS_MAX];
	u8		class[];
};

/* As OBJCACHE_LAYOUT, for the structure above. */
#define SIZECLASS_LAYOUT	sizeclass_layout_1
static_assert(offsetof(struct sizeclass_pool, limit) == 0);
static_assert(offsetof(struct sizeclass_pool, cache) == sizeof(long));
static_assert(offsetof(struct sizeclass_pool, class) == (1 + 32) * sizeof(long));
static_assert(SIZECLASS_GRANULE == 8);

extern const char SIZECLASS_LAYOUT[];
static const char *const sizeclass_layout_ref __used = SIZECLASS_LAYOUT;

struct sizeclass_pool *
__sizeclass_pool_create(const char *name, const unsigned int *sizes,
			unsigned int n, struct module *owner);

/**
 * sizeclass_pool_create() - make a pool of size classes
 * @name:  as for objcache_create(), that of no other pool; the classes are
 *	called NAME-SIZE, which must be a good name too
 * @sizes: the classes in bytes, strictly ascending, each up to
 *	OBJCACHE_SIZE_MAX and rounded up to a multiple of 8; NULL, with @n 0:
 *	the default ones
 * @n:     how many, up to SIZECLASS_MAX
 *
 * The pool belongs to the calling module, which must destroy it before it is
 * unloaded.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: the pool, or ERR_PTR: -EINVAL (no name, no classes, a size 0, not
 * ascending, two that are one when rounded up), -E2BIG (a class, or their
 * number), -EEXIST (a pool of this name), -ENOMEM, and what objcache_create()
 * says of a name.  Each but -ENOMEM is reported with the name and the value in the kernel log.
 */
#define sizeclass_pool_create(name, sizes, n) \
	__sizeclass_pool_create(name, sizes, n, THIS_MODULE)

int sizeclass_pool_destroy(struct sizeclass_pool *pool);

void sizeclass_free_unsized(struct sizeclass_pool *pool, void *obj);
void *sizeclass_realloc(struct sizeclass_pool *pool, void *obj, size_t old_size,
			size_t new_size, gfp_t gfp);
size_t sizeclass_usable_size(const struct sizeclass_pool *pool, size_t size);
unsigned long sizeclass_fallbacks(const struct sizeclass_pool *pool);

/**
 * struct sizeclass_buf - a buffer that grows
 * @data: the bytes, or NULL while there is no room
 * @len:  how many were appended
 * @room: how many fit before the buffer grows again
 *
 * All zeros is an empty buffer.  A driver may read all of it and lower @len.
 */
struct sizeclass_buf {
	void	*data;
	size_t	len;
	size_t	room;
};

int sizeclass_append(struct sizeclass_pool *pool, struct sizeclass_buf *buf,
		     const void *data, size_t n, gfp_t gfp);
void sizeclass_buf_free(struct sizeclass_pool *pool, struct sizeclass_buf *buf);

/* private: behind the inline forms */
void *sizeclass_alloc_other(struct sizeclass_pool *pool, size_t size, gfp_t gfp);
void sizeclass_free_other(struct sizeclass_pool *pool, void *obj, size_t size);

/* One comparison for what has no class: 0 wraps around to the largest size. */
static __always_inline bool
sizeclass_has_class(const struct sizeclass_pool *pool, size_t size)
{
	/* Turned at any time: what sees 0 or the limit is served the same. */
	return likely(size - 1 < data_race(pool->limit));
}

/*
 * Of a size that has a class.  Where it is a constant, so is the place in the
 * table.  Pointer arithmetic, since an array index brings UBSAN's bounds check
 * into drivers on 7.x; the table holds no other values.
 */
static __always_inline struct objcache *
sizeclass_cache(const struct sizeclass_pool *pool, size_t size)
{
	return *(pool->cache + pool->class[(size - 1) / SIZECLASS_GRANULE]);
}

/* public: */

/**
 * sizeclass_alloc() - allocate so many bytes
 * @pool: the pool
 * @size: the size in bytes
 * @gfp:  as for kmalloc()
 *
 * With __GFP_ZERO all of sizeclass_usable_size() is zeroed.
 *
 * Context: any, as @gfp says; NMI too, where only what is cached can be had.
 * Return: the object, ZERO_SIZE_PTR for size 0, or NULL.
 */
static __always_inline void *
sizeclass_alloc(struct sizeclass_pool *pool, size_t size, gfp_t gfp)
{
	if (!sizeclass_has_class(pool, size))
		return sizeclass_alloc_other(pool, size, gfp);
	return objcache_alloc(sizeclass_cache(pool, size), gfp);
}

/**
 * sizeclass_free() - free an object whose size is known
 * @pool: the pool it was allocated from
 * @obj:  the object; NULL is reported and ignored
 * @size: the size it was last allocated or reallocated with, or any other of
 *	the same sizeclass_usable_size()
 *
 * Context: any, NMI too.
 */
static __always_inline void
sizeclass_free(struct sizeclass_pool *pool, void *obj, size_t size)
{
	if (!sizeclass_has_class(pool, size))
		sizeclass_free_other(pool, obj, size);
	else
		objcache_free(sizeclass_cache(pool, size), obj);
}

/**
 * sizeclass_alloc_inline() - sizeclass_alloc() without the call
 * @pool: the pool
 * @size: the size in bytes
 * @gfp:  as for kmalloc()
 *
 * For the few call sites where the call matters; as objcache_alloc_inline().
 *
 * Context: as sizeclass_alloc().
 * Return: as sizeclass_alloc().
 */
static __always_inline void *
sizeclass_alloc_inline(struct sizeclass_pool *pool, size_t size, gfp_t gfp)
{
	if (!sizeclass_has_class(pool, size))
		return sizeclass_alloc_other(pool, size, gfp);
	return objcache_alloc_inline(sizeclass_cache(pool, size), gfp);
}

/**
 * sizeclass_free_inline() - sizeclass_free() without the call
 * @pool: the pool it was allocated from
 * @obj:  the object; NULL is reported and ignored
 * @size: as for sizeclass_free()
 *
 * Context: as sizeclass_free().
 */
static __always_inline void
sizeclass_free_inline(struct sizeclass_pool *pool, void *obj, size_t size)
{
	if (!sizeclass_has_class(pool, size))
		sizeclass_free_other(pool, obj, size);
	else
		objcache_free_inline(sizeclass_cache(pool, size), obj);
}

#endif /* _MEMPOOL_SIZECLASS_H */
