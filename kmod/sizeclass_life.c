// SPDX-License-Identifier: GPL-2.0-only
/*
 * sizeclass_life.c - beside floor 1: birth and death of a pool of size classes
 *
 * Called from: drivers; lifecycle.c, when a class is gone.
 * Calls: lifecycle.c by its public API.
 * Locks: none.  Context: task; sleeps.
 *
 * A pool lives as long as anything of it: it is referred to by each class,
 * which lasts until its last object is free (see objcache_destroy()), and by
 * each fallback that is in use.
 */
#include "internal.h"

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "objcache_priv.h"
#include "sizeclass.h"

/*
 * From a cache line to where slab itself ends (kmalloc() asks the page
 * allocator above 8192).  Powers of two waste a quarter on average, as those
 * of kmalloc() do, and 8 caches are few to hold free objects in.
 */
static const unsigned int default_sizes[] = {
	64, 128, 256, 512, 1024, 2048, 4096, 8192,
};

/**
 * sizeclass_put_many() - so much that belongs to the pool is gone
 * @priv: the pool; not to be touched after
 * @n:    how many references it had
 *
 * Context: any but NMI.
 */
void sizeclass_put_many(struct sizeclass_priv *priv, long n)
{
	if (atomic_long_sub_and_test(n, &priv->refs))
		queue_work(objcache_wq, &priv->release);
}

/**
 * sizeclass_put() - a class of the pool is gone
 * @pool: the pool
 *
 * Context: any but NMI.
 */
void sizeclass_put(struct sizeclass_pool *pool)
{
	sizeclass_put_many(to_sizeclass_priv(pool), 1);
}

/*
 * The irq_work may be in its final instructions, and so may the one who raised
 * it, with preemption off.
 */
static void release_pool(struct work_struct *work)
{
	struct sizeclass_priv *priv = container_of(work, struct sizeclass_priv, release);

	synchronize_rcu();
	irq_work_sync(&priv->irq);
	kfree(priv);
	module_put(THIS_MODULE);
}

static int check_table(const char *name, const unsigned int *sizes, unsigned int n)
{
	unsigned int i;

	if (!name) {
		pr_err("sizeclass_pool_create: no name (NULL)\n");
		return -EINVAL;
	}
	if (!sizes || !n) {
		pr_err("pool '%.*s': no classes\n", OBJCACHE_NAME_MAX, name);
		return -EINVAL;
	}
	if (n > SIZECLASS_MAX) {
		pr_err("pool '%.*s': %u classes are more than %u\n",
		       OBJCACHE_NAME_MAX, name, n, SIZECLASS_MAX);
		return -E2BIG;
	}
	for (i = 0; i < n; i++) {
		if (!sizes[i]) {
			pr_err("pool '%.*s': class %u has size 0\n",
			       OBJCACHE_NAME_MAX, name, i);
			return -EINVAL;
		}
		if (sizes[i] > OBJCACHE_SIZE_MAX) {
			pr_err("pool '%.*s': class size %u is more than %u\n",
			       OBJCACHE_NAME_MAX, name, sizes[i], OBJCACHE_SIZE_MAX);
			return -E2BIG;
		}
		if (!i)
			continue;
		if (sizes[i] <= sizes[i - 1]) {
			pr_err("pool '%.*s': class size %u after %u is not ascending\n",
			       OBJCACHE_NAME_MAX, name, sizes[i], sizes[i - 1]);
			return -EINVAL;
		}
		/* Nothing would tell their objects apart. */
		if (ALIGN(sizes[i], SIZECLASS_GRANULE) ==
		    ALIGN(sizes[i - 1], SIZECLASS_GRANULE)) {
			pr_err("pool '%.*s': class sizes %u and %u are both %u when rounded up\n",
			       OBJCACHE_NAME_MAX, name, sizes[i - 1], sizes[i],
			       ALIGN(sizes[i], SIZECLASS_GRANULE));
			return -EINVAL;
		}
	}
	return 0;
}

