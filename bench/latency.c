// SPDX-License-Identifier: GPL-2.0-only
/*
 * latency.c - how long single operations take: the usual one and the worst
 *
 * Called from: native.c.  Calls: ways.h.
 * Locks: none.  Context: task, on one CPU.
 *
 * The load goes up and down between numbers of objects in use that are random
 * powers of two, so that all floors of either allocator get work.  Both are
 * given the same numbers, in turn, and every operation is timed.
 *
 * The clock is the CPU's time stamp counter, fenced on both sides: a read is
 * cheaper than any other clock's, and no system call where the kernel is a
 * process.  What it costs itself is measured in the same way, with nothing
 * between two reads, and deducted by bench/native.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "latency.h"
#include "ways.h"

/*
 * Sixty-five of a round's operations are above its p99.9.  A turn is short
 * enough for both allocators to meet the same of what else the machine does.
 */
#define LATENCY_ROUNDS	21u
#define LATENCY_OPS	65536u
#define LATENCY_TURN	4096u

enum latency_side { CLOCK, SLAB, MEMPOOL, LATENCY_SIDES };

static const char * const side_name[] = {
	[CLOCK] = "clock", [SLAB] = "slab", [MEMPOOL] = "mempool",
};

/* One allocator's load, between its turns. */
struct load {
	void *obj[NATIVE_OUT];
	unsigned int out;
	unsigned int target;
	u32 random;
};

/* Of one round and side, in cycles. */
struct latency {
	u32 p50, p99, p999, max;
};

static struct load loads[LATENCY_SIDES];
static struct latency latencies[LATENCY_ROUNDS][LATENCY_SIDES];
static u64 all_cycles, all_ns;

static __always_inline u64 cycles(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc; lfence" : "=a" (low), "=d" (high) : : "memory");
	return (u64)high << 32 | low;
}

/* Marsaglia's xorshift. */
static u32 next_random(struct load *load)
{
	u32 x = load->random;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	load->random = x;
	return x;
}

static noinline void next_target(struct load *load)
{
	while (load->target == load->out)
		load->target = 1u << next_random(load) % (ilog2(NATIVE_OUT) + 1);
}

static __always_inline void turn(const enum way way, void *pool,
				 struct load *load, u32 *took)
{
	unsigned int i;
	void *obj;
	u64 start;

	for (i = 0; i < LATENCY_TURN; i++) {
		if (load->out == load->target)
			next_target(load);
		if (load->out < load->target) {
			start = cycles();
			obj = take(way, pool);
			took[i] = cycles() - start;
			load->obj[load->out++] = obj;
		} else {
			obj = load->obj[--load->out];
			start = cycles();
			give(way, pool, obj);
			took[i] = cycles() - start;
		}
	}
}

static noinline void clock_turn(u32 *took)
{
	turn(EMPTY, native_pools.objcache, &loads[CLOCK], took);
}

static noinline void slab_turn(u32 *took)
{
	turn(KMEM_CACHE, native_pools.kmem_cache, &loads[SLAB], took);
}

static noinline void mempool_turn(u32 *took)
{
	turn(OBJCACHE, native_pools.objcache, &loads[MEMPOOL], took);
}

static int by_size(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static void evaluate(struct latency *l, u32 *took)
{
	sort(took, LATENCY_OPS, sizeof(*took), by_size, NULL);
	l->p50 = took[LATENCY_OPS / 2];
	l->p99 = took[LATENCY_OPS - LATENCY_OPS / 100];
	l->p999 = took[LATENCY_OPS - LATENCY_OPS / 1000];
	l->max = took[LATENCY_OPS - 1];
}

static void measure_round(struct latency *l, u32 *took)
{
	static void (*const turn_of[])(u32 *took) = {
		[CLOCK] = clock_turn, [SLAB] = slab_turn, [MEMPOOL] = mempool_turn,
	};
	unsigned int i, side;

	for (i = 0; i < LATENCY_OPS; i += LATENCY_TURN) {
		for (side = 0; side < LATENCY_SIDES; side++)
			turn_of[side](took + side * LATENCY_OPS + i);
		cond_resched();
	}
	for (side = 0; side < LATENCY_SIDES; side++)
		evaluate(&l[side], took + side * LATENCY_OPS);
}

static void free_all(void)
{
	unsigned int i;

	for (i = 0; i < loads[SLAB].out; i++)
		kmem_cache_free(native_pools.kmem_cache, loads[SLAB].obj[i]);
	for (i = 0; i < loads[MEMPOOL].out; i++)
		objcache_free(native_pools.objcache, loads[MEMPOOL].obj[i]);
}

/**
 * latency_measure() - time single operations of slab and of mempool
 *
 * Context: task, bound to a CPU; sleeps.
 * Return: 0 or -ENOMEM.
 */
int latency_measure(void)
{
	u32 *took = vmalloc_array(LATENCY_SIDES * LATENCY_OPS, sizeof(*took));
	u64 cycles_at, ns_at;
	unsigned int i;

	if (!took)
		return -ENOMEM;
	/* A page that is missing would be part of the first latencies. */
	memset(took, 0, LATENCY_SIDES * LATENCY_OPS * sizeof(*took));
	memset(loads, 0, sizeof(loads));
	for (i = 0; i < LATENCY_SIDES; i++)
		loads[i].random = 1;
	cycles_at = cycles();
	ns_at = ktime_get_ns();
	for (i = 0; i < LATENCY_ROUNDS; i++)
		measure_round(latencies[i], took);
	all_cycles = cycles() - cycles_at;
	all_ns = ktime_get_ns() - ns_at;
	free_all();
	vfree(took);
	return 0;
}

/* In hundredths of a nanosecond, the clock's own cost included. */
static u64 to_time(u32 cycles)
{
	return mul_u64_u64_div_u64(cycles * 100ull, all_ns, all_cycles);
}

/**
 * latency_show() - print what was measured, in hundredths of a nanosecond
 * @m: where
 *
 * Context: task.
 */
void latency_show(struct seq_file *m)
{
	unsigned int i, side;

	for (i = 0; i < LATENCY_ROUNDS; i++)
		for (side = 0; side < LATENCY_SIDES; side++) {
			struct latency *l = &latencies[i][side];

			seq_printf(m, "latency %u %s %llu %llu %llu %llu\n", i,
				   side_name[side], to_time(l->p50),
				   to_time(l->p99), to_time(l->p999),
				   to_time(l->max));
		}
}
