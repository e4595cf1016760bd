// SPDX-License-Identifier: GPL-2.0-only
/*
 * lifecycle.c - beside floor 1: birth and death of a cache
 *
 * Called from: drivers, owner.c.
 * Calls: all floors below, arguments.c, defaults.c, directory.c, knobs.c, refill.c,
 * tune.c, reclaim.c, cycle.c, memory.c, debugfs.c (the cache's folder).
 * Locks: objcache_list_lock, objcache_priv.knobs.  Context: task; sleeps.
 */
#include "internal.h"

#include <linux/cache.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "arguments.h"
#include "cycle.h"
#include "debug.h"
#include "debugfs.h"
#include "defaults.h"
#include "depot.h"
#include "directory.h"
#include "family.h"
#include "knobs.h"
#include "magazine.h"
#include "memory.h"
#include "objcache_priv.h"
#include "overflow.h"
#include "reclaim.h"
#include "refill.h"
#include "reserve.h"
#include "tune.h"

/* As slub_debug=FZPU. */
#define SLAB_CHECKS	(SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | \
			 SLAB_STORE_USER)

/* What memory may be waited for through; what comes and goes meanwhile. */
struct workqueue_struct *objcache_wq;
struct workqueue_struct *objcache_life_wq;

static char *passthrough = "auto";
module_param(passthrough, charp, 0444);
MODULE_PARM_DESC(passthrough, "caches without magazines: on, off, or auto (default: on under KASAN)");

static bool passthrough_all;

/*
 * Everything is back in slab.  The one who brought the last object may be in
 * its final instructions still: in overflow_add(), between the list and the
 * irq_work, which an interrupt can part, or in later_start(); that runs with
 * preemption off.
 */
static void free_cache(struct objcache_priv *priv)
{
	synchronize_rcu();

	/*
	 * Off the list and out of slab in one: readers of the list look into
	 * the cache, and slab must not see a second one of this name.
	 */
	mutex_lock(&objcache_list_lock);
	list_del(&priv->link);
	memory_forget(priv);
	tune_destroy(priv);
	cycle_destroy(priv);
	wait_exit(priv);
	reserve_fini(&priv->reserve);
	overflow_destroy(priv->overflow);
	magdepot_destroy(priv->depot);
	mag_destroy(priv->pub.mag);
	debug_destroy(priv);
	backing_fini(&priv->backing);
	free_percpu(priv->acct);
	mutex_unlock(&objcache_list_lock);
	if (priv->family)
		family_put(priv->family, 1);
	kfree(priv);
}

static void reap_zombie(struct later *reap)
{
	struct objcache_priv *priv = container_of(reap, struct objcache_priv, reap);

	pr_info("cache '%s': the last object came back\n", priv->name);
	free_cache(priv);
	module_put(THIS_MODULE);
}

/*
 * In whatever context the last object was given back.  The cache's own
 * reference is dropped when it becomes a zombie, so before that only a driver
 * that frees too much comes here.
 */
static void last_object_back(struct backing *b)
{
	struct objcache_priv *priv = container_of(b, struct objcache_priv, backing);

	if (READ_ONCE(priv->state) == OBJCACHE_ZOMBIE) {
		later_start(&priv->reap);
		return;
	}
	pr_err_ratelimited("cache '%s': more objects were freed than allocated\n",
			   priv->name);
	backing_undo_give(b);
}

static slab_flags_t slab_flags(unsigned int flags)
{
	return (flags & OBJCACHE_HWCACHE_ALIGN ? SLAB_HWCACHE_ALIGN : 0) |
	       (flags & OBJCACHE_TYPESAFE_BY_RCU ? SLAB_TYPESAFE_BY_RCU : 0) |
	       (flags & OBJCACHE_DMA ? SLAB_CACHE_DMA : 0) |
	       (flags & OBJCACHE_DMA32 ? SLAB_CACHE_DMA32 : 0) |
	       (flags & OBJCACHE_RECLAIMABLE ? SLAB_RECLAIM_ACCOUNT : 0) |
	       (flags & OBJCACHE_SLAB_DEBUG ? SLAB_CHECKS : 0);
}

