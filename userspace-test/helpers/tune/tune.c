// SPDX-License-Identifier: GPL-2.0-only
/*
 * tune.c - mempool_tune: loads that a magazine's capacity can follow
 *
 * Called from: insmod; writes to the parameters load, churn and scanned.
 * Calls: objcache.  Locks: load_lock.  Context: task.
 *
 * load     alternate: a task on each CPU takes more objects than a magazine holds,
 *	    and gives them back; handover: a task on each even CPU takes objects,
 *	    and one on the next CPU gives them back; off
 * scanned  the highest slot that was found in use on any CPU, by a task that looks
 *	    all the time; a write begins anew
 * churn    makes, loads and destroys so many caches
 */
#define pr_fmt(fmt) "mempool_tune: " fmt

#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <mempool/objcache.h>

#define SIZE		256u
#define SWING		300u	/* objects: more than there are slots */
#define CPUS		4u
#define RING		128u

static struct objcache *cache, *passed;

struct worker {
	struct task_struct	*task;
	unsigned int		cpu;
	void			*objs[SWING];
};

static struct worker workers[CPUS];
static DEFINE_MUTEX(load_lock);

/* One producer and one consumer each. */
struct ring {
	unsigned int	head, tail;
	void		*objs[RING];
};

static struct ring rings[CPUS / 2];

static void swing_once(struct objcache *c, void **objs)
{
	unsigned int n;

	for (n = 0; n < SWING; n++) {
		objs[n] = objcache_alloc(c, GFP_KERNEL | __GFP_NOWARN);
		if (!objs[n])
			break;
	}
	while (n)
		objcache_free(c, objs[--n]);
}

static int alternate(void *data)
{
	struct worker *w = data;

	while (!kthread_should_stop()) {
		swing_once(cache, w->objs);
		cond_resched_tasks_rcu_qs();
	}
	return 0;
}

static int produce(void *data)
{
	struct worker *w = data;
	struct ring *r = &rings[w->cpu / 2];

	while (!kthread_should_stop()) {
		void *obj = objcache_alloc(cache, GFP_KERNEL | __GFP_NOWARN);

		/* Pairs with the release in consume(). */
		while (obj && r->head - smp_load_acquire(&r->tail) == RING) {
			if (kthread_should_stop()) {
				objcache_free(cache, obj);
				return 0;
			}
			cond_resched_tasks_rcu_qs();
		}
		if (obj) {
			r->objs[r->head % RING] = obj;
			/* Pairs with the acquire in consume(). */
			smp_store_release(&r->head, r->head + 1);
		}
		cond_resched_tasks_rcu_qs();
	}
	return 0;
}

static int consume(void *data)
{
	struct worker *w = data;
	struct ring *r = &rings[w->cpu / 2];

	while (!kthread_should_stop()) {
		/* Pairs with the release in produce(). */
		while (r->tail != smp_load_acquire(&r->head)) {
			objcache_free(cache, r->objs[r->tail % RING]);
			/* Pairs with the acquire in produce(). */
			smp_store_release(&r->tail, r->tail + 1);
		}
		cond_resched_tasks_rcu_qs();
	}
	return 0;
}

/* Off again, producers first: nothing is left in a ring. */
static void stop_load(void)
{
	unsigned int i;

	for (i = 0; i < CPUS; i += 2)
		if (workers[i].task)
			kthread_stop(workers[i].task);
	for (i = 1; i < CPUS; i += 2)
		if (workers[i].task)
			kthread_stop(workers[i].task);
	for (i = 0; i < CPUS; i++)
		workers[i].task = NULL;
	for (i = 0; i < CPUS / 2; i++) {
		struct ring *r = &rings[i];

		while (r->tail != r->head)
			objcache_free(cache, r->objs[r->tail++ % RING]);
	}
}

static int start_load(int (*even)(void *data), int (*odd)(void *data))
{
	unsigned int i;

	for (i = 0; i < CPUS; i++) {
		struct worker *w = &workers[i];

		w->cpu = i;
		w->task = kthread_create(i % 2 ? odd : even, w, "tune/%u", i);
		if (IS_ERR(w->task)) {
			w->task = NULL;
			return -ENOMEM;
		}
		/* An unplug pushes it off; then it runs wherever it can. */
		if (cpu_online(i))
			set_cpus_allowed_ptr(w->task, cpumask_of(i));
		wake_up_process(w->task);
	}
	return 0;
}

