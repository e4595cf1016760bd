// SPDX-License-Identifier: GPL-2.0-only
/*
 * arguments.c - beside floor 1: what a cache cannot be made of
 *
 * Called from: lifecycle.c.  Calls: debugfs.c (the names of its files).
 * Locks: none.  Context: task.
 *
 * One message for each bad argument, with the thing and the value.
 */
#include "internal.h"

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/nodemask.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "arguments.h"
#include "debugfs.h"

#define OBJCACHE_FLAGS	(OBJCACHE_HWCACHE_ALIGN | OBJCACHE_NODE |	\
			 OBJCACHE_PASSTHROUGH | OBJCACHE_TYPESAFE_BY_RCU | \
			 OBJCACHE_DMA | OBJCACHE_DMA32 |		\
			 OBJCACHE_RECLAIMABLE | OBJCACHE_SLAB_DEBUG |	\
			 OBJCACHE_DEBUG)

static int check_name(const char *name)
{
	size_t i, len;

	if (!name) {
		pr_err("objcache_create: no name (NULL)\n");
		return -EINVAL;
	}
	len = strnlen(name, OBJCACHE_NAME_MAX);
	if (len == OBJCACHE_NAME_MAX) {
		pr_err("objcache_create: name '%.*s...' is longer than %u characters\n",
		       (int)len, name, OBJCACHE_NAME_MAX - 1);
		return -ENAMETOOLONG;
	}
	for (i = 0; i < len; i++)
		if (!isascii(name[i]) || (!isalnum(name[i]) && (!i || !strchr("-_.", name[i]))))
			break;
	if (!len || i < len) {
		pr_err("objcache_create: name '%*pE' is not 1 to %u letters, digits, '-', '_', '.', the first a letter or digit\n",
		       (int)len, name, OBJCACHE_NAME_MAX - 1);
		return -EINVAL;
	}
	if (objcache_debugfs_name_taken(name)) {
		pr_err("objcache_create: name '%s' is that of a file in debugfs mempool/\n",
		       name);
		return -EINVAL;
	}
	return 0;
}

static int check_params(const char *name, unsigned int size,
			const struct objcache_params *p)
{
	if (!size) {
		pr_err("cache '%s': object size 0\n", name);
		return -EINVAL;
	}
	if (size > OBJCACHE_SIZE_MAX) {
		pr_err("cache '%s': object size %u is more than %u\n", name,
		       size, OBJCACHE_SIZE_MAX);
		return -E2BIG;
	}
	if (p->align && (!is_power_of_2(p->align) || p->align > PAGE_SIZE)) {
		pr_err("cache '%s': alignment %u is not a power of two up to %lu\n",
		       name, p->align, PAGE_SIZE);
		return -EINVAL;
	}
	if (p->flags & ~OBJCACHE_FLAGS) {
		pr_err("cache '%s': unknown flags %#x\n", name,
		       p->flags & ~OBJCACHE_FLAGS);
		return -EINVAL;
	}
	if ((p->flags & OBJCACHE_DMA) && (p->flags & OBJCACHE_DMA32)) {
		pr_err("cache '%s': zones DMA and DMA32 at once\n", name);
		return -EINVAL;
	}
	if (p->useroffset > size || p->usersize > size - p->useroffset) {
		pr_err("cache '%s': usercopy window of %u bytes at %u is not in %u bytes\n",
		       name, p->usersize, p->useroffset, size);
		return -EINVAL;
	}
	if ((p->flags & OBJCACHE_NODE) &&
	    (p->node < 0 || p->node >= MAX_NUMNODES || !node_online(p->node))) {
		pr_err("cache '%s': node %d is not online\n", name, p->node);
		return -EINVAL;
	}
	return 0;
}

/**
 * arguments_check() - check what objcache_create() was given
 * @name: the name
 * @size: the object size in bytes
 * @p:    the parameters
 *
 * Whether the name is taken is another question, under another lock.
 *
 * Return: 0 or the negative errno that objcache_create() documents.
 */
int arguments_check(const char *name, unsigned int size,
		    const struct objcache_params *p)
{
	int err = check_name(name);

	return err ?: check_params(name, size, p);
}
