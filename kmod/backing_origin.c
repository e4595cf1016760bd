// SPDX-License-Identifier: GPL-2.0-only
/*
 * backing_origin.c - floor 4: where a pointer is from, whatever it is
 *
 * Called from: debug.c, validate.c.  Calls: nothing; reads what slab keeps of pages.
 * Locks: none.  Context: any, but to learn.
 *
 * Slab knows of each of its pages which cache it belongs to, and tells nobody.
 * It is one of the first words of the page's descriptor, another one from version
 * to version; so it is looked for once, in the page of an object of which the
 * cache is known.  Nothing is written there, and a word that is wrong some day
 * would be found nowhere.
 */
#include "internal.h"

#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "backing.h"

/* Words of a page's descriptor in which the cache may be; 0 holds the flags. */
#define ORIGIN_WORDS	8u

/* Which it is; 0: not known, so nothing but slab's pages can be told apart. */
static unsigned int cache_word;

static struct kmem_cache *cache_of(const struct page *head)
{
	const unsigned long *word = (const unsigned long *)head;

	return (struct kmem_cache *)READ_ONCE(word[READ_ONCE(cache_word)]);
}

/* Slab's page, or NULL; from any pointer. */
static struct page *slab_page(const void *ptr)
{
	struct page *head;

	if ((unsigned long)ptr < PAGE_SIZE || !virt_addr_valid(ptr))
		return NULL;
	head = virt_to_head_page(ptr);
	return PageSlab(head) ? head : NULL;
}

/* From the start of its page; slab's checks may put something between objects. */
static size_t offset_in_slab(const void *ptr, const struct page *head)
{
	return (const char *)ptr - (const char *)page_address(head);
}

/**
 * backing_learn() - learn how slab lays out what we have from it
 * @b: the backing
 *
 * Context: task; sleeps.
 * Return: true; false when slab has no memory.
 */
bool backing_learn(struct backing *b)
{
	void *obj = kmem_cache_alloc(b->slab, GFP_KERNEL);
	unsigned int i;
	struct page *head;

	if (!obj)
		return false;
	head = slab_page(obj);
	for (i = 1; head && i < ORIGIN_WORDS && !READ_ONCE(cache_word); i++)
		if (((unsigned long *)head)[i] == (unsigned long)b->slab)
			WRITE_ONCE(cache_word, i);
	if (!READ_ONCE(cache_word))
		pr_warn_once("slab does not say which cache a page is of: objects of other caches are not recognized\n");
	b->in_rows = head && !is_kfence_address(obj) &&
		     offset_in_slab(obj, head) % b->padded == 0;
	kmem_cache_free(b->slab, obj);
	return true;
}
EXPORT_SYMBOL_FOR_TEST(backing_learn);

/**
 * backing_origin() - where is it from
 * @b:      the backing
 * @ptr:    any pointer
 * @origin: what is known of it
 *
 * Of memory that somebody has, or should have: what is not in use can become
 * something else while it is looked at.
 *
 * Context: any.
 */
void backing_origin(const struct backing *b, const void *ptr, struct backing_origin *origin)
{
	struct page *head = slab_page(ptr);
	size_t inside;

	*origin = (struct backing_origin){ .kind = BACKING_ELSEWHERE };
	if (!head)
		return;
	if (READ_ONCE(cache_word)) {
		origin->slab = cache_of(head);
		origin->kind = BACKING_OTHERS;
		if (origin->slab != b->slab)
			return;
	}
	origin->kind = BACKING_OWN;
	origin->start = (void *)ptr;
	inside = offset_in_slab(ptr, head);
	if (b->in_rows && !is_kfence_address(ptr))
		inside %= b->padded;
	else
		inside = (unsigned long)ptr % sizeof(void *);
	if (inside) {
		origin->kind = BACKING_INSIDE;
		origin->start -= inside;
	}
}
EXPORT_SYMBOL_FOR_TEST(backing_origin);
