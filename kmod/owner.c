// SPDX-License-Identifier: GPL-2.0-only
/*
 * owner.c - beside floor 1: drivers that are gone without destroying a cache
 *
 * Called from: the module notifier.  Calls: lifecycle.c, family.c.
 * Locks: objcache_list_lock.  Context: task; sleeps.
 */
#include "internal.h"

#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/printk.h>

#include "family.h"
#include "objcache_priv.h"
#include "owner.h"

static struct objcache_priv *find_orphan(struct module *owner)
{
	struct objcache_priv *priv;

	lockdep_assert_held(&objcache_list_lock);
	list_for_each_entry(priv, &objcache_list, link) {
		if (priv->owner != owner)
			continue;
		priv->owner = NULL;
		if (priv->state == OBJCACHE_LIVE)
			return priv;
	}
	return NULL;
}

/*
 * A driver that is gone without destroying its caches.  Its code is still
 * mapped here, and is not needed any more: the constructor runs only when slab
 * makes new objects, and a dying cache takes none.
 */
static int owner_going(struct notifier_block *nb, unsigned long event, void *data)
{
	struct module *owner = data;
	struct objcache_priv *priv;

	if (event != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	family_owner_going(owner);
	for (;;) {
		mutex_lock(&objcache_list_lock);
		priv = find_orphan(owner);
		if (priv)
			WRITE_ONCE(priv->state, OBJCACHE_DYING);
		mutex_unlock(&objcache_list_lock);
		if (!priv)
			return NOTIFY_OK;
		pr_err("cache '%s': its module %s was unloaded without destroying it\n",
		       priv->name, module_name(owner));
		objcache_retire(priv);
	}
}

static struct notifier_block owner_notifier = { .notifier_call = owner_going };

/**
 * owner_init() - watch modules go
 *
 * Return: 0 or a negative errno.
 */
int owner_init(void)
{
	return register_module_notifier(&owner_notifier);
}

/**
 * owner_exit() - stop watching
 */
void owner_exit(void)
{
	unregister_module_notifier(&owner_notifier);
}
