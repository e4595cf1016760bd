// SPDX-License-Identifier: GPL-2.0-only
/*
 * roam.c - mempool_reclaim: threads that run on whatever CPU there is
 *
 * Called from: main.c.  Calls: objcache.  Context: task.
 *
 * They take from one cache without a limit, so that no allocation may fail, and pass
 * what they have on: the next one, on another CPU perhaps, frees it.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <mempool/objcache.h>

#include "reclaim.h"

#define PASSED_ON	2000

static struct objcache *shared;
static struct task_struct **threads;
static unsigned int threads_nr;
static void *passed_on[PASSED_ON];

/* Each leaves an object in each place, and frees the one that was there. */
static int roam(void *data)
{
	unsigned int i;
	void *obj;

	while (!kthread_should_stop()) {
		for (i = 0; i < PASSED_ON; i++) {
			obj = objcache_alloc(shared, GFP_KERNEL);
			if (!obj)
				atomic_inc(&load_failed);
			obj = xchg(&passed_on[i], obj);
			if (obj)
				objcache_free(shared, obj);
			cond_resched();
		}
		for (i = 0; i < PASSED_ON; i++) {
			obj = xchg(&passed_on[i], NULL);
			if (obj)
				objcache_free(shared, obj);
		}
		atomic_inc(&load_rounds);
		schedule_timeout_interruptible(1);
	}
	return 0;
}

/**
 * roam_pause() - end the threads, and leave their cache as it is
 */
void roam_pause(void)
{
	unsigned int i;

	while (threads_nr)
		kthread_stop(threads[--threads_nr]);
	kfree(threads);
	threads = NULL;
	for (i = 0; i < PASSED_ON; i++) {
		void *obj = xchg(&passed_on[i], NULL);

		if (obj)
			objcache_free(shared, obj);
	}
}

/**
 * roam_stop() - end it; also what roam_start() began
 */
void roam_stop(void)
{
	roam_pause();
	objcache_destroy(shared);
	shared = NULL;
}

/**
 * roam_start() - begin, with as many threads as there are CPUs
 *
 * Return: 0 or a negative errno.
 */
int roam_start(void)
{
	unsigned int n = num_online_cpus();
	struct objcache *cache;

	if (shared)
		return -EBUSY;
	cache = objcache_create("shared", 256, NULL);
	if (IS_ERR(cache))
		return PTR_ERR(cache);
	shared = cache;
	atomic_set(&load_rounds, 0);
	atomic_set(&load_failed, 0);
	threads = kcalloc(n, sizeof(*threads), GFP_KERNEL);
	while (threads && threads_nr < n) {
		struct task_struct *task = kthread_run(roam, NULL, "roam/%u", threads_nr);

		if (IS_ERR(task))
			break;
		threads[threads_nr++] = task;
	}
	if (threads_nr == n)
		return 0;
	roam_stop();
	return -ENOMEM;
}
