// SPDX-License-Identifier: GPL-2.0-only
/*
 * runner.c - replays a trace, each record on its CPU and in its context
 *
 * Called from: replay.c.  Calls: sides.h, trace.h, handover.h.
 * Locks: none.  Context: task; one replay at a time.
 *
 * A kthread bound to each CPU takes its sections in order.  Two things hold
 * it back, both at the edge of a section and neither on the clock: an object
 * that another CPU has yet to allocate, and a turn that is more than
 * WINDOW records ahead of the slowest CPU's, so that no CPU allocates all it
 * will ever need before others come to free it.
 *
 * Contexts: softirq is a section with bottom halves off, hardirq one with
 * interrupts off.  That is what allocators can tell apart in those contexts,
 * and far cheaper than raising an interrupt for each.  The dry replay does it
 * too, so the net figures are without it.
 */
#include <linux/atomic.h>
#include <linux/bottom_half.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "handover.h"
#include "irqsaves.h"
#include "kthread.h"
#include "runner.h"

/*
 * In records: four sections of the longest kind.  The peaks of a replay are
 * at most that many objects off the trace's.
 */
#define WINDOW		256u

static bool replay_roam;
module_param_named(roam, replay_roam, bool, 0400);
MODULE_PARM_DESC(roam, "any CPU may run the records of another, in looser order");

struct worker {
	struct run *run;
	const struct trace_cpu *cpu;
	struct task_struct *task;
	u64 ns;		/* from first to last record ... */
	u64 waited;	/* ... of which it stood still */
	u64 irqsaves;	/* as @ns, without those while it stood still */
	u32 horizon;	/* the slowest other CPU's turn, when last looked at */
	/* The number of the record whose turn is; others read it. */
	u32 turn ____cacheline_aligned_in_smp;
};

struct run {
	const struct trace *trace;
	void **table;			/* each object's pointer, or NULL */
	enum side side;
	bool look;
	bool failed;			/* no memory: everybody stops */
	atomic_t arrived;
	atomic_t active;
	atomic64_t peak;
	s64 base;
	struct completion done;
	struct worker worker[];
};

/**
 * replay_slab_bytes() - all pages that slab has now, in bytes
 *
 * Exact, unlike /proc: with what each CPU has not added to the sum yet.
 *
 * Context: any.
 * Return: bytes.
 */
s64 replay_slab_bytes(void)
{
	static const enum node_stat_item items[] = {
		NR_SLAB_RECLAIMABLE_B, NR_SLAB_UNRECLAIMABLE_B,
	};
	s64 pages = 0;
	unsigned int i;
	int node, cpu;

	for_each_online_node(node) {
		pg_data_t *pgdat = NODE_DATA(node);

		for (i = 0; i < ARRAY_SIZE(items); i++) {
			pages += atomic_long_read(&pgdat->vm_stat[items[i]]);
			for_each_online_cpu(cpu)
				pages += per_cpu_ptr(pgdat->per_cpu_nodestats,
						     cpu)->vm_node_stat_diff[items[i]];
		}
	}
	return pages * PAGE_SIZE;
}

/**
 * replay_irqsave_ps() - what disabling interrupts costs, and enabling them
 *
 * Context: task.
 * Return: picoseconds a pair.
 */
u64 replay_irqsave_ps(void)
{
	u64 start = ktime_get_ns();
	unsigned long flags;
	unsigned int n;

	for (n = 0; n < 1000; n++) {
		local_irq_save(flags);
		local_irq_restore(flags);
	}
	return ktime_get_ns() - start;
}

static void look(struct run *run)
{
	s64 now = replay_slab_bytes() - run->base;
	s64 peak = atomic64_read(&run->peak);

	while (now > peak && !atomic64_try_cmpxchg(&run->peak, &peak, now))
		;
}

/* Who roams may be where the one is that it waits for. */
static void let_others(void)
{
	if (replay_roam)
		usleep_range(50, 100);
	else
		cond_resched();
}