static int build_floors(struct objcache_priv *priv, const struct objcache_params *p)
{
	char slab_name[OBJCACHE_NAME_MAX + sizeof("objcache-")];
	struct backing_params backing = {
		.name = slab_name,
		.size = priv->pub.size,
		.align = max_t(unsigned int, p->align, __alignof__(void *)),
		.slab_flags = slab_flags(p->flags),
		.ctor = p->ctor,
		.node = p->flags & OBJCACHE_NODE ? p->node : NUMA_NO_NODE,
		.useroffset = p->useroffset,
		.usersize = p->usersize,
	};
	int err = -ENOMEM;

	snprintf(slab_name, sizeof(slab_name), "objcache-%s", priv->name);
	priv->acct = alloc_percpu(struct account);
	if (!priv->acct)
		return -ENOMEM;
	wait_init(priv);
	err = tune_create(priv, default_tuned_max(priv->pub.size));
	if (err)
		goto free_acct;
	err = cycle_create(priv);
	if (err)
		goto destroy_tune;
	err = backing_init(&priv->backing, &backing, priv->acct, last_object_back);
	if (err)
		goto destroy_cycle;
	err = -ENOMEM;
	priv->depot = magdepot_create(&priv->backing, priv->acct,
				      priv->depot_max, !(p->flags & OBJCACHE_NODE));
	if (!priv->depot)
		goto fini_backing;
	priv->overflow = overflow_create(&priv->reserve, priv->depot, objcache_wq);
	if (!priv->overflow)
		goto destroy_depot;
	priv->pub.mag = mag_create(priv->phys);
	if (!priv->pub.mag)
		goto destroy_overflow;
	err = reclaim_add_cache(priv);
	if (err)
		goto destroy_mag;
	priv->debugging = debug_wanted(p->flags);
	err = priv->debugging ? debug_create(priv) : 0;
	if (err)
		goto remove_from_reclaim;
	cycle_add_cache(priv);
	return 0;

remove_from_reclaim:
	reclaim_remove_cache(priv);
destroy_mag:
	mag_destroy(priv->pub.mag);
destroy_overflow:
	overflow_destroy(priv->overflow);
destroy_depot:
	magdepot_destroy(priv->depot);
fini_backing:
	backing_fini(&priv->backing);
destroy_cycle:
	cycle_destroy(priv);
destroy_tune:
	tune_destroy(priv);
free_acct:
	free_percpu(priv->acct);
	return err;
}

/**
 * objcache_create_in() - objcache_create() for a named owner
 * @family: what it is a part of, which it has a reference to now; or NULL
 * @name:   see objcache_create()
 * @size:   see objcache_create()
 * @params: see objcache_create()
 * @owner:  the module that will destroy it; NULL for built-in code
 *
 * Context: task; sleeps.
 * Return: the cache or ERR_PTR; see objcache_create().
 */
struct objcache *
objcache_create_in(struct family *family, const char *name, unsigned int size,
		   const struct objcache_params *params, struct module *owner)
{
	static const struct objcache_params defaults;
	struct objcache_priv *priv, *other;
	int err;

	might_sleep();
	if (!params)
		params = &defaults;
	err = arguments_check(name, size, params);
	if (err)
		return ERR_PTR(err);

	priv = kzalloc(sizeof(*priv), GFP_KERNEL);
	if (!priv)
		return ERR_PTR(-ENOMEM);
	strscpy(priv->name, name, sizeof(priv->name));
	priv->pub.size = size;
	priv->ctor = params->ctor;
	priv->flags = params->flags;
	if (passthrough_all || (priv->flags & OBJCACHE_SLAB_DEBUG))
		priv->flags |= OBJCACHE_PASSTHROUGH;
	priv->wanted = priv->flags & OBJCACHE_PASSTHROUGH ? 0 : default_capacity(size);
	priv->phys = default_slots(size);
	priv->bytes_max = DEFAULT_BYTES_MAX;
	priv->depot_max = default_depot(size);
	priv->depot_wanted = priv->depot_max;
	priv->owner = owner;
	priv->family = family;
	mutex_init(&priv->knobs);
	later_init(&priv->reap, objcache_life_wq, reap_zombie);

	/* Held to the end: slab must not see a second cache of this name. */
	mutex_lock(&objcache_list_lock);
	other = directory_find_name(name);
	if (other) {
		pr_err("cache '%s': there is one of this name%s\n", name,
		       other->state == OBJCACHE_LIVE ? "" :
		       ", destroyed, which its objects in use keep");
		err = -EEXIST;
		goto unlock;
	}
	err = build_floors(priv, params);
	if (err)
		goto unlock;
	if (!(priv->flags & OBJCACHE_PASSTHROUGH))
		knobs_apply(priv);
	objcache_debugfs_add(priv);
	directory_add(priv);
	mutex_unlock(&objcache_list_lock);
	return &priv->pub;

unlock:
	mutex_unlock(&objcache_list_lock);
	kfree(priv);
	return ERR_PTR(err);
}

/**
 * __objcache_create() - objcache_create() for a named owner
 * @name:   see objcache_create()
 * @size:   see objcache_create()
 * @params: see objcache_create()
 * @owner:  the module that will destroy it; NULL for built-in code
 *
 * Context: task; sleeps.
 * Return: the cache or ERR_PTR; see objcache_create().
 */
struct objcache *
__objcache_create(const char *name, unsigned int size,
		  const struct objcache_params *params, struct module *owner)
{
	return objcache_create_in(NULL, name, size, params, owner);
}
EXPORT_SYMBOL_GPL(__objcache_create);

