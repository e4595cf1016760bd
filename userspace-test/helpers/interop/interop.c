// SPDX-License-Identifier: GPL-2.0-only
/*
 * interop.c - mempool_interop: objcaches under devres, mempool_t and RCU
 *
 * Called from: insmod, rmmod.  Calls: objcache.  Context: task.
 *
 * Prints "case NAME: VALUE" lines, which 46-interop.sh compares.  Writing to
 * debugfs mempool_interop/copy copies from user space into an object.
 */
#define pr_fmt(fmt) "mempool_interop: " fmt

#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mempool.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>
#include <linux/uaccess.h>

#include <mempool/objcache.h>

#define MIN_NR		8
#define WINDOW_AT	32
#define WINDOW_SIZE	64

struct node {
	unsigned long		value;
	struct objcache_rcu	rcu;
};

DEFINE_OBJCACHE_TYPE(node, struct node)

struct window {
	char	secret[WINDOW_AT];
	char	open[WINDOW_SIZE];
};

static struct objcache *windows;
static struct dentry *dir;

/* A mempool's reserve is made of objects, and serves when the limit bites. */
static void run_mempool(void)
{
	struct objcache *cache = objcache_create("interop-mempool", 128, NULL);
	void *objs[MIN_NR];
	mempool_t *pool;
	unsigned int i;

	if (IS_ERR(cache))
		return;
	pool = mempool_create(MIN_NR, objcache_mempool_alloc, objcache_mempool_free, cache);
	pr_info("case mempool-created: %d\n", !!pool);
	/* Nothing can come from slab any more but what is out already. */
	objcache_set_limit(cache, MIN_NR);
	for (i = 0; i < MIN_NR; i++)
		objs[i] = mempool_alloc(pool, GFP_NOIO);
	pr_info("case mempool-reserve: %u\n", i);
	while (i--)
		mempool_free(objs[i], pool);
	mempool_destroy(pool);
	pr_info("case mempool-destroy: %d\n", objcache_destroy(cache));
}

/* A reader that began before the free sees the object as it was. */
static void run_rcu(void)
{
	struct objcache *cache = OBJCACHE(node, 0);
	struct node *n, *again;

	if (IS_ERR(cache))
		return;
	n = node_alloc(cache, GFP_KERNEL);
	n->value = 4711;
	rcu_read_lock();
	objcache_free_rcu(cache, n, &n->rcu);
	again = node_alloc(cache, GFP_ATOMIC);
	pr_info("case rcu-reader: %lu\n", n->value);
	pr_info("case rcu-not-reused: %d\n", again != n);
	rcu_read_unlock();
	node_free(cache, again);
	pr_info("case rcu-destroy: %d\n", objcache_destroy(cache));
}

static void run_devm(void)
{
	struct platform_device *pdev;
	struct objcache *cache;

	pdev = platform_device_register_simple("mempool_interop", -1, NULL, 0);
	if (IS_ERR(pdev))
		return;
	cache = devm_objcache_create(&pdev->dev, "interop-devm", 64, NULL);
	pr_info("case devm-created: %d\n", !IS_ERR(cache));
	cache = devm_objcache_create(&pdev->dev, "interop-devm", 64, NULL);
	pr_info("case devm-duplicate: %ld\n", PTR_ERR(cache));
	platform_device_unregister(pdev);
	cache = objcache_create("interop-devm", 64, NULL);
	pr_info("case devm-gone: %d\n", !IS_ERR(cache));
	if (!IS_ERR(cache))
		objcache_destroy(cache);
}

/* The length is not known to the compiler, so hardened usercopy looks at it. */
static ssize_t copy_write(struct file *file, const char __user *from, size_t len,
			  loff_t *pos)
{
	struct window *w = objcache_alloc(windows, GFP_KERNEL);
	ssize_t err = len;

	if (!w)
		return -ENOMEM;
	if (len > WINDOW_SIZE)
		err = -EINVAL;
	else if (copy_from_user(w->open, from, len))
		err = -EFAULT;
	objcache_free(windows, w);
	return err;
}

static const struct file_operations copy_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.write	= copy_write,
};

static int __init interop_init(void)
{
	static const struct objcache_params params = {
		.useroffset = WINDOW_AT, .usersize = WINDOW_SIZE,
	};

	windows = objcache_create("interop-window", sizeof(struct window), &params);
	if (IS_ERR(windows))
		return PTR_ERR(windows);
	run_mempool();
	run_rcu();
	run_devm();
	dir = debugfs_create_dir("mempool_interop", NULL);
	debugfs_create_file("copy", 0200, dir, NULL, &copy_fops);
	return 0;
}

static void __exit interop_exit(void)
{
	debugfs_remove(dir);
	if (objcache_destroy(windows))
		pr_err("objects lost\n");
}

module_init(interop_init);
module_exit(interop_exit);

MODULE_DESCRIPTION("Objcaches under devres, mempool_t, RCU and usercopy");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
