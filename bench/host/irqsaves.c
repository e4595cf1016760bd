// SPDX-License-Identifier: GPL-2.0-only
/*
 * irqsaves.c - counts how often a kernel in user mode disables interrupts
 *
 * Preloaded into lab's uml by bench/lib.sh; bench/irqsaves.h reads it.
 *
 * Such a kernel with more than one CPU blocks the signal that other CPUs send
 * whenever it disables interrupts that were enabled, and a CPU is a thread.
 * So each thread counts its blocking calls of sigprocmask(), which does here
 * what glibc's does.  A count more is nothing beside the system call.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Far below the kernel, which is linked to 0x60000000. */
#define IRQSAVES_AT	((void *)0x10000000)

static __thread unsigned long irqsaves;

static unsigned long irqsaves_of_this_cpu(void)
{
	return irqsaves;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	int err;

	irqsaves += set && how == SIG_BLOCK;
	err = pthread_sigmask(how, set, old);
	if (!err)
		return 0;
	errno = err;
	return -1;
}

static void __attribute__((constructor)) irqsaves_init(void)
{
	void **at;

	at = mmap(IRQSAVES_AT, sizeof(*at), PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (at != IRQSAVES_AT)
		abort();
	*at = (void *)irqsaves_of_this_cpu;
}