/* Stands still until @cond, or somebody has no memory. */
#define stand_still(w, cond) do {					\
	struct worker *self = (w);					\
	u64 since = ktime_get_ns();					\
	u64 before = irqsaves();					\
	unsigned int spins = 0;						\
									\
	while (!(cond) && !READ_ONCE(self->run->failed)) {		\
		cpu_relax();						\
		if (!(++spins % 1024))					\
			let_others();					\
	}								\
	self->waited += ktime_get_ns() - since;				\
	self->irqsaves -= irqsaves() - before;				\
} while (0)

static u32 slowest_other(struct worker *w)
{
	const struct run *run = w->run;
	u32 slowest = U32_MAX;
	unsigned int i;

	for (i = 0; i < run->trace->cpus; i++)
		if (&run->worker[i] != w)
			slowest = min(slowest, READ_ONCE(run->worker[i].turn));
	return slowest;
}

static __always_inline bool within_window(u32 turn, u32 horizon)
{
	return turn < WINDOW || turn - WINDOW <= horizon;
}

static void await_turn(struct worker *w, const struct trace_section *s)
{
	WRITE_ONCE(w->turn, s->index);
	/* Who roams is there to be moved about, not to be measured. */
	if (within_window(s->index, w->horizon) || replay_roam)
		return;
	w->horizon = slowest_other(w);
	if (!within_window(s->index, w->horizon))
		stand_still(w, within_window(s->index,
					     w->horizon = slowest_other(w)));
}

/* Pairs with hand_over() in run_section(), on the CPU that allocates. */
#define published(w, op) handed_over(&(w)->run->table[(op)->id])

static void await_objects(struct worker *w, const struct trace_section *s)
{
	const struct trace_op *op = &w->cpu->op[s->first];
	unsigned int n;

	for (n = s->nr; n; n--, op++) {
		if (!op->free || !op->cross || published(w, op))
			continue;
		stand_still(w, published(w, op));
	}
}

static __always_inline bool run_section(struct worker *w,
					const struct trace_section *s,
					const enum side side)
{
	gfp_t gfp = s->context == TRACE_TASK ? GFP_KERNEL : GFP_ATOMIC;
	const struct trace_op *op = &w->cpu->op[s->first];
	void **table = w->run->table;
	unsigned int n;
	void *obj;

	for (n = s->nr; n; n--, op++) {
		if (op->free) {
			obj = table[op->id];
			table[op->id] = NULL;
			side_give(side, op->size, obj);
			continue;
		}
		obj = side_take(side, op->size, gfp);
		if (unlikely(!obj))
			return false;
		/* Pairs with published(). */
		if (op->cross)
			hand_over(&table[op->id], obj);
		else
			table[op->id] = obj;
	}
	return true;
}

static __always_inline bool run_in_context(struct worker *w,
					   const struct trace_section *s,
					   const enum side side)
{
	unsigned long flags;
	bool done;

	switch (s->context) {
	case TRACE_SOFTIRQ:
		local_bh_disable();
		done = run_section(w, s, side);
		local_bh_enable();
		return done;
	case TRACE_HARDIRQ:
		local_irq_save(flags);
		done = run_section(w, s, side);
		local_irq_restore(flags);
		return done;
	default:
		return run_section(w, s, side);
	}
}

static __always_inline void run_cpu(struct worker *w, const enum side side)
{
	const struct trace_section *s = w->cpu->section;
	struct run *run = w->run;
	unsigned int n;

	for (n = w->cpu->nr_sections; n; n--, s++) {
		await_turn(w, s);
		if (s->waits)
			await_objects(w, s);
		if (READ_ONCE(run->failed))
			return;
		if (!run_in_context(w, s, side)) {
			WRITE_ONCE(run->failed, true);
			return;
		}
		if (run->look)
			look(run);
		if (!(n % 256))
			cond_resched();
	}
}

static noinline void run_dry(struct worker *w)
{
	run_cpu(w, SIDE_DRY);
}