static int load_set(const char *name, const struct kernel_param *param)
{
	int err = 0;

	mutex_lock(&load_lock);
	stop_load();
	if (sysfs_streq(name, "alternate"))
		err = start_load(alternate, alternate);
	else if (sysfs_streq(name, "handover"))
		err = start_load(produce, consume);
	else if (!sysfs_streq(name, "off"))
		err = -EINVAL;
	mutex_unlock(&load_lock);
	return err;
}

static const struct kernel_param_ops load_ops = { .set = load_set };
module_param_cb(load, &load_ops, NULL, 0200);
MODULE_PARM_DESC(load, "alternate, handover or off");

/* ---- what magazines hold ---- */

static struct task_struct *scanner;
static unsigned int highest;

static unsigned int highest_slot(int cpu)
{
	struct magazine *mag = per_cpu_ptr(cache->mag, cpu);
	unsigned int i;

	for (i = mag->phys; i && !READ_ONCE(mag->slot[i]); i--)
		;
	return i;
}

static int scan(void *unused)
{
	int cpu;

	while (!kthread_should_stop()) {
		for_each_possible_cpu(cpu) {
			unsigned int slot = highest_slot(cpu);

			if (slot > READ_ONCE(highest))
				WRITE_ONCE(highest, slot);
		}
		usleep_range(100, 200);
	}
	return 0;
}

static int scanned_set(const char *value, const struct kernel_param *param)
{
	WRITE_ONCE(highest, 0);
	return 0;
}

static int scanned_get(char *buffer, const struct kernel_param *param)
{
	return sprintf(buffer, "%u\n", READ_ONCE(highest));
}

static const struct kernel_param_ops scanned_ops = { .set = scanned_set, .get = scanned_get };
module_param_cb(scanned, &scanned_ops, NULL, 0600);
MODULE_PARM_DESC(scanned, "the highest slot found in use; any write: begin anew");

/* ---- caches that end while somebody is about to look at them ---- */

static int churn_once(void)
{
	struct objcache *c = objcache_create("churned", SIZE, NULL);
	unsigned int i;
	void **objs;

	if (IS_ERR(c))
		return PTR_ERR(c);
	objs = kmalloc_array(SWING, sizeof(*objs), GFP_KERNEL);
	for (i = 0; objs && i < 30; i++)
		swing_once(c, objs);
	kfree(objs);
	return objcache_destroy(c);
}

static int churn_set(const char *value, const struct kernel_param *param)
{
	unsigned int n;
	int err = kstrtouint(value, 10, &n);

	while (!err && n--)
		err = churn_once();
	return err;
}

static const struct kernel_param_ops churn_ops = { .set = churn_set };
module_param_cb(churn, &churn_ops, NULL, 0200);
MODULE_PARM_DESC(churn, "make, load and destroy so many caches");

static int __init tune_init(void)
{
	static const struct objcache_params params = { .flags = OBJCACHE_PASSTHROUGH };
	int err;

	cache = objcache_create("tuned", SIZE, NULL);
	if (IS_ERR(cache))
		return PTR_ERR(cache);
	passed = objcache_create("passed", SIZE, &params);
	if (IS_ERR(passed)) {
		err = PTR_ERR(passed);
		goto destroy_cache;
	}
	scanner = kthread_run(scan, NULL, "tune/scan");
	if (IS_ERR(scanner)) {
		err = PTR_ERR(scanner);
		goto destroy_passed;
	}
	return 0;

destroy_passed:
	objcache_destroy(passed);
destroy_cache:
	objcache_destroy(cache);
	return err;
}

static void __exit tune_exit(void)
{
	stop_load();
	kthread_stop(scanner);
	if (objcache_destroy(cache) || objcache_destroy(passed))
		pr_err("objects lost\n");
}

module_init(tune_init);
module_exit(tune_exit);

MODULE_DESCRIPTION("Loads for mempool's auto-tuning");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
