/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shim.h - what <mempool/magazine.h>, <mempool/objcache.h> and rivals.h use of
 * the kernel, for a program whose %gs points at "this CPU's" memory
 *
 * Every <linux/...> header they ask for is this one (see host-run).
 */
#ifndef _SHIM_H
#define _SHIM_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_X86_64			1
#define CONFIG_SMP			1
#define CONFIG_TASKS_RCU		1

#define __percpu
#define __used				__attribute__((unused))
#undef __always_inline
#define __always_inline			inline __attribute__((always_inline))
#define noinline			__attribute__((noinline))
#define likely(x)			__builtin_expect(!!(x), 1)
#define unlikely(x)			__builtin_expect(!!(x), 0)
#define barrier()			asm volatile("" : : : "memory")
#define OPTIMIZER_HIDE_VAR(v)		asm("" : "=r" (v) : "0" (v))
#define EXPORT_SYMBOL_GPL(sym)		_Static_assert(1, #sym)

typedef unsigned int gfp_t;
#define __GFP_ZERO			0x100u
#define GFP_KERNEL			0xcc0u

struct module;

/* A static key that is off: the 5-byte nop that the kernel leaves there. */
#define static_branch_unlikely(key)	shim_key_off()
static __always_inline bool shim_key_off(void)
{
	asm goto(".byte 0x0f, 0x1f, 0x44, 0x00, 0x00" : : : : on);
	return false;
on:
	return true;
}

/*
 * As the kernel has it on x86: the count starts at INIT with "no need to
 * reschedule" in the top bit, so it reaches zero only when both are due.
 */
#define SHIM_PREEMPT_COUNT		0
#define SHIM_PREEMPT_INIT		0x80000000u
void shim_preempt_schedule(void);

#define preempt_disable()						\
	asm volatile("incl %%gs:%c0" : : "i" (SHIM_PREEMPT_COUNT) : "memory")

static __always_inline void preempt_enable(void)
{
	bool due;

	asm volatile("decl %%gs:%c[at]" : "=@ccz" (due)
		     : [at] "i" (SHIM_PREEMPT_COUNT) : "memory");
	if (unlikely(due))
		shim_preempt_schedule();
}

#endif /* _SHIM_H */
