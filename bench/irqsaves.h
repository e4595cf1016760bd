/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * irqsaves.h - how often a CPU disabled interrupts, where somebody counts it
 *
 * Called from: native.c, runner.c.  Calls: host/irqsaves.c, on uml.
 * Locks: none.  Context: any, with preemption off or bound to a CPU.
 *
 * On uml, disabling interrupts is a system call of the host's, dearer than an
 * allocation, so what it costs must be known.  A library in the kernel's
 * process counts these calls, and leaves at irqsaves_at the address of a
 * function that says how many the calling CPU made.
 */
#ifndef _MEMPOOL_BENCH_IRQSAVES_H
#define _MEMPOOL_BENCH_IRQSAVES_H

#include <linux/moduleparam.h>

static unsigned long irqsaves_at;
module_param_named(irqsaves, irqsaves_at, ulong, 0400);
MODULE_PARM_DESC(irqsaves, "where the counter of irqsaves is; 0: nobody counts");

/* This CPU's, ever; 0 where nobody counts. */
static inline unsigned long irqsaves(void)
{
	return irqsaves_at ? (*(unsigned long (**)(void))irqsaves_at)() : 0;
}

#endif /* _MEMPOOL_BENCH_IRQSAVES_H */
