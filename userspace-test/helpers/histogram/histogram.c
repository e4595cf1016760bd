// SPDX-License-Identifier: GPL-2.0-only
/*
 * histogram.c - mempool_histogram: asks pools for sizes, as a script says
 *
 * Called from: insmod, rmmod, its parameters.  Calls: sizeclass, exactsize.
 * Context: task.
 *
 * "usual" has the default classes, "odd" 96, 200 and 1000, "exact" a cache for each
 * size.  Parameters, all to be written:
 *
 *	ask	"POOL SIZE N"	allocate so many at once, and free them
 *	hold	"POOL SIZE"	allocate one and keep it
 *	drop	1		free what is kept, by size and without in turns
 *	race	N		on each CPU, N times: a size, another by reallocation
 */
#define pr_fmt(fmt) "mempool_histogram: " fmt

#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <mempool/exactsize.h>
#include <mempool/sizeclass.h>

#define MANY	64

static struct sizeclass_pool *usual, *odd;
static struct exactsize_pool *exact;

static struct {
	struct sizeclass_pool *pool;
	size_t size;
	void *obj;
} kept[MANY];
static unsigned int kept_nr;

static struct sizeclass_pool *find(const char *name)
{
	return !strcmp(name, "usual") ? usual : !strcmp(name, "odd") ? odd : NULL;
}

static void *get(struct sizeclass_pool *pool, size_t size)
{
	return pool ? sizeclass_alloc(pool, size, GFP_KERNEL) :
		      exactsize_alloc(exact, size, GFP_KERNEL);
}

static void put(struct sizeclass_pool *pool, void *obj, size_t size)
{
	if (pool)
		sizeclass_free(pool, obj, size);
	else
		exactsize_free(exact, obj, size);
}

static int ask(const char *text, const struct kernel_param *kp)
{
	void *objs[MANY];
	unsigned int i, n;
	char name[16];
	size_t size;

	if (sscanf(text, "%15s %zu %u", name, &size, &n) != 3 || n > MANY)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		objs[i] = get(find(name), size);
		if (!objs[i])
			pr_err("no object of %zu bytes\n", size);
	}
	while (i--)
		put(find(name), objs[i], size);
	return 0;
}

static int hold(const char *text, const struct kernel_param *kp)
{
	char name[16];
	size_t size;

	if (sscanf(text, "%15s %zu", name, &size) != 2 || kept_nr == MANY || !find(name))
		return -EINVAL;
	kept[kept_nr].pool = find(name);
	kept[kept_nr].size = size;
	kept[kept_nr].obj = get(find(name), size);
	if (!kept[kept_nr].obj)
		return -ENOMEM;
	kept_nr++;
	return 0;
}

static int drop(const char *text, const struct kernel_param *kp)
{
	while (kept_nr--) {
		if (kept_nr % 2)
			sizeclass_free_unsized(kept[kept_nr].pool, kept[kept_nr].obj);
		else
			sizeclass_free(kept[kept_nr].pool, kept[kept_nr].obj,
				       kept[kept_nr].size);
	}
	kept_nr = 0;
	return 0;
}

struct racer {
	struct work_struct work;
	unsigned int rounds;
};

static DEFINE_PER_CPU(struct racer, racers);

static void run(struct work_struct *work)
{
	struct racer *r = container_of(work, struct racer, work);
	unsigned int i;
	u8 *obj, *moved;

	for (i = 0; i < r->rounds; i++) {
		size_t size = 1 + i % 9000;

		obj = sizeclass_alloc(usual, size, GFP_KERNEL);
		if (!obj) {
			pr_err("no object of %zu bytes\n", size);
			return;
		}
		obj[0] = i;
		obj[size - 1] = i;
		moved = sizeclass_realloc(usual, obj, size, size + 500, GFP_KERNEL);
		if (!moved || moved[0] != (u8)i || moved[size - 1] != (u8)i)
			pr_err("reallocation lost what was in %zu bytes\n", size);
		sizeclass_free(usual, moved ?: obj, moved ? size + 500 : size);
		cond_resched();
	}
}

static int race(const char *text, const struct kernel_param *kp)
{
	unsigned int rounds;
	int cpu, err = kstrtouint(text, 0, &rounds);

	if (err)
		return err;
	for_each_online_cpu(cpu) {
		struct racer *r = per_cpu_ptr(&racers, cpu);

		INIT_WORK(&r->work, run);
		r->rounds = rounds;
		schedule_work_on(cpu, &r->work);
	}
	for_each_online_cpu(cpu)
		flush_work(&per_cpu_ptr(&racers, cpu)->work);
	return 0;
}

static const struct kernel_param_ops ask_ops = { .set = ask };
static const struct kernel_param_ops hold_ops = { .set = hold };
static const struct kernel_param_ops drop_ops = { .set = drop };
static const struct kernel_param_ops race_ops = { .set = race };

module_param_cb(ask, &ask_ops, NULL, 0200);
module_param_cb(hold, &hold_ops, NULL, 0200);
module_param_cb(drop, &drop_ops, NULL, 0200);
module_param_cb(race, &race_ops, NULL, 0200);

static int __init histogram_init(void)
{
	static const unsigned int sizes[] = { 96, 200, 1000 };

	usual = sizeclass_pool_create("usual", NULL, 0);
	odd = sizeclass_pool_create("odd", sizes, ARRAY_SIZE(sizes));
	exact = exactsize_pool_create("exact", 4);
	return IS_ERR(usual) || IS_ERR(odd) || IS_ERR(exact) ? -ENOMEM : 0;
}

static void __exit histogram_exit(void)
{
	exactsize_pool_destroy(exact);
	sizeclass_pool_destroy(odd);
	sizeclass_pool_destroy(usual);
}

module_init(histogram_init);
module_exit(histogram_exit);

MODULE_DESCRIPTION("Asks pools for sizes");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
