// SPDX-License-Identifier: GPL-2.0-only
/*
 * foreign.c - mempool_crimes: what is freed is not an object of the cache
 *
 * Called from: main.c.  Calls: objcache, sizeclass.  Context: task.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <mempool/sizeclass.h>

#include "crimes.h"

static long somewhere[16];

static void free_it(struct scene *s, const char *name, void *ptr)
{
	crime_begins(name);
	thief_frees(s->cache, ptr);
	crime_ends(name, 0);
}

static void run_elsewhere(struct scene *s)
{
	long on_stack[16] = { };
	void *v = vmalloc(PAGE_SIZE), *k = kmalloc(SIZE, GFP_KERNEL);
	void *page = (void *)__get_free_page(GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(v);
	free_it(s, "foreign-stack", on_stack);
	free_it(s, "foreign-vmalloc", v);
	free_it(s, "foreign-kmalloc", k);
	free_it(s, "foreign-page", page);
	free_it(s, "foreign-data", somewhere);
	free_it(s, "foreign-low", (void *)0x18);
	free_it(s, "foreign-user", (void *)0x7fff12345678);
	free_it(s, "foreign-error", ERR_PTR(-ENOMEM));
	free_it(s, "foreign-no-memory", (void *)PAGE_OFFSET + (1UL << 45));
	vfree(v);
	kfree(k);
	free_page((unsigned long)page);
}

static void run_inside(struct scene *s)
{
	char *obj = owner_allocates(s->cache);

	free_it(s, "foreign-inside", obj + 16);
	free_it(s, "foreign-unaligned", obj + 3);
	owner_frees(s->cache, obj);
}

static void run_wrong_cache(struct scene *s)
{
	void *obj = owner_allocates(s->other);

	free_it(s, "wrong-cache", obj);
	owner_frees(s->other, obj);
	obj = owner_allocates(s->plain);
	free_it(s, "wrong-cache-plain", obj);
	owner_frees(s->plain, obj);
}

/* Sizes that lie: another class's cache is asked to free it. */
static void run_sizes(void)
{
	static const unsigned int sizes[] = { 64, 256 };
	struct sizeclass_pool *pool = sizeclass_pool_create("crimes-sizes", sizes, 2);
	void *obj;

	if (IS_ERR(pool))
		return;
	objcache_set_debug(pool->cache[0], true);
	objcache_set_debug(pool->cache[1], true);
	obj = sizeclass_alloc(pool, 200, GFP_KERNEL);
	crime_begins("sizes-wrong");
	sizeclass_free(pool, obj, 50);
	crime_ends("sizes-wrong", 0);
	crime_begins("sizes-twice");
	sizeclass_free_unsized(pool, obj);
	sizeclass_free_unsized(pool, obj);
	crime_ends("sizes-twice", 0);
	crime_begins("sizes-foreign");
	sizeclass_free_unsized(pool, (void *)0x7fff12345678);
	sizeclass_free_unsized(pool, somewhere);
	crime_ends("sizes-foreign", sizeclass_pool_destroy(pool));
}

void run_foreign(struct scene *s)
{
	run_elsewhere(s);
	run_inside(s);
	run_wrong_cache(s);
	run_sizes();
}
