// SPDX-License-Identifier: GPL-2.0-only
/*
 * validate.c - beside floor 1: does everything add up
 *
 * Called from: drivers, debugfs.c.
 * Calls: magazine.c, depot.c, reserve.c, debug.c, backing.c, view.c, wait.c.
 * Locks: objcache_priv.knobs; those of the floors, for a batch at a time.
 * Context: task; sleeps.
 *
 * Nobody is stopped.  What the structures are must be right at any time; what is
 * in them, and the sums, only while nothing moves.  That is known by the counters,
 * one of which counts every move: all the same before and after.
 */
#include "internal.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/stdarg.h>
#include <linux/string.h>

#include "debug.h"
#include "depot.h"
#include "magazine.h"
#include "objcache_priv.h"
#include "overflow.h"
#include "reserve.h"
#include "validate.h"

/* A moment without traffic is looked for that often, and waited for in between. */
#define TRIES		10u
#define TRY_AGAIN_MS	5u

/* The others are like these, and a console is slow. */
#define FAULTS_SAID	100u

__printf(3, 4)
static void fault(struct validation *v, bool unsound, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	v->unsound |= unsound;
	if (v->faults++ >= FAULTS_SAID)
		return;
	va_start(args, fmt);
	vaf.va = &args;
	pr_err("cache '%s': %pV\n", v->priv->name, &vaf);
	va_end(args);
	if (v->m) {
		va_start(args, fmt);
		seq_vprintf(v->m, fmt, args);
		seq_putc(v->m, '\n');
		va_end(args);
	}
}

static void check_magazine(struct validation *v, int cpu)
{
	const struct magazine *mag = per_cpu_ptr(v->priv->pub.mag, cpu);
	unsigned int hint = READ_ONCE(mag->hint), phys = v->priv->phys;
	void *slot;

	/* All else is found by it. */
	if (READ_ONCE(mag->phys) != phys) {
		fault(v, true, "magazine of CPU %d: has %u slots, not %u", cpu,
		      READ_ONCE(mag->phys), phys);
		return;
	}
	if (hint > phys && hint != phys + MAG_PARKED)
		fault(v, true, "magazine of CPU %d: hint %u is beyond its %u slots", cpu,
		      hint, phys);
	if (READ_ONCE(mag->cap) > phys)
		fault(v, true, "magazine of CPU %d: capacity %u is beyond its %u slots", cpu,
		      READ_ONCE(mag->cap), phys);
	slot = READ_ONCE(mag->slot[0]);
	if (slot)
		fault(v, true, "magazine of CPU %d: %p in front of its slots", cpu, slot);
	slot = READ_ONCE(mag->slot[phys + 1]);
	if (slot != MAG_SENTINEL)
		fault(v, true, "magazine of CPU %d: %p behind its slots, not the sentinel",
		      cpu, slot);
	slot = READ_ONCE(mag->slot[phys + MAG_PARKED]);
	if (slot)
		fault(v, true, "magazine of CPU %d: %p behind its sentinel", cpu, slot);
}

static void check_structure(struct validation *v)
{
	struct magdepot_set *set = v->priv->depot;
	int cpu, node;

	for_each_possible_cpu(cpu)
		check_magazine(v, cpu);
	for_each_node(node) {
		struct magdepot *d = set->depot[node];

		if (READ_ONCE(d->nr) > d->size)
			fault(v, true, "depot of node %d: %u objects are more than its %u",
			      node, READ_ONCE(d->nr), d->size);
	}
}

static const char *place_name(const struct place *place, char *name, size_t size)
{
	switch (place->kind) {
	case PLACE_MAGAZINE:
		snprintf(name, size, "slot %u of CPU %u's magazine", place->slot, place->which);
		break;
	case PLACE_DEPOT:
		snprintf(name, size, "the depot of node %u", place->which);
		break;
	case PLACE_RESERVE:
		return "the reserve";
	case PLACE_QUARANTINE:
		return "the quarantine";
	}
	return name;
}

static void check_object(struct validation *v, const struct place *place)
{
	struct backing_origin origin;
	char name[48];

	backing_origin(&v->priv->backing, place->obj, &origin);
	if (origin.kind != BACKING_OWN)
		fault(v, true, "%p in %s is no object of this cache", place->obj,
		      place_name(place, name, sizeof(name)));
	else if (debug_is_used(v->priv, place->obj))
		fault(v, false, "%p in %s is in use", place->obj,
		      place_name(place, name, sizeof(name)));
}

