/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * runner.h - replays a trace through an allocator
 *
 * Called from: replay.c.  Calls: trace.c, sides.h.  Locks: none.  Context: task.
 */
#ifndef _MEMPOOL_BENCH_RUNNER_H
#define _MEMPOOL_BENCH_RUNNER_H

#include <linux/types.h>

#include "sides.h"
#include "trace.h"

/**
 * struct replay_result - what one replay took
 * @ns: of all CPUs together, waiting for each other left out
 * @irqsaves: how often these CPUs disabled interrupts meanwhile, where somebody
 *	counts it
 * @peak: most bytes of slab pages above what there was at first; of a replay
 *	that was asked to look
 */
struct replay_result {
	u64 ns;
	u64 irqsaves;
	s64 peak;
};

s64 replay_slab_bytes(void);
u64 replay_irqsave_ps(void);
int replay_run(const struct trace *t, void **table, enum side side, bool look,
	       struct replay_result *result);
u32 replay_free_kept(const struct trace *t, void **table, enum side side);

#endif /* _MEMPOOL_BENCH_RUNNER_H */
