// SPDX-License-Identifier: GPL-2.0-only
/*
 * sizeclass_life.c - beside floor 1: birth and death of a pool of size classes, and
 * when its sizes are counted
 *
 * Called from: drivers, debugfs_pools.c.
 * Calls: family.c, histogram.c, debugfs_pools.c (the pool's folder).
 * Locks: sizeclass_priv.counts.  Context: task; sleeps.
 */
#include "internal.h"

#include <linux/align.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "debugfs_pools.h"
#include "sizeclass.h"

/*
 * From a cache line to where slab itself ends (kmalloc() asks the page
 * allocator above 8192).  Powers of two waste a quarter on average, as those
 * of kmalloc() do, and 8 caches are few to hold free objects in.
 */
static const unsigned int default_sizes[] = {
	64, 128, 256, 512, 1024, 2048, 4096, 8192,
};

static struct sizeclass_priv *to_pool(struct family *f)
{
	return container_of(f, struct sizeclass_priv, family);
}

static void stop(struct family *f)
{
	debugfs_pool_remove(f);
}

static void free_pool(struct family *f)
{
	struct sizeclass_priv *priv = to_pool(f);

	histogram_destroy(priv->sizes);
	kfree(priv);
}

static const struct family_kind sizeclass_kind = {
	.stop = stop,
	.free = free_pool,
};

/**
 * sizeclass_counting() - are the sizes counted that are asked for?
 * @priv: the pool
 *
 * Context: any.
 * Return: true if so.
 */
bool sizeclass_counting(const struct sizeclass_priv *priv)
{
	return READ_ONCE(priv->pub.limit) != priv->last;
}

/* It stays until the pool is gone, for who counts in it still. */
static int table_of(struct sizeclass_priv *priv)
{
	struct histogram *sizes = priv->sizes;

	lockdep_assert_held(&priv->counts);
	if (sizes) {
		histogram_reset(sizes);
		return 0;
	}
	sizes = histogram_create(priv->pub.class, priv->last);
	if (!sizes)
		return -ENOMEM;
	/* Pairs with the acquire in count(). */
	smp_store_release(&priv->sizes, sizes);
	return 0;
}

/**
 * sizeclass_count() - count the sizes that are asked for, or no longer
 * @priv: the pool
 * @on:   true: from now on, beginning at 0; false: the table stays as it is
 *
 * Context: task; sleeps.
 * Return: 0 or -ENOMEM.
 */
int sizeclass_count(struct sizeclass_priv *priv, bool on)
{
	int err;

	mutex_lock(&priv->counts);
	err = on ? table_of(priv) : 0;
	if (!err)
		WRITE_ONCE(priv->pub.limit, on ? 0 : priv->last);
	mutex_unlock(&priv->counts);
	return err;
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

static int add_class(struct sizeclass_priv *priv, unsigned int size)
{
	struct sizeclass_pool *pool = &priv->pub;
	struct objcache *cache = family_add(&priv->family, size);

	if (IS_ERR(cache))
		return PTR_ERR(cache);
	memset(pool->class + priv->last / SIZECLASS_GRANULE, priv->family.nr - 1,
	       (size - priv->last) / SIZECLASS_GRANULE);
	priv->last = size;
	pool->limit = size;
	return 0;
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
	mutex_init(&priv->counts);
	err = family_init(&priv->family, name, priv->pub.cache, &sizeclass_kind, owner);
	if (err) {
		kfree(priv);
		return ERR_PTR(err);
	}
	for (i = 0; i < n; i++) {
		err = add_class(priv, ALIGN(sizes[i], SIZECLASS_GRANULE));
		if (err) {
			family_destroy(&priv->family);
			return ERR_PTR(err);
		}
	}
	debugfs_pool_add_classes(priv);
	return &priv->pub;
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
	might_sleep();
	return pool ? family_destroy(&to_sizeclass_priv(pool)->family) : 0;
}
EXPORT_SYMBOL_GPL(sizeclass_pool_destroy);
