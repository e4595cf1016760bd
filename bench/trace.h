/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - a recorded trace of allocations, made ready to be replayed
 *
 * Called from: replay.c, runner.c.  Calls: nothing.  Locks: none.
 * Context: task.
 *
 * The format of the files is in bench/traces/README.md.
 */
#ifndef _MEMPOOL_BENCH_TRACE_H
#define _MEMPOOL_BENCH_TRACE_H

#include <linux/types.h>

/* The machines that traces are recorded and replayed on have a few. */
#define TRACE_CPUS_MAX		64

/* What a record says of the context; TRACE_NMI is refused. */
enum trace_context { TRACE_TASK, TRACE_SOFTIRQ, TRACE_HARDIRQ, TRACE_NMI };

/**
 * struct trace_op - one record, as one CPU replays it
 * @id:    the object
 * @size:  bytes requested; for a free those of its allocation
 * @free:  1 for a free
 * @cross: allocated on one CPU and freed on another
 */
struct trace_op {
	u32 id;
	u32 size:24, free:1, cross:1;
};

/**
 * struct trace_section - records of one CPU that follow each other in one context
 * @first:   the first of them in the CPU's ops
 * @index:   the first one's number in the file: when its turn is
 * @nr:      how many
 * @context: of enum trace_context
 * @waits:   frees what other CPUs allocate, all of it before @index
 */
struct trace_section {
	u32 first;
	u32 index;
	u16 nr;
	u8 context;
	u8 waits;
};

/* What one CPU does, in its order. */
struct trace_cpu {
	struct trace_op *op;
	struct trace_section *section;
	u32 nr_ops;
	u32 nr_sections;
};

/**
 * struct trace - a whole trace
 * @records:     records in the file
 * @allocations: how many of them are allocations; ids are below it
 * @cpus:        CPUs it is replayed on
 * @kept:        objects never freed
 * @live_peak:   most bytes requested and not freed, in the file's order
 * @size:        of each object
 * @cpu:         what each does
 */
struct trace {
	u32 records;
	u32 allocations;
	u32 cpus;
	u32 kept;
	u64 live_peak;
	u32 *size;
	struct trace_cpu cpu[TRACE_CPUS_MAX];
};

int trace_load(struct trace *t, const char *path, bool fold);
void trace_unload(struct trace *t);

#endif /* _MEMPOOL_BENCH_TRACE_H */
