/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * latency.h - how long single operations take
 *
 * Called from: native.c.  Calls: nothing.  Locks: none.  Context: task.
 */
#ifndef _MEMPOOL_BENCH_LATENCY_H
#define _MEMPOOL_BENCH_LATENCY_H

struct seq_file;

int latency_measure(void);
void latency_show(struct seq_file *m);

#endif /* _MEMPOOL_BENCH_LATENCY_H */