static noinline void run_slab(struct worker *w)
{
	run_cpu(w, SIDE_SLAB);
}

static noinline void run_mempool(struct worker *w)
{
	run_cpu(w, SIDE_MEMPOOL);
}

static int worker_fn(void *data)
{
	static void (*const run_side[SIDES])(struct worker *w) = {
		run_dry, run_slab, run_mempool,
	};
	struct worker *w = data;
	struct run *run = w->run;
	u64 start, before;

	atomic_inc(&run->arrived);
	stand_still(w, atomic_read(&run->arrived) == run->trace->cpus);
	w->waited = 0;
	w->irqsaves = 0;

	before = irqsaves();
	start = ktime_get_ns();
	run_side[run->side](w);
	w->ns = ktime_get_ns() - start;
	w->irqsaves += irqsaves() - before;

	WRITE_ONCE(w->turn, U32_MAX);
	if (atomic_dec_and_test(&run->active))
		complete(&run->done);
	return await_stop();
}

static int start_workers(struct run *run)
{
	struct worker *w;
	u32 cpus = run->trace->cpus;
	unsigned int i;

	for (i = 0; i < cpus; i++) {
		w = &run->worker[i];
		w->run = run;
		w->cpu = &run->trace->cpu[i];
		w->task = kthread_create(worker_fn, w, "replay/%u", i);
		if (IS_ERR(w->task))
			break;
		if (!replay_roam)
			kthread_bind(w->task, i);
	}
	if (i == cpus) {
		for (i = 0; i < cpus; i++)
			wake_up_process(run->worker[i].task);
		return 0;
	}
	/* They have not run, and do not any more. */
	while (i--)
		kthread_stop(run->worker[i].task);
	return -ENOMEM;
}

/**
 * replay_run() - replay a trace once
 * @t:      the trace; its CPUs are online
 * @table:  a NULL for each object; afterwards the pointers of those kept
 * @side:   through what
 * @look:   look at slab's pages after each section; then the time means nothing
 * @result: what it took
 *
 * Context: task; sleeps.
 * Return: 0, or -ENOMEM: then @table has what is still to be freed.
 */
int replay_run(const struct trace *t, void **table, enum side side, bool look,
	       struct replay_result *result)
{
	struct run *run;
	unsigned int i;
	int err;

	run = kzalloc(struct_size(run, worker, t->cpus), GFP_KERNEL);
	if (!run)
		return -ENOMEM;
	run->trace = t;
	run->table = table;
	run->side = side;
	run->look = look;
	atomic_set(&run->active, t->cpus);
	init_completion(&run->done);
	run->base = replay_slab_bytes();

	err = start_workers(run);
	if (!err) {
		wait_for_completion(&run->done);
		result->ns = 0;
		result->irqsaves = 0;
		for (i = 0; i < t->cpus; i++) {
			result->ns += run->worker[i].ns - run->worker[i].waited;
			result->irqsaves += run->worker[i].irqsaves;
			kthread_stop(run->worker[i].task);
		}
		result->peak = atomic64_read(&run->peak);
		err = run->failed ? -ENOMEM : 0;
	}
	kfree(run);
	return err;
}

/**
 * replay_free_kept() - free what a trace never frees
 * @t:     the trace
 * @table: as replay_run() left it; all NULL afterwards
 * @side:  where it came from
 *
 * Context: task; sleeps.
 * Return: how many there were.
 */
u32 replay_free_kept(const struct trace *t, void **table, enum side side)
{
	u32 id, n = 0;

	for (id = 0; id < t->allocations; id++) {
		if (!table[id])
			continue;
		if (side == SIDE_SLAB)
			side_give(SIDE_SLAB, t->size[id], table[id]);
		else if (side == SIDE_MEMPOOL)
			side_give(SIDE_MEMPOOL, t->size[id], table[id]);
		table[id] = NULL;
		if (!(++n % 1024))
			cond_resched();
	}
	return n;
}
