// SPDX-License-Identifier: GPL-2.0-only
/*
 * commands.c - below chardev.c: what each command of /dev/mempool does
 *
 * Called from: chardev.c.
 * Calls: directory.c, stattable.c, knobtable.c, backing.c, commands_memory.c.
 * Locks: objcache_list_lock.  Context: task; sleeps.
 *
 * Every command makes its whole answer in memory of its own, and copies it out
 * when no lock is held and no cache is pinned: a reader whose memory is slow to
 * come holds up nobody.  What is copied out was zeroed first, and no structure has
 * a hole.
 */
#include "internal.h"

#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "backing.h"
#include "commands.h"
#include "directory.h"
#include "knobtable.h"
#include "objcache_priv.h"
#include "stattable.h"

/* Caches listed at once: two pages of answer. */
#define LIST_MAX	64u

/* No hole and no end that the compiler padded: each is as large as its parts. */
static_assert(sizeof(struct mempool_room) == 8 + 2 * 4);
static_assert(sizeof(struct mempool_info) == MEMPOOL_INFO_SIZE_VER0);
static_assert(MEMPOOL_INFO_SIZE_VER0 == 2 * 4 + 8 + 4 * 4 + MEMPOOL_VERSION_MAX);
static_assert(sizeof(struct mempool_cache) == MEMPOOL_CACHE_SIZE_VER0);
static_assert(MEMPOOL_CACHE_SIZE_VER0 == 8 + 2 * 4 + MEMPOOL_CACHE_NAME_MAX + MEMPOOL_OWNER_MAX);
static_assert(sizeof(struct mempool_list) == MEMPOOL_LIST_SIZE_VER0);
static_assert(MEMPOOL_LIST_SIZE_VER0 == 2 * 4 + 8 + 16);
static_assert(sizeof(struct mempool_item) == MEMPOOL_ITEM_SIZE_VER0);
static_assert(MEMPOOL_ITEM_SIZE_VER0 == 2 * 4 + MEMPOOL_LABEL_MAX);
static_assert(sizeof(struct mempool_items) == MEMPOOL_ITEMS_SIZE_VER0);
static_assert(MEMPOOL_ITEMS_SIZE_VER0 == 4 * 4 + 16);
static_assert(sizeof(struct mempool_stats) == MEMPOOL_STATS_SIZE_VER0);
static_assert(MEMPOOL_STATS_SIZE_VER0 == 2 * 4 + 2 * 8 + 16);
static_assert(sizeof(struct mempool_knob) == MEMPOOL_KNOB_SIZE_VER0);
static_assert(MEMPOOL_KNOB_SIZE_VER0 == 3 * 8 + MEMPOOL_LABEL_MAX);
static_assert(sizeof(struct mempool_knobs) == MEMPOOL_KNOBS_SIZE_VER0);
static_assert(MEMPOOL_KNOBS_SIZE_VER0 == 2 * 4 + 8 + 2 * 4 + 16);
static_assert(sizeof(struct mempool_value) == MEMPOOL_VALUE_SIZE_VER0);
static_assert(MEMPOOL_VALUE_SIZE_VER0 == 2 * 4 + 2 * 8 + MEMPOOL_LABEL_MAX);
static_assert(sizeof(struct mempool_target) == MEMPOOL_TARGET_SIZE_VER0);

