// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs_percpu.c - the window on each CPU's part of a cache
 *
 * Called from: debugfs.c, readers.  Calls: account.h, magazine.c.
 * Locks: none.  Context: task; stops nobody.
 *
 * A line for each possible CPU: those that are offline counted too, and a magazine
 * of theirs that is not empty would be a mistake worth seeing.
 */
#include "internal.h"

#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/topology.h>

#include "debugfs_percpu.h"
#include "magazine.h"
#include "objcache_priv.h"

/* Room for the name above, and for some 10^10 below. */
static int width(enum account_item item)
{
	return max_t(int, strlen(account_names[item]), 11);
}

static void counters_of(struct seq_file *m, struct objcache_priv *priv, int cpu)
{
	struct mag_state mag;
	struct account_view view;
	enum account_item i;

	account_read_cpu(priv->acct, cpu, &view);
	mag_read_cpu(priv->pub.mag, cpu, &mag);
	view.n[ACCOUNT_MAG_ALLOC_HIT] += mag.allocs;
	view.n[ACCOUNT_MAG_FREE_HIT] += mag.frees;
	seq_printf(m, "%-5d", cpu);
	for (i = 0; i < ACCOUNT_COUNTED; i++)
		seq_printf(m, " %*lu", width(i), view.n[i]);
	seq_putc(m, '\n');
}

static int percpu_show(struct seq_file *m, void *unused)
{
	enum account_item i;
	int cpu;

	seq_puts(m, "mempool percpu - version: 1.0\n# cpu");
	for (i = 0; i < ACCOUNT_COUNTED; i++)
		seq_printf(m, " %*s", width(i), account_names[i]);
	seq_putc(m, '\n');
	for_each_possible_cpu(cpu) {
		counters_of(m, m->private, cpu);
		cond_resched();
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(percpu);

static void magazine_of(struct seq_file *m, struct objcache_priv *priv, int cpu)
{
	struct mag_state mag;

	mag_read_cpu(priv->pub.mag, cpu, &mag);
	seq_printf(m, "%-5d %6d %5d %8u %8u %8u %8u\n", cpu, cpu_online(cpu), cpu_to_node(cpu),
		   mag.objects, mag.hint, mag.cap, mag.phys);
}

static int magazine_show(struct seq_file *m, void *unused)
{
	int cpu;

	seq_printf(m, "mempool magazine - version: 1.0\n# cpu %6s %5s %8s %8s %8s %8s\n",
		   "online", "node", "objects", "hint", "capacity", "slots");
	for_each_possible_cpu(cpu) {
		magazine_of(m, m->private, cpu);
		cond_resched();
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(magazine);

/**
 * debugfs_percpu_add() - make the files
 * @dir:  the cache's folder
 * @priv: the cache
 *
 * Context: task; sleeps.
 */
void debugfs_percpu_add(struct dentry *dir, struct objcache_priv *priv)
{
	debugfs_create_file("percpu", 0400, dir, priv, &percpu_fops);
	debugfs_create_file("magazine", 0400, dir, priv, &magazine_fops);
}
