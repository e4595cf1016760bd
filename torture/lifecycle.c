// SPDX-License-Identifier: GPL-2.0-only
/*
 * lifecycle.c - caches that are made and destroyed while the torture runs
 *
 * Called from: torture.c.  Calls: objcache.  Context: task.
 *
 * Each is destroyed once with nothing out, and once with objects out, which
 * come back from hardirq after its death: the zombie must end, and its name be
 * free again.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>

#include "torture.h"

#define NAME	"torture-mortal"
#define OBJECTS	40

atomic64_t lifecycle_rounds;

static struct objcache *mortal;
static void *held[OBJECTS];

static void free_held(struct irq_work *work)
{
	struct objcache *cache = mortal;
	unsigned int i;

	for (i = 0; i < OBJECTS; i++)
		objcache_free(cache, held[i]);
}

static DEFINE_IRQ_WORK(free_work, free_held);

/* The name of a zombie is taken until it has ended. */
static struct objcache *create_again(void)
{
	struct objcache *cache;
	unsigned int tries;

	for (tries = 0; tries < 1000; tries++) {
		cache = objcache_create(NAME, 40, NULL);
		if (cache != ERR_PTR(-EEXIST))
			return cache;
		msleep(20);
	}
	return cache;
}

static bool alloc_held(void)
{
	unsigned int i;

	for (i = 0; i < OBJECTS; i++) {
		held[i] = objcache_alloc(mortal, GFP_KERNEL);
		if (!held[i])
			break;
	}
	if (i == OBJECTS)
		return true;
	while (i--)
		objcache_free(mortal, held[i]);
	return false;
}

static void one_round(bool leave_objects)
{
	int err, expected = leave_objects ? -EBUSY : 0;

	mortal = create_again();
	if (IS_ERR(mortal)) {
		torture_error("create: error %ld\n", PTR_ERR(mortal));
		return;
	}
	if (!alloc_held()) {
		torture_error("out of memory\n");
		objcache_destroy(mortal);
		return;
	}
	if (!leave_objects) {
		irq_work_queue(&free_work);
		irq_work_sync(&free_work);
	}
	err = objcache_destroy(mortal);
	if (err != expected)
		torture_error("destroy: error %d, not %d\n", err, expected);
	if (leave_objects) {
		irq_work_queue(&free_work);
		irq_work_sync(&free_work);
	}
	atomic64_inc(&lifecycle_rounds);
}

int lifecycle_thread(void *unused)
{
	bool leave_objects = false;

	while (!kthread_should_stop()) {
		one_round(leave_objects);
		leave_objects = !leave_objects;
	}
	return 0;
}
