// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - the order in which the rooms start and stop
 *
 * Two names, on purpose: users see mempool (module, debugfs, device, tool), C
 * code sees objcache_*, because the kernel itself owns mempool_*.
 */
#include "internal.h"

#include <linux/init.h>
#include <linux/module.h>

#include "chardev.h"
#include "debugfs.h"
#include "objcache_priv.h"
#include "owner.h"
#include "reclaim.h"
#include "seek.h"
#include "shrinker.h"
#include "triggers.h"

static int __init mempool_module_init(void)
{
	int err;

	err = objcache_init();
	if (err)
		return err;
	err = seek_init();
	if (err)
		goto exit_objcache;
	err = reclaim_init();
	if (err)
		goto exit_seek;
	err = triggers_init();
	if (err)
		goto exit_reclaim;
	err = shrinker_init();
	if (err)
		goto exit_triggers;
	err = owner_init();
	if (err)
		goto exit_shrinker;
	err = chardev_init();
	if (err)
		goto exit_owner;
	/* Last: its files can be opened at once, and nothing may fail after that. */
	objcache_debugfs_init();
	return 0;

exit_owner:
	owner_exit();
exit_shrinker:
	shrinker_exit();
exit_triggers:
	triggers_exit();
exit_reclaim:
	reclaim_exit();
exit_seek:
	seek_exit();
exit_objcache:
	objcache_exit();
	return err;
}

static void __exit mempool_module_exit(void)
{
	objcache_debugfs_exit();
	chardev_exit();
	owner_exit();
	shrinker_exit();
	triggers_exit();
	reclaim_exit();
	seek_exit();
	objcache_exit();
}

module_init(mempool_module_init);
module_exit(mempool_module_exit);

MODULE_DESCRIPTION("Pooled memory for drivers: per-CPU object caches over slab");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
