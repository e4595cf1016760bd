/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shrinker.h - beside floor 1: cached objects go back when the kernel needs memory
 *
 * Called from: main.c.
 */
#ifndef _MEMPOOL_SHRINKER_H
#define _MEMPOOL_SHRINKER_H

int shrinker_init(void);
void shrinker_exit(void);

#endif /* _MEMPOOL_SHRINKER_H */
