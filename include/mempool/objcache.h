/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * objcache.h - public kernel API: caches of equal objects
 *
 * Called from: drivers.  Calls: magazine.h inline, kmod/objcache.c.
 * Locks: none on the fast path.  Context: see each function.
 */
#ifndef _MEMPOOL_OBJCACHE_H
#define _MEMPOOL_OBJCACHE_H

/* The layouts asserted below are those of a 64-bit long. */
#ifndef CONFIG_64BIT
#error "mempool is for 64-bit kernels alone"
#endif

#include <linux/build_bug.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/stddef.h>
#include <mempool/magazine.h>

/**
 * DOC: objcache
 *
 * An objcache hands out objects of one size.  It sits on a slab cache of its
 * own and keeps free objects in a magazine per CPU and in a depot per NUMA
 * node, so that most allocations and frees are a dozen instructions on memory
 * of this CPU, in any context: task, softirq, hardirq and NMI.
 *
 * Best suited for objects of 8 bytes to some pages that are allocated and
 * freed at high rates, also on different CPUs.
 *
 * Limitations:
 *
 * - Objects sit free in magazines and depots: memory is traded for time.  The
 *   magazine_capacity and depot_capacity knobs of each cache bound it.
 * - From NMI, and with preemption off on PREEMPT_RT, an allocation is served
 *   from the magazine and the depot only, so it can fail although memory is
 *   free.  A free never fails.
 * - Most gfp flags matter on a miss alone, when objects are taken from slab;
 *   Documentation/api.rst has the table.  Objects are not charged to a memory
 *   cgroup.
 * - copy_to_user() and copy_from_user() only within objcache_params.useroffset
 *   and usersize: elsewhere hardened usercopy stops the kernel, as in slab.
 * - A double free is noticed only of the object that this CPU freed last; any
 *   other gives the object two owners.  All are with objcache_set_debug().
 * - The caller must not allocate from a cache that it is destroying.
 */

/* Sizes in bytes, names in characters with the final NUL. */
#define OBJCACHE_SIZE_MAX	65536u
#define OBJCACHE_NAME_MAX	32u

/**
 * enum objcache_flags - what an objcache can be asked for at creation
 * @OBJCACHE_HWCACHE_ALIGN: align objects on cache lines
 * @OBJCACHE_NODE: take objects from objcache_params.node alone; when that has
 *	no memory left, allocations fail
 * @OBJCACHE_PASSTHROUGH: no magazines and no depot: every operation goes to
 *	slab, for debugging with slab's own tools
 * @OBJCACHE_TYPESAFE_BY_RCU: for a grace period after an object was freed, its
 *	memory is still an object of this cache, maybe one that was allocated again;
 *	see Documentation/api.rst
 * @OBJCACHE_DMA: objects from the zone of __GFP_DMA
 * @OBJCACHE_DMA32: objects from the zone of __GFP_DMA32
 * @OBJCACHE_RECLAIMABLE: the memory counts as reclaimable: the driver has a
 *	shrinker that can free it
 * @OBJCACHE_SLAB_DEBUG: slab's checks, red zones, poison and owners for this
 *	cache, without a boot parameter.  Every operation goes to slab then, as with
 *	OBJCACHE_PASSTHROUGH
 * @OBJCACHE_DEBUG: objcache_set_debug() from the start
 */
enum objcache_flags {
	OBJCACHE_HWCACHE_ALIGN	= 1u << 0,
	OBJCACHE_NODE		= 1u << 1,
	OBJCACHE_PASSTHROUGH	= 1u << 2,
	OBJCACHE_TYPESAFE_BY_RCU = 1u << 3,
	OBJCACHE_DMA		= 1u << 4,
	OBJCACHE_DMA32		= 1u << 5,
	OBJCACHE_RECLAIMABLE	= 1u << 6,
	OBJCACHE_SLAB_DEBUG	= 1u << 7,
	OBJCACHE_DEBUG		= 1u << 8,
};

/**
 * struct objcache_params - the optional properties of a cache
 * @align: alignment in bytes, a power of two up to PAGE_SIZE; 0: that of a
 *	pointer; for objects that a device reads or writes ARCH_DMA_MINALIGN
 * @flags: of enum objcache_flags
 * @ctor: called once for each object when its memory is taken from the page
 *	allocator, not on each allocation; a freed object must be in its
 *	constructed state.  Atomic context.  Such objects are never zeroed:
 *	__GFP_ZERO and init_on_alloc pass them by, as in slab.
 * @node: the NUMA node, with OBJCACHE_NODE; else not looked at
 * @useroffset: where the part begins that may be copied to and from user
 *	space, in bytes
 * @usersize: its size in bytes; 0: none, hardened usercopy stops the kernel
 *
 * All zeros is what most callers want.
 */
struct objcache_params {
	unsigned int	align;
	unsigned int	flags;
	void		(*ctor)(void *obj);
	int		node;
	unsigned int	useroffset;
	unsigned int	usersize;
};

/**
 * struct objcache - a cache of equal objects, as far as inline code sees it
 * @mag: the magazine of each CPU
 * @size: object size in bytes
 *
 * Drivers keep the pointer and look at nothing.
 */