/* The same numbers inside and outside. */
static_assert(MEMPOOL_CACHE_NAME_MAX == OBJCACHE_NAME_MAX);
static_assert(MEMPOOL_OWNER_MAX >= MODULE_NAME_LEN);
static_assert(MEMPOOL_STATE_LIVE == OBJCACHE_LIVE);
static_assert(MEMPOOL_STATE_DYING == OBJCACHE_DYING);
static_assert(MEMPOOL_STATE_ZOMBIE == OBJCACHE_ZOMBIE);
static_assert(MEMPOOL_KIND_PROPERTY == STAT_PROPERTY);
static_assert(MEMPOOL_KIND_COUNTER == STAT_COUNTER);
static_assert(MEMPOOL_KIND_LEVEL == STAT_LEVEL);
static_assert(MEMPOOL_KIND_PEAK == STAT_PEAK);
static_assert(MEMPOOL_KIND_SCAN == STAT_SCAN);
static_assert(MEMPOOL_UNIT_NUMBER == STAT_NUMBER);
static_assert(MEMPOOL_UNIT_BYTES == STAT_BYTES);
static_assert(MEMPOOL_UNIT_NS == STAT_NS);

/**
 * commands_check_room() - is there room for an entry
 * @room:  what the caller gave
 * @least: the size of the first published entry
 *
 * Return: 0; -EINVAL: not even for one; -E2BIG: for larger ones than can be.
 */
int commands_check_room(const struct mempool_room *room, size_t least)
{
	if (!room->nr || room->entry_size < least)
		return -EINVAL;
	return room->entry_size > PAGE_SIZE ? -E2BIG : 0;
}

/**
 * commands_put_entries() - copy entries out
 * @room:    where to
 * @entries: the entries, defined to the last byte
 * @size:    of one
 * @nr:      how many
 *
 * Those that the caller knows longer than we do end in zeros.
 *
 * Context: task; sleeps.
 * Return: 0 or -EFAULT.
 */
int commands_put_entries(struct mempool_room *room, const void *entries, size_t size,
			 unsigned int nr)
{
	size_t known = min_t(size_t, size, room->entry_size);
	char __user *to = u64_to_user_ptr(room->address);
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (copy_to_user(to, entries + i * size, known) ||
		    clear_user(to + known, room->entry_size - known))
			return -EFAULT;
		to += room->entry_size;
	}
	room->nr = nr;
	return 0;
}

static void describe_cache(struct mempool_cache *to, const struct objcache_priv *priv)
{
	lockdep_assert_held(&objcache_list_lock);
	to->id = priv->id;
	to->state = READ_ONCE(priv->state);
	strscpy(to->name, priv->name, sizeof(to->name));
	/* It is there as long as it is noted here. */
	if (priv->owner)
		strscpy(to->owner, priv->owner->name, sizeof(to->owner));
}

static int run_list(union argument *a)
{
	struct mempool_room *room = &a->list.room;
	int err = commands_check_room(room, MEMPOOL_CACHE_SIZE_VER0);
	struct objcache_priv *priv;
	struct mempool_cache *caches;
	unsigned int n = 0, most = min(room->nr, LIST_MAX);

	if (err)
		return err;
	caches = kvcalloc(most, sizeof(*caches), GFP_KERNEL_ACCOUNT);
	if (!caches)
		return -ENOMEM;
	mutex_lock(&objcache_list_lock);
	list_for_each_entry(priv, &objcache_list, link) {
		if (priv->id <= a->list.after)
			continue;
		if (n == most)
			break;
		describe_cache(&caches[n++], priv);
	}
	mutex_unlock(&objcache_list_lock);
	if (n)
		a->list.after = caches[n - 1].id;
	err = commands_put_entries(room, caches, sizeof(*caches), n);
	kvfree(caches);
	return err;
}

static int run_items(union argument *a)
{
	int err = commands_check_room(&a->items.room, MEMPOOL_ITEM_SIZE_VER0);
	unsigned int i, first = array_index_nospec(min(a->items.first, stats_nr()),
						    stats_nr() + 1);
	unsigned int n = min(a->items.room.nr, stats_nr() - first);
	struct mempool_item *items;

	if (a->items.__reserved)
		err = -EINVAL;
	if (err)
		return err;
	items = kvcalloc(n, sizeof(*items), GFP_KERNEL_ACCOUNT);
	if (!items)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		struct stat_item item;

		stat_describe(first + i, &item);
		items[i].kind = item.kind;
		items[i].unit = item.unit;
		strscpy(items[i].name, item.name, sizeof(items[i].name));
	}
	err = commands_put_entries(&a->items.room, items, sizeof(*items), n);
	kvfree(items);
	return err;
}

