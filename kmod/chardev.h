/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * chardev.h - the window /dev/mempool
 */
#ifndef _MEMPOOL_CHARDEV_H
#define _MEMPOOL_CHARDEV_H

int chardev_init(void);
void chardev_exit(void);

#endif /* _MEMPOOL_CHARDEV_H */
