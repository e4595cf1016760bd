/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * quarantine.h - floor 3: where freed objects of a debugged cache lie for a while
 *
 * Called from: debug.c, validate.c.  Calls: nothing.
 */
#ifndef _MEMPOOL_QUARANTINE_H
#define _MEMPOOL_QUARANTINE_H

#include <linux/compiler.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/**
 * struct quarantine - a ring of free objects, first in, first out
 * @lock: protects all of it; raw, since it is taken in hardirq on PREEMPT_RT (Q)
 * @closed: nothing more is let in (Q)
 * @room: how many it may hold (I)
 * @nr:   objects in it (Q for writers, A for readers)
 * @first: the one that is longest in it (Q)
 * @look: the one that is looked at next (Q)
 * @size: bytes of an object (I)
 * @poisoned: their content is POISON_FREE, and must stay so (I)
 * @slot: @room of them (Q)
 */
struct quarantine {
	raw_spinlock_t	lock;
	bool		closed;
	unsigned int	room;
	unsigned int	nr;
	unsigned int	first;
	unsigned int	look;
	unsigned int	size;
	bool		poisoned;
	void		*slot[];
};

/* Bytes that are shown of a write after free. */
#define QUARANTINE_SHOWN	16u

/**
 * struct quarantine_damage - a write to a free object
 * @obj:   the object
 * @at:    the first byte that changed
 * @nr:    bytes in @found
 * @found: what is there now
 */
struct quarantine_damage {
	void		*obj;
	unsigned int	at;
	unsigned int	nr;
	u8		found[QUARANTINE_SHOWN];
};

struct quarantine *quarantine_create(unsigned int size, bool poisoned);
void quarantine_close(struct quarantine *q);

bool quarantine_put(struct quarantine *q, void *obj, void **oldest);
void *quarantine_get(struct quarantine *q);
unsigned int quarantine_list(struct quarantine *q, unsigned int from, void **objs,
			     unsigned int n);

bool quarantine_damaged(const struct quarantine *q, void *obj,
			struct quarantine_damage *damage);
bool quarantine_inspect(struct quarantine *q, unsigned int n,
			struct quarantine_damage *damage);

#endif /* _MEMPOOL_QUARANTINE_H */
