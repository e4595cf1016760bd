/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kthread.h - how a kthread of the benchmarks ends
 *
 * Called from: native.c, runner.c.  Calls: nothing.  Locks: none.  Context: task.
 */
#ifndef _MEMPOOL_BENCH_KTHREAD_H
#define _MEMPOOL_BENCH_KTHREAD_H

#include <linux/kthread.h>
#include <linux/sched.h>

/* Its last call: whoever stops it knows then that it has left this module. */
static inline int await_stop(void)
{
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_INTERRUPTIBLE);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

#endif /* _MEMPOOL_BENCH_KTHREAD_H */
