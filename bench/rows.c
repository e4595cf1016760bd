// SPDX-License-Identifier: GPL-2.0-only
/*
 * rows.c - the loops that are timed, each over one allocator
 *
 * Called from: native.c.  Calls: ways.h, handover.h.
 * Locks: none.  Context: task.
 */
#include <linux/cache.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <asm/local.h>

#include "handover.h"
#include "rows.h"
#include "ways.h"

/* As many objects are between producer and consumer at most. */
#define RING		256u

static __always_inline void pairs(const enum way way, void *pool,
				  unsigned int n, unsigned int burst)
{
	while (n--)
		give(way, pool, take(way, pool));
}

/* @n objects, so many out at a time: last in, first out. */
static __always_inline void bursts(const enum way way, void *pool,
				   unsigned int n, unsigned int burst)
{
	static void *obj[NATIVE_OUT];
	unsigned int i;

	for (; n >= burst; n -= burst) {
		for (i = 0; i < burst; i++)
			obj[i] = take(way, pool);
		while (i--)
			give(way, pool, obj[i]);
	}
}

/*
 * A ring of slots, NULL when empty: the producer fills them in order, the
 * consumer empties them.  It is between calls always empty.
 */
static void *ring[RING] ____cacheline_aligned_in_smp;

static __always_inline void produce(const enum way way, void *pool,
				    unsigned int n, unsigned int burst)
{
	unsigned int i;
	void *obj;

	for (i = 0; i < n; i++) {
		obj = take(way, pool);
		while (READ_ONCE(ring[i % RING]))
			cpu_relax();
		hand_over(&ring[i % RING], obj);
	}
}

static __always_inline void consume(const enum way way, void *pool,
				    unsigned int n, unsigned int burst)
{
	unsigned int i;
	void *obj;

	for (i = 0; i < n; i++) {
		do {
			obj = handed_over(&ring[i % RING]);
		} while (!obj);
		WRITE_ONCE(ring[i % RING], NULL);
		give(way, pool, obj);
	}
}

#define LOOP(loop, way, name)						\
static noinline void name(void *pool, unsigned int n, unsigned int burst) \
{									\
	loop(way, pool, n, burst);					\
}

LOOP(pairs, EMPTY, empty_pair)
LOOP(pairs, OBJCACHE, objcache_pair)
LOOP(pairs, OBJCACHE_ATOMIC, objcache_pair_atomic)
LOOP(pairs, SIZECLASS, sizeclass_pair)
LOOP(pairs, KMEM_CACHE, kmem_cache_pair)
LOOP(pairs, KMEM_CACHE_ATOMIC, kmem_cache_pair_atomic)
LOOP(pairs, KMALLOC, kmalloc_pair)
LOOP(pairs, MEMPOOL_T, mempool_t_pair)
LOOP(pairs, ARRAY, array_pair)
LOOP(bursts, OBJCACHE, objcache_burst)
LOOP(bursts, KMEM_CACHE, kmem_cache_burst)
LOOP(bursts, ARRAY, array_burst)
LOOP(produce, EMPTY, empty_produce)
LOOP(consume, EMPTY, empty_consume)
LOOP(produce, OBJCACHE, objcache_produce)
LOOP(consume, OBJCACHE, objcache_consume)
LOOP(produce, KMEM_CACHE, kmem_cache_produce)
LOOP(consume, KMEM_CACHE, kmem_cache_consume)

static noinline void objcache_bulk(void *pool, unsigned int n, unsigned int burst)
{
	void *obj[NATIVE_BULK];

	for (; n >= NATIVE_BULK; n -= NATIVE_BULK)
		if (objcache_alloc_bulk(pool, GFP_KERNEL, NATIVE_BULK, obj))
			objcache_free_bulk(pool, NATIVE_BULK, obj);
}

static noinline void kmem_cache_bulk(void *pool, unsigned int n, unsigned int burst)
{
	void *obj[NATIVE_BULK];

	for (; n >= NATIVE_BULK; n -= NATIVE_BULK)
		if (kmem_cache_alloc_bulk(pool, GFP_KERNEL, NATIVE_BULK, obj))
			kmem_cache_free_bulk(pool, NATIVE_BULK, obj);
}

