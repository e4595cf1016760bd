// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs_pools.c - the window on pools of many sizes: what is asked of them
 *
 * Called from: debugfs.c, sizeclass_life.c, exactsize_life.c, readers.
 * Calls: sizeclass_life.c, histogram.c, view.c.
 * Locks: exactsize_pool.making.  Context: task.
 *
 * pools/NAME/histogram is one table for both kinds: of a pool of size classes what
 * was counted while count_sizes was 1, of a pool of exact sizes what its caches count
 * anyway.
 */
#include "internal.h"

#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "debugfs_pools.h"
#include "exactsize.h"
#include "histogram.h"
#include "objcache_priv.h"
#include "sizeclass.h"

static struct dentry *pools;

static void header(struct seq_file *m)
{
	seq_puts(m, "mempool histogram - version: 1.0\n");
	seq_printf(m, "# %8s %10s %10s %16s %20s %20s\n", "from", "to", "class", "asked",
		   "asked_bytes", "wasted_bytes");
}

/* What is above the classes is not ours to waste. */
static void line_of(struct seq_file *m, const struct sizeclass_priv *priv,
		    const struct histogram_line *line)
{
	unsigned int class;

	seq_printf(m, "%10llu %10llu ", line->from, line->to);
	if (line->to > priv->last) {
		seq_printf(m, "%10s %16llu %20llu %20s\n", "-", line->asked, line->bytes, "-");
		return;
	}
	class = sizeclass_cache(&priv->pub, line->to)->size;
	seq_printf(m, "%10u %16llu %20llu %20llu\n", class, line->asked, line->bytes,
		   line->asked * class - min(line->bytes, line->asked * class));
}

static int classes_show(struct seq_file *m, void *unused)
{
	const struct sizeclass_priv *priv = m->private;
	/* Pairs with the release in table_of(). */
	const struct histogram *sizes = smp_load_acquire(&priv->sizes);
	struct histogram_line line;
	unsigned int i;

	header(m);
	for (i = 0; sizes && i < histogram_rows(sizes); i++) {
		histogram_read(sizes, i, &line);
		if (line.asked)
			line_of(m, priv, &line);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(classes);

/* Sizes that share a cache differ by less than a granule. */
static int exact_show(struct seq_file *m, void *unused)
{
	struct exactsize_pool *pool = m->private;
	struct account_view view;
	unsigned int i;

	header(m);
	mutex_lock(&pool->making);
	for (i = 0; i < pool->family.nr; i++) {
		struct objcache *cache = pool->family.cache[i];

		objcache_view(to_priv(cache), &view);
		seq_printf(m, "%10u %10u %10u %16lu %20s %20s\n",
			   cache->size - EXACTSIZE_GRANULE + 1, cache->size, cache->size,
			   view.n[ACCOUNT_ALLOCS], "-", "-");
	}
	mutex_unlock(&pool->making);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(exact);

static ssize_t counting_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	const char *text = sizeclass_counting(file->private_data) ? "1\n" : "0\n";

	return simple_read_from_buffer(to, len, pos, text, 2);
}

static ssize_t counting_write(struct file *file, const char __user *from, size_t len,
			      loff_t *pos)
{
	char text[3];
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (*pos || !len || len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, len))
		return -EFAULT;
	if ((len == 2 && text[1] != '\n') || (text[0] != '0' && text[0] != '1'))
		return -EINVAL;
	err = sizeclass_count(file->private_data, text[0] == '1');
	return err ?: len;
}

static const struct file_operations counting_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.read	= counting_read,
	.write	= counting_write,
	.llseek	= default_llseek,
};

/**
 * debugfs_pool_add_classes() - make the folder of a pool of size classes
 * @priv: the pool
 *
 * Without debugfs, or memory for it, the pool works all the same.
 *
 * Context: task; sleeps.
 */
void debugfs_pool_add_classes(struct sizeclass_priv *priv)
{
	struct dentry *dir = debugfs_create_dir(priv->family.name, pools);

	priv->family.dir = dir;
	debugfs_create_file("histogram", 0400, dir, priv, &classes_fops);
	debugfs_create_file("count_sizes", 0600, dir, priv, &counting_fops);
}

/**
 * debugfs_pool_add_exact() - make the folder of a pool of exact sizes
 * @pool: the pool
 *
 * Context: task; sleeps.
 */
void debugfs_pool_add_exact(struct exactsize_pool *pool)
{
	struct dentry *dir = debugfs_create_dir(pool->family.name, pools);

	pool->family.dir = dir;
	debugfs_create_file("histogram", 0400, dir, pool, &exact_fops);
}

/**
 * debugfs_pool_remove() - remove a pool's folder
 * @f: its family; nobody reads its files when this returns
 *
 * Context: task; sleeps; not under a lock that a file's reader takes.
 */
void debugfs_pool_remove(struct family *f)
{
	debugfs_remove(f->dir);
	f->dir = NULL;
}

/**
 * debugfs_pools_init() - make the folder of all pools
 * @root: the module's folder
 *
 * Context: task; sleeps.
 */
void debugfs_pools_init(struct dentry *root)
{
	pools = debugfs_create_dir("pools", root);
}
