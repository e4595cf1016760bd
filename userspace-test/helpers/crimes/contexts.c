// SPDX-License-Identifier: GPL-2.0-only
/*
 * contexts.c - mempool_crimes: run something once, in a context
 *
 * Called from: the other files.  Calls: what it is given.  Context: task.
 */
#include <linux/cpu.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/smp.h>
#include <linux/workqueue.h>
#if defined(CONFIG_X86_LOCAL_APIC) && !defined(CONFIG_UML)
#include <asm/apic.h>
#include <asm/nmi.h>
#endif

#include "crimes.h"

const char *const context_names[CONTEXTS] = {
	"task", "irqs-off", "softirq", "hardirq", "nmi",
};

struct call {
	void			(*fn)(void *arg);
	void			*arg;
	struct tasklet_struct	tasklet;
	struct irq_work		irq;
	struct work_struct	work;
	struct completion	done;
};

#if defined(CONFIG_X86_LOCAL_APIC) && !defined(CONFIG_UML)

static struct call *in_nmi_call;

static int nmi_handler(unsigned int type, struct pt_regs *regs)
{
	struct call *call = xchg(&in_nmi_call, NULL);

	if (!call)
		return NMI_DONE;
	call->fn(call->arg);
	/* Nobody sleeps on it: who sent the interrupt spins. */
	call->done.done = 1;
	return NMI_HANDLED;
}

int contexts_init(void)
{
	return register_nmi_handler(NMI_LOCAL, nmi_handler, 0, "mempool_crimes");
}

void contexts_exit(void)
{
	unregister_nmi_handler(NMI_LOCAL, "mempool_crimes");
}

static void run_in_nmi(struct call *call)
{
	WRITE_ONCE(in_nmi_call, call);
	apic->send_IPI(get_cpu(), NMI_VECTOR);
	while (!READ_ONCE(call->done.done))
		cpu_relax();
	put_cpu();
}

#else

int contexts_init(void) { return 0; }
void contexts_exit(void) { }
static void run_in_nmi(struct call *call) { }

#endif

static void in_softirq_fn(struct tasklet_struct *tasklet)
{
	struct call *call = container_of(tasklet, struct call, tasklet);

	call->fn(call->arg);
	complete(&call->done);
}

static void in_hardirq_fn(struct irq_work *work)
{
	struct call *call = container_of(work, struct call, irq);

	call->fn(call->arg);
	complete(&call->done);
}

static void in_work_fn(struct work_struct *work)
{
	struct call *call = container_of(work, struct call, work);

	call->fn(call->arg);
}

void run_in(enum context context, void (*fn)(void *arg), void *arg)
{
	struct call call = { .fn = fn, .arg = arg };
	unsigned long flags;

	init_completion(&call.done);
	switch (context) {
	case IN_IRQS_OFF:
		local_irq_save(flags);
		fn(arg);
		local_irq_restore(flags);
		break;
	case IN_SOFTIRQ:
		tasklet_setup(&call.tasklet, in_softirq_fn);
		tasklet_schedule(&call.tasklet);
		wait_for_completion(&call.done);
		tasklet_kill(&call.tasklet);
		break;
	case IN_HARDIRQ:
		call.irq = IRQ_WORK_INIT_HARD(in_hardirq_fn);
		irq_work_queue(&call.irq);
		wait_for_completion(&call.done);
		irq_work_sync(&call.irq);
		break;
	case IN_NMI:
		run_in_nmi(&call);
		break;
	default:
		fn(arg);
	}
}

/* The module's thread is on the first one. */
void run_on_other_cpu(void (*fn)(void *arg), void *arg)
{
	struct call call = { .fn = fn, .arg = arg };

	INIT_WORK_ONSTACK(&call.work, in_work_fn);
	schedule_work_on(cpumask_last(cpu_online_mask), &call.work);
	flush_work(&call.work);
	destroy_work_on_stack(&call.work);
}
