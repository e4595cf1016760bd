// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs_memory.c - the window on all caches together: memory and limits
 *
 * Called from: debugfs.c, readers.  Calls: memory.c, view.c, backing.c.
 * Locks: objcache_list_lock.  Context: task.
 */
#include "internal.h"

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "backing.h"
#include "debugfs_memory.h"
#include "memory.h"
#include "objcache_priv.h"

static int memory_show(struct seq_file *m, void *unused)
{
	u64 *values = kmalloc_array(memory_items_nr, sizeof(*values), GFP_KERNEL);
	unsigned int i;

	if (!values)
		return -ENOMEM;
	memory_read(values);
	for (i = 0; i < memory_items_nr; i++)
		seq_printf(m, "%s %llu\n", memory_items[i].name, values[i]);
	kfree(values);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(memory);

static void limits_line(struct seq_file *m, const char *name, unsigned long limit,
			unsigned long bytes, unsigned long reserve)
{
	seq_printf(m, "%-32s %20lu %20lu %10lu", name, limit, bytes, reserve);
}

static void limits_of_one(struct seq_file *m, struct objcache_priv *priv)
{
	const unsigned long *n;
	struct account_view view;

	objcache_view(priv, &view);
	n = view.n;
	limits_line(m, priv->name, objcache_limit(&priv->pub),
		    objcache_limit_bytes(&priv->pub), objcache_reserve(&priv->pub));
	seq_printf(m, " %14lu %14llu %14lu %14lu %14lu\n", n[ACCOUNT_HELD],
		   (u64)n[ACCOUNT_HELD] * priv->backing.padded, n[ACCOUNT_LIMIT_HIT],
		   n[ACCOUNT_ALLOC_FAILED], n[ACCOUNT_WAITS]);
}

/* No cache is called so. */
static void limits_of_all(struct seq_file *m)
{
	unsigned long limit = backing_memory_limit();

	limits_line(m, "*", 0, limit == ULONG_MAX ? 0 : limit, 0);
	seq_printf(m, " %14u %14lu %14u %14u %14u\n", 0, backing_memory(), 0, 0, 0);
}

static int limits_show(struct seq_file *m, void *unused)
{
	struct objcache_priv *priv;

	seq_puts(m, "mempool limits - version: 1.0\n");
	seq_printf(m, "# %-30s %20s %20s %10s %14s %14s %14s %14s %14s\n", "name", "limit",
		   "limit_bytes", "reserve", "held", "held_bytes", "limit_hits",
		   "allocs_failed", "waits");
	limits_of_all(m);
	mutex_lock(&objcache_list_lock);
	list_for_each_entry(priv, &objcache_list, link)
		limits_of_one(m, priv);
	mutex_unlock(&objcache_list_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(limits);

/**
 * debugfs_memory_add() - make the files
 * @dir: the module's folder
 *
 * Context: task; sleeps.
 */
void debugfs_memory_add(struct dentry *dir)
{
	debugfs_create_file("memory", 0400, dir, NULL, &memory_fops);
	debugfs_create_file("limits", 0400, dir, NULL, &limits_fops);
}
