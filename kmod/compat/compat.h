/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - the one place that knows how kernels differ
 *
 * Force-included into every file of kmod/ (see kmod/Kbuild), so the code is
 * written in the newest kernel's dialect.  What is missing is found by
 * probing: a macro by #ifdef, an enum constant by kmod/compat/probe.mk.
 * Supported: 6.1 to 7.x.
 */
#ifndef _MEMPOOL_COMPAT_H
#define _MEMPOOL_COMPAT_H

/* Before any include, hence here. */
#define pr_fmt(fmt) "mempool: " fmt

#include <linux/slab.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "mempool needs Linux 6.1 or newer"
#endif

/*
 * A cache of ours must not be merged with somebody else's: its name in
 * slabinfo and its leak report would be theirs.  6.1 has no flag for it, but
 * never merges caches that kmemleak does not track.
 */
#ifndef SLAB_NO_MERGE
#ifdef CONFIG_DEBUG_KMEMLEAK
#define SLAB_NO_MERGE		((slab_flags_t)0)
#else
#define SLAB_NO_MERGE		SLAB_NOLEAKTRACE
#endif
#endif

/* Since 6.17 a workqueue says that its workers belong to a CPU. */
#ifndef MEMPOOL_HAVE_WQ_PERCPU
#define WQ_PERCPU		0
#endif

/* Symbols for our own test modules alone; the quoting changed in 6.13. */
#ifdef CONFIG_KUNIT
#define EXPORT_SYMBOL_FOR_TEST(sym)	EXPORT_SYMBOL_GPL(sym)
#else
#define EXPORT_SYMBOL_FOR_TEST(sym)
#endif

#endif /* _MEMPOOL_COMPAT_H */
