// SPDX-License-Identifier: GPL-2.0-only
/*
 * fallback.c - beside floor 1: memory that no cache of a family serves
 *
 * Called from: sizeclass.c, family.c.  Calls: kvmalloc(), kmalloc(), family.c.
 * Locks: none.  Context: any; sleeps only if gfp says so.
 *
 * Counted, since each keeps its family; and freed in any context, also where
 * kvfree() may not be called: the object itself is then the link of a list
 * that a worker takes.
 */
#include "internal.h"

#include <linux/limits.h>
#include <linux/llist.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "backing.h"
#include "fallback.h"

/**
 * fallback_size() - what a fallback really has
 * @size: the size in bytes, not 0
 *
 * Whole pages, or a power of two below: what the allocator would round to, so
 * that sizes of one rounding can be changed in place.
 *
 * Return: bytes; 0: cannot be had.
 */
size_t fallback_size(size_t size)
{
	if (size > INT_MAX - PAGE_SIZE)
		return 0;
	return size > PAGE_SIZE ? PAGE_ALIGN(size) : roundup_pow_of_two(size);
}

static void *counted(struct family *f, void *obj)
{
	if (!obj)
		return NULL;
	atomic_long_inc(&f->refs);
	atomic_long_inc(&f->out);
	atomic_long_inc(&f->fallbacks);
	return obj;
}

/**
 * fallback_alloc_slab() - memory from kmalloc()
 * @f:    the family
 * @size: in bytes, not 0
 * @gfp:  as for kmalloc()
 *
 * Context: any, as @gfp says; in NMI, and atomic on PREEMPT_RT, there is none.
 * Return: fallback_size() bytes, aligned to a power of two that they have, up
 * to a page; or NULL.
 */
void *fallback_alloc_slab(struct family *f, size_t size, gfp_t gfp)
{
	size_t room = fallback_size(size);

	if (!room || room > KMALLOC_MAX_SIZE || !backing_reachable())
		return NULL;
	return counted(f, kmalloc(room, gfp));
}

/**
 * fallback_alloc() - memory from kvmalloc() where that may be called
 * @f:    the family
 * @size: in bytes, not 0
 * @gfp:  as for kmalloc(); GFP_KERNEL and its supersets allow vmalloc()
 *
 * Context: as fallback_alloc_slab().
 * Return: fallback_size() bytes, or NULL.
 */
void *fallback_alloc(struct family *f, size_t size, gfp_t gfp)
{
	size_t room = fallback_size(size);

	if ((gfp & GFP_KERNEL) != GFP_KERNEL)
		return fallback_alloc_slab(f, size, gfp);
	if (!room || !backing_reachable())
		return NULL;
	return counted(f, kvmalloc(room, gfp));
}

/* The objects' last use of the family; nothing of it is touched after. */
static void forget(struct family *f, long n)
{
	atomic_long_sub(n, &f->out);
	family_put(f, n);
}

/**
 * fallback_free_late() - free the fallbacks that could not be freed at once
 * @late: the family's
 *
 * Context: task; vfree() sleeps.
 */
void fallback_free_late(struct later *late)
{
	struct family *f = container_of(late, struct family, free_late);
	struct llist_node *node = llist_del_all(&f->late);
	long n = 0;

	while (node) {
		void *obj = node;

		node = node->next;
		kvfree(obj);
		n++;
	}
	if (n)
		forget(f, n);
}

/* vfree() may sleep unless it is called in an interrupt, NMI excluded. */
static bool may_kvfree(const void *obj)
{
	if (!backing_reachable())
		return false;
	if (!is_vmalloc_addr(obj) || in_interrupt())
		return true;
	return preemptible() && !rcu_preempt_depth();
}

/**
 * fallback_free() - free a fallback
 * @f:   the family it was allocated for
 * @obj: the object
 *
 * Whoever finds the list empty has it emptied, so nobody sees the object
 * before, and the family is there until then.
 *
 * Context: any, NMI too.
 */
void fallback_free(struct family *f, void *obj)
{
	if (may_kvfree(obj)) {
		kvfree(obj);
		forget(f, 1);
		return;
	}
	preempt_disable();
	if (llist_add(obj, &f->late))
		later_start(&f->free_late);
	preempt_enable();
}
