/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * validate.h - beside floor 1: does everything add up
 *
 * Called from: the windows.
 */
#ifndef _MEMPOOL_VALIDATE_H
#define _MEMPOOL_VALIDATE_H

#include <linux/types.h>

struct objcache_priv;
struct seq_file;

/* Where a free object was seen. */
enum place_kind {
	PLACE_MAGAZINE,		/* of a CPU */
	PLACE_DEPOT,		/* of a node */
	PLACE_RESERVE,
	PLACE_QUARANTINE,
};

struct place {
	void			*obj;
	enum place_kind		kind;
	unsigned short		which;	/* the CPU or the node */
	unsigned short		slot;	/* of a magazine */
};

/**
 * struct validation - one look at a cache
 * @priv:    the cache
 * @m:       where it is said what is wrong, beside the kernel log; or NULL
 * @faults:  how much is wrong
 * @unsound: a magazine or depot is in a state that cannot be
 * @at:      the free objects that were seen
 * @nr:      how many
 * @room:    how many @at has room for
 */
struct validation {
	struct objcache_priv	*priv;
	struct seq_file		*m;
	unsigned int		faults;
	bool			unsound;
	struct place		*at;
	unsigned int		nr;
	unsigned int		room;
};

int validate(struct objcache_priv *priv, struct seq_file *m);

bool validate_list(struct validation *v);
void validate_sort(struct validation *v);
void validate_purge(struct validation *v);

#endif /* _MEMPOOL_VALIDATE_H */
