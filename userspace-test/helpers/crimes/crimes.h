/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crimes.h - what the files of mempool_crimes share
 */
#ifndef _MEMPOOL_TEST_CRIMES_H
#define _MEMPOOL_TEST_CRIMES_H

#include <mempool/objcache.h>

#define SIZE	128

enum context { IN_TASK, IN_IRQS_OFF, IN_SOFTIRQ, IN_HARDIRQ, IN_NMI, CONTEXTS };

extern const char *const context_names[CONTEXTS];

/**
 * struct scene - where a crime is committed
 * @cache: debugged, but in the cases that begin otherwise
 * @other: debugged too
 * @plain: not debugged
 */
struct scene {
	struct objcache	*cache;
	struct objcache	*other;
	struct objcache	*plain;
};

/* The stacks in the reports have these names. */
void *owner_allocates(struct objcache *cache);
void owner_frees(struct objcache *cache, void *obj);
void thief_frees(struct objcache *cache, void *obj);

void run_in(enum context context, void (*fn)(void *arg), void *arg);
void run_on_other_cpu(void (*fn)(void *arg), void *arg);
int contexts_init(void);
void contexts_exit(void);

void crime_begins(const char *name);
void crime_ends_now(const char *name, long value);
void crime_ends(const char *name, long value);

void run_frees(struct scene *s);
void run_foreign(struct scene *s);
void run_later(struct scene *s);

#endif /* _MEMPOOL_TEST_CRIMES_H */
