// SPDX-License-Identifier: GPL-2.0-only
/*
 * zero.c - mempool_flags: what is in an object that is allocated again
 *
 * Called from: main.c.  Calls: objcache.  Context: task.
 *
 * Every kind of cache, every way to allocate, with and without __GFP_ZERO:
 * "case zero-KIND-WAY[-asked]: zeroed" or kept, or mixed.  And what lies in an
 * object once it is freed: "case free-KIND-WAY: ...".
 */
#define pr_fmt(fmt) "mempool_flags: " fmt

#include <linux/err.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <mempool/objcache.h>
#include <mempool/reservation.h>

#include "flags.h"

#define SIZE	256
#define N	20	/* more than the sixteen of a bulk call's fast path */
#define DIRT	0xa5

enum way { SINGLE, INLINED, BULK, SOME, WAIT, WAITED, RESERVED, NODE, WAYS };

static const char *const way_names[] = {
	"single", "inline", "bulk", "some", "wait", "waited", "reserved", "node",
};

struct kind {
	const char *name;
	struct objcache_params params;
	unsigned int may_be_linked;	/* bytes at its beginning */
};

static void construct(void *obj)
{
	memset(obj, DIRT, SIZE);
}

static const struct kind kinds[] = {
	{ "plain", {}, sizeof(void *) },
	{ "ctor", { .ctor = construct } },
	{ "typesafe", { .flags = OBJCACHE_TYPESAFE_BY_RCU } },
};

static const char *content(const struct kind *kind, const char *obj)
{
	if (!memchr_inv(obj, 0, SIZE))
		return "zeroed";
	if (!memchr_inv(obj + kind->may_be_linked, DIRT, SIZE - kind->may_be_linked))
		return "kept";
	return "mixed";
}

struct giver {
	struct delayed_work work;
	struct objcache *cache;
	void *obj;
};

static void give(struct work_struct *work)
{
	struct giver *g = container_of(work, struct giver, work.work);

	objcache_free(g->cache, g->obj);
}

/* At the limit: the object comes from the hand of who frees it. */
static void *wait_for_one(struct objcache *cache, gfp_t gfp)
{
	struct giver g = { .cache = cache };
	void *obj;

	INIT_DELAYED_WORK_ONSTACK(&g.work, give);
	g.obj = objcache_alloc(cache, GFP_KERNEL);
	memset(g.obj, DIRT, SIZE);
	objcache_set_limit(cache, 1);
	schedule_delayed_work(&g.work, HZ / 20);
	obj = objcache_alloc_wait(cache, gfp, TASK_KILLABLE, MAX_SCHEDULE_TIMEOUT);
	flush_delayed_work(&g.work);
	destroy_delayed_work_on_stack(&g.work);
	objcache_set_limit(cache, 0);
	return obj;
}

static unsigned int take_reserved(struct objcache *cache, gfp_t gfp, void **objs)
{
	struct objcache_reservation res;
	unsigned int n = 0;

	if (objcache_reservation_try(&res, cache, gfp, N))
		return 0;
	while (objcache_reservation_left(&res))
		objs[n++] = objcache_reservation_take(&res);
	return n;
}

static unsigned int take(enum way way, struct objcache *cache, gfp_t gfp, void **objs)
{
	unsigned int n = 0;

	switch (way) {
	case BULK:
		return objcache_alloc_bulk(cache, gfp, N, objs) ? N : 0;
	case SOME:
		return objcache_alloc_some(cache, gfp, N, objs);
	case RESERVED:
		return take_reserved(cache, gfp, objs);
	case WAITED:
		objs[0] = wait_for_one(cache, gfp);
		return !IS_ERR(objs[0]);
	case WAIT:
		for (; n < N; n++)
			objs[n] = objcache_alloc_wait(cache, gfp, TASK_KILLABLE, 0);
		return n;
	case NODE:
		for (; n < N; n++)
			objs[n] = objcache_alloc_node(cache, gfp, numa_mem_id());
		return n;
	default:
		for (; n < N; n++)
			objs[n] = way == SINGLE ? objcache_alloc(cache, gfp) :
				  objcache_alloc_inline(cache, gfp);
		return n;
	}
}

/* N dirty objects in the magazine, or none where it would serve. */
static void prepare(enum way way, struct objcache *cache)
{
	void *objs[N];
	unsigned int i;

	if (way == WAITED)
		return;
	if (!objcache_alloc_bulk(cache, GFP_KERNEL, N, objs))
		return;
	for (i = 0; i < N; i++)
		memset(objs[i], DIRT, SIZE);
	objcache_free_bulk(cache, N, objs);
}

static const char *contents(const struct kind *kind, void **objs, unsigned int n)
{
	const char *all = n ? content(kind, objs[0]) : "none";
	unsigned int i;

	for (i = 1; i < n; i++)
		if (strcmp(all, content(kind, objs[i])))
			return "mixed";
	return all;
}

static void run_way(const struct kind *kind, struct objcache *cache, enum way way,
		    gfp_t zero)
{
	void *objs[N];
	unsigned int n;

	prepare(way, cache);
	n = take(way, cache, GFP_KERNEL | zero, objs);
	pr_info("case zero-%s-%s%s: %s\n", kind->name, way_names[way],
		zero ? "-asked" : "", contents(kind, objs, n));
	while (n)
		objcache_free(cache, objs[--n]);
}

/* It is looked at where it lies: in the magazine, which has the room. */
static void run_free(const struct kind *kind, struct objcache *cache)
{
	struct objcache_reservation res;
	void *objs[N];
	unsigned int i;

	objcache_alloc_bulk(cache, GFP_KERNEL, N, objs);
	for (i = 0; i < N; i++)
		memset(objs[i], DIRT, SIZE);
	objcache_free(cache, objs[0]);
	pr_info("case free-%s-single: %s\n", kind->name, content(kind, objs[0]));
	objcache_free_bulk(cache, N - 1, objs + 1);
	pr_info("case free-%s-bulk: %s\n", kind->name, contents(kind, objs + 1, N - 1));

	if (objcache_reservation_try(&res, cache, GFP_KERNEL, 1))
		return;
	objs[0] = objcache_reservation_take(&res);
	memset(objs[0], DIRT, SIZE);
	objcache_reservation_put(&res, objs[0]);
	objcache_reservation_release(&res);
	pr_info("case free-%s-reserved: %s\n", kind->name, content(kind, objs[0]));
}

void run_zero(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct objcache *cache = objcache_create("flags-zero", SIZE, &kinds[i].params);
		enum way way;

		if (IS_ERR(cache))
			return;
		for (way = 0; way < WAYS; way++) {
			run_way(&kinds[i], cache, way, 0);
			run_way(&kinds[i], cache, way, __GFP_ZERO);
		}
		run_free(&kinds[i], cache);
		pr_info("case zero-%s-destroy: %d\n", kinds[i].name, objcache_destroy(cache));
	}
}
