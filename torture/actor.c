// SPDX-License-Identifier: GPL-2.0-only
/*
 * actor.c - one thread of control that allocates and frees, and checks
 *
 * Called from: torture.c, nmi.c.  Calls: objcache.  Locks: none.
 * Context: any, NMI too.
 *
 * Each object carries its owner's stamp.  It is taken by a compare-and-
 * exchange from 0 right after the allocation and given up by one back to 0
 * right before the free: if two owners ever have the same object, one of them
 * fails.  The constructor made the first 0, and slab keeps its own pointers
 * outside of constructed objects.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#include "torture.h"

/* Objects on their way from one actor to another, so also between CPUs. */
#define MAILBOXES	64

static struct torture_object *mailbox[MAILBOXES];

static u32 next_random(struct actor *a)
{
	/* Marsaglia's xorshift64. */
	a->random ^= a->random << 13;
	a->random ^= a->random >> 7;
	a->random ^= a->random << 17;
	return a->random >> 32;
}

static void take_ownership(struct torture_object *obj, u64 from, u64 to)
{
	u64 was = atomic64_cmpxchg(&obj->owner, from, to);

	if (was != from)
		torture_error("object %p: owner %llx, not %llx, when %llx took it\n",
			      obj, was, from, to);
	obj->check = ~to;
}

static void check_ownership(struct torture_object *obj, u64 owner)
{
	if (READ_ONCE(obj->check) != ~owner)
		torture_error("object %p: owner %llx, content of %llx\n", obj,
			      owner, ~READ_ONCE(obj->check));
}

/* At a limit, a task sleeps for a while: some are served, some time out. */
static struct torture_object *wait_for_object(struct actor *a, gfp_t gfp)
{
	void *obj = objcache_alloc_wait(torture_cache, gfp, TASK_KILLABLE,
					next_random(a) % 8);

	if (!IS_ERR(obj))
		return obj;
	if (PTR_ERR(obj) != -ETIMEDOUT)
		torture_error("wait: error %ld\n", PTR_ERR(obj));
	return NULL;
}

/* Half of the operations through calls, half inline: they share magazines. */
static void do_alloc(struct actor *a, gfp_t gfp)
{
	struct torture_object *obj;

	if (next_random(a) & 1)
		obj = objcache_alloc(torture_cache, gfp);
	else
		obj = objcache_alloc_inline(torture_cache, gfp);
	if (!obj && a->context == ACTOR_TASK && next_random(a) % 16 == 0)
		obj = wait_for_object(a, gfp);
	a->ops++;
	if (!obj) {
		a->failed++;
		return;
	}
	take_ownership(obj, 0, a->id);
	a->obj[a->nr++] = obj;
}

static struct torture_object *pick(struct actor *a)
{
	unsigned int i = next_random(a) % a->nr;
	struct torture_object *obj = a->obj[i];

	a->obj[i] = a->obj[--a->nr];
	check_ownership(obj, a->id);
	return obj;
}

static void do_free(struct actor *a)
{
	struct torture_object *obj = pick(a);

	take_ownership(obj, a->id, 0);
	if (next_random(a) & 1)
		objcache_free(torture_cache, obj);
	else
		objcache_free_inline(torture_cache, obj);
	a->ops++;
}

/* Around the sixteen that bulk operations take in one go. */
#define BULK_MAX	24

static unsigned int bulk_size(struct actor *a, unsigned int limit)
{
	return min_t(unsigned int, limit, 1 + next_random(a) % BULK_MAX);
}

static void do_bulk_alloc(struct actor *a, gfp_t gfp)
{
	unsigned int n = bulk_size(a, ACTOR_OBJECTS - a->nr);
	struct torture_object **objs = a->obj + a->nr;
	unsigned int i;

	if (next_random(a) & 1)
		n = objcache_alloc_some(torture_cache, gfp, n, (void **)objs);
	else if (!objcache_alloc_bulk(torture_cache, gfp, n, (void **)objs))
		n = 0;
	a->ops += n;
	if (!n)
		a->failed++;
	for (i = 0; i < n; i++)
		take_ownership(objs[i], 0, a->id);
	a->nr += n;
}

static void do_bulk_free(struct actor *a)
{
	unsigned int n = bulk_size(a, a->nr);
	struct torture_object **objs = a->obj + a->nr - n;
	unsigned int i;

	for (i = 0; i < n; i++) {
		check_ownership(objs[i], a->id);
		take_ownership(objs[i], a->id, 0);
	}
	a->nr -= n;
	a->ops += n;
	objcache_free_bulk(torture_cache, n, (void **)objs);
}

static void do_mail(struct actor *a)
{
	struct torture_object *obj = pick(a);

	take_ownership(obj, a->id, TORTURE_MAIL);
	obj = xchg(&mailbox[next_random(a) % MAILBOXES], obj);
	if (!obj)
		return;
	take_ownership(obj, TORTURE_MAIL, a->id);
	a->obj[a->nr++] = obj;
}

/**
 * actor_step() - a few random operations
 * @a:   the actor
 * @gfp: for its allocations
 * @ops: how many
 *
 * In long runs of the same kind, so that magazines run empty and full.
 */
void actor_step(struct actor *a, gfp_t gfp, unsigned int ops)
{
	while (ops--) {
		u32 r = next_random(a);
		bool grow = (a->random >> 8) & 1;

		if (r % 8 == 0 && a->nr)
			do_mail(a);
		else if (r % 32 == 1 && a->nr < ACTOR_OBJECTS)
			do_bulk_alloc(a, gfp);
		else if (r % 32 == 2 && a->nr)
			do_bulk_free(a);
		else if ((!a->nr || grow) && a->nr < ACTOR_OBJECTS)
			do_alloc(a, gfp);
		else
			do_free(a);
	}
	/* A run now and then: everything back, or as much as it holds. */
	if (next_random(a) % 16 == 0)
		while (a->nr)
			do_free(a);
	else if (next_random(a) % 16 == 0)
		while (a->nr < ACTOR_OBJECTS / 2) {
			u64 failed = a->failed;

			do_alloc(a, gfp);
			if (a->failed != failed)
				break;
		}
}

void actor_init(struct actor *a, enum actor_context context)
{
	static u64 last_id;

	a->id = ++last_id;
	a->context = context;
	a->random = a->id * 0x9e3779b97f4a7c15ULL;
}

/* When it does not run any more. */
void actor_release(struct actor *a)
{
	while (a->nr)
		do_free(a);
}

/* When no actor runs any more. */
void mailbox_release(void)
{
	unsigned int i;

	for (i = 0; i < MAILBOXES; i++) {
		struct torture_object *obj = xchg(&mailbox[i], NULL);

		if (!obj)
			continue;
		take_ownership(obj, TORTURE_MAIL, 0);
		objcache_free(torture_cache, obj);
	}
}
