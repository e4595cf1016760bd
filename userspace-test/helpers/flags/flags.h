/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flags.h - what the files of mempool_flags share
 */
#ifndef _MEMPOOL_TEST_FLAGS_H
#define _MEMPOOL_TEST_FLAGS_H

void run_zero(void);

#endif /* _MEMPOOL_TEST_FLAGS_H */