/* One cache, or all. */
static int read_stats(const struct mempool_stats *stats, u64 *values)
{
	bool scan = stats->flags & MEMPOOL_STATS_SCAN;
	struct objcache_priv *priv;

	if (stats->cache == MEMPOOL_ALL) {
		stats_read_all(scan, values);
		return 0;
	}
	mutex_lock(&objcache_list_lock);
	priv = directory_find(stats->cache);
	if (priv)
		stats_read(priv, scan, values);
	mutex_unlock(&objcache_list_lock);
	return priv ? 0 : -ENOENT;
}

static int run_stats(union argument *a)
{
	int err = commands_check_room(&a->stats.room, sizeof(u64));
	u64 *values;

	if (err)
		return err;
	values = kvcalloc(stats_nr(), sizeof(*values), GFP_KERNEL_ACCOUNT);
	if (!values)
		return -ENOMEM;
	err = read_stats(&a->stats, values);
	a->stats.time_ns = ktime_get_ns();
	if (!err)
		err = commands_put_entries(&a->stats.room, values, sizeof(*values),
					   min(a->stats.room.nr, stats_nr()));
	kvfree(values);
	return err;
}

static const struct knob *knob_table(u64 cache, unsigned int *nr)
{
	*nr = cache == MEMPOOL_ALL ? module_knobs_nr : cache_knobs_nr;
	return cache == MEMPOOL_ALL ? module_knobs : cache_knobs;
}

/* Some knobs as they are now; a dying cache has them still. */
static int read_knobs(u64 cache, const struct knob *knobs, unsigned int n,
		      struct mempool_knob *to)
{
	struct objcache_priv *priv = NULL;
	unsigned int i;

	mutex_lock(&objcache_list_lock);
	if (cache != MEMPOOL_ALL)
		priv = directory_find(cache);
	for (i = 0; i < n && (priv || cache == MEMPOOL_ALL); i++) {
		to[i].min = knobs[i].min;
		to[i].max = knob_most(&knobs[i], priv);
		to[i].value = knobs[i].get(priv);
		strscpy(to[i].name, knobs[i].name, sizeof(to[i].name));
	}
	mutex_unlock(&objcache_list_lock);
	return priv || cache == MEMPOOL_ALL ? 0 : -ENOENT;
}

static int run_knobs(union argument *a)
{
	int err = commands_check_room(&a->knobs.room, MEMPOOL_KNOB_SIZE_VER0);
	unsigned int nr, first, n;
	const struct knob *knobs = knob_table(a->knobs.cache, &nr);
	struct mempool_knob *to;

	if (a->knobs.__reserved)
		err = -EINVAL;
	if (err)
		return err;
	first = array_index_nospec(min(a->knobs.first, nr), nr + 1);
	n = min(a->knobs.room.nr, nr - first);
	to = kvcalloc(n, sizeof(*to), GFP_KERNEL_ACCOUNT);
	if (!to)
		return -ENOMEM;
	err = read_knobs(a->knobs.cache, knobs + first, n, to);
	if (!err)
		err = commands_put_entries(&a->knobs.room, to, sizeof(*to), n);
	kvfree(to);
	return err;
}

static const struct knob *find_knob(const struct mempool_value *value)
{
	const struct knob *knobs;
	unsigned int i, nr;

	if (strnlen(value->name, sizeof(value->name)) == sizeof(value->name))
		return ERR_PTR(-EINVAL);
	knobs = knob_table(value->cache, &nr);
	for (i = 0; i < nr; i++)
		if (!strcmp(knobs[i].name, value->name))
			return &knobs[i];
	return ERR_PTR(-ENOENT);
}

