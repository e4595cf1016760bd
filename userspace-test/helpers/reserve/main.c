// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - mempool_reserve: a cache with a limit and a reserve
 *
 * Called from: insmod; writes to the parameter run.  Calls: objcache.
 * Locks: none.  Context: task, hardirq.
 *
 * Prints "case NAME: VALUE" lines, which 49-reserve.sh compares.
 */
#include "reserve.h"

#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>

struct objcache *cache;

static void *objs[2 * LIMIT];
static unsigned int nr_objs;

/* Errors, and that they change nothing. */
static void run_bounds(void)
{
	struct objcache_reservation res;
	int err;

	err = objcache_set_reserve(cache, LIMIT + 1);
	pr_info("case above-limit: %d %u\n", err, objcache_reserve(cache));
	err = objcache_set_limit(cache, RESERVE - 1);
	pr_info("case limit-below: %d %lu\n", err, objcache_limit(cache));
	err = objcache_set_reserve(cache, UINT_MAX);
	pr_info("case huge: %d %u\n", err, objcache_reserve(cache));
	objcache_set_limit(cache, 0);
	err = objcache_set_reserve(cache, UINT_MAX);
	pr_info("case huge-no-limit: %d %u\n", err, objcache_reserve(cache));
	objcache_set_limit(cache, LIMIT);

	err = objcache_reservation_try(&res, cache, GFP_KERNEL, LIMIT + 1);
	pr_info("case try-impossible: %d %u\n", err, objcache_reservation_left(&res));
	err = objcache_reservation_wait(&res, cache, GFP_KERNEL, LIMIT + 1,
					TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
	pr_info("case wait-impossible: %d\n", err);
	err = objcache_reservation_wait(&res, cache, GFP_KERNEL, 0,
					TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
	pr_info("case wait-none: %d\n", err);
	err = objcache_reservation_wait(&res, cache, GFP_ATOMIC, 1,
					TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
	pr_info("case wait-atomic: %d\n", err);
}

static void run_take_all(void)
{
	struct objcache_reservation res;

	while (nr_objs < ARRAY_SIZE(objs)) {
		void *obj = objcache_alloc(cache, GFP_KERNEL | __GFP_NOWARN);

		if (!obj)
			break;
		objs[nr_objs++] = obj;
	}
	pr_info("case all: %u\n", nr_objs);
	pr_info("case none-left: %d\n",
		objcache_reservation_try(&res, cache, GFP_KERNEL | __GFP_NOWARN, 1));
	pr_info("case more-reserve: %d %u\n", objcache_set_reserve(cache, RESERVE + 1),
		objcache_reserve(cache));
}

static void run_free_reserve(void)
{
	unsigned int n;

	for (n = 0; n < RESERVE && nr_objs; n++)
		objcache_free(cache, objs[--nr_objs]);
}

static void take_in_hardirq(struct irq_work *work)
{
	struct objcache_reservation res;

	objs[nr_objs] = objcache_alloc(cache, GFP_ATOMIC);
	if (objs[nr_objs])
		nr_objs++;
	if (objcache_reservation_try(&res, cache, GFP_ATOMIC, 2))
		return;
	objs[nr_objs++] = objcache_reservation_take(&res);
	objcache_reservation_release(&res);
}

static void run_hardirq(void)
{
	struct irq_work work = IRQ_WORK_INIT_HARD(take_in_hardirq);
	unsigned int before = nr_objs;

	irq_work_queue(&work);
	irq_work_sync(&work);
	pr_info("case hardirq: %u\n", nr_objs - before);
}

static void run_free_all(void)
{
	objcache_free_bulk(cache, nr_objs, objs);
	nr_objs = 0;
}

/* Destroyed with a reservation out, and a reserve. */
static void run_zombie(void)
{
	struct objcache *goner = objcache_create("goner", 64, NULL);
	struct objcache_reservation res;
	void *obj;

	if (IS_ERR(goner))
		return;
	objcache_set_reserve(goner, 2 * RESERVE);
	objcache_reservation_try(&res, goner, GFP_KERNEL, RESERVE);
	obj = objcache_reservation_take(&res);
	pr_info("case destroyed: %d\n", objcache_destroy(goner));
	objcache_reservation_put(&res, obj);
	objcache_reservation_release(&res);
}

/* With the reserve full the magazines work as ever. */
static void run_pairs(void)
{
	unsigned int i;

	objcache_set_limit(cache, 1000);
	for (i = 0; i < 1000; i++)
		objcache_free(cache, objcache_alloc(cache, GFP_KERNEL));
	objcache_set_limit(cache, LIMIT);
}

static void run_prefill(void)
{
	pr_info("case prefill: %d\n", objcache_prefill(cache, 10));
	pr_info("case prefill-limit: %d\n", objcache_prefill(cache, LIMIT));
}

static void take_all_pages(struct list_head *pages)
{
	struct page *page;

	while ((page = alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN)) ||
	       (page = alloc_page(GFP_NOWAIT | __GFP_NOWARN)))
		list_add(&page->lru, pages);
}

/*
 * For one who writes pages back the page allocator tries for ever; but there is
 * a reserve, and then a line to stand in.
 */
static void run_no_pages(void)
{
	struct page *page, *next;
	void *obj, *last = NULL;
	LIST_HEAD(pages);

	objcache_set_limit(cache, 0);
	take_all_pages(&pages);
	while ((obj = objcache_alloc(cache, GFP_NOIO))) {
		*(void **)obj = last;
		last = obj;
	}
	obj = objcache_alloc_wait(cache, GFP_NOIO, TASK_UNINTERRUPTIBLE, HZ / 5);
	list_for_each_entry_safe(page, next, &pages, lru)
		__free_page(page);
	/* Somebody may have given pages back meanwhile; what counts is that it ends. */
	pr_info("case no-pages-wait: %d\n", !IS_ERR(obj) || PTR_ERR(obj) == -ETIMEDOUT);
	if (!IS_ERR(obj))
		objcache_free(cache, obj);
	while (last) {
		obj = last;
		last = *(void **)obj;
		objcache_free(cache, obj);
	}
	objcache_set_limit(cache, LIMIT);
}

static const struct {
	const char	*name;
	void		(*fn)(void);
} runs[] = {
	{ "bounds", run_bounds },
	{ "take_all", run_take_all },
	{ "free_reserve", run_free_reserve },
	{ "hardirq", run_hardirq },
	{ "free_all", run_free_all },
	{ "pairs", run_pairs },
	{ "prefill", run_prefill },
	{ "halves", run_halves },
	{ "line", run_line },
	{ "gives_up", run_gives_up },
	{ "race", run_race },
	{ "zombie", run_zombie },
	{ "no_pages", run_no_pages },
};

static int run_set(const char *name, const struct kernel_param *param)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(runs); i++) {
		if (sysfs_streq(name, runs[i].name)) {
			runs[i].fn();
			return 0;
		}
	}
	return -EINVAL;
}

static const struct kernel_param_ops run_ops = { .set = run_set };
module_param_cb(run, &run_ops, NULL, 0200);
MODULE_PARM_DESC(run, "what to do now");

static int __init reserve_init(void)
{
	int err;

	cache = objcache_create("reserved", 128, NULL);
	if (IS_ERR(cache))
		return PTR_ERR(cache);
	objcache_set_limit(cache, LIMIT);
	err = objcache_set_reserve(cache, RESERVE);
	if (err)
		objcache_destroy(cache);
	return err;
}

static void __exit reserve_exit(void)
{
	if (objcache_destroy(cache))
		pr_err("objects lost\n");
}

module_init(reserve_init);
module_exit(reserve_exit);

MODULE_DESCRIPTION("Reserves of mempool, and reservations");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
