// SPDX-License-Identifier: GPL-2.0-only
/*
 * classes.c - mempool_classes: a driver with a pool of size classes
 *
 * Called from: insmod, rmmod.  Calls: size classes.  Context: task, and a
 * thread on each CPU.
 *
 * Prints a line for each case: "case WHAT: VALUE", which 47-sizeclass.sh
 * compares.  With forget=1 it does nothing but leave its pool behind at rmmod.
 */
#define pr_fmt(fmt) "mempool_classes: " fmt

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <mempool/sizeclass.h>

static bool forget;
module_param(forget, bool, 0444);
MODULE_PARM_DESC(forget, "leave a pool behind");

static void say(const char *what, long value)
{
	pr_info("case %s: %ld\n", what, value);
}

struct table_case {
	const char	*what;
	const char	*name;
	unsigned int	n;
	unsigned int	sizes[SIZECLASS_MAX + 1];
};

static const struct table_case tables[] = {
	{ "table-zero", "bad", 3, { 64, 0, 128 } },
	{ "table-descending", "bad", 2, { 128, 64 } },
	{ "table-duplicate", "bad", 3, { 64, 64, 128 } },
	{ "table-overlap", "bad", 2, { 57, 64 } },
	{ "table-large", "bad", 2, { 64, OBJCACHE_SIZE_MAX + 1 } },
	{ "table-absurd", "bad", 1, { UINT_MAX } },
	{ "table-many", "bad", SIZECLASS_MAX + 1, { 8 } },
	{ "table-empty", "bad", 0, { 8 } },
	{ "name-null", NULL, 1, { 8 } },
	{ "name-slash", "a/b", 1, { 8 } },
	{ "name-long", "thirty-characters-and-a-suffix", 1, { 8 } },
	{ "name-taken", "classes", 2, { 32, 64 } },
	{ "good-one", "good", 1, { 1 } },
	{ "good-large", "good", 2, { 10, OBJCACHE_SIZE_MAX } },
};

static void try_tables(void)
{
	struct sizeclass_pool *pool;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		pool = sizeclass_pool_create(tables[i].name, tables[i].sizes, tables[i].n);
		if (IS_ERR(pool))
			say(tables[i].what, PTR_ERR(pool));
		else
			say(tables[i].what, sizeclass_pool_destroy(pool));
	}
	pool = sizeclass_pool_create("bad", NULL, 2);
	say("table-null", PTR_ERR_OR_ZERO(pool));
}

/* Each size, both frees, zeroed: the number of those that went wrong. */
static void try_sizes(struct sizeclass_pool *pool)
{
	unsigned int bad = 0;
	size_t size;

	for (size = 1; size <= 20000; size += size < 300 ? 1 : 61) {
		size_t room = sizeclass_usable_size(pool, size);
		u8 *obj = sizeclass_alloc(pool, size, GFP_KERNEL | __GFP_ZERO);

		if (!obj || room < size || memchr_inv(obj, 0, room)) {
			bad++;
			continue;
		}
		if (size <= 8192 && !IS_ALIGNED((unsigned long)obj, min(room, PAGE_SIZE)))
			bad++;
		memset(obj, 0xa5, room);
		if (size & 1)
			sizeclass_free(pool, obj, size);
		else
			sizeclass_free_unsized(pool, obj);
	}
	say("sizes-bad", bad);
	say("sizes-fallbacks", sizeclass_fallbacks(pool));
}

/* Out of the module's reach are small, and what vmalloc() and the buddy gave. */
static const size_t kinds[] = { 1, 64, 65, 8192, 8193, SZ_1M, SZ_16M };

static void try_fallbacks(struct sizeclass_pool *pool)
{
	unsigned long before = sizeclass_fallbacks(pool);
	void *obj[ARRAY_SIZE(kinds)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		obj[i] = sizeclass_alloc(pool, kinds[i], GFP_KERNEL);
	say("fallback-vmalloc", is_vmalloc_addr(obj[ARRAY_SIZE(kinds) - 1]));
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		/* Where vfree() may not sleep. */
		preempt_disable();
		if (obj[i])
			sizeclass_free_unsized(pool, obj[i]);
		preempt_enable();
	}
	say("fallback-counted", sizeclass_fallbacks(pool) - before);

	obj[0] = sizeclass_alloc(pool, 10000, GFP_ATOMIC);
	say("fallback-atomic", obj[0] && !is_vmalloc_addr(obj[0]));
	sizeclass_free(pool, obj[0], 10000);
	say("fallback-atomic-huge", !sizeclass_alloc(pool, SZ_64M, GFP_ATOMIC));
	say("fallback-absurd", !sizeclass_alloc(pool, SIZE_MAX, GFP_KERNEL));
	say("zero-size", sizeclass_alloc(pool, 0, GFP_KERNEL) == ZERO_SIZE_PTR);
	sizeclass_free(pool, ZERO_SIZE_PTR, 0);
}