static void check_objects(struct validation *v)
{
	char name[48], other[48];
	unsigned int i;

	validate_sort(v);
	for (i = 0; i < v->nr; i++) {
		check_object(v, &v->at[i]);
		if (i && v->at[i].obj == v->at[i - 1].obj)
			fault(v, true, "%p is in two places: %s and %s", v->at[i].obj,
			      place_name(&v->at[i - 1], name, sizeof(name)),
			      place_name(&v->at[i], other, sizeof(other)));
	}
	i = debug_look_at_all(v->priv);
	if (i)
		fault(v, false, "%u free objects were written to", i);
}

static void check_sums(struct validation *v, const struct account_view *view,
		       unsigned int gathered)
{
	const unsigned long *n = view->n;
	long held = backing_held(&v->priv->backing);
	long charged = atomic_long_read(&v->priv->backing.charged);

	if (n[ACCOUNT_FREES] > n[ACCOUNT_ALLOCS])
		fault(v, false, "%lu objects were freed, of %lu that were allocated",
		      n[ACCOUNT_FREES], n[ACCOUNT_ALLOCS]);
	if (held != n[ACCOUNT_HELD])
		fault(v, false, "%ld objects are held, %lu by what slab gave and was given",
		      held, n[ACCOUNT_HELD]);
	if (charged != held)
		fault(v, false, "%ld objects are held, and %ld charged", held, charged);
	if (n[ACCOUNT_CACHED] != v->nr + gathered)
		fault(v, false, "%lu objects are cached by the counters, %u were found",
		      n[ACCOUNT_CACHED], v->nr + gathered);
}

/*
 * What a slow path has in its hands was counted when it came there, and is in no
 * place.  So what does not add up must be so a while later still, with nothing
 * counted meanwhile.
 */
#define SETTLED_MS	100

static bool still_so(struct objcache_priv *priv, const struct account_view *view)
{
	struct account_view after;

	msleep(SETTLED_MS);
	objcache_view(priv, &after);
	return !memcmp(view, &after, sizeof(after));
}

/* False: something moved. */
static bool look(struct validation *v, struct account_view *view, unsigned int *gathered)
{
	struct account_view after;

	overflow_sync(v->priv->overflow);
	objcache_view(v->priv, view);
	*gathered = wait_gathered(v->priv);
	if (!validate_list(v))
		return false;
	objcache_view(v->priv, &after);
	if (memcmp(view, &after, sizeof(after)) || *gathered != wait_gathered(v->priv))
		return false;
	return view->n[ACCOUNT_CACHED] == v->nr + *gathered || still_so(v->priv, view);
}

static int check_when_quiet(struct validation *v)
{
	struct account_view view;
	unsigned int tries, gathered;

	for (tries = 0; !look(v, &view, &gathered); tries++) {
		if (tries == TRIES)
			return -EAGAIN;
		msleep(TRY_AGAIN_MS);
	}
	check_objects(v);
	check_sums(v, &view, gathered);
	return 0;
}

/**
 * validate() - does everything in a cache add up
 * @priv: the cache
 * @m:    where it is said what does not, beside the kernel log; or NULL
 *
 * Context: task; sleeps.
 * Return: as objcache_validate().
 */
int validate(struct objcache_priv *priv, struct seq_file *m)
{
	struct validation v = { .priv = priv, .m = m };
	int err = 0;

	might_sleep();
	mutex_lock(&priv->knobs);
	if (READ_ONCE(priv->state) != OBJCACHE_LIVE)
		err = -ENODEV;
	else if (!backing_learn(&priv->backing))
		err = -ENOMEM;
	if (!err) {
		check_structure(&v);
		if (!v.faults)
			err = check_when_quiet(&v);
		if (v.unsound)
			validate_purge(&v);
	}
	mutex_unlock(&priv->knobs);
	kvfree(v.at);
	return v.faults ? -EUCLEAN : err;
}

/**
 * objcache_validate() - does everything in a cache add up
 * @cache: the cache
 *
 * All that is free is found exactly once, is an object of the cache and of
 * nobody; what is held is in use, or free; the magazines are as they were made.
 * What is wrong is reported in the kernel log, a line each.  A magazine or depot
 * that is in a state that cannot be, or has what is no object or is somewhere
 * twice, is not used any more: both are off for this cache from then on, what was
 * in them goes to slab, once, and what is no object is left alone.
 *
 * Context: task; sleeps; not in a CPU hotplug callback.
 * Return: 0; -EUCLEAN: something is wrong; -EAGAIN: objects moved all the time, so
 * that only what is true at any time was checked, and is; -ENOMEM; -ENODEV for a
 * cache that is being destroyed.
 */
int objcache_validate(struct objcache *cache)
{
	return validate(to_priv(cache), NULL);
}
EXPORT_SYMBOL_GPL(objcache_validate);
