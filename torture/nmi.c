// SPDX-License-Identifier: GPL-2.0-only
/*
 * nmi.c - actors in NMI context
 *
 * Called from: torture.c.  Calls: actor.c.  Locks: none.
 * Context: NMI, and task for the rest.
 *
 * An inter-processor NMI is sent to a CPU whose mail flag is up; the handler
 * takes only those, so that the machine's own NMIs go where they belong.
 */
#include <linux/cpu.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "torture.h"

#if defined(CONFIG_X86_LOCAL_APIC) && !defined(CONFIG_UML)

#include <asm/apic.h>
#include <asm/nmi.h>

#define NMI_OPS		12

static struct actor __percpu *actors;
static DEFINE_PER_CPU(atomic_t, expected);

static int torture_nmi(unsigned int type, struct pt_regs *regs)
{
	if (!atomic_xchg(this_cpu_ptr(&expected), 0))
		return NMI_DONE;
	actor_step(this_cpu_ptr(actors), GFP_ATOMIC | __GFP_NOWARN, NMI_OPS);
	return NMI_HANDLED;
}

int nmi_start(void)
{
	int cpu, err;

	actors = alloc_percpu(struct actor);
	if (!actors)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		actor_init(per_cpu_ptr(actors, cpu), ACTOR_NMI);
	err = register_nmi_handler(NMI_LOCAL, torture_nmi, 0, "mempool_torture");
	if (err)
		free_percpu(actors);
	return err;
}

/* One NMI to one CPU; lost if that goes offline this instant. */
void nmi_kick(void)
{
	int cpu;

	cpus_read_lock();
	cpu = cpumask_next(get_random_u32() % nr_cpu_ids, cpu_online_mask);
	if (cpu >= nr_cpu_ids)
		cpu = cpumask_first(cpu_online_mask);
	/* Two that melt into one, or one lost, do no harm. */
	atomic_set(per_cpu_ptr(&expected, cpu), 1);
	apic->send_IPI(cpu, NMI_VECTOR);
	cpus_read_unlock();
}

void nmi_report(u64 *ops, u64 *failed)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		*ops += per_cpu_ptr(actors, cpu)->ops;
		*failed += per_cpu_ptr(actors, cpu)->failed;
	}
}

void nmi_stop(void)
{
	int cpu;

	unregister_nmi_handler(NMI_LOCAL, "mempool_torture");
	for_each_possible_cpu(cpu)
		actor_release(per_cpu_ptr(actors, cpu));
	free_percpu(actors);
}

#else

int nmi_start(void) { return 0; }
void nmi_kick(void) { }
void nmi_report(u64 *ops, u64 *failed) { }
void nmi_stop(void) { }

#endif
