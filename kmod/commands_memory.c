// SPDX-License-Identifier: GPL-2.0-only
/*
 * commands_memory.c - below chardev.c: the commands about memory, and its return
 *
 * Called from: chardev.c.  Calls: memory.c, cycle.c, directory.c.
 * Locks: none.  Context: task; sleeps.
 */
#include "internal.h"

#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "commands.h"
#include "cycle.h"
#include "directory.h"
#include "memory.h"
#include "objcache_priv.h"

static_assert(sizeof(struct mempool_number) == MEMPOOL_NUMBER_SIZE_VER0);
static_assert(MEMPOOL_NUMBER_SIZE_VER0 == 8 + 2 * 4 + MEMPOOL_LABEL_MAX);
static_assert(sizeof(struct mempool_trigger) == MEMPOOL_TRIGGER_SIZE_VER0);
static_assert(MEMPOOL_TRIGGER_SIZE_VER0 == 6 * 8 + MEMPOOL_LABEL_MAX);
static_assert(sizeof(struct mempool_reading) == MEMPOOL_READING_SIZE_VER0);
static_assert(MEMPOOL_READING_SIZE_VER0 == 2 * 4 + 8 + 16);
static_assert(sizeof(struct mempool_reclaim) == MEMPOOL_RECLAIM_SIZE_VER0);
static_assert(MEMPOOL_RECLAIM_SIZE_VER0 == 2 * 4 + 2 * 8);

static void describe_numbers(struct mempool_number *to, const u64 *values)
{
	unsigned int i;

	for (i = 0; i < memory_items_nr; i++) {
		to[i].value = values[i];
		to[i].kind = memory_items[i].kind;
		to[i].unit = memory_items[i].unit;
		strscpy(to[i].name, memory_items[i].name, sizeof(to[i].name));
	}
}

/**
 * commands_memory() - MEMPOOL_IOC_MEMORY
 * @a: the argument
 *
 * Context: task; sleeps.
 * Return: 0 or a negative errno.
 */
int commands_memory(union argument *a)
{
	struct mempool_room *room = &a->reading.room;
	int err = commands_check_room(room, MEMPOOL_NUMBER_SIZE_VER0);
	struct mempool_number *numbers;
	u64 *values;

	if (err)
		return err;
	values = kcalloc(memory_items_nr, sizeof(*values), GFP_KERNEL_ACCOUNT);
	numbers = kcalloc(memory_items_nr, sizeof(*numbers), GFP_KERNEL_ACCOUNT);
	err = -ENOMEM;
	if (values && numbers) {
		memory_read(values);
		a->reading.time_ns = ktime_get_ns();
		describe_numbers(numbers, values);
		err = commands_put_entries(room, numbers, sizeof(*numbers),
					   min(room->nr, memory_items_nr));
	}
	kfree(numbers);
	kfree(values);
	return err;
}

static void describe_trigger(struct mempool_trigger *to, enum cycle_trigger trigger)
{
	struct cycle_stats stats;

	cycle_read(trigger, &stats);
	to->cycles = stats.cycles;
	to->objects = stats.objects;
	to->bytes = stats.bytes;
	to->total_ns = stats.total_ns;
	to->last_ns = stats.last_ns;
	to->last_at_ns = stats.last_at;
	strscpy(to->name, cycle_trigger_names[trigger], sizeof(to->name));
}

/**
 * commands_cycles() - MEMPOOL_IOC_CYCLES
 * @a: the argument
 *
 * Context: task; sleeps.
 * Return: 0 or a negative errno.
 */
int commands_cycles(union argument *a)
{
	struct mempool_room *room = &a->reading.room;
	int err = commands_check_room(room, MEMPOOL_TRIGGER_SIZE_VER0);
	struct mempool_trigger *triggers;
	enum cycle_trigger i;

	if (err)
		return err;
	triggers = kcalloc(CYCLE_TRIGGERS, sizeof(*triggers), GFP_KERNEL_ACCOUNT);
	if (!triggers)
		return -ENOMEM;
	for (i = 0; i < CYCLE_TRIGGERS; i++)
		describe_trigger(&triggers[i], i);
	a->reading.time_ns = ktime_get_ns();
	err = commands_put_entries(room, triggers, sizeof(*triggers),
				   min_t(u32, room->nr, CYCLE_TRIGGERS));
	kfree(triggers);
	return err;
}

/**
 * commands_reclaim() - MEMPOOL_IOC_RECLAIM
 * @a: the argument
 *
 * Context: task; sleeps.
 * Return: 0 or a negative errno.
 */
int commands_reclaim(union argument *a)
{
	struct objcache_priv *priv;

	if (a->reclaim.cache == MEMPOOL_ALL) {
		a->reclaim.objects = cycle_run(CYCLE_FORCED);
		return 0;
	}
	priv = directory_pin(a->reclaim.cache);
	if (IS_ERR(priv))
		return PTR_ERR(priv);
	a->reclaim.objects = cycle_run_one(priv, CYCLE_FORCED);
	directory_unpin(priv);
	return 0;
}