static int run_get(union argument *a)
{
	const struct knob *knob = find_knob(&a->value);
	struct mempool_knob now = {};
	int err;

	if (IS_ERR(knob))
		return PTR_ERR(knob);
	err = read_knobs(a->value.cache, knob, 1, &now);
	a->value.value = now.value;
	return err;
}

static int run_set(union argument *a)
{
	const struct knob *knob = find_knob(&a->value);
	struct objcache_priv *priv;
	int err;

	if (IS_ERR(knob))
		return PTR_ERR(knob);
	if (a->value.cache == MEMPOOL_ALL)
		return knob_set(knob, NULL, a->value.value);
	priv = directory_pin(a->value.cache);
	if (IS_ERR(priv))
		return PTR_ERR(priv);
	err = knob_set(knob, priv, a->value.value);
	directory_unpin(priv);
	return err;
}

static int run_reset_peaks(union argument *a)
{
	u64 id = a->target.cache;
	struct objcache_priv *priv;

	if (id != MEMPOOL_ALL) {
		priv = directory_pin(id);
		if (IS_ERR(priv))
			return PTR_ERR(priv);
		backing_reset_peak(&priv->backing);
		directory_unpin(priv);
		return 0;
	}
	mutex_lock(&objcache_list_lock);
	list_for_each_entry(priv, &objcache_list, link)
		backing_reset_peak(&priv->backing);
	mutex_unlock(&objcache_list_lock);
	return 0;
}

static int run_info(union argument *a);

#define COMMAND(name, member, LEAST, ...)				\
	[_IOC_NR(MEMPOOL_IOC_##name)] = {				\
		.least	= MEMPOOL_##LEAST##_SIZE_VER0,			\
		.size	= sizeof_field(union argument, member),		\
		__VA_ARGS__						\
	}

static const struct command commands[] = {
	COMMAND(INFO, info, INFO, .run = run_info),
	COMMAND(LIST, list, LIST, .run = run_list),
	COMMAND(ITEMS, items, ITEMS, .run = run_items),
	COMMAND(STATS, stats, STATS, .run = run_stats, .flags = MEMPOOL_STATS_SCAN),
	COMMAND(KNOBS, knobs, KNOBS, .run = run_knobs),
	COMMAND(GET, value, VALUE, .run = run_get),
	COMMAND(MEMORY, reading, READING, .run = commands_memory),
	COMMAND(CYCLES, reading, READING, .run = commands_cycles),
	COMMAND(SET, value, VALUE, .run = run_set, .change = true),
	COMMAND(RESET_PEAKS, target, TARGET, .run = run_reset_peaks, .change = true),
	COMMAND(RECLAIM, reclaim, RECLAIM, .run = commands_reclaim, .change = true),
};

static_assert(ARRAY_SIZE(commands) <= 64);

static int run_info(union argument *a)
{
	unsigned int i;

	a->info.commands = 0;
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].run)
			a->info.commands |= BIT_ULL(i);
	a->info.caches = directory_count();
	a->info.stats = stats_nr();
	a->info.cache_knobs = cache_knobs_nr;
	a->info.module_knobs = module_knobs_nr;
	memset(a->info.version, 0, sizeof(a->info.version));
	strscpy(a->info.version, THIS_MODULE->version ?: "", sizeof(a->info.version));
	return 0;
}

/**
 * commands_find() - a command by its number
 * @cmd: the number, with all its bits
 *
 * Return: the command, or NULL: there is none.
 */
const struct command *commands_find(unsigned int cmd)
{
	unsigned int nr = _IOC_NR(cmd);

	if (cmd != _IO(MEMPOOL_IOC_MAGIC, nr) || nr >= ARRAY_SIZE(commands))
		return NULL;
	nr = array_index_nospec(nr, ARRAY_SIZE(commands));
	return commands[nr].run ? &commands[nr] : NULL;
}
