/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * objcache_priv.h - floor 1: the whole of an objcache
 *
 * Included by floor 1, what stands beside it, and the windows; never by the
 * floors below.
 */
#ifndef _MEMPOOL_OBJCACHE_PRIV_H
#define _MEMPOOL_OBJCACHE_PRIV_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <mempool/objcache.h>

#include "account.h"
#include "backing.h"
#include "cycle.h"
#include "later.h"
#include "reserve.h"
#include "tune.h"
#include "wait.h"

struct bring_work;
struct debug;
struct dentry;
struct family;
struct magdepot_set;
struct overflow;

/**
 * enum objcache_state - the life of a cache
 * @OBJCACHE_LIVE:   in use
 * @OBJCACHE_DYING:  no allocations, no magazines; being emptied
 * @OBJCACHE_ZOMBIE: destroyed with objects out, waiting for the last of them
 */
enum objcache_state {
	OBJCACHE_LIVE,
	OBJCACHE_DYING,
	OBJCACHE_ZOMBIE,
};

/**
 * struct objcache_priv - a cache
 * @pub:      what inline code sees; first
 * @wanted:   magazine capacity as it was set or tuned, in objects (K)
 * @bytes_max: the most bytes of objects in a magazine; 0: any number (K)
 * @most:     the same in objects: no slot above it is ever used (K for writers, A
 *	for readers)
 * @limit:    the most objects to hold; 0: any number (K for writers, A for
 *	readers)
 * @limit_bytes: the same in bytes of @backing.padded objects (as @limit)
 * @capacity: magazine capacity in force: @wanted, or what the limits and @most
 *	allow (K for writers, A for readers)
 * @phys:     the most @wanted can be (I)
 * @depot_max: the most @depot_wanted can be (I)
 * @depot_wanted: what the depots may hold, in objects a node (K)
 * @flags:    of enum objcache_flags (I)
 * @state:    of enum objcache_state (L for writers, A for readers)
 * @frees_by_rcu: objcache_free_rcu() was used (A)
 * @debugging: every operation is checked, or about to be (K)
 * @unsound:  validate found a magazine or depot that cannot be: neither is used (K)
 * @acct:     per-CPU counters (I)
 * @overflow: frees that wait for who can call slab (I)
 * @reserve:  floor 3: what is kept back
 * @depot:    floor 3 (I)
 * @backing:  floor 4 (I)
 * @debug:    what is known while it is debugged, or NULL (K for writers, RCU)
 * @waiters:  who sleeps for an object
 * @seek:     looks for objects while anybody waits, or the reserve is short
 * @bring:    per-CPU works that empty a magazine for it (I)
 * @tune:     chooses @wanted
 * @cycle:    its part in reclaim cycles
 * @ctor:     the owner's constructor (I)
 * @id:       its number, never given to another one (I)
 * @pins:     how many changes through a window are under way (L for writers, A
 *	for readers)
 * @family:   what it is a part of, or NULL (I)
 * @owner:    the module that made it; NULL: built in, or unloaded (L)
 * @knobs:    one change at a time
 * @link:     in objcache_list (L)
 * @cpuhp:    in the hotplug state's list of instances
 * @reap:     ends a zombie after its last object
 * @dir:      its folder in debugfs (L)
 * @name:     its name (I)
 */
struct objcache_priv {
	struct objcache		pub;
	unsigned int		wanted;
	unsigned int		bytes_max;
	unsigned int		most;
	unsigned long		limit;
	unsigned long		limit_bytes;
	unsigned int		capacity;
	unsigned int		phys;
	unsigned int		depot_max;
	unsigned int		depot_wanted;
	unsigned int		flags;
	enum objcache_state	state;
	bool			frees_by_rcu;
	bool			debugging;
	bool			unsound;
	struct account __percpu	*acct;
	struct overflow		*overflow;
	struct reserve		reserve;
	struct magdepot_set	*depot;
	struct backing		backing;
	struct debug __rcu	*debug;
	struct waiters		waiters;
	struct delayed_work	seek;
	struct bring_work __percpu *bring;
	struct tune		tune;
	struct cycle_member	cycle;
	void			(*ctor)(void *obj);
	struct family		*family;

	u64			id;
	unsigned int		pins;
	struct module		*owner;
	struct mutex		knobs;	/* one change of a knob at a time */
	struct list_head	link;
	struct hlist_node	cpuhp;
	struct later		reap;
	struct dentry		*dir;
	char			name[OBJCACHE_NAME_MAX];
};

extern struct list_head objcache_list;
extern struct mutex objcache_list_lock;
extern struct workqueue_struct *objcache_wq;
extern struct workqueue_struct *objcache_life_wq;

void objcache_view(struct objcache_priv *priv, struct account_view *view);
const char *objcache_state_name(const struct objcache_priv *priv);

bool objcache_may_alloc(const struct objcache_priv *priv, void *caller);
bool objcache_look_again(struct objcache_priv *priv, gfp_t gfp, unsigned int seen,
			 bool *squeezed);
unsigned int objcache_get_or_take(struct objcache_priv *priv, gfp_t gfp,
				  void **objs, unsigned int want);
struct objcache *
objcache_create_in(struct family *family, const char *name, unsigned int size,
		   const struct objcache_params *params, struct module *owner);
unsigned int objcache_fill(struct objcache_priv *priv, void **objs, unsigned int n);
int objcache_retire(struct objcache_priv *priv);
int objcache_init(void);
void objcache_exit(void);

/* Racy: who begins to wait this instant looks for what is freed meanwhile. */
static inline bool wait_anybody(const struct objcache_priv *priv)
{
	return READ_ONCE(priv->waiters.nr);
}

/*
 * Frees must come by: somebody waits, the reserve is short, or a limit was
 * lowered.  Racy: a reserve that becomes short this instant is filled up by
 * others, or from slab.
 */
static inline bool wait_closed(const struct objcache_priv *priv)
{
	return wait_anybody(priv) || reserve_short(&priv->reserve) ||
	       backing_over_limit(&priv->backing);
}

/* Racy: whoever comes next to an empty magazine looks again. */
static inline bool wait_may_open(const struct objcache_priv *priv)
{
	return READ_ONCE(priv->waiters.in_force) != READ_ONCE(priv->waiters.cap) &&
	       !wait_closed(priv);
}

/* For init_on_free, with slab's exceptions: what others may rely on or read. */
static inline void objcache_wipe(const struct objcache_priv *priv, void *obj)
{
	if (!priv->ctor && !(priv->flags & OBJCACHE_TYPESAFE_BY_RCU))
		memset(obj, 0, priv->pub.size);
}

static inline struct objcache_priv *to_priv(struct objcache *cache)
{
	return container_of(cache, struct objcache_priv, pub);
}

#endif /* _MEMPOOL_OBJCACHE_PRIV_H */