struct objcache {
	struct magazine __percpu *mag;
	unsigned int size;
};

/*
 * Inline code knows the layout of two structures.  Every file that includes
 * this header refers to the symbol of its layout, so a driver built against
 * another one does not load ("Unknown symbol objcache_layout_N") instead of
 * corrupting memory.  A failing assertion here means: count the number up.
 */
#define OBJCACHE_LAYOUT		objcache_layout_1
static_assert(offsetof(struct objcache, mag) == 0);
static_assert(offsetof(struct objcache, size) == sizeof(long));
static_assert(sizeof(struct objcache_params) == 8 + sizeof(long) + 16);
static_assert(offsetof(struct magazine, hint) == 0);
static_assert(offsetof(struct magazine, cap) == 4);
static_assert(offsetof(struct magazine, allocs) == 8);
static_assert(offsetof(struct magazine, frees) == 8 + sizeof(long));
static_assert(offsetof(struct magazine, slot) == 8 + 3 * sizeof(long));

extern const char OBJCACHE_LAYOUT[];
static const char *const objcache_layout_ref __used = OBJCACHE_LAYOUT;

struct objcache *
__objcache_create(const char *name, unsigned int size,
		  const struct objcache_params *params, struct module *owner);

/**
 * objcache_create() - make a cache
 * @name:   1 to 31 letters, digits, '-', '_' and '.', the first one a letter
 *	or digit; unique; not the name of a file in debugfs mempool/.  Names of
 *	devices may have a ':', which strreplace() replaces
 * @size:   object size in bytes, 1 to OBJCACHE_SIZE_MAX
 * @params: optional properties, or NULL
 *
 * The cache belongs to the calling module, which must destroy it before it is
 * unloaded.  @name and @params are copied.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: the cache, or ERR_PTR: -EINVAL (name, size 0, align, flags, node),
 * -ENAMETOOLONG, -E2BIG (size), -EEXIST (name), -ENOMEM.  Each but the last is
 * reported with the name and the value in the kernel log.
 */
#define objcache_create(name, size, params) \
	__objcache_create(name, size, params, THIS_MODULE)

/* private: behind OBJCACHE() */
static __always_inline struct objcache *
objcache_create_typed(const char *name, unsigned int size, unsigned int align,
		      unsigned int flags, struct module *owner)
{
	const struct objcache_params params = { .align = align, .flags = flags };

	/* There is no node here to go with it. */
	BUILD_BUG_ON(__builtin_constant_p(flags) && (flags & OBJCACHE_NODE));
	return __objcache_create(name, size, &params, owner);
}

/* public: */

/**
 * OBJCACHE() - make a cache for a type
 * @type:  the structure's tag
 * @flags: of enum objcache_flags, but OBJCACHE_NODE
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: as objcache_create().
 */
#define OBJCACHE(type, flags)						\
	objcache_create_typed(#type, sizeof(struct type),		\
			      __alignof__(struct type), flags, THIS_MODULE)

struct device;
struct objcache *
__devm_objcache_create(struct device *dev, const char *name, unsigned int size,
		       const struct objcache_params *params, struct module *owner);

/**
 * devm_objcache_create() - make a cache that lives as long as a device is bound
 * @dev:    the device, whose driver must have given all objects back when its
 *	resources are released
 * @name:   see objcache_create()
 * @size:   see objcache_create()
 * @params: see objcache_create()
 *
 * Before devm_request_irq() and all else that uses the cache: what was made last
 * is released first.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: as objcache_create().
 */
#define devm_objcache_create(dev, name, size, params) \
	__devm_objcache_create(dev, name, size, params, THIS_MODULE)

int objcache_destroy(struct objcache *cache);

void *__objcache_alloc(struct objcache *cache, gfp_t gfp);
void *objcache_alloc_node(struct objcache *cache, gfp_t gfp, int node);
void objcache_free(struct objcache *cache, void *obj);

void *objcache_alloc_wait(struct objcache *cache, gfp_t gfp, unsigned int state,
			  unsigned long timeout);

bool objcache_alloc_bulk(struct objcache *cache, gfp_t gfp, unsigned int n,
			 void **objs);
unsigned int objcache_alloc_some(struct objcache *cache, gfp_t gfp,
				 unsigned int n, void **objs);
void objcache_free_bulk(struct objcache *cache, unsigned int n, void **objs);

int objcache_set_capacity(struct objcache *cache, unsigned int capacity);
unsigned int objcache_capacity(const struct objcache *cache);
int objcache_set_auto_tune(struct objcache *cache, bool on);
bool objcache_auto_tune(const struct objcache *cache);
int objcache_set_depot_capacity(struct objcache *cache, unsigned int capacity);
unsigned int objcache_depot_capacity(const struct objcache *cache);
int objcache_set_limit(struct objcache *cache, unsigned long limit);
unsigned long objcache_limit(const struct objcache *cache);
int objcache_set_limit_bytes(struct objcache *cache, unsigned long bytes);
unsigned long objcache_limit_bytes(const struct objcache *cache);
int objcache_set_reserve(struct objcache *cache, unsigned int n);
unsigned int objcache_reserve(const struct objcache *cache);
int objcache_set_debug(struct objcache *cache, bool on);
bool objcache_debug(const struct objcache *cache);
int objcache_validate(struct objcache *cache);
int objcache_prefill(struct objcache *cache, unsigned int n);
unsigned long objcache_reclaim(struct objcache *cache);
unsigned long objcache_reclaim_all(void);