static int add_class(struct sizeclass_priv *priv, const char *name,
		     unsigned int size, struct module *owner)
{
	const struct objcache_params params = {
		.align = min_t(unsigned int, 1u << __ffs(size), PAGE_SIZE),
		/* As kmalloc()'s, all of it may go to and from user space. */
		.usersize = size,
	};
	struct sizeclass_pool *pool = &priv->pub;
	char class_name[OBJCACHE_NAME_MAX + sizeof("-4294967295")];
	struct objcache *cache;

	/* What is cut off here was too long by itself, and is refused. */
	snprintf(class_name, sizeof(class_name), "%.*s-%u", OBJCACHE_NAME_MAX - 1,
		 name, size);
	cache = __objcache_create(class_name, size, &params, owner);
	if (IS_ERR(cache))
		return PTR_ERR(cache);

	to_priv(cache)->pool = pool;
	atomic_long_inc(&priv->refs);
	memset(pool->class + pool->limit / SIZECLASS_GRANULE, priv->nr,
	       (size - pool->limit) / SIZECLASS_GRANULE);
	pool->limit = size;
	pool->cache[priv->nr++] = cache;
	return 0;
}

static void end_class(struct work_struct *work)
{
	struct sizeclass_end *end = container_of(work, struct sizeclass_end, work);

	end->busy = objcache_destroy(end->cache);
}

/*
 * All classes at once, so that they wait for one grace period together and not
 * for one after the other.  The caller has a reference to the pool.
 */
static bool destroy_classes(struct sizeclass_priv *priv)
{
	bool busy = false;
	unsigned int i;

	for (i = 0; i < priv->nr; i++) {
		priv->end[i].cache = priv->pub.cache[i];
		INIT_WORK(&priv->end[i].work, end_class);
		schedule_work(&priv->end[i].work);
	}
	for (i = 0; i < priv->nr; i++) {
		flush_work(&priv->end[i].work);
		busy |= priv->end[i].busy;
	}
	return busy;
}

/**
 * __sizeclass_pool_create() - sizeclass_pool_create() for a named owner
 * @name:  see sizeclass_pool_create()
 * @sizes: see sizeclass_pool_create()
 * @n:     see sizeclass_pool_create()
 * @owner: the module that will destroy it; NULL for built-in code
 *
 * Context: task; sleeps.
 * Return: the pool or ERR_PTR; see sizeclass_pool_create().
 */
struct sizeclass_pool *
__sizeclass_pool_create(const char *name, const unsigned int *sizes,
			unsigned int n, struct module *owner)
{
	struct sizeclass_priv *priv;
	unsigned int i, last;
	int err;

	might_sleep();
	if (!sizes && !n) {
		sizes = default_sizes;
		n = ARRAY_SIZE(default_sizes);
	}
	err = check_table(name, sizes, n);
	if (err)
		return ERR_PTR(err);

	last = ALIGN(sizes[n - 1], SIZECLASS_GRANULE);
	priv = kzalloc(sizeof(*priv) + last / SIZECLASS_GRANULE, GFP_KERNEL);
	if (!priv)
		return ERR_PTR(-ENOMEM);
	__module_get(THIS_MODULE);
	atomic_long_set(&priv->refs, 1);
	init_llist_head(&priv->late);
	init_irq_work(&priv->irq, sizeclass_free_late);
	INIT_WORK(&priv->release, release_pool);
	strscpy(priv->name, name, sizeof(priv->name));

	for (i = 0; i < n; i++) {
		err = add_class(priv, name, ALIGN(sizes[i], SIZECLASS_GRANULE), owner);
		if (err)
			goto destroy_classes;
	}
	/* From here on the classes alone. */
	sizeclass_put_many(priv, 1);
	return &priv->pub;

destroy_classes:
	destroy_classes(priv);
	sizeclass_put_many(priv, 1);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(__sizeclass_pool_create);

/**
 * sizeclass_pool_destroy() - give a pool back
 * @pool: the pool, from which nobody allocates any more; NULL is ignored
 *
 * With objects in use it reports how many, and what they belong to lives on
 * until the last is freed, as in objcache_destroy().  Waits for an RCU-tasks
 * grace period, as that does; all classes for the same one.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: 0, or -EBUSY when objects were in use: do not touch @pool but to
 * free them.
 */
int sizeclass_pool_destroy(struct sizeclass_pool *pool)
{
	struct sizeclass_priv *priv;
	bool busy;
	long out;

	might_sleep();
	if (!pool)
		return 0;
	priv = to_sizeclass_priv(pool);
	atomic_long_inc(&priv->refs);
	busy = destroy_classes(priv);
	irq_work_sync(&priv->irq);
	out = atomic_long_read(&priv->out);
	if (out)
		pr_err("pool '%s': destroyed with %ld objects above its classes in use; kept until the last is freed\n",
		       priv->name, out);
	sizeclass_put_many(priv, 1);
	return busy || out ? -EBUSY : 0;
}
EXPORT_SYMBOL_GPL(sizeclass_pool_destroy);
