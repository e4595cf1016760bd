/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * defaults.h - what a cache begins with, by the size of its objects
 *
 * Called from: lifecycle.c.
 */
#ifndef _MEMPOOL_DEFAULTS_H
#define _MEMPOOL_DEFAULTS_H

/*
 * No magazine holds more bytes than this, however its capacity was chosen; see
 * defaults.c.
 */
#define DEFAULT_BYTES_MAX	(256u << 10)

unsigned int default_capacity(unsigned int size);
unsigned int default_tuned_max(unsigned int size);
unsigned int default_slots(unsigned int size);
unsigned int default_depot(unsigned int size);

#endif /* _MEMPOOL_DEFAULTS_H */
