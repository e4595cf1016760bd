// SPDX-License-Identifier: GPL-2.0-only
/*
 * host.c - cycles of the magazines on the machine at hand
 *
 * A program whose %gs base points at memory of its own runs the very
 * instructions that the kernel would: <mempool/magazine.h> as it is, and
 * rivals.h.  Prints one line per measurement: "form burst guard cycles", in
 * hundredths of a TSC cycle per alloc+free pair.
 *
 * A sample is ROUNDS bursts; of SAMPLES samples, in which the guards take
 * turns, the shortest counts: what an interrupt or a neighbour adds is not the
 * code's.
 *
 * With --reenter it is a test instead: each guard's pop and push are single
 * stepped, and after each instruction of them an "interrupt" pops and keeps an
 * object, or pushes one.  Says how many objects got two owners or none.
 */
#include "host.h"

#include <asm/prctl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define SLOTS		256u
#define FILLED		160u
#define BURST_MAX	128u
#define PAIRS		4096u
#define SAMPLES		600u

static _Alignas(4096) char area[65536];
static char objs[FILLED][64];
static struct objcache oc = { .size = 64 };
static struct gcache gc = { .size = 64 };
static volatile sig_atomic_t slow_paths;

void shim_preempt_schedule(void) { abort(); }

void *objcache_alloc_slow(struct objcache *c, gfp_t gfp)
{
	slow_paths++;
	return NULL;
}

void *objcache_zero(struct objcache *c, void *obj) { abort(); }
void objcache_free_slow(struct objcache *c, void *obj) { slow_paths++; }

void *gcache_alloc_slow(struct gcache *c, gfp_t gfp)
{
	slow_paths++;
	return NULL;
}

void *gcache_zero(struct gcache *c, void *obj) { abort(); }
void gcache_free_slow(struct gcache *c, void *obj) { slow_paths++; }

static struct magazine *const amag = (void *)(area + 4096);
static struct gmag *const gmag = (void *)(area + 8192);

static void refill(void)
{
	memset(area, 0, sizeof(area));
	*(uint32_t *)(area + SHIM_PREEMPT_COUNT) = SHIM_PREEMPT_INIT;
	oc.mag = (void *)4096;
	gc.mag = (void *)8192;
	amag->phys = SLOTS;
	amag->cap = SLOTS;
	amag->hint = FILLED;
	amag->slot[SLOTS + 1] = MAG_SENTINEL;
	gmag->phys = SLOTS;
	gmag->cap = SLOTS;
	gmag->n = FILLED;
	for (unsigned int i = 0; i < FILLED; i++) {
		amag->slot[i + 1] = objs[i];
		gmag->slot[i] = objs[i];
	}
}

/* ---- time ---- */

static __always_inline uint64_t now(void)
{
	uint32_t lo, hi;

	asm volatile("lfence; rdtscp; lfence"
		     : "=a" (lo), "=d" (hi) : : "ecx", "memory");
	return (uint64_t)hi << 32 | lo;
}

static __always_inline uint64_t sample(void *pool, unsigned int burst,
				       void *(*alloc)(void *), void (*free)(void *, void *))
{
	void *held[BURST_MAX];
	uint64_t start = now();

	if (burst == 1) {
		for (unsigned int n = PAIRS; n; n--) {
			void *obj = NULL;

			OPTIMIZER_HIDE_VAR(pool);
			if (alloc)
				obj = alloc(pool);
			OPTIMIZER_HIDE_VAR(obj);
			if (free)
				free(pool, obj);
			barrier();
		}
		return now() - start;
	}
	for (unsigned int n = PAIRS / burst; n; n--) {
		unsigned int i;

		for (i = 0; i < burst; i++) {
			OPTIMIZER_HIDE_VAR(pool);
			held[i] = alloc ? alloc(pool) : pool;
			barrier();
		}
		for (i = 0; i < burst; i++) {
			void *obj = held[i];

			OPTIMIZER_HIDE_VAR(pool);
			OPTIMIZER_HIDE_VAR(obj);
			if (free)
				free(pool, obj);
			barrier();
		}
	}
	return now() - start;
}

