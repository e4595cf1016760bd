/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kunit_util.h - what suites share: contexts to run in, invariants of magazines
 *
 * Called from: every suite.  Calls: nothing of kmod/, it only reads.
 * Locks: none.  Context: the thread of a KUnit case.
 */
#ifndef _MEMPOOL_KUNIT_UTIL_H
#define _MEMPOOL_KUNIT_UTIL_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/sort.h>

#include "magazine.h"

/* One CPU for the whole case.  Its thread ends with it, so nothing undoes this. */
static inline void kunit_pin(struct kunit *test)
{
	int cpu = cpumask_first(cpu_online_mask);

	KUNIT_ASSERT_EQ(test, 0, set_cpus_allowed_ptr(current, cpumask_of(cpu)));
}

/* A CPU that the pinned thread is not on. */
static inline int kunit_other_cpu(struct kunit *test)
{
	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU is online, two are needed");
	return cpumask_next(cpumask_first(cpu_online_mask), cpu_online_mask);
}

enum kunit_context {
	IN_TASK,
	IN_PREEMPT_OFF,
	IN_IRQS_OFF,
	IN_SOFTIRQ,
	IN_HARDIRQ,
	IN_NMI,
};

static const enum kunit_context kunit_contexts[] __maybe_unused = {
	IN_TASK, IN_PREEMPT_OFF, IN_IRQS_OFF, IN_SOFTIRQ, IN_HARDIRQ, IN_NMI,
};

static inline void kunit_context_desc(const enum kunit_context *context, char *desc)
{
	static const char *const names[] = {
		[IN_TASK]	 = "task",
		[IN_PREEMPT_OFF] = "preemption off",
		[IN_IRQS_OFF]	 = "interrupts off",
		[IN_SOFTIRQ]	 = "softirq",
		[IN_HARDIRQ]	 = "hardirq",
		[IN_NMI]	 = "nmi",
	};

	strscpy(desc, names[*context], KUNIT_PARAM_DESC_SIZE);
}

/* No expectation inside: KUnit may sleep to note a failure. */
struct kunit_call {
	void			(*fn)(void *arg);
	void			*arg;
	struct tasklet_struct	tasklet;
	struct irq_work		irq;
	struct completion	done;
};

static inline void kunit_call_softirq(struct tasklet_struct *tasklet)
{
	struct kunit_call *call = container_of(tasklet, struct kunit_call, tasklet);

	call->fn(call->arg);
	complete(&call->done);
}

static inline void kunit_call_hardirq(struct irq_work *work)
{
	struct kunit_call *call = container_of(work, struct kunit_call, irq);

	call->fn(call->arg);
	complete(&call->done);
}

/*
 * As in NMI, for code that asks in_nmi(): the bits of the preempt count are
 * all it looks at.  What a real one does to the kernel is for the torture.
 */
static inline void kunit_call_nmi(struct kunit_call *call)
{
	unsigned long flags;

	local_irq_save(flags);
	__preempt_count_add(NMI_OFFSET + HARDIRQ_OFFSET);
	call->fn(call->arg);
	__preempt_count_sub(NMI_OFFSET + HARDIRQ_OFFSET);
	local_irq_restore(flags);
}

/* Runs fn(arg) once in a context, on this CPU if the thread is pinned. */
static inline void kunit_run_in(enum kunit_context context, void (*fn)(void *arg),
				void *arg)
{
	struct kunit_call call = { .fn = fn, .arg = arg };
	unsigned long flags;

	init_completion(&call.done);
	switch (context) {
	case IN_TASK:
		fn(arg);
		break;
	case IN_PREEMPT_OFF:
		preempt_disable();
		fn(arg);
		preempt_enable();
		break;
	case IN_IRQS_OFF:
		local_irq_save(flags);
		fn(arg);
		local_irq_restore(flags);
		break;
	case IN_SOFTIRQ:
		tasklet_setup(&call.tasklet, kunit_call_softirq);
		tasklet_schedule(&call.tasklet);
		wait_for_completion(&call.done);
		tasklet_kill(&call.tasklet);
		break;
	case IN_HARDIRQ:
		call.irq = IRQ_WORK_INIT_HARD(kunit_call_hardirq);
		irq_work_queue(&call.irq);
		wait_for_completion(&call.done);
		irq_work_sync(&call.irq);
		break;
	case IN_NMI:
		kunit_call_nmi(&call);
		break;
	}
}

static inline int kunit_compare_objects(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;

	return x < y ? -1 : x > y;
}

/* Sorts them: no object may be in two places. */
static inline void kunit_expect_unique(struct kunit *test, void **objs, unsigned int n)
{
	unsigned int i;

	sort(objs, n, sizeof(*objs), kunit_compare_objects, NULL);
	for (i = 1; i < n; i++)
		KUNIT_EXPECT_PTR_NE_MSG(test, objs[i - 1], objs[i],
					"an object is in two places");
}

/* All objects in the magazines of all CPUs; at most room are stored. */
static inline unsigned int kunit_list_slots(struct magazine __percpu *m, void **objs,
					    unsigned int room)
{
	unsigned int i, n = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct magazine *mag = per_cpu_ptr(m, cpu);

		for (i = 1; i <= mag->phys && n < room; i++)
			if (mag->slot[i])
				objs[n++] = mag->slot[i];
	}
	return n;
}

/* What holds at any time, of every magazine. */
static inline void kunit_expect_magazines(struct kunit *test, struct magazine __percpu *m)
{
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct magazine *mag = per_cpu_ptr(m, cpu);

		KUNIT_EXPECT_NULL_MSG(test, mag->slot[0], "slot 0 of CPU %d", cpu);
		KUNIT_EXPECT_PTR_EQ_MSG(test, mag->slot[mag->phys + 1], MAG_SENTINEL,
					"the sentinel of CPU %d", cpu);
		KUNIT_EXPECT_LE_MSG(test, mag->hint, mag->phys, "hint of CPU %d", cpu);
		KUNIT_EXPECT_LE_MSG(test, mag->cap, mag->phys, "cap of CPU %d", cpu);
		for (i = 1; i <= mag->phys; i++)
			KUNIT_EXPECT_PTR_NE_MSG(test, mag->slot[i], MAG_SENTINEL,
						"slot %u of CPU %d", i, cpu);
	}
}

#endif /* _MEMPOOL_KUNIT_UTIL_H */
