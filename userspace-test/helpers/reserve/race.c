// SPDX-License-Identifier: GPL-2.0-only
/*
 * race.c - mempool_reserve: tasks that need more than half of a pool each
 *
 * Called from: main.c.  Calls: objcache.  Locks: none.  Context: task.
 */
#include "reserve.h"

#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/jiffies.h>

#define RACERS		8
#define ROUNDS		150
#define NEEDED		(LIMIT * 2 / 3)	/* two thirds: two cannot have it at once */

struct racer {
	struct task_struct	*task;
	struct completion	done;
	unsigned int		nr;
	unsigned int		timeout_ms;
	unsigned int		got;
	int			err;
	struct objcache_reservation res;
};

static struct racer racers[RACERS];
static atomic_t out, out_peak, wrong;

static void note_out(int n)
{
	int now = atomic_add_return(n, &out), peak = atomic_read(&out_peak);

	while (now > peak && !atomic_try_cmpxchg(&out_peak, &peak, now))
		;
}

static void start(struct racer *r, int (*fn)(void *data), unsigned int timeout_ms)
{
	init_completion(&r->done);
	r->nr = r - racers;
	r->timeout_ms = timeout_ms;
	r->got = 0;
	r->err = 0;
	r->task = kthread_run(fn, r, "reserve/%u", r->nr);
	if (IS_ERR(r->task)) {
		r->err = PTR_ERR(r->task);
		complete(&r->done);
	}
}

static int wait_done(struct racer *r)
{
	if (!wait_for_completion_timeout(&r->done, 60 * HZ))
		return -EDEADLK;
	return r->err;
}

