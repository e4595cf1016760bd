/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * magazine.h - floor 2, out of line: scans, moves between floors, life
 *
 * Called from: objcache.c, reclaim.c.  Calls: <mempool/magazine.h>.
 * Locks: none.  Context: see each function.
 */
#ifndef _MEMPOOL_KMOD_MAGAZINE_H
#define _MEMPOOL_KMOD_MAGAZINE_H

#include <mempool/magazine.h>

#include "account.h"

struct magazine __percpu *mag_create(unsigned int phys);
void mag_destroy(struct magazine __percpu *m);
void mag_set_cap(struct magazine __percpu *m, unsigned int cap);

void *mag_pop_scan(struct magazine __percpu *m, unsigned int phys);
bool mag_push_scan(struct magazine __percpu *m, void *obj, unsigned int limit);

unsigned int mag_fill(struct magazine __percpu *m, void **objs, unsigned int n,
		      unsigned int limit);
unsigned int mag_take(struct magazine __percpu *m, unsigned int phys,
		      unsigned int above, void **objs, unsigned int n);
unsigned int mag_take_dead(struct magazine __percpu *m, int cpu, void **objs,
			   unsigned int n);

void mag_sum_frees(struct magazine __percpu *m, struct account_view *view);
void mag_sum_allocs(struct magazine __percpu *m, struct account_view *view);
unsigned int mag_count_objects(struct magazine __percpu *m);

#endif /* _MEMPOOL_KMOD_MAGAZINE_H */