/* What allocators are made of, alone: it says where their time goes. */
static DEFINE_SPINLOCK(row_lock);
static unsigned long row_word;

#define COST(name, what)						\
static noinline void name(void *pool, unsigned int n, unsigned int burst) \
{									\
	unsigned long word __maybe_unused;				\
									\
	while (n--) {							\
		what;							\
		barrier();						\
	}								\
}

COST(irqsave, ({ local_irq_save(word); local_irq_restore(word); }))
COST(spin_lock_irqsave_pair, ({ spin_lock_irqsave(&row_lock, word);
	spin_unlock_irqrestore(&row_lock, word); }))
COST(spin_lock_pair, ({ spin_lock(&row_lock); spin_unlock(&row_lock); }))
COST(preempt, ({ preempt_disable(); preempt_enable(); }))
COST(cmpxchg_local_pair, ({ word = READ_ONCE(row_word);
	cmpxchg_local(&row_word, word, word + 1); }))
COST(local_add_one, local_add(1, (local_t *)&row_word))

#define POOL(name) ((void **)&native_pools.name)

#define BURST(way, size) \
	{ #way "_burst" #size, way ## _burst, POOL(way), .burst = size }

const struct row rows[] = {
	{ "empty", empty_pair, POOL(objcache) },
	{ "objcache_pair", objcache_pair, POOL(objcache) },
	{ "kmem_cache_pair", kmem_cache_pair, POOL(kmem_cache) },
	{ "array_pair", array_pair, POOL(array) },
	{ "objcache_pair_atomic", objcache_pair_atomic, POOL(objcache) },
	{ "kmem_cache_pair_atomic", kmem_cache_pair_atomic, POOL(kmem_cache) },
	{ "sizeclass_pair", sizeclass_pair, POOL(sizeclass) },
	{ "kmalloc_pair", kmalloc_pair, POOL(kmem_cache) },
	{ "objcache_reserve_pair", objcache_pair, POOL(reserved) },
	{ "mempool_t_pair", mempool_t_pair, POOL(mempool) },
	{ "objcache_bulk16", objcache_bulk, POOL(objcache) },
	{ "kmem_cache_bulk16", kmem_cache_bulk, POOL(kmem_cache) },
	BURST(objcache, 1),
	BURST(kmem_cache, 1),
	BURST(array, 1),
	BURST(objcache, 2),
	BURST(kmem_cache, 2),
	BURST(array, 2),
	BURST(objcache, 4),
	BURST(kmem_cache, 4),
	BURST(array, 4),
	BURST(objcache, 8),
	BURST(kmem_cache, 8),
	BURST(array, 8),
	BURST(objcache, 16),
	BURST(kmem_cache, 16),
	BURST(array, 16),
	BURST(objcache, 32),
	BURST(kmem_cache, 32),
	BURST(array, 32),
	BURST(objcache, 64),
	BURST(kmem_cache, 64),
	BURST(array, 64),
	BURST(objcache, 128),
	BURST(kmem_cache, 128),
	BURST(array, 128),
	BURST(objcache, 256),
	BURST(kmem_cache, 256),
	BURST(array, 256),
	BURST(objcache, 512),
	BURST(kmem_cache, 512),
	BURST(array, 512),
	{ "objcache_2cpu", objcache_pair, POOL(objcache), objcache_pair },
	{ "array_2cpu", array_pair, POOL(array), array_pair },
	{ "objcache_produce", objcache_produce, POOL(objcache),
	  objcache_consume, true },
	{ "kmem_cache_produce", kmem_cache_produce, POOL(kmem_cache),
	  kmem_cache_consume, true },
	{ "empty_produce", empty_produce, POOL(objcache), empty_consume, true },
	{ "irqsave", irqsave, POOL(objcache) },
	{ "irqsave_2cpu", irqsave, POOL(objcache), irqsave },
	{ "spin_lock_irqsave", spin_lock_irqsave_pair, POOL(objcache) },
	{ "spin_lock", spin_lock_pair, POOL(objcache) },
	{ "preempt", preempt, POOL(objcache) },
	{ "cmpxchg_local", cmpxchg_local_pair, POOL(objcache) },
	{ "local_add", local_add_one, POOL(objcache) },
};

static_assert(ARRAY_SIZE(rows) == ROWS);
