/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * owner.h - beside floor 1: drivers that are gone without destroying a cache
 */
#ifndef _MEMPOOL_OWNER_H
#define _MEMPOOL_OWNER_H

int owner_init(void);
void owner_exit(void);

#endif /* _MEMPOOL_OWNER_H */
