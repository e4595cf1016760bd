/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioctl.h - what the parts of the test of /dev/mempool share
 *
 * 52-ioctl.sh compiles them twice, for 64 and for 32 bits, and compares what they
 * print with one table: "case NAME: VALUE" lines, in which a value is mostly the
 * name of an errno, or 0.
 */
#ifndef IOCTL_TEST_H
#define IOCTL_TEST_H

#include <mempool/mempool_ioctl.h>
#include <stddef.h>
#include <stdint.h>

#define DEVICE	"/dev/mempool"

/* ioctl(), and 0 or the errno. */
int call(int fd, unsigned int cmd, void *arg);

const char *errno_name(int err);
void say(const char *group, const char *name, int err);
void say_number(const char *group, const char *name, long long value);

int open_device(int flags);

/* The number of a cache, or 0. */
uint64_t find_cache(int fd, const char *name);

/* A room of n entries at address. */
struct mempool_room room_at(void *address, size_t entry_size, unsigned int nr);

/* A text that ends, with zeros behind it. */
int is_text(const char *text, size_t size);

void check_memory(int device);

int run_malformed(void);
int run_meaning(void);
int run_knobs(void);
int run_privileges(void);
int run_values(const char *cache);
int run_race(unsigned int seconds);
int run_slow(char *const command[]);

#endif