/* What is not held whole is held not at all. */
static int reserve_round(struct racer *r, unsigned int n)
{
	unsigned int i;
	void *obj;
	int err;

	err = objcache_reservation_wait(&r->res, cache, GFP_KERNEL, n,
					TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
	if (err)
		return err;
	note_out(n);
	for (i = 0; i < n; i++) {
		obj = objcache_reservation_take(&r->res);
		if (!obj) {
			atomic_inc(&wrong);
			break;
		}
		*(unsigned int *)(obj + sizeof(long)) = r->nr;
		if (i % 2)
			objcache_reservation_put(&r->res, obj);
		else
			objcache_free(cache, obj);
		if (i % 2)
			break;
	}
	cond_resched();
	atomic_sub(n, &out);
	objcache_reservation_release(&r->res);
	return 0;
}

static int single_round(struct racer *r)
{
	void *obj = objcache_alloc_wait(cache, GFP_KERNEL, TASK_UNINTERRUPTIBLE,
					MAX_SCHEDULE_TIMEOUT);

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	note_out(1);
	*(unsigned int *)(obj + sizeof(long)) = r->nr;
	cond_resched();
	/* Nobody else has it. */
	if (*(unsigned int *)(obj + sizeof(long)) != r->nr)
		atomic_inc(&wrong);
	atomic_dec(&out);
	objcache_free(cache, obj);
	return 0;
}

static int race(void *data)
{
	struct racer *r = data;
	unsigned int round;
	void *objs[RESERVE];

	for (round = 0; round < ROUNDS && !r->err; round++) {
		r->err = single_round(r);
		if (!r->err && r->nr % 2)
			r->err = reserve_round(r, NEEDED);
		if (objcache_alloc_bulk(cache, GFP_ATOMIC | __GFP_NOWARN, RESERVE, objs)) {
			note_out(RESERVE);
			atomic_sub(RESERVE, &out);
			objcache_free_bulk(cache, RESERVE, objs);
		}
	}
	complete(&r->done);
	return 0;
}

void run_race(void)
{
	unsigned int i;
	int err = 0;

	atomic_set(&out_peak, 0);
	atomic_set(&wrong, 0);
	for (i = 0; i < RACERS; i++)
		start(&racers[i], race, 0);
	for (i = 0; i < RACERS; i++)
		err = wait_done(&racers[i]) ?: err;
	pr_info("case race-all-finish: %d\n", err);
	pr_info("case race-within-limit: %d\n", atomic_read(&out_peak) <= LIMIT);
	pr_info("case race-near-limit: %d\n", atomic_read(&out_peak) >= NEEDED);
	pr_info("case race-shared: %d\n", atomic_read(&wrong));
}

/* One after the other: each has half of the pool, and waits for the rest. */

static atomic_t have_half;

static int take_one_by_one(void *data)
{
	struct racer *r = data;
	void *objs[NEEDED];
	unsigned int i;

	for (i = 0; i < NEEDED; i++) {
		if (i == LIMIT / 2)
			atomic_inc(&have_half);
		while (i == LIMIT / 2 && atomic_read(&have_half) < 2)
			msleep(20);
		objs[i] = objcache_alloc_wait(cache, GFP_KERNEL, TASK_UNINTERRUPTIBLE,
					      msecs_to_jiffies(r->timeout_ms));
		if (IS_ERR(objs[i])) {
			r->err = PTR_ERR(objs[i]);
			break;
		}
	}
	r->got = i;
	/* Until the other has given up too. */
	atomic_dec(&have_half);
	while (atomic_read(&have_half))
		msleep(20);
	objcache_free_bulk(cache, i, objs);
	complete(&r->done);
	return 0;
}

static int reserve_once(void *data)
{
	struct racer *r = data;

	r->err = objcache_reservation_wait(&r->res, cache, GFP_KERNEL, NEEDED,
					   TASK_UNINTERRUPTIBLE,
					   r->timeout_ms ? msecs_to_jiffies(r->timeout_ms) :
					   MAX_SCHEDULE_TIMEOUT);
	r->got = objcache_reservation_left(&r->res);
	if (!r->err)
		msleep(20);
	objcache_reservation_release(&r->res);
	complete(&r->done);
	return 0;
}

void run_halves(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		start(&racers[i], take_one_by_one, 300);
	for (i = 0; i < 2; i++)
		wait_done(&racers[i]);
	pr_info("case one-by-one: %d %u, %d %u\n", racers[0].err, racers[0].got,
		racers[1].err, racers[1].got);

	for (i = 0; i < 2; i++)
		start(&racers[i], reserve_once, 0);
	for (i = 0; i < 2; i++)
		wait_done(&racers[i]);
	pr_info("case reserved: %d %u, %d %u\n", racers[0].err, racers[0].got,
		racers[1].err, racers[1].got);
}

static void *held[LIMIT];
static unsigned int nr_held;

static void hold_all(void)
{
	for (nr_held = 0; nr_held < LIMIT; nr_held++) {
		held[nr_held] = objcache_alloc_wait(cache, GFP_KERNEL,
						    TASK_UNINTERRUPTIBLE, HZ);
		if (IS_ERR(held[nr_held]))
			break;
	}
	pr_info("case held: %u\n", nr_held);
}

static void give(unsigned int n)
{
	while (n-- && nr_held)
		objcache_free(cache, held[--nr_held]);
}

/* The first in line gathers alone, although there would be half for each. */
void run_line(void)
{
	unsigned int i;

	hold_all();
	for (i = 0; i < 2; i++) {
		start(&racers[i], reserve_once, 0);
		msleep(60);
	}
	give(LIMIT / 2);
	msleep(100);
	pr_info("case half-of-it: %d %d\n", completion_done(&racers[0].done),
		completion_done(&racers[1].done));
	give(NEEDED - LIMIT / 2);
	pr_info("case first: %d\n", wait_done(&racers[0]));
	pr_info("case second: %d\n", wait_done(&racers[1]));
	give(LIMIT);
}

static int alloc_one(void *data)
{
	struct racer *r = data;
	void *obj = objcache_alloc_wait(cache, GFP_KERNEL, TASK_UNINTERRUPTIBLE, 20 * HZ);

	r->err = PTR_ERR_OR_ZERO(obj);
	r->got = !IS_ERR(obj);
	if (!IS_ERR(obj))
		objcache_free(cache, obj);
	complete(&r->done);
	return 0;
}

/* What the first has gathered when it gives up is the next one's. */
void run_gives_up(void)
{
	unsigned long since = jiffies;
	int err;

	hold_all();
	start(&racers[0], reserve_once, 400);
	msleep(60);
	start(&racers[1], alloc_one, 0);
	msleep(60);
	give(4);
	err = wait_done(&racers[0]);
	pr_info("case gave-up: %d %u\n", err, racers[0].got);
	err = wait_done(&racers[1]);
	pr_info("case the-next: %d %u\n", err, racers[1].got);
	pr_info("case soon: %d\n", time_before(jiffies, since + 10 * HZ));
	give(LIMIT);
}
