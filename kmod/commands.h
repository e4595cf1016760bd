/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * commands.h - below chardev.c: what each command of /dev/mempool does
 */
#ifndef _MEMPOOL_COMMANDS_H
#define _MEMPOOL_COMMANDS_H

#include <linux/types.h>

#include <uapi/mempool/mempool_ioctl.h>

/* What every command's structure begins with. */
struct head {
	u32	size;
	u32	flags;
};

union argument {
	struct head		head;
	struct mempool_info	info;
	struct mempool_list	list;
	struct mempool_items	items;
	struct mempool_stats	stats;
	struct mempool_knobs	knobs;
	struct mempool_value	value;
	struct mempool_target	target;
	struct mempool_reading	reading;
	struct mempool_reclaim	reclaim;
};

/**
 * struct command - what there is to know of a command
 * @run:    does it; 0 or a negative errno
 * @least:  the size of the first published structure
 * @size:   the size of the structure as it is now
 * @flags:  those it knows
 * @change: it changes something
 */
struct command {
	int		(*run)(union argument *a);
	unsigned int	least;
	unsigned int	size;
	u32		flags;
	bool		change;
};

const struct command *commands_find(unsigned int cmd);

int commands_check_room(const struct mempool_room *room, size_t least);
int commands_put_entries(struct mempool_room *room, const void *entries, size_t size,
			 unsigned int nr);

int commands_memory(union argument *a);
int commands_cycles(union argument *a);
int commands_reclaim(union argument *a);

#endif /* _MEMPOOL_COMMANDS_H */
