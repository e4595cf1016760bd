// SPDX-License-Identifier: GPL-2.0-only
/* host_called.c - the called forms, in a unit of their own, as across modules */
#include "host.h"

const char OBJCACHE_LAYOUT[] = "host";

/* As in kmod/objcache.c. */
void *__objcache_alloc(struct objcache *cache, gfp_t gfp)
{
	void *obj = mag_pop(cache->mag);

	if (unlikely(!obj))
		return objcache_alloc_slow(cache, gfp);
	if (static_branch_unlikely(&init_on_alloc))
		return objcache_zero(cache, obj);
	return obj;
}

void objcache_free(struct objcache *cache, void *obj)
{
	objcache_free_inline(cache, obj);
}

GCACHE_CALLED(floor);
GCACHE_CALLED(word);
GCACHE_CALLED(byte);
GCACHE_CALLED(bit);
GCACHE_CALLED(cas);
