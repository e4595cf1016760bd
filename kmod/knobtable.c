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
#include "cycle_give.h"
#include "knobtable.h"
#include "objcache_priv.h"
#include "triggers.h"
#include "tune.h"

static s64 get_capacity(struct objcache_priv *priv)
{
	return objcache_capacity(&priv->pub);
}

static int set_capacity(struct objcache_priv *priv, s64 value)
{
	return objcache_set_capacity(&priv->pub, value);
}

static s64 most_capacity(struct objcache_priv *priv)
{
	return priv->phys;
}

static s64 get_bytes_max(struct objcache_priv *priv)
{
	return READ_ONCE(priv->bytes_max);
}

static int set_bytes_max(struct objcache_priv *priv, s64 value)
{
	return tune_set_bytes_max(priv, value);
}

static s64 get_auto_tune(struct objcache_priv *priv)
{
	return objcache_auto_tune(&priv->pub);
}

static int set_auto_tune(struct objcache_priv *priv, s64 value)
{
	return objcache_set_auto_tune(&priv->pub, value);
}

static s64 get_auto_tune_min(struct objcache_priv *priv)
{
	return READ_ONCE(priv->tune.min);
}

static int set_auto_tune_min(struct objcache_priv *priv, s64 value)
{
	return tune_set_min(priv, value);
}

static s64 get_auto_tune_max(struct objcache_priv *priv)
{
	return READ_ONCE(priv->tune.max);
}

static int set_auto_tune_max(struct objcache_priv *priv, s64 value)
{
	return tune_set_max(priv, value);
}

static s64 get_auto_tune_period(struct objcache_priv *priv)
{
	return READ_ONCE(priv->tune.period_ms);
}

static int set_auto_tune_period(struct objcache_priv *priv, s64 value)
{
	return tune_set_period(priv, value);
}

static s64 get_depot_capacity(struct objcache_priv *priv)
{
	return objcache_depot_capacity(&priv->pub);
}

static int set_depot_capacity(struct objcache_priv *priv, s64 value)
{
	return objcache_set_depot_capacity(&priv->pub, value);
}

static s64 most_depot_capacity(struct objcache_priv *priv)
{
	return priv->depot_max;
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

static s64 get_debug(struct objcache_priv *priv)
{
	return objcache_debug(&priv->pub);
}

static int set_debug(struct objcache_priv *priv, s64 value)
{
	return objcache_set_debug(&priv->pub, value);
}

/* 0 stands for no limit here too. */
static s64 get_memory_limit(struct objcache_priv *none)
{
	unsigned long limit = backing_memory_limit();

	return limit == ULONG_MAX ? 0 : limit;
}

static int set_memory_limit(struct objcache_priv *none, s64 value)
{
	triggers_set_memory_limit(value ?: ULONG_MAX);
	return 0;
}

static s64 get_idle_percent(struct objcache_priv *none)
{
	return cycle_idle_percent();
}

static int set_idle_percent(struct objcache_priv *none, s64 value)
{
	triggers_set_idle_percent(value);
	return 0;
}

static s64 get_cleaner_period(struct objcache_priv *none)
{
	return triggers_period();
}

static int set_cleaner_period(struct objcache_priv *none, s64 value)
{
	return triggers_set_period(value);
}

const struct knob cache_knobs[] = {
	{ "magazine_capacity", 0, U32_MAX, get_capacity, set_capacity,
	  most_capacity },
	{ "magazine_bytes_max", 0, U32_MAX, get_bytes_max, set_bytes_max },
	{ "auto_tune", 0, 1, get_auto_tune, set_auto_tune },
	{ "auto_tune_min", 1, U32_MAX, get_auto_tune_min, set_auto_tune_min },
	{ "auto_tune_max", 1, U32_MAX, get_auto_tune_max, set_auto_tune_max },
	{ "auto_tune_period_ms", TUNE_PERIOD_MIN_MS, TUNE_PERIOD_MAX_MS,
	  get_auto_tune_period, set_auto_tune_period },
	{ "depot_capacity", 0, U32_MAX, get_depot_capacity, set_depot_capacity,
	  most_depot_capacity },
	{ "limit", 0, LONG_MAX, get_limit, set_limit },
	{ "limit_bytes", 0, LONG_MAX, get_limit_bytes, set_limit_bytes },
	{ "reserve", 0, U32_MAX, get_reserve, set_reserve },
	{ "debug", 0, 1, get_debug, set_debug },
};
EXPORT_SYMBOL_FOR_TEST(cache_knobs);

const unsigned int cache_knobs_nr = ARRAY_SIZE(cache_knobs);
EXPORT_SYMBOL_FOR_TEST(cache_knobs_nr);

const struct knob module_knobs[] = {
	{ "memory_limit", 0, LONG_MAX, get_memory_limit, set_memory_limit },
	{ "idle_percent", -1, S32_MAX, get_idle_percent, set_idle_percent },
	{ "cleaner_period_ms", 0, CLEANER_PERIOD_MAX_MS, get_cleaner_period,
	  set_cleaner_period },
};

const unsigned int module_knobs_nr = ARRAY_SIZE(module_knobs);

/**
 * knob_most() - the most a knob can be set to
 * @knob: the knob
 * @priv: the cache, for one of cache_knobs
 *
 * What it depends on for the time being, such as another knob, is left out.
 *
 * Context: any.
 * Return: the bound.
 */
s64 knob_most(const struct knob *knob, struct objcache_priv *priv)
{
	return knob->most ? knob->most(priv) : knob->max;
}

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
EXPORT_SYMBOL_FOR_TEST(knob_set);
