/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reclaim.h - mempool_reclaim: what its files share
 */
#ifndef _MEMPOOL_TEST_RECLAIM_H
#define _MEMPOOL_TEST_RECLAIM_H

#include <linux/atomic.h>

extern atomic_t load_rounds;
extern atomic_t load_failed;
extern atomic_t load_churned;

int load_start(void);
void load_stop(void);

int roam_start(void);
void roam_pause(void);
void roam_stop(void);

int hog_start(unsigned int cpu);
void hog_stop(void);

#endif /* _MEMPOOL_TEST_RECLAIM_H */
