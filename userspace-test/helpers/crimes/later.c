// SPDX-License-Identifier: GPL-2.0-only
/*
 * later.c - mempool_crimes: what was done before, and is done after
 *
 * Called from: main.c.  Calls: objcache.  Context: task.
 *
 * Writes to free objects; objects that were in use when debugging began, and are
 * when it ends; a cache that is destroyed under its users.
 */
#include <linux/err.h>
#include <linux/string.h>

#include "crimes.h"

#define MANY	30

static noinline void thief_writes(char *obj, unsigned int at)
{
	obj[at] = 'X';
	barrier();
}

/* Found by the next allocation; and in time, whichever object it was. */
static void run_writes(struct scene *s)
{
	void *obj = owner_allocates(s->cache), *many[MANY];
	unsigned int i;

	owner_frees(s->cache, obj);
	thief_writes(obj, 77);
	crime_begins("write-last");
	owner_frees(s->cache, owner_allocates(s->cache));
	crime_ends("write-last", 0);

	objcache_alloc_bulk(s->cache, GFP_KERNEL, MANY, many);
	obj = many[MANY / 2];
	objcache_free_bulk(s->cache, MANY, many);
	thief_writes(obj, 5);
	crime_begins("write-some");
	for (i = 0; i < 200; i++)
		owner_frees(s->cache, owner_allocates(s->cache));
	crime_ends("write-some", 0);
	crime_begins("write-none");
	for (i = 0; i < 200; i++)
		owner_frees(s->cache, owner_allocates(s->cache));
	crime_ends("write-none", 0);
}

static void construct(void *obj)
{
	memset(obj, 0x11, SIZE);
}

/* Its content is the driver's, free or not. */
static void run_constructed(void)
{
	static const struct objcache_params params = {
		.ctor = construct, .flags = OBJCACHE_DEBUG,
	};
	struct objcache *cache = objcache_create("crimes-ctor", SIZE, &params);
	void *obj, *again;
	unsigned int i;
	long changed = 0;

	if (IS_ERR(cache))
		return;
	crime_begins("ctor-kept");
	for (i = 0; i < 600; i++) {
		obj = objcache_alloc(cache, GFP_KERNEL);
		again = objcache_alloc(cache, GFP_KERNEL | __GFP_ZERO);
		changed += !!memchr_inv(obj, 0x11, SIZE) + !!memchr_inv(again, 0x11, SIZE);
		objcache_free(cache, obj);
		objcache_free(cache, again);
	}
	crime_ends("ctor-kept", changed);
	crime_begins("ctor-twice");
	thief_frees(cache, again);
	crime_ends("ctor-twice", objcache_destroy(cache));
}

static void run_switch(void)
{
	struct objcache *cache = objcache_create("crimes-switch", SIZE, NULL);
	void *before[MANY], *during[MANY], *obj;
	unsigned int i;

	if (IS_ERR(cache))
		return;
	objcache_alloc_bulk(cache, GFP_KERNEL, MANY, before);
	crime_begins("switch-on");
	crime_ends("switch-on", objcache_set_debug(cache, true));
	crime_begins("before-debugging");
	for (i = 0; i < MANY; i++)
		owner_frees(cache, before[i]);
	crime_ends("before-debugging", 0);
	crime_begins("before-debugging-twice");
	thief_frees(cache, before[7]);
	crime_ends("before-debugging-twice", 0);
	objcache_alloc_bulk(cache, GFP_KERNEL, MANY, during);
	obj = during[0];
	crime_begins("switch-off");
	i = objcache_set_debug(cache, false);
	objcache_free_bulk(cache, MANY, during);
	crime_ends("switch-off", i);
	crime_begins("switch-on-again");
	i = objcache_set_debug(cache, true);
	obj = owner_allocates(cache);
	owner_frees(cache, obj);
	thief_frees(cache, obj);
	crime_ends("switch-on-again", i);
	crime_begins("switch-destroy");
	crime_ends("switch-destroy", objcache_destroy(cache));
}

/* Its owner is named, and the zombie that it makes still knows a double free. */
static void run_leak(void)
{
	static const struct objcache_params params = { .flags = OBJCACHE_DEBUG };
	struct objcache *cache = objcache_create("crimes-leak", SIZE, &params);
	void *obj, *last;

	if (IS_ERR(cache))
		return;
	obj = owner_allocates(cache);
	last = owner_allocates(cache);
	crime_begins("leak");
	crime_ends("leak", objcache_destroy(cache));
	crime_begins("leak-twice");
	owner_frees(cache, obj);
	thief_frees(cache, obj);
	crime_ends("leak-twice", 0);
	owner_frees(cache, last);
}

void run_later(struct scene *s)
{
	run_writes(s);
	run_constructed();
	run_switch();
	run_leak();
}
