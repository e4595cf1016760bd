// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - mempool_flags: each gfp flag and each flag of a cache
 *
 * Called from: insmod.  Calls: objcache.  Context: task.
 *
 * Prints "case NAME: VALUE" lines, which 44-flags.sh compares.  Each gfp flag has
 * a cache of a size of its own, by which its allocations are found in the
 * kernel's trace.  The caches of flags stay until rmmod, to be looked at in sysfs.
 */
#define pr_fmt(fmt) "mempool_flags: " fmt

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <mempool/objcache.h>
#include <mempool/reservation.h>

#include "flags.h"

/* Sizes that nobody else asks slab for while the trace is on. */
#define FIRST_SIZE	2008
#define N		4

struct row {
	const char *name;
	gfp_t gfp;
};

#define ROW(flag) { #flag, GFP_KERNEL | __GFP_##flag }

static const struct row rows[] = {
	{ "GFP_KERNEL", GFP_KERNEL },
	{ "GFP_NOIO", GFP_NOIO },
	{ "GFP_NOFS", GFP_NOFS },
	{ "GFP_NOWAIT", GFP_NOWAIT },
	{ "GFP_ATOMIC", GFP_ATOMIC },
	{ "GFP_USER", GFP_USER },
	ROW(ZERO), ROW(ACCOUNT), ROW(NOFAIL), ROW(THISNODE),
	ROW(NOWARN), ROW(NORETRY), ROW(RETRY_MAYFAIL),
	ROW(HIGH), ROW(MEMALLOC), ROW(NOMEMALLOC),
	ROW(RECLAIMABLE), ROW(MOVABLE), ROW(WRITE), ROW(HARDWALL), ROW(COMP),
	ROW(DMA), ROW(DMA32), ROW(HIGHMEM),
	{ "UNKNOWN", GFP_KERNEL | (__force gfp_t)(1u << 31) },
	/* As many of the page allocator's own as there are. */
#ifdef __GFP_ZEROTAGS
	ROW(ZEROTAGS),
#endif
#ifdef __GFP_SKIP_ZERO
	ROW(SKIP_ZERO),
#endif
#ifdef __GFP_SKIP_KASAN
	ROW(SKIP_KASAN),
#endif
	ROW(NOLOCKDEP),
};

static const char *outcome(bool got)
{
	return got ? "ok" : "refused";
}

static unsigned int give_back(struct objcache *cache, void **objs, unsigned int n)
{
	objcache_free_bulk(cache, n, objs);
	return n;
}

/* Not known to the compiler, as where a driver hands on what it was given. */
static noinline void *alloc_variable(struct objcache *cache, gfp_t gfp)
{
	OPTIMIZER_HIDE_VAR(gfp);
	return objcache_alloc_inline(cache, gfp);
}

static void run_hits(const struct row *row, struct objcache *cache)
{
	struct objcache_reservation res;
	void *objs[N];

	/* So that there is something to hit. */
	objcache_set_capacity(cache, 16);
	if (objcache_alloc_bulk(cache, GFP_KERNEL, N, objs))
		give_back(cache, objs, N);
	objs[0] = alloc_variable(cache, row->gfp);
	pr_info("case gfp-%s-hit: %s\n", row->name, outcome(objs[0]));
	if (objs[0])
		give_back(cache, objs, 1);
	pr_info("case gfp-%s-bulk: %s\n", row->name,
		outcome(objcache_alloc_bulk(cache, row->gfp, N, objs) &&
			give_back(cache, objs, N)));
	pr_info("case gfp-%s-some: %s\n", row->name,
		outcome(give_back(cache, objs, objcache_alloc_some(cache, row->gfp, N, objs))));
	pr_info("case gfp-%s-reservation: %s\n", row->name,
		outcome(!objcache_reservation_try(&res, cache, row->gfp, N)));
	objcache_reservation_release(&res);
	if (!gfpflags_allow_blocking(row->gfp))
		return;
	objs[0] = objcache_alloc_wait(cache, row->gfp, TASK_KILLABLE, 0);
	pr_info("case gfp-%s-wait: %s\n", row->name, outcome(!IS_ERR(objs[0])));
	if (!IS_ERR(objs[0]))
		give_back(cache, objs, 1);
}

static void run_row(const struct row *row, unsigned int size)
{
	struct objcache *cache = objcache_create("flags-gfp", size, NULL);
	void *obj;

	if (IS_ERR(cache))
		return;
	objcache_set_capacity(cache, 0);
	obj = objcache_alloc(cache, row->gfp);
	pr_info("case gfp-%s-miss-%u: %s\n", row->name, size, outcome(obj));
	if (obj)
		objcache_free(cache, obj);
	run_hits(row, cache);
	pr_info("case gfp-%s-destroy: %d\n", row->name, objcache_destroy(cache));
}

struct giver {
	struct delayed_work work;
	struct objcache *cache;
	void *objs[2];
	unsigned long gave;
};

static void give(struct work_struct *work)
{
	struct giver *g = container_of(work, struct giver, work.work);

	WRITE_ONCE(g->gave, jiffies);
	objcache_free_bulk(g->cache, 2, g->objs);
}

