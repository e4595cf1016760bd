// SPDX-License-Identifier: GPL-2.0-only
/*
 * owner.c - mempool_owner: a driver that forgets its cache
 *
 * Called from: insmod, rmmod.  Calls: objcache.  Context: task.
 *
 * Leaves a live cache with "objects" objects in use behind, and a constructor
 * in memory that is about to be unmapped.
 */
#define pr_fmt(fmt) "mempool_owner: " fmt

#include <linux/err.h>
#include <linux/module.h>

#include <mempool/objcache.h>

static unsigned int objects;
module_param(objects, uint, 0444);
MODULE_PARM_DESC(objects, "objects to leave in use (default 0)");

static void construct(void *obj)
{
	memset(obj, 0x5a, 200);
}

static int __init owner_init(void)
{
	static const struct objcache_params params = { .ctor = construct };
	struct objcache *cache = objcache_create("forgotten", 200, &params);
	unsigned int i;

	if (IS_ERR(cache))
		return PTR_ERR(cache);
	for (i = 0; i < objects; i++)
		if (!objcache_alloc(cache, GFP_KERNEL))
			return -ENOMEM;
	/* Something for the magazine, constructed too. */
	objcache_free(cache, objcache_alloc(cache, GFP_KERNEL));
	return 0;
}

static void __exit owner_exit(void)
{
}

module_init(owner_init);
module_exit(owner_exit);

MODULE_DESCRIPTION("A driver that forgets its cache");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
