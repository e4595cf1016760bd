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

#endif /* _MEMPOOL_COMMANDS_H */