/* At the limit: who may not fail waits, if it may sleep. */
static void run_nofail(void)
{
	struct objcache *cache = objcache_create("flags-nofail", 128, NULL);
	struct giver g = { .cache = cache };
	void *objs[3];

	if (IS_ERR(cache) || !objcache_alloc_bulk(cache, GFP_KERNEL, 2, g.objs))
		return;
	objcache_set_limit(cache, 2);
	INIT_DELAYED_WORK_ONSTACK(&g.work, give);
	pr_info("case nofail-atomic: %s\n",
		outcome(objcache_alloc(cache, GFP_ATOMIC | __GFP_NOFAIL)));
	pr_info("case nofail-too-many: %s\n",
		outcome(objcache_alloc_bulk(cache, GFP_KERNEL | __GFP_NOFAIL, 3, objs)));

	schedule_delayed_work(&g.work, HZ / 10);
	objs[0] = objcache_alloc(cache, GFP_KERNEL | __GFP_NOFAIL);
	pr_info("case nofail-one: %s\n", outcome(objs[0] && READ_ONCE(g.gave)));
	flush_delayed_work(&g.work);
	objcache_free(cache, objs[0]);

	objcache_alloc_bulk(cache, GFP_KERNEL, 2, g.objs);
	g.gave = 0;
	schedule_delayed_work(&g.work, HZ / 10);
	pr_info("case nofail-bulk: %s\n",
		outcome(objcache_alloc_bulk(cache, GFP_KERNEL | __GFP_NOFAIL, 2, objs) &&
			READ_ONCE(g.gave)));
	flush_delayed_work(&g.work);
	destroy_delayed_work_on_stack(&g.work);
	objcache_free_bulk(cache, 2, objs);
	pr_info("case nofail-destroy: %d\n", objcache_destroy(cache));
}

static void run_nodes(void)
{
	struct objcache *cache = objcache_create("flags-node", 512, NULL);
	void *objs[N];
	int node;

	if (IS_ERR(cache))
		return;
	objs[0] = objcache_alloc_node(cache, GFP_KERNEL, NUMA_NO_NODE);
	pr_info("case node-none: %s\n", outcome(objs[0]));
	give_back(cache, objs, !!objs[0]);
	pr_info("case node-negative: %s\n", outcome(objcache_alloc_node(cache, GFP_KERNEL, -2)));
	pr_info("case node-offline: %s\n",
		outcome(objcache_alloc_node(cache, GFP_KERNEL, MAX_NUMNODES - 1)));
	for_each_online_node(node) {
		unsigned int i, right = 0;

		for (i = 0; i < N; i++) {
			objs[i] = objcache_alloc_node(cache, GFP_KERNEL | __GFP_THISNODE, node);
			right += objs[i] && page_to_nid(virt_to_page(objs[i])) == node;
		}
		pr_info("case node-%d: %u\n", node, right);
		give_back(cache, objs, right);
	}
	pr_info("case node-destroy: %d\n", objcache_destroy(cache));
}

static const char *zone_of(struct objcache *cache, gfp_t gfp)
{
	void *obj = objcache_alloc(cache, gfp);
	const char *name;

	if (!obj)
		return "refused";
	name = page_zone(virt_to_page(obj))->name;
	objcache_free(cache, obj);
	return name;
}

struct flag {
	const char *name;
	unsigned int flags;
};

static const struct flag flags[] = {
	{ "none", 0 },
	{ "hwcache", OBJCACHE_HWCACHE_ALIGN },
	{ "typesafe", OBJCACHE_TYPESAFE_BY_RCU },
	{ "dma", OBJCACHE_DMA },
	{ "dma32", OBJCACHE_DMA32 },
	{ "reclaimable", OBJCACHE_RECLAIMABLE },
	{ "slab-debug", OBJCACHE_SLAB_DEBUG },
};

static struct objcache *caches[ARRAY_SIZE(flags)];

static void make_caches(void)
{
	char name[OBJCACHE_NAME_MAX];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		const struct objcache_params params = { .flags = flags[i].flags };

		snprintf(name, sizeof(name), "flags-%s", flags[i].name);
		caches[i] = objcache_create(name, 40, &params);
		pr_info("case cache-%s: %d\n", flags[i].name, PTR_ERR_OR_ZERO(caches[i]));
	}
	pr_info("case zone-dma: %s\n", zone_of(caches[3], GFP_KERNEL));
	pr_info("case zone-dma-asked: %s\n", zone_of(caches[3], GFP_KERNEL | __GFP_DMA));
	pr_info("case zone-dma-other: %s\n", zone_of(caches[3], GFP_KERNEL | __GFP_DMA32));
	pr_info("case zone-dma32: %s\n", zone_of(caches[4], GFP_KERNEL | __GFP_DMA32));
}

static int __init flags_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		run_row(&rows[i], FIRST_SIZE + 8 * i);
	run_nofail();
	run_nodes();
	run_zero();
	make_caches();
	return 0;
}

static void __exit flags_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caches); i++)
		if (!IS_ERR(caches[i]) && objcache_destroy(caches[i]))
			pr_err("objects lost\n");
}

module_init(flags_init);
module_exit(flags_exit);

MODULE_DESCRIPTION("Each gfp flag and each flag of a cache");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
