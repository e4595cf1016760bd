// SPDX-License-Identifier: GPL-2.0-only
/*
 * chardev.c - the window /dev/mempool
 *
 * Called from: main.c, user space.  Calls: commands.c.
 * Locks: none.  Context: task; sleeps.
 *
 * Who may do it, and their structure in and out; commands.c does it.
 *
 * The node is 0600: how much the drivers of a machine allocate, and when, is not
 * for everyone to watch.  udev may give reading to a group; what changes anything
 * asks for CAP_SYS_ADMIN all the same.
 */
#include "internal.h"

#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "chardev.h"
#include "commands.h"

static int check_caller(const struct file *file, const struct command *c)
{
	if (!(file->f_mode & (c->change ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	return c->change && !capable(CAP_SYS_ADMIN) ? -EPERM : 0;
}

/* The size is read once: what the caller writes over it meanwhile is ignored. */
static int get_argument(const struct command *c, union argument *a, void __user *from)
{
	u32 size;
	int err;

	if (get_user(size, (u32 __user *)from))
		return -EFAULT;
	if (size < c->least)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(a, c->size, from, size);
	if (err)
		return err;
	a->head.size = size;
	return a->head.flags & ~c->flags ? -EINVAL : 0;
}

static long chardev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct command *c = commands_find(cmd);
	void __user *user = (void __user *)arg;
	union argument a;
	int err;

	if (!c)
		return -ENOTTY;
	err = check_caller(file, c);
	if (!err)
		err = get_argument(c, &a, user);
	if (!err)
		err = c->run(&a);
	if (err)
		return err;
	return copy_to_user(user, &a, min(a.head.size, c->size)) ? -EFAULT : 0;
}

static const struct file_operations chardev_fops = {
	.owner		= THIS_MODULE,
	.open		= nonseekable_open,
	.unlocked_ioctl	= chardev_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

static struct miscdevice chardev = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "mempool",
	.mode	= 0600,
	.fops	= &chardev_fops,
};

/**
 * chardev_init() - make the node
 *
 * Return: 0 or a negative errno.
 */
int chardev_init(void)
{
	return misc_register(&chardev);
}

/**
 * chardev_exit() - remove it; an open one keeps the module loaded
 */
void chardev_exit(void)
{
	misc_deregister(&chardev);
}