/*
 * Stop the magazines and empty them.  Two things may still be under way:
 *
 * 1. An operation on a magazine, in a task that was preempted in the middle of
 *    it, or in an interrupt: a push that read the old cap, or the last store of
 *    a pop, to memory that is about to be freed.  It does not sleep in there,
 *    so synchronize_rcu_tasks() waits for it; where such operations run with
 *    preemption off, and for interrupts, synchronize_rcu() does.
 * 2. The slow path of a free.  It holds the object that it is freeing, which
 *    keeps the cache; that object goes to slab last, since depots and
 *    magazines are closed by then, and nothing is touched after it.
 */
static void quiesce(struct objcache_priv *priv)
{
	mutex_lock(&priv->knobs);
	WRITE_ONCE(priv->capacity, 0);
	wait_set_cap(priv, 0);
	wait_close(priv);
	tune_close(priv);
	refill_close(priv);
	magdepot_set_max(priv->depot, 0);
	synchronize_rcu_tasks();
	synchronize_rcu();
	reclaim_drain_cpus(priv, 0);
	reclaim_remove_cache(priv);
	debug_close(priv);
	overflow_sync(priv->overflow);
	mutex_unlock(&priv->knobs);
}

/**
 * objcache_retire() - the second half of objcache_destroy()
 * @priv: the cache, which the caller has set OBJCACHE_DYING
 *
 * A zombie keeps this module loaded, since the frees to come run in it.
 *
 * Context: task; sleeps.
 * Return: 0, or -EBUSY when it is a zombie now.
 */
int objcache_retire(struct objcache_priv *priv)
{
	long out;

	objcache_debugfs_remove(priv);
	directory_wait_unpinned(priv);
	cycle_remove_cache(priv);
	if (READ_ONCE(priv->frees_by_rcu))
		rcu_barrier();
	quiesce(priv);

	out = backing_held(&priv->backing);
	if (out)
		pr_err("cache '%s': destroyed with %ld objects in use; kept until the last is freed\n",
		       priv->name, out);
	debug_report_leaks(priv);
	WRITE_ONCE(priv->state, OBJCACHE_ZOMBIE);
	__module_get(THIS_MODULE);
	if (!backing_close(&priv->backing))
		return -EBUSY;
	free_cache(priv);
	module_put(THIS_MODULE);
	return 0;
}

/**
 * objcache_destroy() - give a cache back
 * @cache: the cache, from which nobody allocates any more; NULL is ignored
 *
 * With objects in use it reports how many, and the cache lives on as a zombie
 * that takes frees alone, until the last one ends it: no object is freed under
 * its user.  Waits for an RCU-tasks grace period: some 10 to 100 ms, and as
 * long as any kernel thread runs without sleeping; such threads should call
 * cond_resched_tasks_rcu_qs().
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: 0, or -EBUSY when objects were in use: do not touch @cache but to
 * free them.
 */
int objcache_destroy(struct objcache *cache)
{
	struct objcache_priv *priv;
	bool live;

	might_sleep();
	if (!cache)
		return 0;
	priv = to_priv(cache);

	mutex_lock(&objcache_list_lock);
	live = priv->state == OBJCACHE_LIVE;
	if (live)
		WRITE_ONCE(priv->state, OBJCACHE_DYING);
	mutex_unlock(&objcache_list_lock);
	if (!live) {
		pr_err("cache '%s': destroyed twice\n", priv->name);
		return -EBUSY;
	}
	return objcache_retire(priv);
}
EXPORT_SYMBOL_GPL(objcache_destroy);

static int parse_passthrough(void)
{
	if (!strcmp(passthrough, "auto")) {
		passthrough_all = IS_ENABLED(CONFIG_KASAN);
	} else if (!strcmp(passthrough, "on")) {
		passthrough_all = true;
	} else if (strcmp(passthrough, "off")) {
		pr_err("parameter passthrough='%s' is not auto, on or off\n",
		       passthrough);
		return -EINVAL;
	}
	return 0;
}

/**
 * objcache_init() - start floor 1
 *
 * Return: 0 or a negative errno.
 */
int objcache_init(void)
{
	int err = parse_passthrough();

	if (err)
		return err;
	objcache_wq = alloc_workqueue("mempool", WQ_MEM_RECLAIM | WQ_PERCPU, 0);
	if (!objcache_wq)
		return -ENOMEM;
	/* Waits for grace periods, and for slab's locks: nobody may wait for it. */
	objcache_life_wq = alloc_workqueue("mempool-life", WQ_UNBOUND, 0);
	if (!objcache_life_wq) {
		destroy_workqueue(objcache_wq);
		return -ENOMEM;
	}
	return 0;
}

/**
 * objcache_exit() - stop floor 1
 *
 * There are no caches: each has a module that depends on this one, or is a
 * zombie, which holds a reference.  The last zombie's work may be in its final
 * instructions; destroy_workqueue() waits for it.
 */
void objcache_exit(void)
{
	destroy_workqueue(objcache_life_wq);
	destroy_workqueue(objcache_wq);
	WARN_ON_ONCE(!list_empty(&objcache_list));
}
