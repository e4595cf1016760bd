// SPDX-License-Identifier: GPL-2.0-only
/*
 * knobtable.c - every knob once, for all windows
 *
 * Called from: the windows.  Calls: what each knob belongs to.
 * Locks: theirs.  Context: task; sleeps.
 *
 * A new knob is a line in one of the tables, and a row in Documentation/admin.rst.
 */
#include "internal.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>

#include "backing.h"
#include "knobtable.h"
#include "objcache_priv.h"

static s64 get_capacity(struct objcache_priv *priv)
{
	return objcache_capacity(&priv->pub);
}

static int set_capacity(struct objcache_priv *priv, s64 value)
{
	return objcache_set_capacity(&priv->pub, value);
}

static s64 get_depot_capacity(struct objcache_priv *priv)
{
	return objcache_depot_capacity(&priv->pub);
}

static int set_depot_capacity(struct objcache_priv *priv, s64 value)
{
	return objcache_set_depot_capacity(&priv->pub, value);
}

static s64 get_limit(struct objcache_priv *priv)
{
	return objcache_limit(&priv->pub);
}

static int set_limit(struct objcache_priv *priv, s64 value)
{
	return objcache_set_limit(&priv->pub, value);
}

static s64 get_limit_bytes(struct objcache_priv *priv)
{
	return objcache_limit_bytes(&priv->pub);
}

static int set_limit_bytes(struct objcache_priv *priv, s64 value)
{
	return objcache_set_limit_bytes(&priv->pub, value);
}

static s64 get_reserve(struct objcache_priv *priv)
{
	return objcache_reserve(&priv->pub);
}

static int set_reserve(struct objcache_priv *priv, s64 value)
{
	return objcache_set_reserve(&priv->pub, value);
}

/* 0 stands for no limit here too. */
static s64 get_memory_limit(struct objcache_priv *none)
{
	unsigned long limit = backing_memory_limit();

	return limit == ULONG_MAX ? 0 : limit;
}

static int set_memory_limit(struct objcache_priv *none, s64 value)
{
	backing_set_memory_limit(value ?: ULONG_MAX);
	return 0;
}

const struct knob cache_knobs[] = {
	{ "magazine_capacity", 0, U32_MAX, get_capacity, set_capacity },
	{ "depot_capacity", 0, U32_MAX, get_depot_capacity, set_depot_capacity },
	{ "limit", 0, LONG_MAX, get_limit, set_limit },
	{ "limit_bytes", 0, LONG_MAX, get_limit_bytes, set_limit_bytes },
	{ "reserve", 0, U32_MAX, get_reserve, set_reserve },
};

const unsigned int cache_knobs_nr = ARRAY_SIZE(cache_knobs);

const struct knob module_knobs[] = {
	{ "memory_limit", 0, LONG_MAX, get_memory_limit, set_memory_limit },
};

const unsigned int module_knobs_nr = ARRAY_SIZE(module_knobs);

/**
 * knob_set() - change a knob
 * @knob:  the knob
 * @priv:  the cache, for one of cache_knobs
 * @value: what to
 *
 * Context: task; sleeps.
 * Return: 0; or, with nothing changed: -ERANGE outside the knob's bounds, or
 * what its function says.
 */
int knob_set(const struct knob *knob, struct objcache_priv *priv, s64 value)
{
	if (value < knob->min || value > knob->max)
		return -ERANGE;
	return knob->set(priv, value);
}