void *objcache_mempool_alloc(gfp_t gfp, void *cache);
void objcache_mempool_free(void *obj, void *cache);

/**
 * struct objcache_rcu - what objcache_free_rcu() needs for an object
 *
 * Mostly a member of the object's type: 32 bytes.  In an object with a constructor
 * it is not part of the constructed state.
 */
struct objcache_rcu {
	/* private: */
	struct rcu_head	head;
	struct objcache	*cache;
	void		*obj;
};

void objcache_free_rcu(struct objcache *cache, void *obj, struct objcache_rcu *rcu);

/**
 * DEFINE_OBJCACHE_TYPE() - functions of a cache that know its type
 * @prefix: the beginning of their names
 * @type:   what the objects are
 *
 * Defines prefix_alloc(cache, gfp), which returns @type \*, and
 * prefix_free(cache, obj), which takes nothing else.
 */
#define DEFINE_OBJCACHE_TYPE(prefix, type)				\
static inline __maybe_unused type *					\
prefix##_alloc(struct objcache *cache, gfp_t gfp)			\
{									\
	return objcache_alloc(cache, gfp);				\
}									\
									\
static inline __maybe_unused void					\
prefix##_free(struct objcache *cache, typeof(type) *obj)		\
{									\
	objcache_free(cache, obj);					\
}

/* private: behind the inline forms */
void *objcache_alloc_slow(struct objcache *cache, gfp_t gfp);
void *objcache_alloc_special(struct objcache *cache, gfp_t gfp);
void *objcache_zero_for(struct objcache *cache, void *obj, gfp_t gfp);
void objcache_free_slow(struct objcache *cache, void *obj);

/*
 * What a hit cannot pass by: an object that is zeroed, or lies in a certain
 * place.  The rest is for slab, on a miss.
 */
#define OBJCACHE_GFP_SPECIAL						\
	(__GFP_ZERO | __GFP_THISNODE | __GFP_DMA | __GFP_DMA32 |	\
	 __GFP_HIGHMEM | ~__GFP_BITS_MASK)

/*
 * Debug kernels complain of a sleeping allocation in atomic context on every
 * call, not only on a miss.  Others pay nothing.
 */
static __always_inline void objcache_might_alloc(gfp_t gfp)
{
	if (IS_ENABLED(CONFIG_DEBUG_ATOMIC_SLEEP) || IS_ENABLED(CONFIG_LOCKDEP))
		might_alloc(gfp);
}

/* public: */

/**
 * objcache_alloc() - allocate an object
 * @cache: the cache
 * @gfp:   as for kmalloc(): it decides whether a miss may sleep and reclaim
 *
 * The test for special flags is here, where @gfp is mostly a constant.
 *
 * Context: any, as @gfp says; NMI too.  In NMI, and with preemption off on
 * PREEMPT_RT, slab is not asked.
 * Return: the object, at least as aligned as a pointer, or NULL.
 */
static __always_inline void *
objcache_alloc(struct objcache *cache, gfp_t gfp)
{
	objcache_might_alloc(gfp);
	if (unlikely(gfp & OBJCACHE_GFP_SPECIAL))
		return objcache_alloc_special(cache, gfp);
	return __objcache_alloc(cache, gfp);
}

/**
 * objcache_alloc_inline() - objcache_alloc() without the call
 * @cache: the cache
 * @gfp:   as for kmalloc()
 *
 * For the few call sites where the call matters; each costs about 60 bytes
 * of text.  A driver that uses it is tied to this layout of the module.
 *
 * Context: as objcache_alloc().
 * Return: as objcache_alloc().
 */
static __always_inline void *
objcache_alloc_inline(struct objcache *cache, gfp_t gfp)
{
	void *obj;

	objcache_might_alloc(gfp);
	if (unlikely(gfp & OBJCACHE_GFP_SPECIAL))
		return objcache_alloc_special(cache, gfp);
	obj = mag_pop(cache->mag);
	if (unlikely(!obj))
		return objcache_alloc_slow(cache, gfp);
	if (static_branch_unlikely(&init_on_alloc))
		return objcache_zero_for(cache, obj, gfp);
	return obj;
}

/**
 * objcache_free_inline() - objcache_free() without the call
 * @cache: the cache
 * @obj:   the object
 *
 * Context: as objcache_free().
 */
static __always_inline void
objcache_free_inline(struct objcache *cache, void *obj)
{
	if (unlikely(!obj) || unlikely(!mag_push(cache->mag, obj)))
		objcache_free_slow(cache, obj);
}

#endif /* _MEMPOOL_OBJCACHE_H */