static void try_buffer(struct sizeclass_pool *pool)
{
	struct sizeclass_buf buf = { };
	unsigned int i, bad = 0;

	for (i = 0; i < 100000; i++)
		bad += !!sizeclass_append(pool, &buf, &i, sizeof(i), GFP_KERNEL);
	for (i = 0; !bad && i < 100000; i++)
		bad += ((unsigned int *)buf.data)[i] != i;
	say("append-bad", bad);
	say("append-room", buf.room);
	sizeclass_buf_free(pool, &buf);
}

static void try_foreign(struct sizeclass_pool *pool)
{
	void *obj = kmalloc(96, GFP_KERNEL);

	if (obj)
		sizeclass_free_unsized(pool, obj);
	kfree(obj);
	say("free-foreign", 0);
	sizeclass_free_unsized(pool, NULL);
	sizeclass_free(pool, NULL, 9000);
	say("free-null", 0);
}

/* A thread on each CPU: sizes up and down, realloc, objects told apart. */
#define ROUNDS	30000

struct worker {
	struct sizeclass_pool	*pool;
	struct completion	done;
	unsigned int		seed;
	unsigned int		bad;
};

static unsigned int next_size(struct worker *w)
{
	w->seed = w->seed * 1103515245 + 12345;
	/* Every 64th is above the classes. */
	return 1 + (w->seed >> 8) % ((w->seed >> 26) ? 1500 : 20000);
}

static int work(void *arg)
{
	struct worker *w = arg;
	unsigned int i, size, to;
	u8 mark = w->seed, *obj, *moved;

	for (i = 0; i < ROUNDS; i++) {
		size = next_size(w);
		to = next_size(w);
		obj = sizeclass_alloc(w->pool, size, i & 1 ? GFP_ATOMIC : GFP_KERNEL);
		if (!obj)
			continue;
		memset(obj, mark, size);
		moved = sizeclass_realloc(w->pool, obj, size, to, GFP_KERNEL);
		if (moved)
			obj = moved;
		else
			to = size;
		w->bad += !!memchr_inv(obj, mark, min(size, to));
		if (i % 3)
			sizeclass_free(w->pool, obj, to);
		else
			sizeclass_free_unsized(w->pool, obj);
		if (!(i % 64))
			cond_resched();
	}
	complete(&w->done);
	return 0;
}

static void try_threads(struct sizeclass_pool *pool)
{
	static struct worker workers[4];
	unsigned int cpu, bad = 0, ran = 0;
	struct task_struct *task;

	for (cpu = 0; cpu < ARRAY_SIZE(workers); cpu++) {
		struct worker *w = &workers[cpu];

		w->pool = pool;
		w->seed = cpu + 1;
		init_completion(&w->done);
		task = kthread_create(work, w, "classes/%u", cpu);
		if (IS_ERR(task)) {
			complete(&w->done);
			continue;
		}
		kthread_bind(task, cpumask_nth(cpu % num_online_cpus(), cpu_online_mask));
		wake_up_process(task);
		ran++;
	}
	for (cpu = 0; cpu < ARRAY_SIZE(workers); cpu++) {
		wait_for_completion(&workers[cpu].done);
		bad += workers[cpu].bad;
	}
	say("threads", ran);
	say("threads-bad", bad);
}

/* The last object, one above the classes, is freed after the pool. */
static void try_zombie(void)
{
	struct sizeclass_pool *pool = sizeclass_pool_create("zombie", NULL, 0);
	void *small, *big;

	if (IS_ERR(pool))
		return;
	small = sizeclass_alloc(pool, 100, GFP_KERNEL);
	big = sizeclass_alloc(pool, SZ_1M, GFP_KERNEL);
	say("destroy-busy", sizeclass_pool_destroy(pool));
	sizeclass_free(pool, small, 100);
	preempt_disable();
	sizeclass_free(pool, big, SZ_1M);
	preempt_enable();
	say("destroy-null", sizeclass_pool_destroy(NULL));
}

static struct sizeclass_pool *pool;

static int __init classes_init(void)
{
	pool = sizeclass_pool_create("classes", NULL, 0);
	if (IS_ERR(pool))
		return PTR_ERR(pool);
	if (forget)
		return 0;
	say("start", 0);
	try_tables();
	try_sizes(pool);
	try_fallbacks(pool);
	try_buffer(pool);
	try_foreign(pool);
	try_threads(pool);
	try_zombie();
	return 0;
}

static void __exit classes_exit(void)
{
	if (!forget)
		say("destroy", sizeclass_pool_destroy(pool));
}

module_init(classes_init);
module_exit(classes_exit);

MODULE_DESCRIPTION("A driver with a pool of size classes");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
