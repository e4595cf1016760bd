// SPDX-License-Identifier: GPL-2.0-only
/*
 * hog.c - mempool_reclaim: a real-time thread that has a CPU for itself
 *
 * Called from: main.c.  Calls: nothing.  Context: task.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#include "reclaim.h"

static struct task_struct *hog;

static int spin(void *data)
{
	while (!kthread_should_stop())
		cpu_relax();
	return 0;
}

/**
 * hog_stop() - leave the CPU
 */
void hog_stop(void)
{
	if (hog)
		kthread_stop(hog);
	hog = NULL;
}

/**
 * hog_start() - occupy a CPU
 * @cpu: which
 *
 * Return: 0 or a negative errno.
 */
int hog_start(unsigned int cpu)
{
	struct task_struct *task;

	if (hog)
		return -EBUSY;
	if (cpu >= nr_cpu_ids || !cpu_online(cpu))
		return -EINVAL;
	task = kthread_create(spin, NULL, "reclaim-hog");
	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, cpu);
	sched_set_fifo(task);
	hog = task;
	wake_up_process(task);
	return 0;
}
