/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arguments.h - beside floor 1: what a cache cannot be made of
 */
#ifndef _MEMPOOL_ARGUMENTS_H
#define _MEMPOOL_ARGUMENTS_H

#include <mempool/objcache.h>

int arguments_check(const char *name, unsigned int size,
		    const struct objcache_params *p);

#endif /* _MEMPOOL_ARGUMENTS_H */
