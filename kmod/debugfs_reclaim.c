// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs_reclaim.c - the window on reclaim cycles
 *
 * Called from: debugfs.c, readers.  Calls: cycle.c.
 * Locks: none.  Context: task.
 *
 * reclaim is the table of all triggers.  reclaim_now starts a cycle: of all
 * caches in the module's folder, of one in a cache's.
 */
#include "internal.h"

#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "cycle.h"
#include "debugfs_reclaim.h"

static int reclaim_show(struct seq_file *m, void *unused)
{
	enum cycle_trigger trigger;
	struct cycle_stats stats;

	seq_puts(m, "mempool reclaim - version: 1.0\n");
	seq_printf(m, "# %-12s %10s %14s %18s %18s %14s %20s\n", "trigger", "cycles",
		   "objects", "bytes", "total_ns", "last_ns", "last_at_ns");
	for (trigger = 0; trigger < CYCLE_TRIGGERS; trigger++) {
		cycle_read(trigger, &stats);
		seq_printf(m, "%-14s %10llu %14llu %18llu %18llu %14llu %20llu\n",
			   cycle_trigger_names[trigger], stats.cycles, stats.objects,
			   stats.bytes, stats.total_ns, stats.last_ns, stats.last_at);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(reclaim);

/* Accepts "1", with or without a newline, so that nothing else means anything. */
static ssize_t now_write(struct file *file, const char __user *from, size_t len,
			 loff_t *pos)
{
	struct objcache_priv *priv = file->private_data;
	char text[3];

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (*pos || !len || len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, len))
		return -EFAULT;
	text[len] = '\0';
	if (strcmp(text, "1") && strcmp(text, "1\n"))
		return -EINVAL;
	if (priv)
		cycle_run_one(priv, CYCLE_FORCED);
	else
		cycle_run(CYCLE_FORCED);
	return len;
}

static const struct file_operations now_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.write	= now_write,
	.llseek	= default_llseek,
};

/**
 * debugfs_reclaim_add() - make the files
 * @dir:  the folder
 * @priv: whose it is; NULL: the module's
 *
 * debugfs lets a folder go only when nobody is in a file of it, so a cache that
 * is written to is not destroyed meanwhile.
 *
 * Context: task; sleeps.
 */
void debugfs_reclaim_add(struct dentry *dir, struct objcache_priv *priv)
{
	if (!priv)
		debugfs_create_file("reclaim", 0400, dir, NULL, &reclaim_fops);
	debugfs_create_file("reclaim_now", 0200, dir, priv, &now_fops);
}