#define ROW(row, alloc, free)						\
static __always_inline void *row##_a(void *pool)			\
{									\
	return alloc(pool, GFP_KERNEL);					\
}									\
static __always_inline void row##_f(void *pool, void *obj)		\
{									\
	free(pool, obj);						\
}									\
static noinline uint64_t row##_1(void *pool, unsigned int burst)	\
{									\
	return sample(pool, 1, row##_a, row##_f);			\
}									\
static noinline uint64_t row##_n(void *pool, unsigned int burst)	\
{									\
	if (burst == 1)							\
		return row##_1(pool, 1);				\
	OPTIMIZER_HIDE_VAR(burst);					\
	if (burst == 1)							\
		__builtin_unreachable();				\
	return sample(pool, burst, row##_a, row##_f);			\
}

ROW(slotcas_call, objcache_alloc, objcache_free)
ROW(slotcas_inline, objcache_alloc_inline, objcache_free_inline)
ROW(word_call, word_alloc, word_free)
ROW(word_inline, word_alloc_inline, word_free_inline)
ROW(byte_call, byte_alloc, byte_free)
ROW(byte_inline, byte_alloc_inline, byte_free_inline)
ROW(bit_call, bit_alloc, bit_free)
ROW(bit_inline, bit_alloc_inline, bit_free_inline)
ROW(cas_call, cas_alloc, cas_free)
ROW(cas_inline, cas_alloc_inline, cas_free_inline)
ROW(floor_call, floor_alloc, floor_free)
ROW(floor_inline, floor_alloc_inline, floor_free_inline)

static noinline uint64_t empty_n(void *pool, unsigned int burst)
{
	if (burst == 1)
		return sample(pool, 1, NULL, NULL);
	OPTIMIZER_HIDE_VAR(burst);
	return sample(pool, burst, NULL, NULL);
}

static const struct row {
	const char *form, *guard;
	uint64_t (*run)(void *pool, unsigned int burst);
	void *pool;
} rows[] = {
	{ "call", "slotcas", slotcas_call_n, &oc },
	{ "call", "word", word_call_n, &gc },
	{ "call", "byte", byte_call_n, &gc },
	{ "call", "bit", bit_call_n, &gc },
	{ "call", "cas", cas_call_n, &gc },
	{ "call", "floor", floor_call_n, &gc },
	{ "inline", "slotcas", slotcas_inline_n, &oc },
	{ "inline", "word", word_inline_n, &gc },
	{ "inline", "byte", byte_inline_n, &gc },
	{ "inline", "bit", bit_inline_n, &gc },
	{ "inline", "cas", cas_inline_n, &gc },
	{ "inline", "floor", floor_inline_n, &gc },
	{ "loop", "empty", empty_n, &gc },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void measure(void)
{
	static const unsigned int bursts[] = { 1, 8, 32, 128 };

	for (unsigned int b = 0; b < 4; b++) {
		uint64_t best[ROWS];

		memset(best, 0xff, sizeof(best));
		for (unsigned int s = 0; s < SAMPLES; s++) {
			for (unsigned int r = 0; r < ROWS; r++) {
				uint64_t t = rows[r].run(rows[r].pool, bursts[b]);

				if (t < best[r])
					best[r] = t;
			}
		}
		for (unsigned int r = 0; r < ROWS; r++)
			printf("%s %u %s %lu\n", rows[r].form, bursts[b],
			       rows[r].guard, best[r] * 100 / PAIRS);
	}
	if (slow_paths) {
		printf("slow paths taken: %d\n", slow_paths);
		exit(1);
	}
}

/* ---- re-entry ---- */

static void *(*irq_alloc)(void *pool);
static void (*irq_free)(void *pool, void *obj);
static void *irq_pool, *irq_obj;
static volatile int irq_at, step;
static volatile bool irq_pops;
#define TF 0x100

/* After instruction irq_at of the operation: the interrupt. */
static void trap(int sig, siginfo_t *si, void *uc)
{
	if (step++ != irq_at)
		return;
	if (irq_pops)
		irq_obj = irq_alloc(irq_pool);
	else
		irq_free(irq_pool, irq_obj);
}

#define set_tf()	asm volatile("pushfq; orq $0x100,(%%rsp); popfq" : : : "memory", "cc")
#define clear_tf()	asm volatile("pushfq; andq $~0x100,(%%rsp); popfq" : : : "memory", "cc")

/* How many interruptions of a pop or push, out of all, broke ownership. */
static void reenter(const char *guard, void *pool, void *(*alloc)(void *),
		    void (*free)(void *, void *))
{
	int broken = 0, all = 0;

	irq_alloc = alloc;
	irq_free = free;
	irq_pool = pool;
	for (int outer_pops = 0; outer_pops < 2; outer_pops++)
	for (int pops = 0; pops < 2; pops++)
	for (irq_at = 0; irq_at < 60; irq_at++) {
		char seen[FILLED] = { 0 };
		void *mine, *other, *obj;
		unsigned int n = 0, bad = 0;

		refill();
		irq_pops = pops;
		mine = outer_pops ? NULL : alloc(pool);
		irq_obj = pops ? NULL : alloc(pool);
		other = irq_obj;
		slow_paths = 0;
		step = 0;
		set_tf();
		if (outer_pops)
			mine = alloc(pool);
		else
			free(pool, mine);
		clear_tf();
		if (step <= irq_at)
			break;
		all++;
		/* What was refused, the slow path would have dealt with. */
		for (int k = 0; k < 2; k++) {
			obj = k ? (pops ? irq_obj : NULL) : (outer_pops ? mine : NULL);
			if (obj && seen[((char *)obj - objs[0]) / 64]++)
				bad = 1;
		}
		/* Everything that is left, from the memory itself. */
		if (pool == &oc) {
			for (unsigned int i = 1; i <= SLOTS; i++)
				if (amag->slot[i] && seen[((char *)amag->slot[i] - objs[0]) / 64]++)
					bad = 1;
		} else {
			if (gmag->lock || (gmag->n & GMAG_LOCKED))
				bad = 1;
			for (unsigned int i = 0; i < (gmag->n & ~GMAG_LOCKED); i++)
				if (seen[((char *)gmag->slot[i] - objs[0]) / 64]++)
					bad = 1;
		}
		for (unsigned int i = 0; i < FILLED; i++)
			n += seen[i] != 0;
		/* Missing ones must be those that a refused free still holds. */
		if (FILLED - n > (unsigned int)slow_paths)
			bad = 1;
		(void)other;
		broken += bad;
	}
	printf("%-8s %3d of %3d interruptions break ownership\n", guard, broken, all);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = trap, .sa_flags = SA_SIGINFO };

	if (syscall(SYS_arch_prctl, ARCH_SET_GS, (unsigned long)area)) {
		perror("arch_prctl");
		return 1;
	}
	refill();
	if (argc > 1 && !strcmp(argv[1], "--reenter")) {
		sigaction(SIGTRAP, &sa, NULL);
		reenter("slotcas", &oc, slotcas_call_a, slotcas_call_f);
		reenter("word", &gc, word_call_a, word_call_f);
		reenter("byte", &gc, byte_call_a, byte_call_f);
		reenter("bit", &gc, bit_call_a, bit_call_f);
		reenter("cas", &gc, cas_call_a, cas_call_f);
		return 0;
	}
	measure();
	return 0;
}
