// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs.c - the window /sys/kernel/debug/mempool
 *
 * Called from: lifecycle.c, main.c, readers.  Calls: objcache floor 1.
 * Locks: objcache_list_lock in the table of all caches.  Context: task.
 *
 * Statistics are in files of their own, 0400 and read-only: under Secure Boot
 * lockdown a file that can be written cannot even be read.  debugfs itself
 * keeps a cache's files and its removal apart.
 */
#include "internal.h"

#include <linux/capability.h>
#include <linux/dcache.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "debugfs.h"
#include "debugfs_memory.h"
#include "debugfs_percpu.h"
#include "debugfs_pools.h"
#include "debugfs_reclaim.h"
#include "knobtable.h"
#include "objcache_priv.h"
#include "stattable.h"
#include "validate.h"

static struct dentry *root;

/* Files beside the caches' folders, knobs apart: those there are, and those to come. */
static const char *const own_files[] = {
	"stats", "memory", "reclaim", "reclaim_now", "limits", "profile", "monitor",
	"pools",
};

/**
 * objcache_debugfs_name_taken() - would a cache's folder clash with a file
 * @name: the cache's name
 *
 * Return: true if so.
 */
bool objcache_debugfs_name_taken(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(own_files); i++)
		if (!strcmp(own_files[i], name))
			return true;
	for (i = 0; i < module_knobs_nr; i++)
		if (!strcmp(module_knobs[i].name, name))
			return true;
	return false;
}

/* The columns of the table; a new one goes to the end. */
static const enum account_item columns[] = {
	ACCOUNT_IN_USE, ACCOUNT_CACHED, ACCOUNT_HELD, ACCOUNT_ALLOCS,
	ACCOUNT_FREES, ACCOUNT_ALLOC_FAILED,
};

static int stats_show(struct seq_file *m, void *unused)
{
	struct account_view view;
	struct objcache_priv *priv;
	unsigned int i;

	seq_puts(m, "mempool - version: 1.0\n");
	seq_printf(m, "# %-30s %7s %8s %8s %9s", "name", "state", "objsize",
		   "slabsize", "capacity");
	for (i = 0; i < ARRAY_SIZE(columns); i++)
		seq_printf(m, " %14s", account_names[columns[i]]);
	seq_putc(m, '\n');

	mutex_lock(&objcache_list_lock);
	list_for_each_entry(priv, &objcache_list, link) {
		objcache_view(priv, &view);
		seq_printf(m, "%-32s %7s %8u %8u %9u", priv->name,
			   objcache_state_name(priv), priv->pub.size,
			   priv->backing.padded,
			   objcache_capacity(&priv->pub));
		for (i = 0; i < ARRAY_SIZE(columns); i++)
			seq_printf(m, " %14lu", view.n[columns[i]]);
		seq_putc(m, '\n');
	}
	mutex_unlock(&objcache_list_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static int cache_stats_show(struct seq_file *m, void *unused)
{
	struct objcache_priv *priv = m->private;
	u64 *values = kmalloc_array(stats_nr(), sizeof(*values), GFP_KERNEL);
	struct stat_item item;
	unsigned int i;

	if (!values)
		return -ENOMEM;
	stats_read(priv, true, values);
	seq_printf(m, "name %s\n", priv->name);
	for (i = 0; i < stats_nr(); i++) {
		stat_describe(i, &item);
		seq_printf(m, "%s %llu\n", item.name, values[i]);
	}
	kfree(values);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(cache_stats);

/*
 * Knobs: a number in a file, whose own data is the knob and whose folder's is the
 * cache.  Each reads as decimal digits and a newline, and accepts what it
 * prints and nothing else: digits, with or without the newline, in one write
 * at the start; a minus sign where a knob can be negative.  Otherwise -EINVAL;
 * -ERANGE outside its bounds; nothing is changed then.
 */
static struct objcache_priv *knob_cache(const struct file *file)
{
	return d_inode(file->f_path.dentry->d_parent)->i_private;
}

static ssize_t knob_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	const struct knob *knob = file->private_data;
	char text[24];
	int n = scnprintf(text, sizeof(text), "%lld\n", knob->get(knob_cache(file)));

	return simple_read_from_buffer(to, len, pos, text, n);
}

static int knob_parse(const struct knob *knob, const char __user *from, size_t len,
		      s64 *value)
{
	char text[24], *digits = text;

	if (!len || len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, len))
		return -EFAULT;
	text[len] = '\0';
	if (knob->min < 0 && text[0] == '-')
		digits++;
	if (*digits < '0' || *digits > '9' || strlen(text) != len)
		return -EINVAL;
	return kstrtos64(text, 10, value);
}

static ssize_t knob_write(struct file *file, const char __user *from, size_t len,
			  loff_t *pos)
{
	const struct knob *knob = file->private_data;
	s64 value;
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	err = *pos ? -EINVAL : knob_parse(knob, from, len, &value);
	if (!err)
		err = knob_set(knob, knob_cache(file), value);
	return err ?: len;
}

static const struct file_operations knob_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.read	= knob_read,
	.write	= knob_write,
	.llseek	= default_llseek,
};

/* Reading it looks; what is wrong is said here and in the kernel log. */
static int validate_show(struct seq_file *m, void *unused)
{
	int err = validate(m->private, m);

	if (err == -EAGAIN)
		seq_puts(m, "busy: what moves could not be checked\n");
	else if (!err)
		seq_puts(m, "ok\n");
	return err == -EAGAIN || err == -EUCLEAN ? 0 : err;
}
DEFINE_SHOW_ATTRIBUTE(validate);

static void add_knobs(struct dentry *dir, const struct knob *knobs, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		debugfs_create_file(knobs[i].name, 0600, dir, (void *)&knobs[i],
				    &knob_fops);
}

/**
 * objcache_debugfs_add() - make a cache's folder
 * @priv: the cache
 *
 * Without debugfs, or memory for it, the cache works all the same.
 *
 * Context: task; sleeps.
 */
void objcache_debugfs_add(struct objcache_priv *priv)
{
	priv->dir = debugfs_create_dir(priv->name, root);
	if (IS_ERR(priv->dir))
		return;
	d_inode(priv->dir)->i_private = priv;
	debugfs_create_file("stats", 0400, priv->dir, priv, &cache_stats_fops);
	debugfs_create_file("validate", 0400, priv->dir, priv, &validate_fops);
	add_knobs(priv->dir, cache_knobs, cache_knobs_nr);
	debugfs_percpu_add(priv->dir, priv);
	debugfs_reclaim_add(priv->dir, priv);
}

/**
 * objcache_debugfs_remove() - remove a cache's folder
 * @priv: the cache; nobody reads its files when this returns
 *
 * Context: task; sleeps; not under a lock that a file's reader takes.
 */
void objcache_debugfs_remove(struct objcache_priv *priv)
{
	debugfs_remove(priv->dir);
}

/**
 * objcache_debugfs_init() - make the folder
 */
void objcache_debugfs_init(void)
{
	root = debugfs_create_dir("mempool", NULL);
	debugfs_create_file("stats", 0400, root, NULL, &stats_fops);
	add_knobs(root, module_knobs, module_knobs_nr);
	debugfs_memory_add(root);
	debugfs_pools_init(root);
	debugfs_reclaim_add(root, NULL);
}

/**
 * objcache_debugfs_exit() - remove the folder and all in it
 */
void objcache_debugfs_exit(void)
{
	debugfs_remove(root);
}
